"""What changed between two versions: told with its values, enough to make the new of the old."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schedule.changes import Change, ChangeKind, applied, changes
from schedule.models import Draft
from schedule.rules import publish
from tests.schedule.programmes import drafts, edition
from tests.schedule.test_conflicts import HALL, NINE, STUDIO, draft, session
from tests.schedule.test_rules import FIRST_AT, SECOND_AT, frozen


@st.composite
def versions(draw):
    """Draw two versions, the second made of some parts of the first and some of another draft."""
    one, other = draw(drafts()), draw(drafts())
    kept = [s for s in one.sessions if draw(st.booleans())]
    changed = [
        replace(
            session,
            **draw(
                st.sampled_from(
                    [
                        {},
                        {"starts_at": NINE},
                        {"minutes": session.minutes + 5},
                        {"title": {"fr": "Autre"}},
                        {"cancelled": True},
                        {"cancelled": False},
                        {"people": [], "language": "en"},
                        {"abstract": {"fr": "Neuf"}, "room_id": None},
                    ]
                )
            ),
        )
        for session in kept
    ]
    numbers = {s.number for s in one.sessions}
    slugs = {s.slug for s in one.sessions}
    added = [s for s in other.sessions if s.number not in numbers and s.slug not in slugs]
    later = Draft(
        rooms=one.rooms + other.rooms,
        tracks=one.tracks + other.tracks,
        speakers=one.speakers + other.speakers,
        sessions=changed + added,
    )
    first = publish(one, edition(), base_url="https://forum.example", at=FIRST_AT)
    return first, publish(
        later, edition(), base_url="https://forum.example", at=SECOND_AT, previous=first
    )


def read(sessions):
    """Return what a reader sees of the sessions that are held."""
    return {
        one.id: replace(one, revision=0, changed_at=None, overlaps=False)
        for one in sessions
        if not one.cancelled
    }


@settings(max_examples=150)
@given(versions())
def test_the_changes_make_the_new_version_of_the_old(pair):
    old, new = pair
    assert read(applied(old.sessions, changes(old, new)).values()) == read(new.sessions)
    assert read(applied([], changes(None, new)).values()) == read(new.sessions)


def test_a_change_tells_what_was_and_what_is():
    first = frozen(draft(session(1)))
    later = NINE + timedelta(hours=2)
    second = frozen(draft(session(1, starts_at=later, room_id=STUDIO.id, minutes=30)), first)
    id_ = UUID(int=101)
    assert changes(first, second) == [
        Change(
            kind=ChangeKind.MOVED,
            session_id=id_,
            was={"starts_at": NINE},
            now={"starts_at": later},
        ),
        Change(kind=ChangeKind.SHORTER, session_id=id_, was={"minutes": 60}, now={"minutes": 30}),
        Change(
            kind=ChangeKind.ROOM,
            session_id=id_,
            was={"room_id": HALL.id},
            now={"room_id": STUDIO.id},
        ),
    ]


def test_what_else_differs_is_told_as_details_beside_the_rest():
    first = frozen(draft(session(1)))
    second = frozen(draft(session(1, minutes=61, tags=["eau"])), first)
    assert [(c.kind, c.now) for c in changes(first, second)] == [
        (ChangeKind.LONGER, {"minutes": 61}),
        (ChangeKind.DETAILS, {"tags": ["eau"]}),
    ]
