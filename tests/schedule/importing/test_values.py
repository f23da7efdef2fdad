"""Times, lengths, dates and languages as people write them."""

from datetime import date

import pytest

from schedule.importing.values import clock_minutes, day_of, language_tag, length_minutes


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-22", date(2027, 3, 22)),
        ("2027-03-22T09:00:00+01:00", date(2027, 3, 22)),
        ("20270322", date(2027, 3, 22)),
        ("22/03/2027", date(2027, 3, 22)),
        ("22.3.27", date(2027, 3, 22)),
        ("lundi 22 mars 2027", date(2027, 3, 22)),
        ("1er août 2027", date(2027, 8, 1)),
        ("Monday, March 22nd, 2027", date(2027, 3, 22)),
        ("22. März 2027", date(2027, 3, 22)),
        ("31/02/2027", None),
        ("22 mars", None),
        ("0001-01-01", None),
        ("demain", None),
        ("", None),
    ],
)
def test_dates(text, day):
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("9:30", 570),
        ("09:30:00", 570),
        ("9h30", 570),
        ("9 h 30", 570),
        ("9 h", 540),
        ("9.30 pm", 1290),
        ("12 am", 0),
        ("24:30", 1470),
        ("0:00", 0),
        ("9:60", None),
        ("49:00", None),
        ("13 pm", None),
        ("midi", None),
        ("", None),
    ],
)
def test_clocks(text, minutes):
    assert clock_minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("01:30", 90),
        ("1:30:00", 90),
        ("00:05:30", 6),
        ("90", 90),
        ("90 min", 90),
        ("1h30", 90),
        ("1 h 30", 90),
        ("2 heures", 120),
        ("PT1H30M", 90),
        ("PT45M", 45),
        ("P1D", 1440),
        ("PT90S", 2),
        ("013000", 90),
        ("168:00", 10_080),
        ("168:01", None),
        ("00:00", None),
        ("P", None),
        ("longtemps", None),
        ("", None),
    ],
)
def test_lengths(text, minutes):
    assert length_minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("fr", "fr"),
        ("EN", "en"),
        ("pt_BR", "pt-BR"),
        ("français", "fr"),
        ("Deutsch", "de"),
        ("klingon", None),
        ("", None),
    ],
)
def test_languages(text, tag):
    assert language_tag(text) == tag
