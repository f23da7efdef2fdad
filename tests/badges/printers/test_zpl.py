"""Labels in ZPL II: printed by a reader of our own, decoded by two others, whatever the name."""

import random
import re
import subprocess

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from badges.layouts.models import Box, Code, Face, Picture
from badges.printers import trial
from badges.printers.graphics import Dots, compressed
from badges.printers.zpl import END, label
from tests.badges.printers.label62 import BADGE, LABEL, RUN, TOKEN
from tests.badges.printers.zpl_reader import Reader, StrangeCommandError, labels, printed, unpacked

RESIDENT = {"^XA", "^CI", "^PW", "^LL", "^LH", "^FO", "^A0", "^FB", "^FR", "^FH", "^FD", "^FS"}
KNOWN = RESIDENT | {"^GB", "^GF", "^BQ", "^XZ"}


def texts_of(drawn):
    return " ".join(drawn.texts)


def read_by_zbar(image, folder):
    path = folder / "label.png"
    image.save(path)
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", path], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_a_label_is_read_by_two_decoders_and_stays_on_its_paper(dpi, tmp_path):
    drawn = printed(label(LABEL, RUN, BADGE, dpi=dpi))
    assert [one.text for one in zxingcpp.read_barcodes(drawn.image)] == [TOKEN]
    assert read_by_zbar(drawn.image, tmp_path) == TOKEN
    assert drawn.image.size == (round(62 * dpi / 25.4), round(90 * dpi / 25.4))
    assert drawn.outside == 0
    assert drawn.texts[0] == "Maëlys"
    assert "D’HÉROUVILLE-" in texts_of(drawn)
    assert "Communauté de communes du Val d’Ambroise" in texts_of(drawn)
    assert drawn.texts[-1] == "Agent public"


@pytest.mark.parametrize("dpi", [203, 300])
def test_the_code_has_the_exact_size_and_a_quiet_zone(dpi):
    drawn = printed(label(LABEL, RUN, BADGE, dpi=dpi))
    side = round(30 * dpi / 25.4)
    module = side // 45
    left, top, right, bottom = next(
        box for box in drawn.boxes if box[2] - box[0] == box[3] - box[1] == 37 * module
    )
    quiet = 4 * module
    around = drawn.image.crop((left - quiet, top - quiet, right + quiet, bottom + quiet))
    around.paste(255, (quiet, quiet, quiet + 37 * module, quiet + 37 * module))
    assert around.getextrema() == (255, 255)
    assert left >= round(16 * dpi / 25.4)
    assert right <= round(16 * dpi / 25.4) + side


def test_a_usual_label_is_some_hundred_bytes():
    plain = replace(
        LABEL,
        faces={
            "front": replace(
                LABEL.faces["front"], shapes=(), columns=LABEL.faces["front"].columns[:1]
            )
        },
    )
    content = label(plain, RUN, BADGE, dpi=203)
    assert content.endswith(END)
    assert 330 <= len(content) <= 460


def test_a_code_wider_than_the_printers_own_is_a_picture():
    wide = replace(LABEL, faces={"front": Face(codes=(Code(x_mm=2, y_mm=2, side_mm=56),))})
    content = label(wide, RUN, BADGE, dpi=600)
    assert b"^BQ" not in content
    drawn = printed(content)
    assert [one.text for one in zxingcpp.read_barcodes(drawn.image)] == [TOKEN]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("name", ["Ελένη", "Людмила", "Nguyễn Thị", "Žółć Şahin"])
def test_a_name_that_the_printer_cannot_draw_is_a_picture(name, dpi):
    drawn = printed(label(LABEL, RUN, replace(BADGE, given_name=name), dpi=dpi))
    assert name not in texts_of(drawn)
    wide, high = drawn.image.size
    picture = max(drawn.boxes[1:], key=lambda box: box[2] - box[0])
    assert drawn.outside == 0
    assert 0 <= picture[0] < picture[2] <= wide
    assert 0 <= picture[1] < picture[3] <= round(40 * dpi / 25.4) < high
    dark = sum(drawn.image.crop(picture).histogram()[:128])
    assert dark > 500
    assert [one.text for one in zxingcpp.read_barcodes(drawn.image)] == [TOKEN]


@pytest.mark.parametrize(
    "hostile",
    [
        "^XZ^XA^FO0,0^FDx^FS",
        "~JA",
        "~HS",
        "a^FS^XZ",
        "\\&x\\",
        "_5EXZ",
        "^FH_^FD_5E",
        "a\x1b\x02\x03\r\nb",
        "~DGR:X.GRF,1,1,00",
        "Dupont & <Fils>",
        "\u202e^XZ",
    ],
)
def test_a_hostile_name_injects_nothing(hostile):
    badge = replace(BADGE, given_name=hostile, family_name="B", organisation=hostile)
    content = label(LABEL, RUN, badge, dpi=203)
    drawn = printed(content)
    assert set(drawn.commands) <= KNOWN
    assert content.count(b"~") == 0
    assert content.count(b"^XA") == content.count(b"^XZ") == 1
    kept = re.sub(r"[\x00-\x1f\u202e]", "", hostile).replace(" ", "")
    assert kept in texts_of(drawn).replace(" ", "")


@settings(max_examples=60)
@given(
    st.text(st.characters(max_codepoint=0xFF) | st.sampled_from("^~\\_,:;&'"), max_size=30),
    st.text(st.characters(max_codepoint=0xFF) | st.sampled_from("^~\\_"), max_size=60),
)
def test_whatever_is_typed_is_text_and_stays_on_the_label(name, organisation):
    badge = replace(BADGE, given_name=f"A{name}", organisation=organisation)
    content = label(LABEL, RUN, badge, dpi=203)
    [one] = labels(content)
    drawn = Reader().read(one)
    usual = printed(label(LABEL, RUN, replace(BADGE, organisation=""), dpi=203))
    assert set(drawn.commands) <= KNOWN
    assert drawn.commands.count("^BQ") == usual.commands.count("^BQ") == 1
    assert drawn.outside == 0
    assert all(byte >= 0x20 for byte in content)
    for box in drawn.boxes:
        assert box[0] >= 0
        assert box[2] <= drawn.image.width + 1
        assert box[3] <= drawn.image.height + 1


def test_the_reader_knows_nothing_else():
    with pytest.raises(StrangeCommandError):
        printed(b"^XA^CI28^JUS^XZ")


def test_an_offset_moves_everything_by_exactly_as_many_dots():
    here = printed(label(LABEL, RUN, BADGE, dpi=300))
    there = printed(label(LABEL, RUN, BADGE, dpi=300, offset_mm=(25.4 / 300 * 6, 25.4 / 300 * 11)))
    moved = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(here.boxes, there.boxes, strict=True)]
    assert {*moved} <= {(x, y) for x in (5, 6, 7) for y in (10, 11, 12)}
    assert (6, 11) in moved


def test_an_image_is_dots_whole_in_its_box():
    image = Image.new("RGBA", (60, 30), (0, 0, 0, 0))
    image.paste((10, 10, 10, 255), (0, 0, 30, 30))
    path = __import__("io").BytesIO()
    image.save(path, "PNG")
    box = Box(x_mm=10, y_mm=10, width_mm=20, height_mm=20)
    layout = replace(LABEL, faces={"front": Face(pictures=(Picture(name="logo", box=box),))})
    drawn = printed(label(layout, RUN, BADGE, dpi=203, images={"logo": path.getvalue()}))
    [one] = drawn.boxes
    assert abs(one[0] - 80) <= 1
    assert abs(one[1] - 120) <= 1
    assert abs((one[2] - one[0]) - 80) <= 2
    assert abs((one[3] - one[1]) - 80) <= 2


def test_compressed_rows_come_back():
    chance = random.Random(20270322)  # noqa: S311 -- a test's
    for width in (1, 8, 9, 500, 3600):
        stride = -(-width // 8)
        rows = []
        for _ in range(40):
            kind = chance.randrange(4)
            row = [b"\0" * stride, b"\xff" * stride, chance.randbytes(stride)][min(kind, 2)]
            rows.append(rows[-1] if rows and kind == 3 else row)
        assert unpacked(compressed(rows), stride) == rows
        assert Dots(width, tuple(rows)).height == 40


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", [(62, 90), (62, 29), (100, 150), (40, 30)])
def test_a_test_label_stays_on_its_paper_and_is_read(size, language):
    drawn = printed(trial.label(size, dpi=203, offset_mm=(0, 0), language=language))
    assert drawn.outside == 0
    assert drawn.boxes[0][:2] == (40, 40)
    assert "5" in texts_of(drawn)
    found = [one.text for one in zxingcpp.read_barcodes(drawn.image)]
    assert found == [trial.CODE]
    moved = printed(trial.label(size, dpi=203, offset_mm=(1, 0.5), language=language))
    assert moved.boxes[0][:2] == (48, 44)
