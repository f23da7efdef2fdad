"""Test pages of sheets: measured in the PDF's own coordinates, read by phones and by readers."""

import re
import subprocess
from datetime import UTC, datetime
from io import BytesIO

import page as page_validation
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from badges.layouts.shipped import SHIPPED
from badges.printers import ruler
from badges.printing.press import render
from tests.badges.printers.label62 import BADGE, RUN

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
SHEETS = {name: one for name, one in SHIPPED.items() if one.device == "sheets"}
MM = 72 / 25.4


def drawn(name, language="fr", offset_mm=(0, 0)):
    return ruler.page(
        SHEETS[name],
        title="Page d’essai" if language == "fr" else "Test page",
        printer="Bureau",
        code=f"FORUM TEST {name}",
        language=language,
        made_at=AT,
        offset_mm=offset_mm,
    )


def lines_mm(pdf, name):
    """Every line of the page, as (x0, y0, x1, y1) in millimetres from its upper left corner."""
    high = SHEETS[name].sheet.height_mm
    with pikepdf.open(BytesIO(pdf)) as document:
        content = document.pages[0].Contents.read_bytes().decode("latin-1")
    found = re.findall(r"(-?[\d.]+) (-?[\d.]+) m (-?[\d.]+) (-?[\d.]+) l", content)
    return [
        (
            round(float(x0) / MM, 2),
            round(high - float(y0) / MM, 2),
            round(float(x1) / MM, 2),
            round(high - float(y1) / MM, 2),
        )
        for x0, y0, x1, y1 in found
    ]


@pytest.mark.parametrize("name", SHEETS)
def test_the_page_of_each_sheet_has_rulers_and_a_cross_at_each_corner(name, tmp_path):
    sheet, layout = SHEETS[name].sheet, SHEETS[name]
    pdf = drawn(name)
    lines = {*lines_mm(pdf, name)}
    assert (20, 0, 20, sheet.height_mm) in lines
    assert (0, 20, sheet.width_mm, 20) in lines
    for n in range(int(sheet.width_mm) + 1):
        length = 4.2 if n % 10 == 0 else 2.6 if n % 5 == 0 else 1.6
        assert (n, 20, n, round(20 + length, 2)) in lines
    for x, y in layout.corners():
        for right in (x, x + layout.card_width_mm):
            for down in (y, y + layout.card_height_mm):
                cross = (right - 3, down, right + 3, down)
                assert tuple(round(one, 2) for one in cross) in {
                    tuple(round(one, 2) for one in line) for line in lines
                } or any(
                    all(abs(a - b) < 0.011 for a, b in zip(cross, line, strict=True))
                    for line in lines
                )
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()
    assert [one.text for one in zxingcpp.read_barcodes(image)] == [f"FORUM TEST {name}"]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["a6", "labels-3x7"])
def test_it_passes_pdf_ua_and_qpdf(name, language, tmp_path):
    path = tmp_path / "test.pdf"
    path.write_bytes(drawn(name, language))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    found = page_validation.validate_pdf(
        str(path), profile=page_validation.ValidationProfile.PDF_UA_1
    )
    assert (checked.returncode, [failure.message for failure in found.failures]) == (0, [])


def test_it_says_how_to_measure_and_what_to_enter():
    done = subprocess.run(
        ["pdftotext", "-", "-"], input=drawn("a6"), capture_output=True, check=True
    )
    text = " ".join(done.stdout.decode().replace("\u00a0", " ").split())
    assert "Imprimante : Bureau." in text
    assert "bord gauche du papier à la longue ligne verticale. Il doit y avoir 20 mm." in text
    assert "Saisissez les deux mesures sur la page de l’imprimante" in text


def test_its_words_stay_inside_the_sheet():
    for name, layout in SHEETS.items():
        document = pypdfium2.PdfDocument(drawn(name))
        text = document[0].get_textpage()
        for n in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(n)
            assert left >= 20 * MM
            assert right <= layout.sheet.width_mm * MM
            assert bottom >= 0
            assert top <= layout.sheet.height_mm * MM


def test_rulers_and_cards_are_moved_by_exactly_the_offsets():
    offset = (1.5, -2.25)
    before, after = (
        lines_mm(drawn("labels-3x7"), "labels-3x7"),
        lines_mm(drawn("labels-3x7", offset_mm=offset), "labels-3x7"),
    )
    for here, there in zip(before, after, strict=True):
        assert abs(there[0] - here[0] - 1.5) < 0.011
        assert abs(there[1] - here[1] + 2.25) < 0.011


@pytest.mark.parametrize("name", ["a6", "labels-3x7", "card"])
def test_the_next_sheet_of_badges_is_shifted_exactly(name):
    """Measured where the QR code stands on the sheet."""
    places = []
    for offset in ((0, 0), (1.5, -2.25)):
        out = BytesIO()
        render(RUN, [BADGE], layout=SHEETS[name], out=out, offset_mm=offset)
        places.append(texts_of(out.getvalue()))
    before, after = places
    assert len(before) == len(after) > 2
    for here, there in zip(before, after, strict=True):
        assert abs(there[0] - here[0] - 1.5 * MM) < 0.05
        assert abs(there[1] - here[1] - 2.25 * MM) < 0.05


def texts_of(pdf):
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    return [text.get_rect(n)[:2] for n in range(text.count_rects())]
