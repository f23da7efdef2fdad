"""What pages say of parts: every conflict in words, each to its session, in both languages."""

import uuid
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from forum.core.i18n import words
from schedule import part_words
from schedule.conflicts import Conflict, conflicts
from schedule.edits import PartKind, part_of
from schedule.models import (
    Access,
    ConflictCode,
    Level,
    Room,
    SpeakerBackstage,
    SpeakerState,
    Travel,
)
from schedule.part_words import Sayer, label, lacking
from tests.factories import draft
from tests.schedule.test_part_forms import EDITION

PARIS = ZoneInfo("Europe/Paris")


def said(language="en"):
    of = draft()
    return of, Sayer(of, words(language), PARIS)


def test_every_kind_of_conflict_has_a_name_a_meaning_and_a_sentence():
    for table in (part_words.MEANINGS, part_words.SAID):
        assert set(table) == set(ConflictCode)
    assert set(part_words.LEVELS) == set(Level)
    assert set(part_words.STATES) == set(SpeakerState)
    assert set(part_words.ACCESS) == set(Access)
    assert set(part_words.TINTS) == set(range(1, 7))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", list(ConflictCode))
def test_a_conflict_is_said_with_all_that_it_names(code, language):
    of, sayer = said(language)
    one = Conflict(
        code=code,
        session_id=of.sessions[1].id,
        other_id=of.sessions[0].id,
        room_id=of.rooms[0].id,
        speaker_id=of.speakers[0].id,
        languages=("en",),
        wanted=12,
        there=5,
    )
    sentence = sayer.say(one, one.session_id)
    assert sentence
    assert "%(" not in sentence
    for name, value in {
        "room": "Salle Garonne",
        "person": "Ada Ferrand",
        "other": "Ouverture",
        "wanted": "12",
        "there": "5",
        "languages": "anglais" if language == "fr" else "English",
    }.items():
        assert (value in sentence) is (f"%({name})" in part_words.SAID[code])


def test_of_two_that_clash_each_is_told_of_the_other():
    of = draft()
    of = replace(
        of, sessions=[replace(one, starts_at=of.sessions[0].starts_at) for one in of.sessions]
    )
    found = [one for one in conflicts(of) if one.code is ConflictCode.ROOM_TAKEN]
    told = Sayer(of, words("en"), PARIS).by_session(found)
    when = "Tuesday 23 March at 09:00"
    assert told == {
        of.sessions[0].id: [
            {"said": f"Salle Garonne is taken by “Eau et communes”, {when}", "blocks": True}
        ],
        of.sessions[1].id: [
            {"said": f"Salle Garonne is taken by “Ouverture”, {when}", "blocks": True}
        ],
    }


def test_a_clash_names_its_session():
    of, sayer = said("fr")
    one = Conflict(code=ConflictCode.TRACK_MISSING, session_id=of.sessions[0].id)
    assert sayer.clashes([one]) == ["Ouverture\u00a0: elle n’a pas de thème"]


def test_what_rooms_tracks_and_people_lack_is_said():
    of = draft()
    second = Room(id=uuid.UUID(int=1), slug="b", name="B", position=1, capacity=4)
    of = replace(of, rooms=[*of.rooms, second])
    room = part_of(of, PartKind.ROOM, of.rooms[0].id)
    assert lacking(room, of, EDITION, words("en")) == ["seats unknown", "no walks to other rooms"]
    pair = sorted([of.rooms[0].id, second.id])
    of = replace(of, travel=[Travel(room_a=pair[0], room_b=pair[1], minutes=3)])
    assert lacking(part_of(of, PartKind.ROOM, second.id), of, EDITION, words("en")) == []
    ada = of.speakers[0]
    of = replace(
        of,
        speakers=[replace(ada, organisation="X", biography={"fr": "Maire"})],
        backstage_of_speakers={ada.id: SpeakerBackstage(photo="f" * 64, email="a@b.fr")},
    )
    person = part_of(of, PartKind.SPEAKER, ada.id)
    assert lacking(person, of, EDITION, words("fr")) == [
        "pas de biographie en anglais",
        "photo sans accord",
    ]


@pytest.mark.parametrize(
    ("place", "kind", "words_"),
    [
        ("title.fr", PartKind.SESSION, "Title – French"),
        ("people.0.role", PartKind.SESSION, "People, line 1, Role"),
        ("partners.2.name", PartKind.SESSION, "Partners, line 3, Organisation"),
        ("name", PartKind.ROOM, "Room name"),
        ("name.en", PartKind.TRACK, "Track name – English"),
        ("name", PartKind.SPEAKER, "Name"),
        ("availability", PartKind.ROOM, "Available"),
        ("unheard.of", PartKind.ROOM, "unheard – of"),
    ],
)
def test_the_field_at_a_place_has_a_name(place, kind, words_):
    assert label(place, kind, words("en")) == words_


def test_a_language_that_nobody_knows_is_said_by_its_tag():
    assert part_words.language_name("fsl", words("en")) == "French Sign Language"
    assert part_words.language_name("xx-!", words("en")) == "xx-!"
