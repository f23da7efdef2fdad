"""Calendars as RFC 5545 wants them, judged line by line as well as by a library."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from msgspec.structs import replace

from schedule.exports.ics import calendar, folded, session_calendar
from schedule.models import Partner, Session, SessionType
from tests.schedule import factory
from tests.schedule.programmes import programmes

PROGRAMME = factory.programme(sessions=40)


def events(data):
    return Calendar.from_ical(data).walk("VEVENT")


def test_what_belongs_to_a_session_stands_where_calendars_look_for_it():
    session = replace(
        PROGRAMME.sessions[0],
        type=SessionType.WORKSHOP,
        track_id=None,
        tags=["IA", "élus, agents"],
        livestream="https://live.example/a;b?c=d",
        partners=[Partner(name="AMF"), Partner(name="Ville; X", url="https://x.example/")],
        guides=["cyber"],
        capacity=40,
        sign_up=True,
    )
    (event,) = events(session_calendar(PROGRAMME, session, language="fr"))
    assert [str(one) for one in event["CATEGORIES"].cats] == ["Atelier", "IA", "élus, agents"]
    assert str(event["CONFERENCE"]) == "https://live.example/a;b?c=d"
    assert dict(event["CONFERENCE"].params) == {
        "VALUE": "URI",
        "FEATURE": "VIDEO",
        "LABEL": "Diffusion en direct",
    }
    assert "AMF" in event["DESCRIPTION"]
    assert "Ville; X: https://x.example/" in event["DESCRIPTION"]
    lines = unfolded(session_calendar(PROGRAMME, session, language="fr"))
    assert [line.partition(":")[2] for line in lines if line.startswith("X-FORUM-S")] == [
        "40",
        "TRUE",
    ]


def unfolded(data):
    return data.decode().replace("\r\n ", "").split("\r\n")


@settings(max_examples=40)
@given(programmes(), st.sampled_from(["fr", "en"]))
def test_every_line_is_as_the_standard_says(programme, language):
    data = calendar(programme, language=language)
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two
    for line in unfolded(data)[:-1]:
        assert re.match(r"[A-Z0-9-]+(;[A-Z0-9-]+=(\"[^\"]*\"|[^\";:,]*))*:", line), line
    open_parts = []
    for line in unfolded(data):
        if line.startswith("BEGIN:"):
            open_parts.append(line[6:])
        if line.startswith("END:"):
            assert open_parts.pop() == line[4:]
    assert open_parts == []


@settings(max_examples=40)
@given(programmes())
def test_instants_are_the_same_for_a_library(programme):
    told = [
        (str(event["UID"]), event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC))
        for event in events(calendar(programme, language="fr"))
    ]
    assert told == [(str(s.id), s.starts_at, s.ends_at) for s in programme.sessions]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_folding_cuts_no_character_and_loses_none(text):
    lines = folded(text).split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 for line in lines)
    assert "".join([lines[0].decode(), *(line[1:].decode() for line in lines[1:])]) == text


def test_a_session_says_what_it_is():
    session = replace(
        PROGRAMME.sessions[0], revision=3, changed_at=datetime(2027, 2, 1, tzinfo=UTC)
    )
    (event,) = events(session_calendar(PROGRAMME, session, language="fr"))
    room = next(room for room in PROGRAMME.rooms if room.id == session.room_id)
    assert str(event["UID"]) == str(session.id)
    assert event["SEQUENCE"] == 3
    assert event["LAST-MODIFIED"].dt == datetime(2027, 2, 1, tzinfo=UTC)
    assert event["DTSTAMP"].dt == PROGRAMME.published_at
    assert str(event["SUMMARY"]) == session.title["fr"]
    assert str(event["LOCATION"]) == room.name
    assert str(event["STATUS"]) == "CONFIRMED"
    assert str(event["URL"]).endswith(f"/sessions/{session.slug}")


def test_people_are_named_with_their_roles():
    session = next(s for s in PROGRAMME.sessions if s.type is SessionType.ROUND_TABLE)
    (event,) = events(session_calendar(PROGRAMME, session, language="fr"))
    names = {speaker.id: speaker.name for speaker in PROGRAMME.speakers}
    assert f"{names[session.people[0].speaker_id]} (modération)" in str(event["DESCRIPTION"])


def test_a_cancelled_session_stays_as_cancelled():
    gone = [replace(session, cancelled=True) for session in PROGRAMME.sessions]
    told = events(calendar(replace(PROGRAMME, sessions=gone), language="fr"))
    assert [str(event["STATUS"]) for event in told] == ["CANCELLED"] * len(gone)


def test_the_timezone_is_right_across_summer_time():
    before = datetime(2027, 3, 27, 8, tzinfo=UTC)
    days = [
        replace(PROGRAMME.sessions[0], starts_at=before + timedelta(days=days))
        for days in (0, 1, 250)
    ]
    data = calendar(replace(PROGRAMME, sessions=days), language="fr")
    starts = [line for line in unfolded(data) if line.startswith("DTSTART;TZID=Europe/Paris:")]
    assert [line[-6:] for line in starts] == ["090000", "100000", "090000"]
    rules = [
        (part.name, part["DTSTART"].dt, part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td)
        for part in Calendar.from_ical(data).walk("VTIMEZONE")[0].subcomponents
    ]
    hour = timedelta(hours=1)
    assert ("DAYLIGHT", datetime(2027, 3, 28, 2), hour, 2 * hour) in rules  # noqa: DTZ001
    assert ("STANDARD", datetime(2027, 10, 31, 3), 2 * hour, hour) in rules  # noqa: DTZ001


def test_control_characters_and_line_breaks_do_no_harm():
    title = {"fr": "Un\nBEGIN:VEVENT\x00\x1f, deux; trois\\"}
    session: Session = replace(PROGRAMME.sessions[0], title=title)
    data = session_calendar(PROGRAMME, session, language="fr")
    (event,) = events(data)
    assert str(event["SUMMARY"]) == "Un\nBEGIN:VEVENT, deux; trois\\"
    assert b"\x00" not in data


def test_an_empty_programme_is_a_calendar():
    assert events(calendar(replace(PROGRAMME, sessions=[]), language="fr")) == []
