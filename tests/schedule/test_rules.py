"""The programme's decisions: days, conflicts, changes, and how a draft is frozen."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from msgspec.structs import replace

from schedule.changes import ChangeKind, changes
from schedule.models import Draft, Participation, Room, Session, SessionType, Speaker
from schedule.rules import (
    in_order,
    in_the_way,
    overlapping,
    programme_day,
    publish,
)
from tests.schedule.programmes import drafts, edition

PARIS = ZoneInfo("Europe/Paris")
NINE = datetime(2027, 10, 30, 7, tzinfo=UTC)
FIRST_AT = datetime(2027, 9, 1, tzinfo=UTC)
SECOND_AT = datetime(2027, 9, 2, tzinfo=UTC)
THIRD_AT = datetime(2027, 9, 3, tzinfo=UTC)
HALL = Room(id=UUID(int=1), slug="hall", name="Hall", position=0)
STUDIO = Room(id=UUID(int=2), slug="studio", name="Studio", position=1)
LEA = Speaker(id=UUID(int=11), slug="lea", name="Léa", sort_key="lea")
TOM = Speaker(id=UUID(int=12), slug="tom", name="Tom", sort_key="tom")


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


def frozen(one, previous=None, at=FIRST_AT):
    return publish(one, edition(), base_url="https://forum.example/", at=at, previous=previous)


def kinds(old, new):
    return [(change.kind, change.session_id.int - 100) for change in changes(old, new)]


def test_a_session_before_four_belongs_to_the_evening_before():
    assert programme_day(datetime(2027, 10, 31, 1, 59, tzinfo=UTC), PARIS) == date(2027, 10, 30)
    assert programme_day(datetime(2027, 10, 31, 3, 0, tzinfo=UTC), PARIS) == date(2027, 10, 31)


def test_sessions_come_by_start_room_and_number_and_unplaced_ones_last():
    late = session(1, starts_at=NINE + timedelta(hours=1))
    there, second, first = session(4, room_id=STUDIO.id), session(3), session(2)
    nowhere = session(5, starts_at=None)
    found = in_order([nowhere, late, there, second, first], [HALL, STUDIO])
    assert [one.number for one in found] == [2, 3, 4, 1, 5]


@settings(max_examples=150)
@given(drafts())
def test_without_the_marked_sessions_no_room_is_taken_twice(one):
    marked = overlapping(one.sessions)
    left = [session for session in one.sessions if session.id not in marked]
    for room in one.rooms:
        assert in_the_way(session for session in left if session.room_id == room.id) == []


def test_without_a_previous_version_every_session_is_new():
    first = frozen(draft(session(1), session(2, starts_at=NINE + timedelta(hours=1))))
    assert kinds(None, first) == [(ChangeKind.NEW, 1), (ChangeKind.NEW, 2)]


def test_the_same_draft_published_again_changes_nothing():
    first = frozen(draft(session(1)))
    second = frozen(draft(session(1)), first, SECOND_AT)
    assert changes(first, second) == []
    assert second.version == 2
    assert second.sessions == first.sessions


def test_each_change_is_told_by_its_name():
    cases = {
        ChangeKind.MOVED: {"starts_at": NINE + timedelta(minutes=5)},
        ChangeKind.LONGER: {"minutes": 61},
        ChangeKind.SHORTER: {"minutes": 59},
        ChangeKind.ROOM: {"room_id": STUDIO.id},
        ChangeKind.RENAMED: {"title": {"fr": "Autre"}},
        ChangeKind.PEOPLE: {"people": with_(LEA)},
        ChangeKind.ABSTRACT: {"abstract": {"fr": "Nouveau"}},
        ChangeKind.CANCELLED: {"cancelled": True},
        ChangeKind.DETAILS: {"language": "en"},
    }
    first = frozen(draft(session(1)))
    for kind, values in cases.items():
        second = frozen(draft(session(1, **values)), first, SECOND_AT)
        assert kinds(first, second) == [(kind, 1)]
        assert (second.sessions[0].revision, second.sessions[0].changed_at) == (1, SECOND_AT)


def test_a_role_is_a_change_of_people():
    chair = [Participation(speaker_id=LEA.id, role="chair")]
    first = frozen(draft(session(1, people=with_(LEA))))
    assert kinds(first, frozen(draft(session(1, people=chair)), first)) == [(ChangeKind.PEOPLE, 1)]


def test_a_person_under_a_new_name_changes_their_sessions():
    first = frozen(draft(session(1, people=with_(LEA)), session(2, room_id=STUDIO.id)))
    renamed = replace(
        draft(session(1, people=with_(LEA)), session(2, room_id=STUDIO.id)),
        speakers=[replace(LEA, name="Léa Bonnet"), TOM],
    )
    second = frozen(renamed, first, SECOND_AT)
    assert kinds(first, second) == [(ChangeKind.DETAILS, 1)]
    assert [one.revision for one in second.sessions] == [1, 0]


def test_unplaced_sessions_and_people_without_a_session_are_left_out():
    one = frozen(
        draft(session(1, people=with_(LEA)), session(2, starts_at=None, people=with_(TOM)))
    )
    assert [s.number for s in one.sessions] == [1]
    assert [s.name for s in one.speakers] == ["Léa"]


def test_a_removed_session_stays_cancelled_and_its_revision_rises_once():
    first = frozen(draft(session(1, people=with_(LEA)), session(2, room_id=STUDIO.id)))
    second = frozen(draft(session(2, room_id=STUDIO.id)), first, SECOND_AT)
    third = frozen(draft(session(2, room_id=STUDIO.id)), second, THIRD_AT)
    gone = second.sessions[0]
    assert (gone.number, gone.cancelled, gone.revision, gone.changed_at) == (1, True, 1, SECOND_AT)
    assert [one.name for one in second.speakers] == ["Léa"]
    assert kinds(first, second) == [(ChangeKind.CANCELLED, 1)]
    assert third.sessions == second.sessions
    assert changes(second, third) == []


def test_an_unplaced_session_is_cancelled_for_those_who_read_it():
    first = frozen(draft(session(1)))
    second = frozen(draft(session(1, starts_at=None)), first, SECOND_AT)
    assert second.sessions == [
        replace(session(1), cancelled=True, revision=1, changed_at=SECOND_AT)
    ]


def test_a_session_that_comes_back_is_told():
    first = frozen(draft(session(1)))
    second = frozen(draft(session(2)), first, SECOND_AT)
    third = frozen(draft(session(1)), second, THIRD_AT)
    assert kinds(second, third) == [(ChangeKind.RESTORED, 1), (ChangeKind.CANCELLED, 2)]


def test_a_removed_session_gives_its_number_and_slug_to_the_new_one():
    first = frozen(draft(session(1)))
    taking = session(1, id=UUID(int=999), room_id=STUDIO.id)
    second = frozen(draft(taking), first, SECOND_AT)
    told = [(s.id.int, s.number, s.slug, s.cancelled) for s in second.sessions]
    assert told == [(101, 2, "session-1-2", True), (999, 1, "session-1", False)]


def test_a_removed_session_leaves_a_room_that_is_gone():
    first = frozen(draft(session(1)))
    emptied = Draft(rooms=[STUDIO])
    assert frozen(emptied, first, SECOND_AT).sessions[0].room_id is None


def mixed(new, old):
    """The parts of both; where both have one of an id, that of `new`."""

    def both(name):
        parts = {part.id: part for one in (old, new) for part in getattr(one, name)}
        return list(parts.values())

    return Draft(**{name: both(name) for name in ("rooms", "tracks", "speakers", "sessions")})


@settings(max_examples=60)
@given(drafts(), drafts())
def test_what_changed_has_a_new_revision_and_nothing_else_has(old, new):
    first = frozen(old)
    second = frozen(mixed(new, old), first, SECOND_AT)
    before = {one.id: one for one in first.sessions}
    changed = {change.session_id for change in changes(first, second)}
    for one in second.sessions:
        if was := before.get(one.id):
            expected = (was.revision + 1, SECOND_AT) if one.id in changed else (0, FIRST_AT)
            assert (one.revision, one.changed_at) == expected
