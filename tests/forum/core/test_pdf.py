"""What programme and badges share on paper: fonts that are whole, colours that are read."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from forum.core import pdf
from forum.core.pdf import (
    BOLD,
    FONTS,
    MM,
    REGULAR,
    SEMIBOLD,
    TINTS,
    Document,
    missing_glyphs,
    width,
)

ROOT = Path(__file__).parents[3]
FACES = [REGULAR, SEMIBOLD, BOLD]


def one_page(**changes):
    out = BytesIO()
    document = Document(out, size_mm=(210, 297), title="Été à Nîmes", language="fr", **changes)
    for n, face in enumerate(FACES):
        document.setFont(face, 12)
        document.drawString(20 * MM, (270 - 10 * n) * MM, f"{face}: Œuvre, Łódź, Αθήνα, Київ →")
    document.showPage()
    document.save()
    return out.getvalue()


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_fonts_are_those_of_their_manifests():
    command = [sys.executable, str(ROOT / "scripts" / "make_fonts.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("face", FACES)
def test_a_face_has_its_own_name_and_weight_and_a_small_file(face):
    path = FONTS / f"{face}.ttf"
    font = TTFont(path)
    assert {str(name) for name in font["name"].names if name.nameID == 6} == {face}
    assert {name.platformID for name in font["name"].names} == {3}
    assert font["OS/2"].usWeightClass == {REGULAR: 400, SEMIBOLD: 600, BOLD: 700}[face]
    assert path.stat().st_size < 200_000


def test_the_three_faces_draw_the_same_characters():
    covered = [set(TTFont(FONTS / f"{face}.ttf").getBestCmap()) for face in FACES]
    assert covered[0] == covered[1] == covered[2]


def test_names_of_europe_can_be_drawn():
    assert (
        missing_glyphs(
            "Ÿ Œ ẞ Ł Ș Ț Ğ İ ő ů ħ ŵ Ə ə Nguyễn Ελένη Людмила Київ d\u2019Arc «\u202f» →"
        )
        == ""
    )


def test_what_cannot_be_drawn_is_named_once_and_in_order():
    assert missing_glyphs("𓀀 A\n", "𓁐𓂀", "𓀀\t", "李", "\u0631") == "𓀀𓁐𓂀"


def test_letters_and_their_accents_are_looked_at_composed():
    assert missing_glyphs("e\u0301") == ""


@pytest.mark.parametrize("face", FACES)
def test_a_width_is_what_reportlab_draws(face):
    text = "Communauté d\u2019agglomération\u00a0: 12\u202f%"
    assert width(text, face, 11.5) == pytest.approx(pdf.font(face).stringWidth(text, 11.5))


def test_a_document_says_its_title_and_language_and_embeds_three_faces():
    with pikepdf.open(BytesIO(one_page(made_at=datetime(2027, 3, 22, 8, tzinfo=UTC)))) as file:
        assert file.check_pdf_syntax() == []
        assert str(file.docinfo.Title) == "Été à Nîmes"
        assert str(file.docinfo.CreationDate) == "D:20270322080000+00'00'"
        assert str(file.Root.Lang) == "fr"
        fonts = [o for o in file.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o]
        assert {str(font.BaseFont).split("+")[1] for font in fonts} == set(FACES)


def test_text_is_mapped_to_used_characters_only():
    with pikepdf.open(BytesIO(one_page())) as file:
        fonts = [o for o in file.objects if isinstance(o, pikepdf.Dictionary) and "/ToUnicode" in o]
        for font in fonts:
            spelled = font.ToUnicode.read_bytes().decode()
            mapped = re.findall(r"<[0-9A-F]{2}> <([0-9A-F]+)>", spelled)
            assert "0152" in mapped
            assert "0000" not in mapped
            assert max(map(int, re.findall(r"(\d+) beginbfchar", spelled))) <= 100


def test_streams_are_deflated_and_nothing_more():
    with pikepdf.open(BytesIO(one_page())) as file:
        streams = [o for o in file.objects if isinstance(o, pikepdf.Stream)]
        assert {str(o.Filter[0] if "/Filter" in o else "") for o in streams} == {"/FlateDecode"}


def test_equal_calls_give_equal_bytes():
    assert one_page() == one_page()


def test_the_tints_are_those_of_the_pages_and_are_read():
    css = (ROOT / "forum" / "static" / "site.css").read_text()
    light = css.split("@media (prefers-color-scheme: dark)")[0]
    for number, tint in TINTS.items():
        codes = re.search(rf"\.t{number}\s*{{\s*--b:\s*(#\w{{6}});\s*--f:\s*(#\w{{6}})", light)
        assert codes, number
        assert [pdf.colour(code) for code in codes.groups()] == list(tint)
        bright, dark = luminance(tint.background), luminance(tint.foreground)
        assert (bright + 0.05) / (dark + 0.05) >= 7.5


def accented(first):
    """Draw letters of which many are made of others, begun with another one each time."""
    out, letters = BytesIO(), "".join(map(chr, range(0xC0, 0x180)))
    document = Document(out, size_mm=(210, 297), title="T", language="fr")
    for n, face in enumerate(FACES):
        document.setFont(face, 10)
        document.drawString(10, 10 + 20 * n, letters[first:] + letters[:first])
    document.showPage()
    document.save()
    return out.getvalue()


def test_documents_drawn_side_by_side_are_what_they_are_alone():
    alone = [accented(n) for n in range(16)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # a thread gives way in the middle of whatever it does
    try:
        with ThreadPoolExecutor(4) as threads:
            assert [list(threads.map(accented, range(16))) for _ in range(3)] == [alone] * 3
    finally:
        sys.setswitchinterval(usual)
