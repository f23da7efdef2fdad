"""Layouts as TOML: read, every mistake with its line; written, and read again."""

import re
import tomllib

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.layouts import reading
from badges.layouts.lines import lines_of
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
    Shape,
    Sheet,
    Size,
)
from badges.layouts.reading import LayoutMistaken, read, write
from tests.badges.layouts.samples import SOURCE

NUMBER = "card_width_mm: Write a number here, such as 12.5."
FACES = "faces.front.columns"
TEXT_HERE = "Write a text here between quotation marks, or one for each language."
LIST_HERE = "Write a list here, between “[” and “]”."
SHEET_HAS = "width_mm, height_mm, columns, rows, left_mm, top_mm, gap_x_mm, gap_y_mm, marks"
NO_VALUE = "The value is missing, or a text without its quotation marks."
NOT_CLOSED = "A text is not closed, or holds a character that must not be there."
NO_TOML = "This line cannot be read as TOML: look at its quotes, brackets and equals sign."
NAME_SIZES = "sizes = [{ lines = 1, largest_pt = 40, smallest_pt = 12 }]"
SIZE_NEEDS = "Write a table here, with these fields at least: lines, largest_pt, smallest_pt."


def mistakes(source):
    with pytest.raises(LayoutMistaken) as caught:
        read(source)
    return [str(one) for one in caught.value.mistakes]


def test_a_layout_is_read():
    layout, _ = read(SOURCE)
    assert layout.sheet == Sheet(width_mm=210, height_mm=297, columns=2, rows=2, marks="cut")
    assert layout.reverse == Reverse(panels=(Panel(face="back"),), flip="long edge")
    assert [*layout.faces] == ["front", "back"]
    assert layout.faces["front"].codes == (Code(x_mm=35, y_mm=100, side_mm=34),)
    assert layout.faces["front"].columns[1].anchor == "bottom"


def test_what_is_written_is_read_as_the_same():
    layout, _ = read(SOURCE)
    written = write(layout)
    assert read(written)[0] == layout
    assert write(read(written)[0]) == written
    assert written.startswith('name = "two"\ntitle = { fr = "Deux faces", en = "Two faces" }\n')


# Each text that is put in the place of another, and the only mistake that it makes.
BROKEN = [
    (
        "card_width_mm = 105",
        'card_width_mm = "105"',
        NUMBER,
    ),
    ("card_width_mm = 105", "card_width_mm = nan", NUMBER),
    ("card_width_mm = 105", "card_width_mm = 1e300", NUMBER),
    (
        "card_width_mm = 105",
        f"card_width_mm = {'9' * 900}",
        NUMBER,
    ),
    ("card_width_mm = 105", "card_width_mm = true", NUMBER),
    ("columns = 2", "columns = 2.5", "sheet.columns: Write a whole number here, such as 2."),
    ("columns = 2", "columns = 1979-05-27", "sheet.columns: Write a whole number here, such as 2."),
    ("marks =", "mark =", "sheet.mark: There is no such field: perhaps marks is meant."),
    ("capitals = true", "capitals = 1", f"{FACES}[1].parts[1].capitals: Write true or false here."),
    ('"bottom"', '"middel"', f"{FACES}[1].anchor: Write one of these: bottom, middle, top."),
    ('text = "{event}"', "text = 3", f"{FACES}[0].parts[0].text: {TEXT_HERE}"),
    ('en = "Two faces" }', "en = 2 }", "title.en: Write a text here, between quotation marks."),
    (NAME_SIZES, "sizes = 40", f"{FACES}[1].parts[0].sizes: {LIST_HERE}"),
    (NAME_SIZES, "sizes = [40]", f"{FACES}[1].parts[0].sizes[0]: {SIZE_NEEDS}"),
    ("[reverse]", "reverse = 3", f"sheet.reverse: There is no such field: here stand {SHEET_HAS}."),
    ("side_mm = 34", "", "faces.front.codes[0].side_mm: This is missing: add it."),
    ("[[faces.back.columns]]", "[faces.back.columns]", f"faces.back.columns: {LIST_HERE}"),
    (
        "[[faces.back.columns]]",
        "[faces.front.columns]",
        "This table stands here for the second time: keep one.",
    ),
    ("rows = 2", "rows = 2\nrows = 3", "This field stands here for the second time: keep one."),
    ("rows = 2", "rows =", NO_VALUE),
    ("rows = 2", "rows 2", "An equals sign is missing between a field and its value."),
    ("rows = 2", "rows = 2 3", "Something follows the value: give each field a line of its own."),
    ('marks = "cut"', "marks = cut", NO_VALUE),
    ('marks = "cut"', 'marks = "cut', NOT_CLOSED),
    ('marks = "cut"', r'marks = "c\qt"', "In a text, write a backslash twice."),
    ("[sheet]", "[sheet", NO_TOML),
    (
        "rows = 2",
        "rows = " + " " * 1000 + "2",
        "This line is longer than 1000 characters: break it.",
    ),
    ("rows = 2", "rows = " + "[" * 3, NO_VALUE),
    ("rows = 2", "rows = " + "[" * 990, "Lists or tables stand inside each other too often."),
]


@pytest.mark.parametrize(("right", "wrong", "said"), BROKEN, ids=lambda text: text[:30])
def test_a_mistake_is_named_with_its_line(right, wrong, said):
    source = SOURCE.replace(right, wrong, 1)
    [found] = mistakes(source)
    line, _, rest = found.partition(", ")
    assert rest == said
    # a field that is missing is told where its table begins
    near = wrong or "[[faces.front.codes]]"
    shown = source[: source.rindex(near)].count("\n") + 1 + ("\n" in wrong)
    if wrong.startswith("rows = [["):  # it is not known where the author meant it to end
        shown = 1 if len(wrong) > 100 else shown + 1
    assert line == f"line {shown}"


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    source = SOURCE
    for right, wrong in [
        ("card_width_mm = 105", "card_width_mm = '105'"),
        ("marks =", "mark ="),
        ("lines = 2, ", ""),
        ('"{family_name}"', "true"),
    ]:
        source = source.replace(right, wrong, 1)
    assert [re.match(r"line (\d+), ", one)[1] for one in mistakes(source)] == [
        "3",
        "11",
        "28",
        "43",
    ]


def test_there_are_never_more_mistakes_than_can_be_read():
    source = SOURCE + "".join(f"field-{n} = 1\n" for n in range(500))
    assert len(mistakes(source)) == 50


def test_mistakes_are_told_in_french():
    from forum.core.i18n import words  # noqa: PLC0415

    with pytest.raises(LayoutMistaken) as caught:
        read(SOURCE.replace("marks =", "mark ="))
    [mistake] = caught.value.mistakes
    assert mistake.told(words("fr")) == (
        "ligne 11, sheet.mark\u00a0: Il n’y a pas de champ de ce nom\u00a0:"
        " peut-être s’agit-il de marks."
    )


@pytest.mark.parametrize(
    "source",
    [
        "a." * 30_000 + "a = 1",
        "x = " + "[" * 3_000 + "]" * 3_000,
        "x = [" + "{}," * 20_000 + "]",
        "\n".join(f"[{'a.' * 490}b{n}]" for n in range(65)),
        "x = 1" + "0" * 5_000,
        "y" * 70_000,
    ],
    ids=lambda source: source[:12],
)
def test_a_hostile_text_is_refused_at_once(source):
    assert len(mistakes(source)) >= 1


def test_lines_are_found_whatever_the_writing():
    text = (
        '# a remark\na.b = 1 # x\n\'c d\' = """\n[no]\n= none\n"""\n'
        "list = [\n  1, # one, [\n  [2, '#'],\n  { x = 1, y.z = '}' },\n]\n"
        "[t]\nu = 'x'\n[[t.v]]\nw = 1\n[[t.v]]\nw = 2\n[t.v.s]\nk = 1\n[[t.v.deep]]\nn = 1\n"
    )
    tomllib.loads(text)
    assert lines_of(text) == {
        (): 1,
        ("a",): 2,
        ("a", "b"): 2,
        ("c d",): 3,
        ("list",): 7,
        ("list", 0): 8,
        ("list", 1): 9,
        ("list", 1, 0): 9,
        ("list", 1, 1): 9,
        ("list", 2): 10,
        ("list", 2, "x"): 10,
        ("list", 2, "y"): 10,
        ("list", 2, "y", "z"): 10,
        ("t",): 12,
        ("t", "u"): 13,
        ("t", "v"): 14,
        ("t", "v", 0): 14,
        ("t", "v", 0, "w"): 15,
        ("t", "v", 1): 16,
        ("t", "v", 1, "w"): 17,
        ("t", "v", 1, "s"): 18,
        ("t", "v", 1, "s", "k"): 19,
        ("t", "v", 1, "deep"): 20,
        ("t", "v", 1, "deep", 0): 20,
        ("t", "v", 1, "deep", 0, "n"): 21,
    }


NUMBERS = st.one_of(
    st.integers(0, 450), st.floats(0, 450, allow_nan=False).map(lambda x: round(x, 3))
).map(float)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LOCAL = st.one_of(TEXTS, st.dictionaries(st.sampled_from(["fr", "en", "de"]), TEXTS))
BOXES = st.builds(Box, x_mm=NUMBERS, y_mm=NUMBERS, width_mm=NUMBERS, height_mm=NUMBERS)
SIZES = st.builds(Size, lines=st.integers(0, 9), largest_pt=NUMBERS, smallest_pt=NUMBERS)


def some(strategy, most=2):
    return st.lists(strategy, max_size=most).map(tuple)


PARTS = st.builds(Part, text=LOCAL, sizes=some(SIZES, 3), height_mm=NUMBERS, colour=TEXTS)
SOME_FACES = st.builds(
    Face,
    shapes=some(st.builds(Shape, box=BOXES, colour=TEXTS)),
    pictures=some(st.builds(Picture, name=TEXTS, box=BOXES)),
    columns=some(st.builds(Column, box=BOXES, parts=some(PARTS))),
    codes=some(st.builds(Code, x_mm=NUMBERS, y_mm=NUMBERS, side_mm=NUMBERS)),
)
PANELS = some(st.builds(Panel, face=TEXTS, x_mm=NUMBERS, turn=st.sampled_from([0, 180])))
LAYOUTS = st.builds(
    Layout,
    name=TEXTS,
    title=LOCAL,
    card_width_mm=NUMBERS,
    card_height_mm=NUMBERS,
    sheet=st.builds(Sheet, width_mm=NUMBERS, height_mm=NUMBERS, rows=st.integers(0, 9)),
    faces=st.dictionaries(TEXTS, SOME_FACES, max_size=2),
    panels=PANELS,
    reverse=st.one_of(st.none(), st.builds(Reverse, panels=PANELS)),
)


@settings(max_examples=60, deadline=None)
@given(layout=LAYOUTS)
def test_any_layout_survives_being_written(layout):
    source = write(layout)
    found, text = read(source)
    assert found == layout
    assert max(text.lines.values()) <= source.count("\n")


def test_the_schema_takes_what_is_right_and_no_other():
    schema = reading.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    assert [*check.iter_errors(tomllib.loads(SOURCE))] == []
    for right, wrong in [("marks =", "mark ="), ("columns = 2", "columns = 'two'")]:
        assert [*check.iter_errors(tomllib.loads(SOURCE.replace(right, wrong, 1)))] != []
