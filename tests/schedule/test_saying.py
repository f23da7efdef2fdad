"""Every kind of conflict and every change says what it is, in both languages."""

import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from forum.core.i18n import words
from schedule.conflicts import Conflict
from schedule.edits import DraftChange, Edit, RoomPart, SessionPart
from schedule.models import ConflictCode, Level
from schedule.saying import TOLD, Teller
from tests.factories import MORNING, draft

PARIS = ZoneInfo("Europe/Paris")
DRAFT = draft("L’eau", "Le feu")
FIRST, SECOND = DRAFT.sessions
ROOM, PERSON = DRAFT.rooms[0], DRAFT.speakers[0]
TIMES = (
    "mardi 23 mars, 9\u00a0h\u00a0– 9\u00a0h\u00a030",
    "mardi 23 mars, 9\u00a0h\u00a030\u00a0– 10\u00a0h",
)


def conflict(code, **given):
    values = {
        "session_id": SECOND.id,
        "other_id": FIRST.id,
        "room_id": ROOM.id,
        "speaker_id": PERSON.id,
        "languages": ("en",),
        "wanted": 90,
        "there": 60,
        "level": Level.WARN,
    }
    return Conflict(code=code, **{**values, **given})


def test_every_kind_of_conflict_is_told():
    assert TOLD.keys() == set(ConflictCode)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", ConflictCode)
def test_a_conflict_names_its_session_and_leaves_no_place_empty(code, language):
    said = Teller(DRAFT, words(language), PARIS).conflict(conflict(code)).said
    assert "Le feu" in said
    assert "%(" not in said
    assert said.endswith(".")


def test_what_blocks_is_told_first_and_what_a_session_lacks_last():
    found = [
        conflict(ConflictCode.TEXT_MISSING),
        conflict(ConflictCode.ROOM_TOO_SMALL),
        conflict(ConflictCode.ROOM_TAKEN, level=Level.BLOCK),
        conflict(ConflictCode.WITHOUT_ROOM),
    ]
    told = Teller(DRAFT, words("en"), PARIS).conflicts(found)
    assert [one.code.value for one in told] == [
        "room_taken",
        "room_too_small",
        "without_room",
        "text_missing",
    ]


def test_a_conflict_in_french():
    told = Teller(DRAFT, words("fr"), PARIS)
    assert told.conflict(conflict(ConflictCode.ROOM_TAKEN)).said == (
        f"Salle Garonne\u00a0: «\u00a0Le feu\u00a0» ({TIMES[1]}) commence avant la fin de"
        f" «\u00a0L’eau\u00a0» ({TIMES[0]})."
    )
    assert told.conflict(conflict(ConflictCode.TEXT_MISSING)).said == (
        "Il manque à «\u00a0Le feu\u00a0» son titre ou son résumé en anglais."
    )


def test_what_blocks_is_told_first():
    warns = conflict(ConflictCode.ROOM_TOO_SMALL)
    blocks = conflict(ConflictCode.ROOM_TAKEN, level=Level.BLOCK)
    told = Teller(DRAFT, words("en"), PARIS).conflicts([warns, blocks])
    assert [one.level for one in told] == [Level.BLOCK, Level.WARN]


def edit(before, after):
    return Edit(
        before=before and SessionPart(content=before), after=after and SessionPart(content=after)
    )


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([edit(FIRST, None)], "“L’eau” removed"),
        ([edit(None, FIRST)], "“L’eau” added"),
        ([edit(FIRST, replace(FIRST, capacity=9))], "“L’eau” edited"),
        ([edit(FIRST, replace(FIRST, starts_at=None))], "“L’eau” taken out of the grid"),
        (
            [edit(FIRST, replace(FIRST, room_id=None))],
            "“L’eau” placed: Tuesday 23 March, 09:00\u00a0– 09:30, no room",
        ),
        ([edit(FIRST, SECOND), edit(SECOND, FIRST)], "2 sessions changed"),
        ([Edit(before=RoomPart(content=ROOM))], "Rooms, tracks or people changed"),
        (
            [Edit(before=RoomPart(content=ROOM)), edit(FIRST, None)],
            "Sessions, rooms, tracks or people changed",
        ),
    ],
)
def test_a_change_says_what_it_does(edits, said):
    assert Teller(DRAFT, words("en"), PARIS).edits(edits) == said


def test_a_change_names_who_made_it():
    ada = f"organiser:{uuid.uuid4()}"
    change = DraftChange(
        number=7,
        at=datetime(2027, 3, 1, tzinfo=UTC),
        actor=ada,
        kind="placed",
        edits=[edit(FIRST, replace(FIRST, starts_at=MORNING, minutes=45))],
        undoes=None,
    )
    teller = Teller(DRAFT, words("en"), PARIS)
    told = teller.change(change, who={ada: "ada@example.org"}, asks="organiser:other")
    assert (told.who, told.own, told.edits[0]["after"]["content"]["minutes"]) == (
        "ada@example.org",
        False,
        45,
    )
    assert teller.change(change, who={}, asks=ada).own
    assert teller.change(change, who={}, asks=ada).who == "Somebody who has left the team"
