"""Pictures of numbers: exact lengths, names for all, and nothing that the strict policy refuses."""

import re
import xml.etree.ElementTree as ET

import pytest

from forum.pages import charts
from forum.pages.charts import Axes, Line, Part
from forum.territories import service

AXES = Axes(
    first=28,
    last=0,
    most=100,
    days=[(28, "D−28"), (0, "Day 1")],
    counts=[(0, "0"), (100, "100")],
)


def parsed(markup):
    return ET.fromstring(markup)  # noqa: S314 -- our own text


def test_the_parts_of_a_bar_follow_each_other_in_hundredths_of_its_width():
    parts = [Part(kind="confirmed", count=30), Part(kind="offered", count=0)]
    parts += [Part(kind="waiting", count=10), Part(kind="left", count=20)]
    rects = parsed(charts.bar(parts, 60, "Press")).findall("rect")
    assert [(one.get("x"), one.get("width")) for one in rects] == [
        ("0%", "50%"),
        ("50%", "16.67%"),
        ("66.67%", "33.33%"),
    ]
    assert [one.get("class") or one.get("fill") for one in rects] == [
        "confirmed",
        "url(#waiting-pattern)",
        "left",
    ]


def test_a_bar_of_nothing_is_empty():
    assert parsed(charts.bar([Part(kind="confirmed", count=0)], 0)).findall("rect") == []


def test_a_picture_has_a_name_or_says_that_the_text_beside_it_is_enough():
    named, silent = charts.bar([], 1, "12 of 30 & more"), charts.bar([], 1)
    assert parsed(named).attrib == {"class": "bar", "role": "img", "aria-label": "12 of 30 & more"}
    assert parsed(silent).attrib == {"class": "bar", "aria-hidden": "true"}


@pytest.mark.parametrize("kind", charts.PATTERNS)
def test_every_pattern_that_is_named_is_defined(kind):
    assert f'id="{kind}-pattern"' in charts.patterns()
    assert f"url(#{kind}-pattern)" in charts.swatch(kind)


def test_a_curve_goes_from_the_first_day_at_the_left_to_the_last_at_the_right():
    line = Line(kind="now", points=[(28, 0), (14, 50), (0, 100)])
    picture = parsed(charts.curves([line], AXES, "Registrations"))
    [drawn] = [one.get("d") for one in picture.findall("path") if one.get("class") == "line now"]
    assert drawn == "M46.0 212.0 219.0 111.0 392.0 10.0"
    assert [one.text for one in picture.findall("text")] == ["0", "100", "D−28", "Day 1"]
    assert picture.get("aria-label") == "Registrations"


def test_the_map_shows_every_departement_once_and_paris_again():
    atlas = service.atlas()
    drawn = parsed(charts.france(atlas, {"44": 3, "75": 5}, {"44": "Loire & co: 7"}, "Map"))
    shapes = [one for one in drawn.findall("path") if one.get("class") != "frame"]
    assert len(shapes) == 101 + 4
    shaded = [one for one in shapes if one.get("class") != "s0"]
    assert [(one.get("class"), one.findtext("title")) for one in shaded] == [
        ("s3", "Loire & co: 7"),
        ("s5", ""),
        ("s5", ""),
    ]
    assert [one.text for one in drawn.findall("text")] == [
        "Paris",
        "Guadeloupe",
        "Martinique",
        "Guyane",
        "La Réunion",
        "Mayotte",
    ]


def test_every_outline_stands_inside_the_map():
    atlas = service.atlas()
    assert len([one for one in atlas.departements.values() if one.path]) == 101
    for code, one in atlas.departements.items():
        for part in re.findall(r"M(-?\d+)[ -](\d+)", one.path):
            x, y = map(int, part)
            assert 0 <= x <= atlas.width, code
            assert 0 <= y <= atlas.height, code


def test_what_people_wrote_never_becomes_markup():
    made = charts.bar([], 1, '"><script>alert(1)</script>')
    assert "<script" not in made
    assert parsed(made).get("aria-label") == '"><script>alert(1)</script>'
