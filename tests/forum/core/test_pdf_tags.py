import io
import subprocess
from datetime import UTC, datetime

import page
import pikepdf
import pypdfium2
import pytest

from forum.core.pdf import BOLD, REGULAR
from forum.core.pdf_tags import TaggedDocument, string

AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def document(**about):
    """A document that keeps what it writes in `written`."""
    out = io.BytesIO()
    made = TaggedDocument(
        out, size_mm=(210, 297), language="fr", made_at=AT, **{"title": "Été & <hiver>", **about}
    )
    made.written = out
    return made


def sample():
    """Three pages, each a heading, a link to the last one and a page number."""
    made = document()
    section = made.root.add("Sect")
    section.add("P")  # never drawn
    for n in range(3):
        with made.artifact("Pagination"):
            made.setFont(REGULAR, 9)
            made.drawString(40, 40, str(n))
        with made.tagged(section.add("H1")):
            made.setFont(BOLD, 20)
            made.drawString(40, 700, f"Œuvre {n}")
        made.target(f"page-{n}", 720)
        made.bookmark(f"Œuvre {n}", f"page-{n}", min(n, 1))
        link = section.add("P").add("Link")
        with made.tagged(link):
            made.setFont(REGULAR, 9)
            made.drawString(40, 600, "Voir la fin, à 9\u202fh")
        made.link(link, (40, 595, 120, 610), "Vers la dernière page", "page-2")
        made.showPage()
    return made


def saved(made):
    """The bytes of a document."""
    made.save()
    return made.written.getvalue()


def test_a_tagged_document_passes_pdf_ua(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(saved(sample()))
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []


def test_qpdf_finds_nothing_to_mend(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(saved(sample()))
    assert (
        subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode == 0
    )


def test_the_same_drawing_gives_the_same_bytes():
    assert saved(sample()) == saved(sample())


def test_text_is_read_with_its_accents_and_narrow_spaces():
    with pypdfium2.PdfDocument(saved(sample())) as pdf:
        shown = pdf[0].get_textpage().get_text_bounded()
    assert [line.strip() for line in shown.splitlines()] == [
        "0",
        "Œuvre 0",
        "Voir la fin, à 9\u202fh",
    ]


def test_title_language_and_date_are_said():
    with pikepdf.open(io.BytesIO(saved(sample()))) as pdf:
        assert str(pdf.Root.Lang) == "fr"
        assert str(pdf.docinfo.Title) == "Été & <hiver>"
        assert str(pdf.docinfo.CreationDate).startswith("D:20270301093000")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert "Été &amp; &lt;hiver&gt;" in metadata
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_bookmarks_nest_and_lead_to_their_pages():
    with pikepdf.open(io.BytesIO(saved(sample()))) as pdf, pdf.open_outline() as outline:
        first = outline.root[0]
        assert (first.title, len(outline.root)) == ("Œuvre 0", 1)
        assert [kid.title for kid in first.children] == ["Œuvre 1", "Œuvre 2"]
        pages = [page_.obj.objgen for page_ in pdf.pages]
        assert [kid.destination[0].objgen for kid in first.children] == pages[1:]


def test_a_link_says_where_it_leads_and_leads_there():
    with pikepdf.open(io.BytesIO(saved(sample()))) as pdf:
        link = pdf.pages[0].Annots[0]
        assert str(link.Contents) == "Vers la dernière page"
        assert link.Dest[0].objgen == pdf.pages[2].obj.objgen
        assert [float(value) for value in link.Rect] == [40, 595, 120, 610]


def test_a_web_link_opens_its_address():
    made = document()
    link = made.root.add("P").add("Link")
    with made.tagged(link):
        made.drawString(40, 600, "Site")
    made.web_link(link, (40, 595, 120, 610), "Le site", "https://forum.example/?a=(1)")
    made.showPage()
    with pikepdf.open(io.BytesIO(saved(made))) as pdf:
        assert str(pdf.pages[0].Annots[0].A.URI) == "https://forum.example/?a=(1)"


def test_an_element_without_content_is_left_out():
    with pikepdf.open(io.BytesIO(saved(sample()))) as pdf:
        section = pdf.Root.StructTreeRoot.K.K[0]
        assert [str(kid.S) for kid in section.K] == ["/H1", "/P"] * 3


def test_an_element_may_go_on_over_the_page():
    made = document()
    paragraph = made.root.add("P")
    for n in range(2):
        with made.tagged(paragraph):
            made.drawString(40, 600, f"Partie {n}")
        made.showPage()
    with pikepdf.open(io.BytesIO(saved(made))) as pdf:
        found = pdf.Root.StructTreeRoot.K.K[0]
        assert found.Pg.objgen == pdf.pages[0].obj.objgen
        assert int(found.K[0]) == 0
        assert (found.K[1].Pg.objgen, int(found.K[1].MCID)) == (pdf.pages[1].obj.objgen, 0)


def test_a_link_to_nowhere_is_refused():
    made = document()
    made.link(made.root.add("Link"), (0, 0, 1, 1), "Nulle part", "nowhere")
    made.showPage()
    with pytest.raises(ValueError, match="nothing in the document is named 'nowhere'"):
        made.save()


def test_marked_content_does_not_nest():
    made = document()
    nested = pytest.raises(ValueError, match="does not nest")
    with made.tagged(made.root.add("P")), nested, made.artifact():
        made.drawString(0, 0, "never")


def test_strings_take_one_byte_where_they_can():
    assert string("a (b) \\") == r"(a \(b\) \\)"
    assert string("9\u00a0h\u202f30, Œuvre – d’été") == "(9 h 30, \x96uvre \x85 d\x90\xe9t\xe9)"
    assert string("日") == "<FEFF65E5>"
