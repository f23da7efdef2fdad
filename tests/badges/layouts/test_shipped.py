"""The layouts that ship: all is on its face, nothing overlaps, codes are large enough."""

import re
from itertools import combinations

import pytest

from badges.layouts.checking import accepted
from badges.layouts.fitting import fit
from badges.layouts.models import LEAST_CODE_MM, PALETTE, Box, Layout
from badges.layouts.shipped import FOLDER, SHIPPED, UnknownLayout, find
from badges.printing.press import WEIGHTS

FACES = [(layout.name, face) for layout in SHIPPED.values() for face in layout.faces]


def inside(inner: Box, outer: Box) -> bool:
    return (
        outer.x_mm <= inner.x_mm
        and outer.y_mm <= inner.y_mm
        and inner.x_mm + inner.width_mm <= outer.x_mm + outer.width_mm + 0.01
        and inner.y_mm + inner.height_mm <= outer.y_mm + outer.height_mm + 0.01
    )


def apart(one: Box, other: Box) -> bool:
    return (
        one.x_mm + one.width_mm <= other.x_mm + 0.01
        or other.x_mm + other.width_mm <= one.x_mm + 0.01
        or one.y_mm + one.height_mm <= other.y_mm + 0.01
        or other.y_mm + other.height_mm <= one.y_mm + 0.01
    )


def places(name: str, face: str) -> dict[str, Box]:
    """Return the boxes of a face that hold text or a code, by what they hold."""
    drawn = SHIPPED[name].faces[face]
    columns = {" ".join(str(part.text) for part in c.parts): c.box for c in drawn.columns}
    codes = {
        f"code {n}": Box(x_mm=c.x_mm, y_mm=c.y_mm, width_mm=c.side_mm, height_mm=c.side_mm)
        for n, c in enumerate(drawn.codes)
    }
    return columns | codes


def size(layout: Layout, face: str) -> Box:
    wide, high = layout.face_size_mm(face)
    return Box(x_mm=0, y_mm=0, width_mm=wide, height_mm=high)


@pytest.mark.parametrize(("name", "face"), FACES)
def test_all_is_on_its_face_and_no_two_texts_or_codes_overlap(name, face):
    layout = SHIPPED[name]
    drawn = layout.faces[face]
    boxes = [one.box for one in (*drawn.shapes, *drawn.pictures)]
    assert [box for box in boxes if not inside(box, size(layout, face))] == []
    found = places(name, face)
    assert len(found) == len(drawn.columns) + len(drawn.codes)
    assert [at for at, box in found.items() if not inside(box, size(layout, face))] == []
    pairs = combinations(found.items(), 2)
    assert [(a, b) for (a, one), (b, other) in pairs if not apart(one, other)] == []


@pytest.mark.parametrize(("name", "face"), FACES)
def test_the_parts_of_a_column_never_need_more_than_its_height(name, face):
    for column in SHIPPED[name].faces[face].columns:
        needed = sum(part.height_mm + part.gap_mm for part in column.parts)
        assert needed <= column.box.height_mm + 0.001


@pytest.mark.parametrize(("name", "face"), FACES)
def test_two_hundred_of_the_widest_letters_fit_every_place(name, face):
    for column in SHIPPED[name].faces[face].columns:
        for part in column.parts:
            got = fit(
                "W" * 200,
                part.sizes,
                WEIGHTS[part.weight],
                width_mm=column.box.width_mm,
                height_mm=part.height_mm,
            )
            assert "".join(got.lines) == "W" * 200


@pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)
def test_a_code_is_large_enough_for_phones(layout):
    sides = [code.side_mm for face in layout.faces.values() for code in face.codes]
    assert sides
    assert min(sides) >= LEAST_CODE_MM


@pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)
def test_all_cards_are_on_the_sheet_and_apart(layout):
    sheet = Box(x_mm=0, y_mm=0, width_mm=layout.sheet.width_mm, height_mm=layout.sheet.height_mm)
    for corners in (layout.corners(), layout.reverse_corners()):
        cards = [
            Box(
                x_mm=corner.x_mm,
                y_mm=corner.y_mm,
                width_mm=layout.card_width_mm,
                height_mm=layout.card_height_mm,
            )
            for corner in corners
        ]
        assert len(cards) == layout.sheet.cards
        assert [card for card in cards if not inside(card, sheet)] == []
        assert all(apart(one, other) for one, other in combinations(cards, 2))


@pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)
def test_all_panels_show_a_face_and_all_colours_are_known(layout):
    panels = [*layout.panels, *(layout.reverse.panels if layout.reverse else ())]
    assert {panel.face for panel in panels} == {*layout.faces}
    colours = [
        one.colour
        for face in layout.faces.values()
        for one in (*face.shapes, *(part for column in face.columns for part in column.parts))
    ]
    assert [c for c in colours if c not in PALETTE and not c.startswith("#")] == []


def test_each_file_is_named_as_its_layout():
    assert sorted(SHIPPED) == sorted(file.stem for file in FOLDER.glob("*.toml"))


def test_four_a6_cards_stand_on_an_a4_sheet():
    assert SHIPPED["a6"].corners() == [(0, 0), (105, 0), (0, 148.5), (105, 148.5)]


def test_an_unknown_layout_is_refused():
    assert find("a6") is SHIPPED["a6"]
    with pytest.raises(UnknownLayout) as caught:
        find("a7")
    assert (caught.value.code, caught.value.status) == ("unknown_layout", 422)


@pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)
def test_the_front_says_who_it_is_in_which_category_and_has_the_code(layout):
    face = layout.faces["front"]
    texts = " ".join(str(part.text) for column in face.columns for part in column.parts)
    fields = {"{given_name}", "{family_name}", "{organisation}", "{category}", "{reference}"}
    assert [field for field in fields if field not in texts] == []
    assert len(face.codes) == 1


@pytest.mark.parametrize("layout", SHIPPED.values(), ids=SHIPPED)
def test_words_are_in_french_and_in_english(layout):
    parts = [
        part for face in layout.faces.values() for column in face.columns for part in column.parts
    ]
    texts = [layout.title, *(part.text for part in parts)]
    words = [text for text in texts if not isinstance(text, str)]
    assert [text for text in words if sorted(text) != ["en", "fr"]] == []
    # What stands alone in every language has no word of its own.
    alone = [re.sub(r"\{\w+\}", "", text) for text in texts if isinstance(text, str)]
    assert [text for text in alone if re.search(r"[^\W\d]", text)] == []


def test_a_code_has_thirty_millimetres_where_the_card_has_room():
    small = {
        name
        for name, layout in SHIPPED.items()
        if any(code.side_mm < 30 for face in layout.faces.values() for code in face.codes)
    }
    assert small == {"labels-3x7", "labels-3x7-rounded"}
    assert min(one.side_mm for name in small for one in SHIPPED[name].faces["front"].codes) >= 27


def test_the_shipped_files_pass_as_those_of_organisers_do():
    mistakes = {
        file.stem: accepted(file.read_text("utf-8"))[1].mistakes for file in FOLDER.glob("*.toml")
    }
    assert {name: found for name, found in mistakes.items() if found} == {}
