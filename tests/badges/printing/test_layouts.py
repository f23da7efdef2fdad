"""Every layout that ships, printed and measured: texts in boxes, sides that meet, pictures."""

import random
import shutil
import subprocess
from io import BytesIO

import msgspec
import pikepdf
import pytest
from PIL import Image

from badges.layouts.models import (
    Box,
    Code,
    Column,
    Face,
    Layout,
    Panel,
    Part,
    Picture,
    Reverse,
    Sheet,
    Size,
)
from badges.layouts.shipped import SHIPPED
from badges.models import Badge
from forum.core.pdf import MM
from tests.badges.printing.measuring import letters, mistakes
from tests.badges.printing.samples import PEOPLE, RUN, RUN_EN, people, printed, token

SEED = 20261126
LETTERS = "abcdeéèçñüßøłżœÉÀÇÑÜØŁŻŒAWIJMQgjpy ĝşţțאΔΩбЖщўẤệ’'-.()&<>\\/0123"
LAYOUTS = pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)


def made_up(chance: random.Random, number: int) -> Badge:
    """Return a badge of random letters and lengths, those that the fonts draw."""

    def word(most: int) -> str:
        length = chance.choice([1, 3, 8, 15, most])
        return "".join(chance.choices(LETTERS.replace("א", ""), k=length)).strip() or "X"

    [plain] = people(1)
    return msgspec.structs.replace(
        plain,
        reference=f"K{number:04}-7XQ",
        given_name=word(60),
        family_name=word(120),
        organisation=word(200),
        job_title=word(120),
        token=token(number),
    )


@LAYOUTS
@pytest.mark.parametrize("run", [RUN, RUN_EN], ids=lambda run: run.language)
def test_each_text_is_whole_in_its_box_and_touches_no_other(layout, run):
    sheet = printed(layout, run=run)
    assert sheet.report.problems == []
    assert mistakes(layout, run, sheet.badges, sheet.pdf) == []


@LAYOUTS
def test_random_texts_are_whole_in_their_boxes_and_touch_no_other(layout):
    print(f"seed {SEED}")  # noqa: T201  # shown when a test fails
    chance = random.Random(SEED)  # noqa: S311  # repeatable on purpose
    sheet = printed(layout, [made_up(chance, number) for number in range(24)])
    assert sheet.report.problems == []
    assert mistakes(layout, RUN, sheet.badges, sheet.pdf) == []


@LAYOUTS
def test_names_are_found_as_they_are_written(layout, tmp_path, tool):
    sheet = printed(layout)
    path = tmp_path / "badges.pdf"
    path.write_bytes(sheet.pdf)
    command = [tool("pdftotext"), "-raw", str(path), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = "".join(text.split())
    names = [name for given, family, *_ in PEOPLE for name in (given, family.upper())]
    assert [name for name in names if "".join(name.split()) not in lines] == []


@LAYOUTS
def test_a_sheet_is_as_large_and_has_as_many_badges_as_the_layout_says(layout):
    sheet = printed(layout)
    with pikepdf.open(BytesIO(sheet.pdf)) as pdf:
        assert pdf.check_pdf_syntax() == []
        size = [float(edge) / MM for edge in pdf.pages[0].MediaBox]
        assert size == pytest.approx(
            [0, 0, layout.sheet.width_mm, layout.sheet.height_mm], abs=0.01
        )
        sheets = -(-len(PEOPLE) // layout.sheet.cards)
        assert len(pdf.pages) == sheets * (2 if layout.reverse else 1)
    assert (sheet.report.pages, sheet.report.badges) == (len(pdf.pages), len(PEOPLE))


@LAYOUTS
def test_a_bad_badge_says_so_and_the_others_are_printed(layout):
    bad, good = people(2)
    bad = msgspec.structs.replace(bad, token="none")
    sheet = printed(layout, [bad, good])
    reason = "Le billet n\u2019a pas de code valable."
    assert sheet.report.problems == [(bad.reference, reason)]
    said = "".join(letter.char for page in letters(sheet.pdf) for letter in page)
    assert "Badgeàvérifier" in said
    assert "".join(reason.split()) in said
    assert said.count("LEFÈVRE") == 0
    assert "Jean-Baptiste" in said


@LAYOUTS
def test_no_badge_gives_a_page_that_says_so(layout):
    sheet = printed(layout, [])
    said = "".join(letter.char for page in letters(sheet.pdf) for letter in page)
    assert "Iln\u2019yapasdebadgeàimprimer." in said
    assert sheet.report.badges == 0


@LAYOUTS
def test_equal_badges_give_equal_bytes(layout):
    assert printed(layout).pdf == printed(layout).pdf


def plain(**changes: object) -> Layout:
    """Return a layout of one word a card, in the middle of six cards that fill no sheet."""
    word = Part(
        text="{reference}",
        height_mm=10,
        sizes=(Size(lines=1, largest_pt=12, smallest_pt=6),),
    )
    face = Face(
        columns=(Column(box=Box(x_mm=5, y_mm=4, width_mm=50, height_mm=10), parts=(word,)),),
        codes=(Code(x_mm=30, y_mm=20, side_mm=24),),
    )
    layout = Layout(
        name="plain",
        title="Plain",
        card_width_mm=60,
        card_height_mm=50,
        sheet=Sheet(
            width_mm=210, height_mm=297, columns=2, rows=3, left_mm=20, top_mm=15, gap_x_mm=10
        ),
        faces={"front": face, "back": face},
    )
    return msgspec.structs.replace(layout, **changes)


def words(pdf: bytes) -> list[dict[str, tuple[float, float]]]:
    """Return on each page where each reference begins: the middle of its first letter."""
    pages = []
    for found in letters(pdf):
        starts = range(0, len(found), 9)
        pages.append(
            {
                "".join(letter.char for letter in found[n : n + 9]): found[n].place.centre()
                for n in starts
            }
        )
    return pages


@pytest.mark.parametrize(
    ("flip", "size", "axis"),
    [
        ("long edge", (210, 297), "upright"),
        ("short edge", (297, 210), "upright"),
        ("short edge", (210, 297), "across"),
        ("long edge", (297, 210), "across"),
    ],
)
def test_the_two_sides_meet_however_the_printer_flips_the_sheet(flip, size, axis):
    layout = plain(reverse=Reverse(flip=flip))
    wide, high = size
    layout = msgspec.structs.replace(
        layout, sheet=msgspec.structs.replace(layout.sheet, width_mm=wide, height_mm=high)
    )
    front, back = words(printed(layout, people(6)).pdf)
    corners = layout.corners()
    assert len(front) == 6
    for n, (reference, (x, y)) in enumerate(front.items()):
        # Seen through the paper: the sheet is flipped about an upright axis or one across.
        there_x, there_y = back[reference]
        through = (wide - there_x, there_y) if axis == "upright" else (there_x, high - there_y)
        # On its own face the word is as far from the card's left edge, which is the other one.
        left = corners[n].x_mm
        assert through[0] == pytest.approx(left + (left + 60 - x), abs=0.05)
        assert through[1] == pytest.approx(y, abs=0.05)


def test_a_turned_panel_is_upside_down_in_the_same_rectangle():
    quarter = msgspec.structs.replace(plain().faces["front"], width_mm=60, height_mm=50)
    layout = plain(
        faces={"front": quarter},
        panels=(Panel(), Panel(x_mm=60, turn=180)),
        card_width_mm=120,
        sheet=Sheet(width_mm=120, height_mm=50),
    )
    upright, turned = (
        [letter for letter in letters(printed(layout, people(1)).pdf)[0] if half(letter)]
        for half in (lambda one: one.place.right < 60, lambda one: one.place.left > 60)
    )
    assert len(upright) == 9
    for one in upright:
        x, y = one.place.centre()
        middles = [other.place.centre() for other in turned if other.char == one.char]
        assert any(there == pytest.approx((120 - x, 50 - y), abs=0.05) for there in middles), one


@pytest.mark.parametrize("offset", [(1.5, -0.8), (-2.0, 3.0)])
def test_an_offset_moves_all_that_is_on_the_sheet(offset):
    layout = SHIPPED["a6-double"]
    still, moved = printed(layout), printed(layout, offset_mm=offset)
    for before, after in zip(letters(still.pdf), letters(moved.pdf), strict=True):
        for one, other in zip(before, after, strict=True):
            x, y = one.place.centre()
            there = (x + offset[0], y + offset[1])
            assert other.place.centre() == pytest.approx(there, abs=0.05)


def picture(kind: str, size: tuple[int, int] = (60, 30)) -> bytes:
    out = BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, (200, 30, 30, 128)[: len(mode)]).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_image_is_in_the_file_once(kind):
    box = Box(x_mm=2, y_mm=18, width_mm=24, height_mm=24)
    face = msgspec.structs.replace(
        plain().faces["front"],
        pictures=(Picture(name="logo", box=box), Picture(name="logo", box=box, fit="cover")),
    )
    layout = plain(faces={"front": face})
    sheet = printed(layout, people(10), images={"logo": picture(kind)})
    with pikepdf.open(BytesIO(sheet.pdf)) as pdf:
        images = [
            one
            for one in pdf.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
    assert len(images) == (2 if kind == "PNG" else 1)  # a PNG's transparency is an image of its own
    assert sheet.report.problems == []


@pytest.mark.parametrize(
    ("fit", "red"), [("whole", [False, True, False]), ("cover", [True, True, True])]
)
def test_an_image_is_whole_in_its_box_or_covers_it(fit, red):
    import pypdfium2  # noqa: PLC0415  # only here

    box = Box(x_mm=10, y_mm=20, width_mm=20, height_mm=20)
    face = Face(pictures=(Picture(name="logo", box=box, fit=fit),))
    layout = plain(faces={"front": face}, sheet=Sheet(width_mm=60, height_mm=50), card_height_mm=50)
    sheet = printed(layout, people(1), images={"logo": picture("JPEG")})
    seen = pypdfium2.PdfDocument(sheet.pdf)[0].render(scale=10 / MM).to_pil().convert("RGB")
    column = [seen.getpixel((200, round(y * 10))) for y in (22, 30, 38)]
    assert [green < 100 for _, green, _ in column] == red
    outside = [seen.getpixel(at) for at in ((90, 300), (310, 300), (200, 190), (200, 410))]
    assert outside == [(255, 255, 255)] * 4


def test_an_image_that_is_not_at_hand_is_reported_and_its_box_is_white():
    box = Box(x_mm=2, y_mm=18, width_mm=24, height_mm=24)
    face = msgspec.structs.replace(
        plain().faces["front"], pictures=(Picture(name="logo", box=box),)
    )
    sheet = printed(plain(faces={"front": face}), people(1))
    assert sheet.report.problems == [("", "Il manque l\u2019image «\u00a0logo\u00a0».")]


@pytest.fixture
def tool():
    """Give the path of a program that documents are read with."""

    def path(name: str) -> str:
        found = shutil.which(name)
        assert found, f"{name} is not installed"
        return found

    return path
