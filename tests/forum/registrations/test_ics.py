"""The forum in an attendee's calendar: the days of attendance, told again when they change."""

import uuid
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from forum.registrations.ics import Attendance, calendar
from tests.pages.samples import EDITION

AT = datetime(2027, 3, 1, 12, 30, 15, 999, tzinfo=UTC)
FOUR = [date(2027, 3, day) for day in (23, 24, 25, 26)]


def file(days=FOUR[:2], edition=EDITION, language="fr", **given):
    values = {
        "registration_id": uuid.UUID(int=5),
        "reference": "K7QM-42XR",
        "days": days,
        "revision": 3,
        "changed_at": AT,
    }
    attendance = Attendance(**{**values, **given})
    return calendar(edition, attendance, language=language, base_url="https://forum.example")


def event(**given):
    (found,) = Calendar.from_ical(file(**given)).walk("VEVENT")
    return found


def test_the_file_is_published_and_its_lines_are_short():
    raw = file()
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    read = Calendar.from_ical(raw)
    assert (str(read["METHOD"]), str(read["VERSION"])) == ("PUBLISH", "2.0")
    assert str(read["PRODID"]) == "-//Forum//Registration//FR"


def test_one_event_says_what_where_and_which_revision():
    got = event()
    assert str(got["UID"]) == "00000000-0000-0000-0000-000000000005"
    assert got["SEQUENCE"] == 3
    assert got["DTSTAMP"].dt == AT.replace(microsecond=0)
    assert str(got["SUMMARY"]) == "Forum du numérique partagé"
    assert str(got["LOCATION"]) == "Centre de congrès Pierre-Baudis, Toulouse"
    assert str(got["STATUS"]) == "CONFIRMED"
    assert str(got["URL"]) == "https://forum.example/toulouse-2027/"
    assert str(got["ORGANIZER"]) == "mailto:contact@forum.example"
    assert "ATTENDEE" not in got
    assert "K7QM-42XR" in str(got["DESCRIPTION"])


def test_the_file_holds_no_key_of_the_registration():
    assert b"/me/" not in file()


def test_days_in_a_row_are_one_span_whose_end_is_the_day_after():
    got = event()
    assert (got["DTSTART"].dt, got["DTEND"].dt) == (date(2027, 3, 23), date(2027, 3, 25))
    assert "RRULE" not in got


def test_days_apart_come_again_without_those_between():
    got = event(days=[FOUR[0], FOUR[1], FOUR[3]])
    assert (got["DTSTART"].dt, got["DTEND"].dt) == (FOUR[0], FOUR[1])
    assert dict(got["RRULE"]) == {"FREQ": ["DAILY"], "COUNT": [4]}
    assert [one.dt for one in got["EXDATE"].dts] == [FOUR[2]]
    assert b"EXDATE;VALUE=DATE:20270325" in file(days=[FOUR[0], FOUR[1], FOUR[3]])


def test_what_is_given_up_is_cancelled_under_the_same_uid():
    got = event(given_up=True, revision=4)
    assert (str(got["STATUS"]), got["SEQUENCE"], got["UID"]) == ("CANCELLED", 4, event()["UID"])


def test_an_edition_without_venue_or_address_says_neither():
    got = event(edition=replace(EDITION, venue={}, contact_email=""))
    assert "LOCATION" not in got
    assert "ORGANIZER" not in got


@pytest.mark.parametrize(
    "title", ["A\r\nATTENDEE:mailto:x@y.z", 'Un "titre"; deux, trois', "\u202eA"]
)
def test_a_title_adds_no_line(title):
    got = event(edition=replace(EDITION, title={"fr": title}))
    assert "ATTENDEE" not in got
    assert "\u202e" not in str(got["SUMMARY"])
    assert len(Calendar.from_ical(file(edition=replace(EDITION, title={"fr": title}))).walk()) == 2


def test_the_words_are_those_of_the_language():
    assert str(event(language="en")["SUMMARY"]) == "Forum of Shared Digital Services"
