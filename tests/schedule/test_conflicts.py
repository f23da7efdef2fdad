"""Conflicts: each kind told by its code, with the edition's level, as a naive search finds them."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from schedule.conflicts import USUAL, Conflict, added, blocking, conflicts, of_the_grid
from schedule.models import (
    ConflictCode,
    Draft,
    Level,
    Participation,
    Room,
    RoomBackstage,
    Session,
    SessionBackstage,
    SessionType,
    Span,
    Speaker,
    SpeakerBackstage,
    SpeakerRole,
    SpeakerState,
    Track,
    Travel,
)
from schedule.rules import programme_day
from tests.schedule.programmes import staged_drafts

NINE = datetime(2027, 10, 30, 7, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
HALL = Room(id=UUID(int=1), slug="hall", name="Hall", position=0, capacity=100)
STUDIO = Room(id=UUID(int=2), slug="studio", name="Studio", position=1, capacity=20)
LEA = Speaker(id=UUID(int=11), slug="lea", name="Léa", sort_key="lea")
TOM = Speaker(id=UUID(int=12), slug="tom", name="Tom", sort_key="tom")
LATE = Span(starts_at=TEN, ends_at=TEN + timedelta(hours=9))
SHORT = Span(starts_at=NINE, ends_at=TEN - timedelta(minutes=1))
THEME = Track(id=UUID(int=21), slug="theme", name={"fr": "Thème"}, position=0)


def session(number, **values):
    defaults = {
        "id": UUID(int=100 + number),
        "number": number,
        "slug": f"session-{number}",
        "type": SessionType.TALK,
        "title": {"fr": f"Séance {number}"},
        "room_id": HALL.id,
        "starts_at": NINE,
        "minutes": 60,
    }
    return Session(**{**defaults, **values})


def draft(*sessions, **values):
    return Draft(rooms=[HALL, STUDIO], speakers=[LEA, TOM], sessions=[*sessions], **values)


def with_(*people):
    return [Participation(speaker_id=one.id) for one in people]


def test_a_room_is_taken_by_an_earlier_session_that_has_not_ended():
    one = draft(session(1), session(2, starts_at=NINE + timedelta(minutes=59)))
    assert conflicts(one) == [
        Conflict(
            code=ConflictCode.ROOM_TAKEN,
            session_id=UUID(int=102),
            other_id=UUID(int=101),
            room_id=HALL.id,
            level=Level.BLOCK,
        )
    ]


def test_a_session_may_start_when_another_ends():
    assert conflicts(draft(session(1), session(2, starts_at=NINE + timedelta(hours=1)))) == []


def test_a_cancelled_session_leaves_the_room_free():
    assert conflicts(draft(session(1), session(2, cancelled=True))) == []


def test_sessions_that_share_a_room_on_purpose_are_told_and_block_nothing():
    [found] = conflicts(draft(session(1), session(2, overlaps=True)))
    assert (found.code, found.level) == (ConflictCode.ROOM_TAKEN, Level.WARN)


def test_a_person_cannot_be_in_two_places():
    one = draft(
        session(1, people=with_(LEA, TOM)), session(2, room_id=STUDIO.id, people=with_(TOM))
    )
    assert conflicts(one) == [
        Conflict(
            code=ConflictCode.PERSON_IN_TWO_PLACES,
            session_id=UUID(int=102),
            other_id=UUID(int=101),
            speaker_id=TOM.id,
            level=Level.BLOCK,
        )
    ]


def test_a_session_outside_the_days_is_told():
    days = {"starts_on": date(2027, 10, 30), "ends_on": date(2027, 10, 30)}
    night = session(1, starts_at=datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
    next_day = session(2, starts_at=datetime(2027, 10, 31, 8, tzinfo=UTC))
    found = conflicts(draft(night, next_day, timezone="Europe/Paris", **days))
    assert found == [Conflict(code=ConflictCode.OUTSIDE_THE_DAYS, session_id=next_day.id)]


@pytest.mark.parametrize(
    ("given", "values", "told"),
    [
        (
            {"backstage_of_rooms": {HALL.id: RoomBackstage(availability=[LATE])}},
            {},
            {"code": ConflictCode.ROOM_UNAVAILABLE, "room_id": HALL.id},
        ),
        (
            {"backstage_of_sessions": {UUID(int=101): SessionBackstage(expected=101)}},
            {},
            {"code": ConflictCode.ROOM_TOO_SMALL, "room_id": HALL.id, "wanted": 101, "there": 100},
        ),
        (
            {"backstage_of_speakers": {LEA.id: SpeakerBackstage(state=SpeakerState.INVITED)}},
            {"people": with_(LEA)},
            {"code": ConflictCode.PERSON_UNCONFIRMED, "speaker_id": LEA.id},
        ),
        (
            {"backstage_of_speakers": {LEA.id: SpeakerBackstage(availability=[SHORT])}},
            {"people": with_(LEA)},
            {"code": ConflictCode.PERSON_UNAVAILABLE, "speaker_id": LEA.id},
        ),
        ({}, {"type": SessionType.ROUND_TABLE}, {"code": ConflictCode.WITHOUT_MODERATOR}),
        ({}, {"room_id": None}, {"code": ConflictCode.WITHOUT_ROOM}),
        ({"tracks": [THEME]}, {}, {"code": ConflictCode.TRACK_MISSING}),
        (
            {"languages": ["fr", "en", "de"]},
            {"title": {"fr": "A", "en": "A", "de": "A"}, "abstract": {"fr": "B"}},
            {"code": ConflictCode.TEXT_MISSING, "languages": ("en", "de")},
        ),
    ],
    ids=lambda value: str(value.get("code", "")),
)
def test_each_kind_is_told_once_with_what_it_is_about(given, values, told):
    assert conflicts(draft(session(1, **values), **given)) == [
        Conflict(**{"session_id": UUID(int=101), "level": Level.WARN, **told})
    ]


def test_more_sign_ups_than_seats_are_told_with_both_numbers():
    one = draft(session(1, capacity=10))
    [found] = conflicts(one, taken={UUID(int=101): 11})
    assert (found.code, found.wanted, found.there) == (ConflictCode.OVER_CAPACITY, 11, 10)
    assert conflicts(one, taken={UUID(int=101): 10}) == []


def test_a_person_needs_the_time_to_walk():
    def walk(minutes, after):
        later = TEN + timedelta(minutes=after)
        return draft(
            session(1, people=with_(LEA)),
            session(2, room_id=STUDIO.id, starts_at=later, people=with_(LEA)),
            travel=[Travel(room_a=HALL.id, room_b=STUDIO.id, minutes=minutes)],
        )

    [found] = conflicts(walk(8, 5))
    assert (found.code, found.wanted, found.there) == (ConflictCode.WALK_TOO_SHORT, 8, 5)
    assert (found.session_id, found.other_id) == (UUID(int=102), UUID(int=101))
    assert conflicts(walk(5, 5)) == []


def test_a_chair_moderates_too():
    chaired = [Participation(speaker_id=LEA.id, role=SpeakerRole.CHAIR)]
    assert conflicts(draft(session(1, type=SessionType.ROUND_TABLE, people=chaired))) == []


def test_a_break_in_no_room_is_everybodys():
    pause = session(2, type=SessionType.BREAK, room_id=None, starts_at=TEN, minutes=30)
    late = session(3, room_id=STUDIO.id, starts_at=TEN + timedelta(minutes=29))
    found = conflicts(draft(session(1), pause, late))
    assert found == [
        Conflict(code=ConflictCode.BREAK_OVERLAPPED, session_id=late.id, other_id=pause.id)
    ]


def test_levels_are_the_editions_and_what_it_ignores_is_not_told():
    one = draft(session(1), session(2, room_id=None))
    levels = {**USUAL, ConflictCode.WITHOUT_ROOM: Level.BLOCK}
    assert [c.level for c in conflicts(one, levels=levels)] == [Level.BLOCK]
    assert blocking(conflicts(one, levels=levels)) == conflicts(one, levels=levels)
    assert blocking(conflicts(one)) == []
    levels[ConflictCode.WITHOUT_ROOM] = Level.IGNORE
    assert conflicts(one, levels=levels) == []


def test_the_grid_marks_what_comes_of_a_place_and_what_blocks():
    untold = Conflict(code=ConflictCode.TEXT_MISSING, session_id=UUID(int=101), languages=("en",))
    blocks = replace(untold, level=Level.BLOCK)
    placed = Conflict(code=ConflictCode.ROOM_TOO_SMALL, session_id=UUID(int=101))
    assert of_the_grid([untold, blocks, placed]) == [blocks, placed]


def test_what_was_wrong_before_is_not_new():
    before = conflicts(draft(session(1), session(2)))
    after = conflicts(draft(session(1), session(2), session(3, room_id=None)))
    assert [c.code for c in added(before, after)] == [ConflictCode.WITHOUT_ROOM]


def order(session):
    return (session.starts_at, session.number)


def during(session, spans):
    return not spans or any(
        span.starts_at <= session.starts_at and session.ends_at <= span.ends_at for span in spans
    )


def naive(one, taken):
    """Conflicts as their definitions say, comparing every session with every other."""
    placed = [s for s in one.sessions if s.starts_at and not s.cancelled]
    found = set()
    for late in placed:
        earlier = [s for s in placed if order(s) < order(late)]
        found |= of_room(one, late, earlier) | of_time(one, late, placed)
        for person in late.people:
            theirs = [s for s in earlier if person.speaker_id in {p.speaker_id for p in s.people}]
            found |= of_person(one, late, theirs, person.speaker_id)
    for session in one.sessions:
        if not session.cancelled:
            found |= of_seats(one, session, taken.get(session.id, 0)) | of_form(one, session)
    return found


def of_room(one, late, earlier):
    if not late.room_id:
        return {(ConflictCode.WITHOUT_ROOM, late.id, None)} - of_break(late)
    found = set()
    if any(s.room_id == late.room_id and s.ends_at > late.starts_at for s in earlier):
        found.add((ConflictCode.ROOM_TAKEN, late.id, late.room_id))
    if not during(late, one.backstage_of_rooms[late.room_id].availability):
        found.add((ConflictCode.ROOM_UNAVAILABLE, late.id, late.room_id))
    return found


def of_break(session):
    is_break = session.type is SessionType.BREAK
    return {(code, session.id, None) for code in ConflictCode} if is_break else set()


def of_time(one, late, placed):
    pauses = [
        pause
        for pause in placed
        if pause.type is SessionType.BREAK
        and not pause.room_id
        and pause.starts_at < late.ends_at
        and late.starts_at < pause.ends_at
    ]
    found = {(ConflictCode.BREAK_OVERLAPPED, late.id, None)} if pauses else set()
    found -= of_break(late)
    if not one.starts_on <= programme_day(late.starts_at, UTC) <= one.ends_on:
        found.add((ConflictCode.OUTSIDE_THE_DAYS, late.id, None))
    return found


def of_person(one, late, theirs, speaker_id):
    behind = one.backstage_of_speakers[speaker_id]
    found = set()
    if any(s.ends_at > late.starts_at for s in theirs):
        found.add((ConflictCode.PERSON_IN_TWO_PLACES, late.id, speaker_id))
    elif theirs:
        end = max(s.ends_at for s in theirs)
        last = min((s for s in theirs if s.ends_at == end), key=order)
        walk = sum(
            t.minutes for t in one.travel if {t.room_a, t.room_b} == {last.room_id, late.room_id}
        )
        if late.starts_at - end < timedelta(minutes=walk):
            found.add((ConflictCode.WALK_TOO_SHORT, late.id, speaker_id))
    if not during(late, behind.availability):
        found.add((ConflictCode.PERSON_UNAVAILABLE, late.id, speaker_id))
    if behind.state is not SpeakerState.CONFIRMED:
        found.add((ConflictCode.PERSON_UNCONFIRMED, late.id, speaker_id))
    return found


def of_seats(one, session, signed_up):
    expected = one.backstage_of_sessions[session.id].expected or 0
    wanted = max(expected, signed_up, session.capacity or 0)
    room = next((room for room in one.rooms if room.id == session.room_id), None)
    found = set()
    if room and room.capacity and room.capacity < wanted:
        found.add((ConflictCode.ROOM_TOO_SMALL, session.id, room.id))
    if session.capacity and signed_up > session.capacity:
        found.add((ConflictCode.OVER_CAPACITY, session.id, None))
    return found


def of_form(one, session):
    roles = {p.role for p in session.people}
    texts = [session.title, *([session.abstract] if session.abstract else [])]
    found = set()
    if session.type is SessionType.ROUND_TABLE and not roles & MODERATING:
        found.add((ConflictCode.WITHOUT_MODERATOR, session.id, None))
    if one.tracks and not session.track_id and session.type not in FOR_ALL:
        found.add((ConflictCode.TRACK_MISSING, session.id, None))
    if any(language not in text for text in texts for language in one.languages):
        found.add((ConflictCode.TEXT_MISSING, session.id, None))
    return found - of_break(session)


MODERATING = {SpeakerRole.MODERATOR, SpeakerRole.CHAIR}
FOR_ALL = {SessionType.BREAK, SessionType.PLENARY, SessionType.SIDE_EVENT}


@settings(max_examples=200)
@given(staged_drafts())
def test_conflicts_are_those_of_a_naive_search(one):
    taken = {session.id: n * 40 for n, session in enumerate(one.sessions)}
    found = conflicts(one, taken=taken)
    told = {(c.code, c.session_id, c.room_id or c.speaker_id) for c in found}
    assert told == naive(one, taken)
    assert len(told) == len(found)
