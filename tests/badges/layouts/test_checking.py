"""What cannot be printed of a layout, and what would be hard to read, each by line and field."""

import pytest

from badges.layouts import checking
from badges.layouts.checking import accepted, check, contrast
from badges.layouts.reading import LayoutMistaken, read, write
from badges.layouts.shipped import SHIPPED
from forum.core import pdf
from tests.badges.layouts.samples import SOURCE, line_of

PALETTE = "ink, soft, fir, white, black, line, highlight, category, category-surface"
FIELDS = (
    "{given_name}, {family_name}, {name}, {organisation}, {job_title}, {category}, {reference},"
    " {event}, {dates}, {venue}"
)
FRONT, BACK = "faces.front", "faces.back"
SECOND = f"{FRONT}.columns[1]"
CODE = "x_mm = 35\ny_mm = 100\nside_mm = 34"
IMAGE = """
[[faces.front.pictures]]
name = "logo"
box = { x_mm = 1, y_mm = 82, width_mm = 9, height_mm = 9 }
"""
TOO_HIGH = "The cards need a height of 445.5 mm, the sheet has 297 mm."


def remarks(source, images=()):
    layout, text = read(source)
    return check(layout, text, images)


# The text that is put in the place of another, where that is wrong, and what is said.
WRONG = [
    (
        "smallest_pt = 12 }]\n\n[[faces.front.columns.parts]]",
        "smallest_pt = 50 }]\n\n[[faces.front.columns.parts]]",
        f"{SECOND}.parts[0].sizes[0]",
        "the smallest size 50 pt is larger than the largest, 40 pt",
    ),
    ('name = "two"', 'name = "Two!"', "name",
     "Write small letters, digits and hyphens, as in “a6-staff” (40 at most)."),
    ('title = { fr = "Deux faces", en = "Two faces" }', 'title = ""', "title",
     "Give the layout a title."),
    ('en = "Two faces"', 'English = "Two faces"', "title.English",
     "Name a language by its code, such as fr or en."),
    ("card_width_mm = 105", "card_width_mm = 5", "card_width_mm",
     "Give a number from 15 to 450."),
    ("card_width_mm = 105", "card_width_mm = 110", "sheet.width_mm",
     "The cards need a width of 220 mm, the sheet has 210 mm."),
    ("rows = 2", "rows = 3", "sheet.height_mm", TOO_HIGH),
    ("rows = 2", "rows = 0", "sheet.rows", "Give a number from 1 to 40."),
    ("[reverse]", '[[panels]]\nface = "frnt"\n[[panels]]\n[reverse]', "panels[0].face",
     "There is no face “frnt”: here are front, back."),
    ("[reverse]", "[[panels]]\nx_mm = 10\n[reverse]", "panels[0]",
     "This stands out of the card on the right by 10 mm."),
    ("[reverse]", "[reverse]\npanels = []", "reverse.panels",
     "The other side has one panel at least, and 8 at most."),
    ('marks = "cut"', 'marks = "cut"\n\n[faces."Side A"]', "faces.Side A",
     "Call a face by small letters, digits and hyphens, as in “front”."),
    ("width_mm = 105, height_mm = 30", "width_mm = 107.5, height_mm = 30",
     f"{FRONT}.shapes[0].box", "This stands out of the card on the right by 2.5 mm."),
    ('colour = "fir"', 'colour = "#12345"', f"{FRONT}.shapes[0].colour",
     f"There is no such colour: write #rrggbb, or one of {PALETTE}."),
    ('colour = "white"', 'colour = "ink"', f"{FRONT}.columns[0].parts[0].colour",
     "This cannot be read on what is below it: the contrast is 1.86 to 1."),
    ('"{given_name}"', '"{given-name}"', f"{SECOND}.parts[0].text",
     "There is no field {given-name}: perhaps {given_name} is meant."),
    ('"{given_name}"', '"{x}"', f"{SECOND}.parts[0].text",
     f"There is no field {{x}}: use {FIELDS}."),
    ('"{given_name}"', '"{given_name"', f"{SECOND}.parts[0].text",
     "A brace is alone: fields stand between { and }."),
    ('"{given_name}"', f'"{"a" * 301}"', f"{SECOND}.parts[0].text",
     "This text is longer than 300 characters."),
    ("height_mm = 15\n", "height_mm = 25\n", f"{SECOND}.box.height_mm",
     "Its texts need a height of 46 mm, the column has 40 mm."),
    ("sizes = [{ lines = 4, largest_pt = 16, smallest_pt = 8 }]", "sizes = []",
     f"{BACK}.columns[0].parts[0].sizes", "There may be 1 to 6 of them: here are 0."),
    ("y_mm = 40, width_mm = 89", "y_mm = 15, width_mm = 89", SECOND,
     "This lies over another text or code of the face: move one of them."),
    ("y_mm = 100", "y_mm = 75", f"{FRONT}.codes[0]",
     "This lies over another text or code of the face: move one of them."),
    ("y_mm = 100", "y_mm = 120", f"{FRONT}.codes[0]",
     "This stands out of the card at the bottom by 5.5 mm."),
    ("side_mm = 34", "side_mm = 21.9", f"{FRONT}.codes[0].side_mm",
     "Phones read no code smaller than 22 mm: make it larger."),
    (CODE, CODE + IMAGE,
     f"{FRONT}.pictures[0].name",
     "The image “logo” is not here: bring it first, or use one of forest, folds."),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "field", "said"), WRONG, ids=lambda one: one[:30])
def test_what_cannot_be_printed_is_named(right, wrong, field, said):
    assert SOURCE.count(right) >= 1
    source = SOURCE.replace(right, wrong, 1)
    found = [(one.field, str(one.message)) for one in remarks(source).mistakes]
    assert (field, said) in found
    assert len(found) <= 2  # what sticks out may lie over something besides
    with pytest.raises(LayoutMistaken) as caught:
        accepted(source)
    assert [one.field for one in caught.value.mistakes] == [name for name, _ in found]


def test_a_mistake_names_its_line_its_field_and_the_mend():
    source = SOURCE.replace(
        "largest_pt = 18, smallest_pt = 14", "largest_pt = 12, smallest_pt = 40"
    )
    [mistake] = remarks(source).mistakes
    line = line_of("smallest_pt = 40", source)
    assert str(mistake) == (
        f"line {line}, faces.front.columns[0].parts[0].sizes[0]: the smallest size 40 pt is larger"
        " than the largest, 12 pt"
    )


ODD = [
    ("side_mm = 34", "side_mm = 29", f"{FRONT}.codes[0].side_mm",
     "A code of 30 mm or more is read faster, and from further away."),
    ("smallest_pt = 8 }", "smallest_pt = 4 }", f"{BACK}.columns[0].parts[0].sizes[0]",
     "Text smaller than 5 pt is hard to read."),
    ("[reverse]\n", "", "faces.back", "No panel shows this face: it is not printed."),
    (f"[[faces.front.codes]]\n{CODE}", "", "faces",
     "There is no code: doors cannot read this badge."),
    ('"{family_name}"', '"Staff"', "faces", "The name of the person is not on this badge."),
    ("height_mm = 30\nsizes", "height_mm = 30\ncolour = 'line'\nsizes",
     f"{BACK}.columns[0].parts[0].colour",
     "This is hard to read on what is below it: the contrast is 3.58 to 1."),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "field", "said"), ODD, ids=lambda one: one[:30])
def test_what_would_be_hard_to_read_is_said_and_may_stay(right, wrong, field, said):
    assert right in SOURCE
    _, found = accepted(SOURCE.replace(right, wrong, 1))
    assert [(one.field, str(one.message)) for one in found.warnings] == [(field, said)]


def test_a_right_layout_has_nothing_said_of_it():
    _, found = accepted(SOURCE)
    assert (found.mistakes, found.warnings) == ([], [])
    with_image = SOURCE + (
        "\n[[faces.back.pictures]]\nname = 'logo'\n"
        "box = { x_mm = 8, y_mm = 60, width_mm = 40, height_mm = 20 }\n"
    )
    assert accepted(with_image, {"logo"})[1].mistakes == []


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_can_be_printed_and_written(name):
    source = write(SHIPPED[name])
    layout, _ = accepted(source)
    assert layout == SHIPPED[name]


def test_a_label_is_one_card_of_one_side():
    label = SOURCE.replace("[sheet]", 'device = "label"\n\n[sheet]', 1)
    assert [one.field for one in remarks(label).mistakes] == ["sheet.columns", "reverse"]


def test_numbers_and_counts_have_bounds_so_that_a_hostile_file_costs_little():
    shape = "[[faces.front.shapes]]\nbox = { x_mm = 0, y_mm = 0, width_mm = 1, height_mm = 1 }\n"
    many = SOURCE + (shape + 'colour = "ink"\n') * 500
    assert "There may be 0 to 40 of them: here are 501." in str(remarks(many).mistakes[0])
    broken = SOURCE + (shape + 'colour = "no"\n') * 39
    assert len(remarks(broken).mistakes) == 39
    full = SOURCE.replace("columns = 2\nrows = 2", "columns = 20\nrows = 40")
    assert "A sheet holds 200 cards at most: here are 800." in [
        one.message for one in remarks(full).mistakes
    ]


def test_the_colours_are_those_that_are_drawn():
    for name, code in checking.INKS.items():
        if name != "black":
            assert pdf.colour(code) == getattr(pdf, name.upper())
    for n, tint in pdf.TINTS.items():
        assert pdf.colour(checking.CATEGORY_INKS[n - 1]) == tint.foreground
        assert pdf.colour(checking.CATEGORY_SURFACES[n - 1]) == tint.background


def test_contrast_is_that_of_wcag_and_the_least_of_all_categories():
    assert contrast("#000000", "white") == 21
    assert round(contrast("#777777", "white"), 2) == 4.48
    assert contrast("category", "category-surface") >= 7.6
