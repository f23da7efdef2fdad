"""What the editors' pages show: rows that match, marks, pages, fields with their mistakes."""

import uuid

import pytest
from msgspec.structs import replace

from forum.core.i18n import words
from schedule import part_views
from schedule.conflicts import USUAL, conflicts
from schedule.edits import DraftChange, Edit, PartKind, part_of
from schedule.models import (
    ConflictCode,
    PublishedGuide,
    SessionBackstage,
    SpeakerBackstage,
    SpeakerState,
    Travel,
)
from tests.factories import NOON, draft
from tests.schedule.test_part_forms import EDITION

EN = words("en")


def listed(of, kind=PartKind.SESSION, **asked):
    found = part_views.listed(kind, of, EDITION, EN, conflicts(of), **asked)
    return [row["name"] for row in found["rows"]]


def shown(of, kind, part=None, **given):
    return part_views.form(kind, part, of, EDITION, EN, **given)


def marked():
    """A draft whose second session is unplaced, not confirmed, and cancelled."""
    of = draft("Ouverture", "Eau et communes", "Débat")
    first, second, third = of.sessions
    second = replace(second, starts_at=None, room_id=None, cancelled=True)
    third = replace(third, starts_at=first.starts_at)
    behind = {second.id: SessionBackstage(confirmed=False, internal_tags=["à relire"])}
    return replace(of, sessions=[first, second, third], backstage_of_sessions=behind)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Ouverture", "Débat", "Eau et communes"]),
        ({"q": "debat"}, ["Débat"]),
        ({"q": "COMMUNES eau"}, ["Eau et communes"]),
        ({"q": "ferrand garonne"}, ["Ouverture", "Débat"]),
        ({"q": "relire"}, ["Eau et communes"]),
        ({"q": "#3"}, ["Débat"]),
        ({"q": "rien"}, []),
        ({"only": "unplaced"}, ["Eau et communes"]),
        ({"only": "unconfirmed"}, ["Eau et communes"]),
        ({"only": "cancelled"}, ["Eau et communes"]),
        ({"only": "blocks"}, ["Ouverture", "Débat"]),
        ({"only": "unheard"}, []),
    ],
)
def test_sessions_are_found_by_words_and_by_what_is_wrong(asked, names):
    assert listed(marked(), **asked) == names


def test_people_are_found_by_state_and_by_any_word_of_theirs():
    of = draft()
    ada = of.speakers[0]
    of = replace(
        of,
        backstage_of_speakers={
            ada.id: SpeakerBackstage(state=SpeakerState.DECLINED, note="Rappeler en mars")
        },
    )
    assert listed(of, PartKind.SPEAKER, q="mars") == ["Ada Ferrand"]
    assert listed(of, PartKind.SPEAKER, only="declined") == ["Ada Ferrand"]
    assert listed(of, PartKind.SPEAKER, only="confirmed") == []
    [row] = part_views.listed(PartKind.SPEAKER, of, EDITION, EN, [])["rows"]
    assert (row["state"], row["used"]) == ("Has declined", 2)


@pytest.mark.parametrize(
    ("page", "number"), [("", 1), ("0", 1), ("2", 2), ("9", 3), ("x", 1), ("-1", 1), ("²", 1)]
)
def test_a_page_beyond_the_last_is_the_last(page, number):
    of = draft(*(f"S{n}" for n in range(120)))
    found = part_views.listed(PartKind.SESSION, of, EDITION, EN, [], page=page)
    assert (found["number"], found["pages"], found["count"]) == (number, 3, 120)
    assert len(found["rows"]) == {1: 50, 2: 50, 3: 20}[number]


def test_a_form_has_rows_to_spare_and_more_when_asked():
    of = draft()
    part = part_of(of, PartKind.SESSION, of.sessions[0].id)
    usual, more = shown(of, PartKind.SESSION, part), shown(of, PartKind.SESSION, part, more=True)
    assert (usual["filled"]["people"], len(usual["rows"]["people"])) == (1, 3)
    assert len(more["rows"]["people"]) == 7
    assert usual["rows"]["people"][0] == {"person": "Ada Ferrand", "role": "speaker"}
    assert usual["action"] == f"/organiser/forum/programme/sessions/{of.sessions[0].id}"
    assert shown(of, PartKind.ROOM)["action"] == "/organiser/forum/programme/rooms/new"


def test_guides_that_are_ticked_stay_to_choose_though_they_are_gone():
    guides = [PublishedGuide(slug="new", title={"en": "New guide"})]
    found = shown(draft(), PartKind.SESSION, sent={"guides": ["old", "new"]}, guides=guides)
    assert found["guides"] == [("old", "old"), ("new", "New guide")]


def test_a_mistake_in_a_text_stands_at_the_main_language():
    wrong = {"title": "This answer is needed.", "people.0.speaker_id": "x", "starts_at": "y"}
    assert list(part_views.mistakes(PartKind.SESSION, wrong, EDITION, EN)) == [
        "title.fr",
        "people.0.person",
        "day",
    ]
    one = {"name": "This answer is needed."}
    assert list(part_views.mistakes(PartKind.TRACK, one, EDITION, EN)) == ["name.fr"]
    assert list(part_views.mistakes(PartKind.ROOM, one, EDITION, EN)) == ["name"]


def change(*edits, undoes=None):
    return DraftChange(
        number=4, at=NOON, actor="organiser:2", kind="edited", edits=[*edits], undoes=undoes
    )


def test_what_was_just_done_is_told_with_its_name():
    of = draft()
    part = part_of(of, PartKind.ROOM, of.rooms[0].id)
    assert part_views.done(None, EN) == {"number": None, "name": "", "how": "same"}
    told = [
        part_views.done(change(Edit(after=part)), EN),
        part_views.done(change(Edit(before=part)), EN),
        part_views.done(change(Edit(before=part), undoes=3), EN),
        part_views.done(change(Edit(after=part), Edit(after=part)), EN),
    ]
    assert [(one["how"], one["name"]) for one in told] == [
        ("stored", "Salle Garonne"),
        ("removed", "Salle Garonne"),
        ("back", "Salle Garonne"),
        ("stored", ""),
    ]


def test_what_another_did_is_told_by_field():
    of = draft()
    before = part_of(of, PartKind.ROOM, of.rooms[0].id)
    after = replace(before, content=replace(before.content, floor="2", capacity=9))
    edit = Edit(before=before, after=after)
    who = {"organiser:2": "anne@example.org"}
    [told] = part_views.meanwhile(
        PartKind.ROOM, [(change(edit), edit)], of, EDITION, EN, who=who, asks="organiser:1"
    )
    assert told == {
        "who": "anne@example.org",
        "own": False,
        "when": "Monday 1 March at 13:00",
        "fields": ["Seats", "Floor"],
    }


def test_walks_are_a_triangle_of_rooms():
    of = draft()
    ids = [uuid.UUID(int=n) for n in (1, 2, 3)]
    rooms = [
        replace(of.rooms[0], id=id_, name=f"R{n}", position=n) for n, id_ in enumerate(ids, start=1)
    ]
    walk = Travel(room_a=ids[0], room_b=ids[2], minutes=7)
    of = replace(of, rooms=rooms, travel=[walk])
    rows = part_views.walks(of)
    assert [[cell["value"] for cell in row["cells"]] for row in rows] == [[], [""], ["7", ""]]
    name = f"walk.{ids[0]}.{ids[2]}"
    assert part_views.walks(of, {name: ["loin"]})[2]["cells"][0] == {
        "name": name,
        "value": "loin",
        "other": "R1",
    }


def test_every_kind_of_conflict_has_its_level_and_its_count():
    of = marked()
    rows = part_views.levels(USUAL, conflicts(of), EN, {"room_taken": ["warn"]})
    assert [row["code"] for row in rows] == [code.value for code in ConflictCode]
    by_code = {row["code"]: (row["level"], row["count"]) for row in rows}
    assert by_code["room_taken"] == ("warn", 1)
    assert by_code["person_in_two_places"] == ("block", 1)
    assert by_code["without_room"] == ("warn", 0)
