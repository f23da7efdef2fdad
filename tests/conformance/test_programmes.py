"""Real programmes: all read, nothing lost unlisted, every export valid and read back equal."""

import importlib.util
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import icalendar
import pytest
import vobject

from forum.core.context import Edition, EditionState
from schedule.conflicts import blocking, conflicts
from schedule.exports import ics, jsonld, open_data, schedule_json, schedule_xml, tables
from schedule.exports.carried import Format, carried
from schedule.importing import read
from schedule.importing.words import known
from schedule.models import ConflictCode, SessionType, SpeakerRole
from schedule.rules import publish
from tests.schedule.exports.test_jsonld import judge

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FILES = DATA / "programmes"
pytestmark = pytest.mark.skipif(
    not FILES.is_dir(), reason=f"NOT TRIED: no real programmes, {FILES} is absent"
)

# days, rooms in use, sessions, people, sessions of two people or more, the largest
SHAPES = {
    "fosdem-2025-pretalx-pentabarf.xml": (2, 29, 943, 992, 173, 7),
    "31c3-frab.xml": (4, 4, 138, 198, 51, 7),
    "camp2019-frab.json": (5, 2, 79, 90, 16, 3),
    "democon-pretalx.json": (3, 2, 36, 27, 6, 3),
    "hub-schedule2.json": (4, 2, 2, 4, 1, 3),
    "seed-forum2027.xml": (2, 4, 60, 120, 44, 4),
    "seed-forum2027.json": (2, 4, 60, 120, 44, 4),
    "seed-forum2027.ics": (2, 4, 60, 120, 44, 4),
    "seed-forum2027.xcal": (2, 4, 60, 120, 44, 4),
}

DEMOCON_ROOM = "b379c473-93b9-4eae-9a09-d482e86cede3"
LOSSES = {
    "fosdem-2025-pretalx-pentabarf.xml": [
        (121, "<feedback_url>", "has no place in our programme (943 times, first here)"),
        (12203, "type", "“junior” is none of our types: read as “other” (18 times, first here)"),
    ],
    "31c3-frab.xml": [
        (67, "<recording>", "has no place in our programme (52 times, first here)"),
    ],
    "camp2019-frab.json": [
        (99, "“logo”", "has no place in our programme (28 times, first here)"),
    ],
    "democon-pretalx.json": [
        (
            21,
            "room “Tan Room”",
            f"has the guid of another room ({DEMOCON_ROOM}): kept under a new one",
        ),
    ],
    "hub-schedule2.json": [
        (239, "“logo”", "has no place in our programme"),
        (276, "person: “avatar”", "has no place in our programme (4 times, first here)"),
    ],
    "seed-forum2027.xml": [
        (62, "<feedback_url>", "has no place in our programme (60 times, first here)"),
    ],
    "seed-forum2027.json": [
        (1, "“feedback_url”", "has no place in our programme (60 times, first here)"),
    ],
    "seed-forum2027.ics": [],
    "seed-forum2027.xcal": [
        (
            9,
            "times",
            "names no timezone: times are taken as local in Europe/Paris (60 times, first here)",
        ),
    ],
}

WRITERS = {
    Format.XML: schedule_xml.schedule_xml,
    Format.JSON: lambda programme, **_: schedule_json.schedule_v2(programme),
    Format.JSON_V1: schedule_json.schedule_v1,
    Format.ICS: ics.calendar,
    Format.CSV: tables.sessions_csv,
    Format.XLSX: tables.sessions_xlsx,
}


@cache
def imported(name):
    return read((FILES / name).read_bytes(), name)


@cache
def published(name):
    draft = imported(name).draft
    edition = Edition(
        id=1,
        slug="forum-2027",
        title=draft.title or {"fr": "Forum"},
        timezone=draft.timezone or "Europe/Paris",
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        languages=["fr", "en"],
        state=EditionState.OPEN,
    )
    at = datetime(2027, 3, 1, 8, tzinfo=UTC)
    return publish(draft, edition, base_url="https://forum.example", at=at)


@cache
def validator():
    """The judge that came with the files, which is not ours."""
    spec = importlib.util.spec_from_file_location("validate", FILES / "validate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SHAPES)
def test_its_events_follow_the_rules_of_schema_org_and_its_pack_is_whole(name):
    programme = published(name)
    whole = json.loads(jsonld.programme_jsonld(programme, language="fr"))
    judge(whole)
    placed = [one for one in programme.sessions if one.starts_at]
    assert len(whole["subEvent"]) == len(placed)
    with zipfile.ZipFile(io.BytesIO(open_data.pack(programme))) as pack:
        table = read(pack.read("forum-2027/programme.csv"), "programme.csv")
    assert len(table.draft.sessions) == len(placed)


@pytest.mark.parametrize("name", SHAPES)
def test_every_loss_has_its_translation(name):
    assert [one.what for one in imported(name).losses if not known(one.what)] == []


def test_every_file_is_tried():
    files = {path.name for path in FILES.iterdir() if path.suffix != ".py"}
    assert files == SHAPES.keys() == LOSSES.keys()


@pytest.mark.parametrize("name", SHAPES)
def test_everything_in_the_file_is_in_the_draft(name):
    draft = imported(name).draft
    sizes = [len(session.people) for session in draft.sessions]
    assert (
        (draft.ends_on - draft.starts_on).days + 1,
        len({session.room_id for session in draft.sessions}),
        len(draft.sessions),
        len(draft.speakers),
        sum(size > 1 for size in sizes),
        max(sizes),
    ) == SHAPES[name]


@pytest.mark.parametrize("name", LOSSES)
def test_what_was_lost_is_listed_by_line(name):
    assert [(one.line, one.place, one.what) for one in imported(name).losses] == LOSSES[name]


@pytest.mark.parametrize("name", SHAPES)
def test_every_session_is_placed_and_published(name):
    assert len(published(name).sessions) == SHAPES[name][2]
    assert all(session.room_id for session in published(name).sessions)


@pytest.mark.parametrize("name", SHAPES)
def test_ids_numbers_and_slugs_are_unique(name):
    draft = imported(name).draft
    for parts in (draft.sessions, draft.speakers, draft.rooms, draft.tracks):
        assert len({part.id for part in parts}) == len(parts)
        assert len({part.slug for part in parts}) == len(parts)
        assert all(part.slug for part in parts)
    assert len({session.number for session in draft.sessions}) == len(draft.sessions)


@pytest.mark.parametrize("name", SHAPES)
def test_reading_again_gives_the_same(name):
    again = read((FILES / name).read_bytes(), "another name")
    assert again == imported(name)


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("name", SHAPES)
def test_an_export_read_back_is_equal(name, form):
    programme = published(name)
    data = WRITERS[form](programme, language="fr")
    back = read(data, f"export.{form}", timezone=programme.timezone)
    assert back.draft == carried(programme, form, language="fr")
    assert back.losses == []


@pytest.mark.parametrize("name", SHAPES)
def test_two_libraries_that_know_nothing_of_each_other_read_the_calendar(name):
    programme = published(name)
    data = ics.calendar(programme, language="fr")
    held = {
        (str(one.id), one.starts_at, one.starts_at + timedelta(minutes=one.minutes))
        for one in programme.sessions
        if one.starts_at
    }
    first = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert {(str(e["uid"]), e["dtstart"].dt, e["dtend"].dt) for e in first} == held
    # It keeps the first timezone of a name for ever, and ours holds the years of one programme.
    vars(vobject.icalendar)["__tzidMap"].pop(programme.timezone, None)
    second = vobject.readOne(data.decode()).vevent_list
    times = {(e.uid.value, e.dtstart.value, e.dtend.value) for e in second}
    assert {(uid, *(one.astimezone(UTC) for one in both)) for uid, *both in times} == held
    assert {e.summary.value for e in second} == {str(e["summary"]) for e in first}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", SHAPES)
def test_the_xml_is_valid(name, language, tmp_path):
    path = tmp_path / "programme.xml"
    path.write_bytes(schedule_xml.schedule_xml(published(name), language=language))
    assert validator().check_xml(path, DATA / "schemas" / "schedule.xml.xsd") == []


@pytest.mark.parametrize("name", SHAPES)
def test_the_json_is_valid(name, tmp_path):
    path = tmp_path / "programme.json"
    path.write_bytes(schedule_json.schedule_v2(published(name)))
    assert validator().check_json(path, DATA / "schemas" / "schedule.schema2.json") == []
    path.write_bytes(schedule_json.schedule_v1(published(name), language="fr"))
    assert validator().check_json(path, DATA / "schemas" / "schedule.schema.json") == []


def test_the_four_dialects_of_one_programme_agree():
    files = [f"seed-forum2027.{ending}" for ending in ("xml", "json", "ics", "xcal")]
    told = [
        sorted(
            (session.starts_at, session.minutes, session.title["fr"], session.type)
            for session in imported(name).draft.sessions
        )
        for name in files
    ]
    assert told[0] == told[1] == told[2] == told[3]
    names = [sorted(speaker.name for speaker in imported(name).draft.speakers) for name in files]
    assert names[0] == names[1] == names[2] == names[3]


def test_types_and_roles_are_understood():
    types = {session.type for session in imported("seed-forum2027.xml").draft.sessions}
    assert types == {
        SessionType.WORKSHOP,
        SessionType.ROUND_TABLE,
        SessionType.PLENARY,
        SessionType.KEYNOTE,
    }
    hub = imported("hub-schedule2.json").draft
    roles = [person.role for session in hub.sessions for person in session.people]
    assert sorted(roles) == [SpeakerRole.CONTRIBUTOR] + [SpeakerRole.SPEAKER] * 3


def test_times_past_midnight_stay_on_their_day():
    late = next(s for s in imported("hub-schedule2.json").draft.sessions if s.minutes == 40)
    assert late.starts_at == datetime(2024, 12, 27, 23, 15, tzinfo=UTC)
    night = [c.code for c in blocking(conflicts(imported("31c3-frab.xml").draft))]
    assert night == [ConflictCode.PERSON_IN_TWO_PLACES] * 2
