"""Edits: a draft after them, what is refused, and everything taken back."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from schedule.edits import (
    Edit,
    PartChanged,
    PartKind,
    PartNotFound,
    PartUsed,
    RoomPart,
    SessionPart,
    SpeakerPart,
    Wanted,
    applied,
    difference,
    edits_of,
    hold_together,
    part_of,
    shown_photo,
)
from schedule.models import Draft, Room, Speaker, SpeakerBackstage
from tests.schedule.programmes import FIRST, staged_drafts
from tests.schedule.test_conflicts import HALL, LEA, STUDIO, TOM, draft, session, with_

ORDERED = ("rooms", "tracks", "speakers", "sessions")


def numbered(one, number):
    """Return a draft whose parts are all at one change, in the order in which they are read."""
    emptied = Draft(
        languages=one.languages, travel=one.travel, starts_on=one.starts_on, ends_on=one.ends_on
    )
    return applied(emptied, difference(emptied, one), number=number)


@settings(max_examples=60)
@given(staged_drafts(), staged_drafts())
def test_the_difference_of_two_drafts_turns_one_into_the_other(before, after):
    one, other = numbered(before, 1), numbered(after, 1)
    got = applied(one, difference(one, other), number=2)
    for name in (*ORDERED, "backstage_of_rooms", "backstage_of_speakers", "backstage_of_sessions"):
        assert getattr(got, name) == getattr(other, name)


@settings(max_examples=60)
@given(staged_drafts(), staged_drafts())
def test_edits_the_other_way_round_bring_everything_back(before, after):
    one, other = numbered(before, 1), numbered(after, 1)
    edits = difference(one, other)
    back = [Edit(before=edit.after, after=edit.before) for edit in edits]
    got = applied(applied(one, edits, number=2), back, number=3)
    assert replace(got, edited=one.edited, number=1) == one


def test_what_stays_with_the_editors_survives_an_import_that_does_not_tell_it():
    kept = SpeakerBackstage(email="lea@example.org", photo="f00d", photo_agreed_at=None)
    before = draft(backstage_of_speakers={LEA.id: kept})
    told = Draft(rooms=[HALL, STUDIO], speakers=[replace(LEA, organisation="Ville"), TOM])
    [edit] = difference(before, told)
    assert edit.after == SpeakerPart(content=replace(LEA, organisation="Ville"), backstage=kept)


def test_a_photo_is_shown_with_the_consent_of_the_person_alone():
    agreed = session(1).starts_at
    assert shown_photo(SpeakerBackstage(photo="f00d", photo_agreed_at=agreed)) == "f00d"
    assert shown_photo(SpeakerBackstage(photo="f00d")) is None


def test_an_edit_that_changes_nothing_is_none():
    one = draft(session(1))
    part = part_of(one, PartKind.SESSION, UUID(int=101))
    assert edits_of(one, [Wanted(kind=PartKind.SESSION, id=UUID(int=101), after=part)]) == []


def test_a_part_that_somebody_changed_meanwhile_is_named():
    one = replace(draft(session(1), session(2)), edited={UUID(int=101): 5, UUID(int=102): 4})
    wanted = [
        Wanted(kind=PartKind.SESSION, id=UUID(int=100 + n), after=None, edited=4) for n in (1, 2)
    ]
    with pytest.raises(PartChanged) as refusal:
        edits_of(one, wanted)
    assert [*refusal.value.fields] == [str(UUID(int=101))]


def test_what_is_not_there_cannot_be_removed():
    with pytest.raises(PartNotFound):
        edits_of(draft(), [Wanted(kind=PartKind.SESSION, id=UUID(int=101), after=None)])


def test_a_new_part_takes_no_place_of_another():
    new = SessionPart(content=session(1))
    one = replace(draft(session(1, minutes=5)), edited={UUID(int=101): 1})
    with pytest.raises(PartChanged):
        edits_of(one, [Wanted(kind=PartKind.SESSION, id=UUID(int=101), after=new, edited=0)])


@pytest.mark.parametrize(
    ("lost", "id_"),
    [({"rooms": [STUDIO]}, HALL.id), ({"speakers": [TOM]}, LEA.id)],
    ids=["room", "speaker"],
)
def test_what_sessions_name_stays(lost, id_):
    one = draft(session(1, people=with_(LEA)))
    hold_together(one)
    with pytest.raises(PartUsed) as refusal:
        hold_together(replace(one, **lost))
    assert [*refusal.value.fields] == [str(id_)]


def test_parts_come_in_the_order_in_which_they_are_read():
    first = Room(id=UUID(int=9), slug="a", name="A", position=0)
    person = Speaker(id=UUID(int=10), slug="abel", name="Abel", sort_key="abel")
    edits = [
        Edit(after=RoomPart(content=first)),
        Edit(after=SpeakerPart(content=person)),
        Edit(after=SessionPart(content=session(1))),
    ]
    got = applied(draft(session(2), starts_on=FIRST), edits, number=7)
    assert [room.slug for room in got.rooms] == ["a", "hall", "studio"]
    assert [speaker.slug for speaker in got.speakers] == ["abel", "lea", "tom"]
    assert [one.number for one in got.sessions] == [1, 2]
    assert got.edited == {first.id: 7, person.id: 7, UUID(int=101): 7}
    assert (got.number, got.starts_on) == (7, FIRST)
