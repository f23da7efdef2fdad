"""What speakers see of the draft, what their form says, and back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from forum.core.context import Edition, EditionState
from forum.core.errors import Invalid
from forum.speakers import rules
from forum.speakers.models import SpeakerNotFound
from schedule.edits import SpeakerPart
from schedule.models import Link, Span, SpeakerBackstage
from tests.forum.speakers.people import ADA, BEN, STRANGER, draft

EDITION = Edition(
    id=1,
    slug="forum",
    title={"fr": "Forum"},
    timezone="Europe/Paris",
    starts_on=date(2027, 3, 27),
    ends_on=date(2027, 3, 28),  # the clocks go forward in that night
    languages=["fr", "en"],
    state=EditionState.OPEN,
)
PART = rules.speaker_in(draft(), ADA)


def sent(part=PART, **given):
    typed = {**rules.typed(part, EDITION), **given}
    return {name: [text] for name, text in typed.items()}


def profile(**given):
    return rules.read_profile(sent(**given), PART, EDITION)


def wrong(**given):
    with pytest.raises(Invalid) as refused:
        profile(**given)
    return refused.value.fields


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Ferrand", ("Ada", "Ferrand")),
        ("Jean de La Tour", ("Jean", "de La Tour")),
        ("Anaïs d’Aubigné", ("Anaïs", "d’Aubigné")),
        ("Marie-Luce LE GOFF", ("Marie-Luce", "LE GOFF")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("Plato", ("", "Plato")),
        ("", ("", "")),
    ],
)
def test_a_name_is_split_as_it_probably_is(name, parts):
    assert rules.split_name(name) == parts


def test_own_sessions_are_told_with_role_room_and_the_others():
    [one] = rules.own_sessions(draft(), ADA)
    assert (one.title["en"], one.role, one.room, one.others) == (
        "Water",
        "speaker",
        "Salle Garonne",
        ["Ben Ali"],
    )
    assert rules.own_sessions(draft(), BEN)[0].others == ["Ada Ferrand"]


def test_who_was_removed_is_not_found():
    with pytest.raises(SpeakerNotFound):
        rules.speaker_in(draft(), STRANGER)


def test_a_profile_that_is_sent_back_as_it_was_shown_changes_nothing():
    spans = [
        Span(
            starts_at=datetime(2027, 3, 27, 8, tzinfo=UTC),
            ends_at=datetime(2027, 3, 28, 16, tzinfo=UTC),
        )
    ]
    part = SpeakerPart(
        content=replace(
            PART.content,
            biography={"fr": "Un\n\nDeux", "de": "Eins"},
            links=[Link(url="https://example.org/a", title="A")],
        ),
        backstage=replace(PART.backstage, availability=spans),
    )
    read = rules.read_profile(sent(part), part, EDITION)
    assert rules.with_profile(part, read, EDITION) == part


def test_what_is_sent_is_cleaned_and_put_in_its_place():
    made = rules.with_profile(
        PART,
        profile(
            **{
                "name": " Ada  de La Tour ",
                "organisation": "",
                "biography.fr": "Une\r\n\r\n\r\nbio",
                "link-3-url": "www.example.org/ada",
                "time-0-day": "2027-03-28",
                "time-0-from": "1h30",
            }
        ),
        EDITION,
    )
    assert (made.content.name, made.content.sort_key) == ("Ada de La Tour", "tour\tada de la")
    assert made.content.organisation is None
    assert made.content.biography == {"fr": "Une\n\nbio"}
    assert made.content.links == [Link(url="https://www.example.org/ada", title="www.example.org")]
    assert made.backstage.availability == [
        Span(
            starts_at=datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
            ends_at=datetime(2027, 3, 28, 22, tzinfo=UTC),
        )
    ]
    assert made.backstage.state is PART.backstage.state
    assert made.backstage.email == "ada@example.org"


def test_every_mistake_is_told_by_its_field():
    assert wrong(
        **{
            "name": "https://spam.example",
            "language": "de",
            "biography.en": "x" * 4001,
            "link-0-title": "A page",
            "link-1-url": "javascript:alert(1)",
            "link-2-url": "mailto:a@example.org",
            "time-0-from": "9:30",
            "time-1-day": "2027-03-27",
            "time-1-from": "25:00",
            "time-2-day": "2027-03-27",
            "time-2-from": "10:00",
            "time-2-until": "9:00",
            "time-3-day": "2027-04-01",
        }
    ) == {
        "name": "Write a name here, without any address.",
        "language": "Choose one of the languages offered.",
        "biography.en": "This is over 4,000 characters: shorten it.",
        "link-0-url": rules.BAD_ADDRESS,
        "link-1-url": rules.BAD_ADDRESS,
        "link-2-url": rules.BAD_ADDRESS,
        "time-0-day": rules.NO_DAY,
        "time-1-from": rules.BAD_CLOCK,
        "time-2-until": rules.ENDS_FIRST,
        "time-3-day": rules.BAD_DAY,
    }
    assert wrong(name="") == {"name": "This answer is needed."}


@pytest.mark.parametrize(
    "name",
    ["state", "registration_id", "email", "note", "photo", "photo_agreed_at", "slug", "sort_key"],
)
def test_nothing_else_can_be_set(name):
    assert wrong(**{name: "confirmed"}) == {name: "This field does not exist here."}


MINUTES = st.integers(0, 2 * 24 * 60 - 1)


@given(st.lists(st.tuples(MINUTES, st.integers(1, 2000)), max_size=4))
def test_times_say_the_same_when_they_are_read_again(made):
    start = datetime(2027, 3, 26, 23, tzinfo=UTC)
    spans = rules.merged(
        Span(
            starts_at=start + timedelta(minutes=begin),
            ends_at=start + timedelta(minutes=begin + length),
        )
        for begin, length in made
        if not 1440 <= begin < 1800  # the hour that is not there
    )
    part = replace(PART, backstage=replace(SpeakerBackstage(), availability=spans))
    read = rules.read_profile(sent(part), part, EDITION)
    assert rules.with_profile(part, read, EDITION).backstage.availability == spans


def test_a_refusal_says_why_and_nothing_unknown():
    assert rules.read_refusal({"why": [" a\r\nb "], "registration": ["keep"]}).why == "a\nb"
    with pytest.raises(Invalid) as refused:
        rules.read_refusal({"why": ["x" * 1001], "registration": ["other"], "state": ["x"]})
    assert refused.value.fields == {
        "why": "This is over 1,000 characters: shorten it.",
        "registration": "Choose one of the answers offered.",
        "state": "This field does not exist here.",
    }
