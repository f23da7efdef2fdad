"""What changed, in words: a sentence for each change, in the language of whoever reads."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from forum.core.i18n import words
from schedule.models import Participation, SpeakerRole
from schedule.telling import differences
from tests.schedule.test_conflicts import LEA, NINE, STUDIO, TEN, TOM, draft, session, with_
from tests.schedule.test_rules import frozen

MODERATING = [
    Participation(speaker_id=LEA.id, role=SpeakerRole.MODERATOR),
    Participation(speaker_id=TOM.id),
]


def sentences(before, after, language="en"):
    old = frozen(before)
    told = differences(old, frozen(after, old), words(language))
    return [sentence for one in told for sentence in one.sentences]


@pytest.mark.parametrize(
    ("changed", "english", "french"),
    [
        (
            {"starts_at": TEN},
            "Moved: Saturday 30 October at 09:00 → Saturday 30 October at 10:00.",
            "Déplacée\u00a0: samedi 30 octobre à 9\u00a0h → samedi 30 octobre à 10\u00a0h.",
        ),
        (
            {"minutes": 75},
            "Longer: 60 → 75 minutes.",
            "Plus longue\u00a0: 60 → 75 minutes.",
        ),
        ({"minutes": 45}, "Shorter: 60 → 45 minutes.", "Plus courte\u00a0: 60 → 45 minutes."),
        (
            {"room_id": STUDIO.id},
            "Another room: Hall → Studio.",
            "Autre salle\u00a0: Hall → Studio.",
        ),
        (
            {"title": {"fr": "Neuf"}},
            "Renamed: “Séance 1” is now “Neuf”.",
            "Nouveau titre\u00a0: «\u00a0Séance 1\u00a0» devient «\u00a0Neuf\u00a0».",
        ),
        ({"abstract": {"fr": "Neuf"}}, "The text is another.", "Le texte a changé."),
        ({"cancelled": True}, "Cancelled.", "Annulée."),
        (
            {"people": MODERATING},
            "Comes in: Léa (moderator), Tom.",
            "Arrivée\u00a0: Léa (modération), Tom.",
        ),
        (
            {"capacity": 30, "tags": ["eau"]},
            "Changed: key words, seats.",
            "Modifié\u00a0: mots-clés, places assises.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_change_is_a_sentence(changed, english, french):
    before, after = draft(session(1)), draft(session(1, **changed))
    assert sentences(before, after) == [english]
    assert sentences(before, after, "fr") == [french]


def test_people_who_leave_change_role_or_order_are_told():
    before = draft(session(1, people=MODERATING))
    assert sentences(before, draft(session(1, people=with_(LEA)))) == [
        "No longer there: Tom.",
        "Has another role: Léa.",
    ]
    turned = draft(session(1, people=MODERATING[::-1]))
    assert sentences(before, turned) == ["The people are in another order."]


def test_a_first_version_is_all_new():
    new = frozen(draft(session(1)))
    [told] = differences(None, new, words("en"))
    assert told.sentences == ["New (talk): Saturday 30 October at 09:00, Hall."]
    assert (told.title, told.path) == ("Séance 1", "/toulouse-2027/sessions/session-1")


def test_only_what_concerns_somebody_is_told():
    old = frozen(draft(session(1), session(2, starts_at=TEN)))
    later = NINE + timedelta(hours=5)
    new = frozen(draft(session(1, minutes=5), session(2, starts_at=later)), old)
    [told] = differences(old, new, words("en"), only=[UUID(int=102)])
    assert told.title == "Séance 2"


def test_a_room_that_is_renamed_is_a_detail():
    before = draft(session(1))
    rooms = [replace(room, name=f"{room.name} bis") for room in before.rooms]
    assert sentences(before, replace(before, rooms=rooms)) == ["Details changed."]
