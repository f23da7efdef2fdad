"""Documents that are written part by part: whole, accessible, and in flat memory."""

import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO

import page
import pikepdf
import pytest

from forum.core.pdf import REGULAR
from forum.core.pdf_flow import LEAF, FlowingDocument

AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def flowing(out):
    return FlowingDocument(
        out, size_mm=(210, 297), title="Été & <hiver>", language="fr", author="Forum", made_at=AT
    )


def add(made, number, *, pages=1):
    """A part of some pages, with a link and a bookmark on each."""
    part = made.root.add("Sect", language="en" if number % 2 else "")
    part.add("P")  # never drawn
    for n in range(pages):
        with made.tagged(part.add("H1")):
            made.setFont(REGULAR, 20)
            made.drawString(40, 700, f"Œuvre {number}.{n}")
        link = part.add("P").add("Link")
        with made.tagged(link):
            made.setFont(REGULAR, 9)
            made.drawString(40, 600, "Site")
        made.web_link(link, (40, 595, 120, 610), "Le site", f"https://forum.example/{number}")
        made.target(f"p{number}.{n}", 720)
        made.bookmark(f"Œuvre {number}.{n}", f"p{number}.{n}", min(n, 1))
        if n + 1 < pages:
            made.showPage()
    made.finish_part()


def drawn(parts, pages=1):
    out = BytesIO()
    made = flowing(out)
    for number in range(parts):
        add(made, number, pages=pages)
    made.save()
    return out.getvalue()


@pytest.mark.parametrize(("parts", "pages"), [(1, 1), (3, 3), (150, 3)])
def test_it_passes_pdf_ua_and_qpdf(parts, pages, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(drawn(parts, pages))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert (checked.returncode, [failure.message for failure in found.failures]) == (0, [])


def test_pages_links_bookmarks_and_languages_are_those_of_their_parts():
    with pikepdf.open(BytesIO(drawn(3, 2))) as pdf, pdf.open_outline() as outline:
        pages = [one.obj.objgen for one in pdf.pages]
        assert len(pages) == 6
        assert [str(one.Annots[0].A.URI)[-1] for one in pdf.pages] == [*"001122"]
        flat = [one for top in outline.root for one in (top, *top.children)]
        assert [one.title for one in flat] == [f"Œuvre {n}.{k}" for n in range(3) for k in range(2)]
        assert [one.destination[0].objgen for one in flat] == pages
        sections = pdf.Root.StructTreeRoot.K.K
        assert [str(one.get("/Lang", "")) for one in sections] == ["", "en", ""]
        assert [len(one.K) for one in sections] == [4, 4, 4]


def test_the_tree_of_parents_leads_from_pages_and_links_to_their_elements():
    with pikepdf.open(BytesIO(drawn(LEAF, 1))) as pdf:
        leaves = pdf.Root.StructTreeRoot.ParentTree.Kids
        pairs = [one for leaf in leaves for one in leaf.Nums]
        by_key = dict(zip(map(int, pairs[::2]), pairs[1::2], strict=True))
        assert [*by_key] == [*range(2 * LEAF)]
        for one in pdf.pages:
            assert [str(node.S) for node in by_key[one.StructParents]] == ["/H1", "/Link"]
            assert str(by_key[one.Annots[0].StructParent].S) == "/Link"


def test_equal_parts_give_equal_bytes():
    assert drawn(3) == drawn(3)


def test_a_document_without_any_part_is_whole():
    with pikepdf.open(BytesIO(drawn(0))) as pdf:
        assert len(pdf.pages) == 0


def test_what_is_finished_is_in_the_file_and_not_in_memory():
    """Of three thousand pages, beside the fonts, less is kept than three kilobytes a page."""
    script = """
import tempfile
from pathlib import Path
from tests.forum.core.test_pdf_flow import add, flowing

def peak_kb():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])

with tempfile.TemporaryFile() as out:
    made = flowing(out)
    for number in range(100):
        add(made, number)
    before = peak_kb()
    for number in range(100, 3100):
        add(made, number)
    size = out.tell()
    made.save()
print(size // 1024, peak_kb() - before)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    written_kb, grown_kb = map(int, done.stdout.split())
    assert written_kb > 600
    assert grown_kb < 9000
