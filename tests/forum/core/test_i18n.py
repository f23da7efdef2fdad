"""Words: dates, times and plurals as French and English write them."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from forum.core.i18n import Catalogues, words
from forum.core.text import Filled

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        ("2027-03-23", "2027-03-23", "mardi 23 mars 2027", "Tuesday 23 March 2027"),
        ("2027-03-22", "2027-03-23", "22 et 23 mars 2027", "22 and 23 March 2027"),
        ("2027-03-22", "2027-03-24", "22 au 24 mars 2027", "22 to 24 March 2027"),
        ("2027-03-31", "2027-04-01", "31 mars au 1er avril 2027", "31 March to 1 April 2027"),
        (
            "2027-12-31",
            "2028-01-01",
            "31 décembre 2027 au 1er janvier 2028",
            "31 December 2027 to 1 January 2028",
        ),
        ("2027-04-01", "2027-04-02", "1er et 2 avril 2027", "1 and 2 April 2027"),
    ],
)
def test_the_days_of_an_edition(first, last, french, english):
    days = date.fromisoformat(first), date.fromisoformat(last)
    assert words("fr").dates(*days).removeprefix("du ") == french
    assert words("en").dates(*days) == english


@pytest.mark.parametrize(
    ("instant", "french", "english"),
    [
        ((2027, 3, 23, 8, 30), "9\u00a0h\u00a030", "09:30"),
        ((2027, 3, 23, 8, 0), "9\u00a0h", "09:00"),
        ((2027, 7, 1, 22, 5), "0\u00a0h\u00a005", "00:05"),
    ],
)
def test_times_on_the_wall(instant, french, english):
    at = datetime(*instant, tzinfo=UTC)
    assert (words("fr").time(at, PARIS), words("en").time(at, PARIS)) == (french, english)


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (0, "il y a\u00a01\u00a0s", "1 sec ago"),
        (130, "il y a\u00a02\u00a0min", "2 min ago"),
        (7300, "il y a\u00a02\u00a0h", "2 hr ago"),
    ],
)
def test_how_long_ago(seconds, french, english):
    length = timedelta(seconds=seconds)
    assert (words("fr").ago(length), words("en").ago(length)) == (french, english)
    assert words("fr").span(timedelta(minutes=3)) == "3\u00a0min"


def test_an_unknown_language_speaks_english():
    assert words("xx").gettext("Guides") == "Guides"
    assert words("xx").language == "en"


def test_a_mistake_with_a_value_is_said_in_the_language_of_the_reader():
    mistake = Filled("“%(option)s” is no longer available: choose another answer.", option="X")
    assert words("en").say(mistake) == mistake
    assert words("fr").say(mistake).startswith("«\u00a0X\u00a0» n’est plus disponible")
    assert words("fr").say("This answer is needed.") == "Cette réponse est nécessaire."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["0 personnes", "Une personne", "2 personnes"]),
        ("en", ["0 people", "One person", "2 people"]),
    ],
)
def test_nought_is_not_said_to_be_one(language, said):
    count = words(language).ngettext
    assert [count("One person", "%(n)d people", n) % {"n": n} for n in range(3)] == said


PO = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Door"
msgstr "Porte"

#, fuzzy
msgid "Doors"
msgstr "Peut-être des portes"

msgid "Room"
msgstr ""

msgid "One seat"
msgid_plural "%(n)s seats"
msgstr[0] "Une place"
msgstr[1] "%(n)s places"

msgid "One queue"
msgid_plural "%(n)s queues"
msgstr[0] "Une file"
msgstr[1] ""
"""


def test_what_is_not_translated_for_sure_stays_english():
    said = Catalogues()
    said.take_in(read_po(BytesIO(PO.encode()), locale="fr"))
    assert [said.gettext(one) for one in ("Door", "Doors", "Room", "Hall", "")] == [
        "Porte",
        "Doors",
        "Room",
        "Hall",
        "",
    ]
    seats = [said.ngettext("One seat", "%(n)s seats", n) for n in (0, 1, 2)]
    assert seats == ["Une place", "Une place", "%(n)s places"]
    queues = [said.ngettext("One queue", "%(n)s queues", n) for n in (0, 1, 2)]
    assert queues == ["%(n)s queues", "One queue", "%(n)s queues"]
