"""What may be set of a part: read with its bounds, refused at its place, written as it was read."""

import uuid

import pytest
from msgspec.structs import replace

from forum.core.errors import Invalid
from schedule.edits import PartKind, RoomPart, SpeakerPart, part_of
from schedule.models import Draft, Room, Speaker, SpeakerBackstage
from schedule.part_fields import (
    FIELDS,
    READ_ONLY,
    changed,
    fields_of,
    object_schema,
    part_from,
    read_fields,
)
from tests.factories import draft

NEW = uuid.UUID(int=9)
EMPTY = {
    PartKind.ROOM: {"name": "Salle"},
    PartKind.TRACK: {"name": {"fr": "Eau"}},
    PartKind.SPEAKER: {"name": "Ada"},
    PartKind.SESSION: {"type": "talk", "title": {"fr": "Eau"}},
    PartKind.PLAN: {"title": {"fr": "Niveau 0"}, "alt": {"fr": "L’entrée est en bas."}},
}


def made(kind, given, of=None, before=None):
    return part_from(kind, given, of or Draft(), id_=NEW, before=before)


def test_nothing_that_is_given_here_may_be_set():
    for fields in FIELDS.values():
        assert fields.keys() & READ_ONLY == set()


@pytest.mark.parametrize("kind", list(PartKind))
def test_a_part_is_told_in_the_values_from_which_it_is_read(kind):
    part = made(kind, EMPTY[kind])
    assert fields_of(part).keys() == FIELDS[kind].keys()
    assert made(kind, fields_of(part), before=part) == part


@pytest.mark.parametrize("kind", list(PartKind))
@pytest.mark.parametrize("value", [3, 2.5, True, "x", [], [3], [[]], {}, {"fr": []}, "\u202e"])
def test_whatever_is_sent_is_read_or_refused(kind, value):
    for name in FIELDS[kind]:
        errors = {}
        values = read_fields(FIELDS[kind], {**EMPTY[kind], name: value}, errors)
        assert set(values) == set(FIELDS[kind])
        assert all(place.partition(".")[0] == name for place in errors)


@pytest.mark.parametrize("kind", list(PartKind))
def test_null_is_as_if_nothing_was_sent(kind):
    nulls = dict.fromkeys(FIELDS[kind])
    assert made(kind, {**nulls, **EMPTY[kind]}) == made(kind, EMPTY[kind])


def test_what_is_sent_changes_that_alone():
    part = made(PartKind.ROOM, {"name": "Salle", "capacity": 40, "floor": "1"})
    given = changed(part, {"capacity": None, "floor": "2"})
    assert made(PartKind.ROOM, given, before=part) == replace(
        part, content=replace(part.content, capacity=None, floor="2")
    )


def test_slugs_and_orders_stay_when_a_name_changes():
    of = Draft(rooms=[Room(id=NEW, slug="old", name="Old", position=4)])
    before = part_of(of, PartKind.ROOM, NEW)
    part = made(PartKind.ROOM, {"name": "New"}, of, before)
    assert part == RoomPart(content=Room(id=NEW, slug="old", name="New", position=4))
    assert made(PartKind.ROOM, {"name": "Next"}, of).content.position == 5


def test_a_name_without_a_letter_has_a_slug_all_the_same():
    assert made(PartKind.ROOM, {"name": "42 !"}).content.slug == "42"
    assert made(PartKind.ROOM, {"name": "北京"}).content.slug == "room"
    title = {"type": "talk", "title": {"fr": "…"}}
    assert made(PartKind.SESSION, title).content.slug == "session-1"


def test_a_person_keeps_their_place_in_the_alphabet_until_the_name_changes():
    own = Speaker(id=NEW, slug="ada", name="Ada de Ferrand", sort_key="de ferrand\tada")
    behind = SpeakerBackstage(registration_id=NEW, photo="f" * 64, note="x")
    of = Draft(speakers=[own], backstage_of_speakers={NEW: behind})
    before = part_of(of, PartKind.SPEAKER, NEW)
    same = made(PartKind.SPEAKER, changed(before, {"note": "y"}), of, before)
    assert same == SpeakerPart(content=own, backstage=replace(behind, note="y"))
    other = made(PartKind.SPEAKER, changed(before, {"name": "Ada Garrigue"}), of, before)
    assert other.content.sort_key == "garrigue\tada"
    assert other.backstage == behind


def test_texts_of_too_many_signs_and_rows_are_refused():
    refused = {
        "name": "x" * 201,
        "links": [{"url": "https://example.org/"}] * 61,
        "biography": {"fr": "x" * 10_001},
        "email": "nobody",
        "language": "x",
    }
    with pytest.raises(Invalid) as told:
        made(PartKind.SPEAKER, refused)
    assert set(told.value.fields) == {"name", "links", "biography.fr", "email", "language"}


def test_guides_that_are_no_longer_published_may_stay_but_not_be_chosen():
    of = draft()
    session = replace(of.sessions[0], guides=["old"])
    of = replace(of, sessions=[session])
    before = part_of(of, PartKind.SESSION, session.id)
    again = part_from(
        PartKind.SESSION, fields_of(before), of, id_=session.id, before=before, guides=["new"]
    )
    assert again == before
    with pytest.raises(Invalid) as told:
        part_from(PartKind.SESSION, fields_of(before), of, id_=NEW, before=None, guides=["new"])
    assert told.value.fields == {"guides": "Choose one of the answers offered."}


def test_the_description_names_every_field_and_no_other():
    schema = object_schema(FIELDS[PartKind.TRACK])
    assert set(schema["properties"]) == {"name", "tint", "position"}
    assert schema["additionalProperties"] is False
