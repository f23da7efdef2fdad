"""What editors type becomes parts, and parts become what they would type: nothing is lost."""

import uuid
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from forum.core.context import Edition, EditionState
from forum.core.errors import Invalid
from schedule import part_forms
from schedule.edits import PartKind, RoomPart, SessionPart, TrackPart, part_of
from schedule.models import (
    Access,
    FloorPlan,
    Link,
    Marker,
    Participation,
    Partner,
    PlanPicture,
    RoomBackstage,
    SessionBackstage,
    SessionType,
    Span,
    Speaker,
    SpeakerBackstage,
    SpeakerRole,
    SpeakerState,
    Track,
)
from schedule.part_fields import part_from
from tests.factories import FIRST_DAY, MORNING, draft

EDITION = Edition(
    id=1,
    slug="forum",
    title={"fr": "Forum"},
    timezone="Europe/Paris",
    starts_on=FIRST_DAY,
    ends_on=FIRST_DAY,
    languages=["fr", "en"],
    state=EditionState.OPEN,
)
NEW = uuid.UUID(int=9)
TWICE = "This person is in the session already: one role for each person."
ADA = uuid.UUID(int=1)
ZOE = uuid.UUID(int=2)
TRACK = Track(id=uuid.UUID(int=3), slug="eau", name={"fr": "Eau"}, position=0)
BEFORE_NOON = Span(starts_at=MORNING, ends_at=datetime(2027, 3, 23, 11, tzinfo=UTC))


def made():
    """A draft of two sessions in a room, with two people and a track."""
    people = [
        Speaker(id=ADA, slug="ada-ferrand", name="Ada Ferrand", sort_key="ferrand\tada"),
        Speaker(id=ZOE, slug="zoe-lefevre", name="Zoé Lefèvre", sort_key="lefevre\tzoe"),
    ]
    one = draft()
    sessions = [replace(s, people=[Participation(speaker_id=ADA)]) for s in one.sessions]
    return replace(one, speakers=people, sessions=sessions, tracks=[TRACK])


def form(**given):
    """Return what a form of a session sends; dots are written as `__`."""
    values = {"type": "talk", "title__fr": "Un titre", "minutes": "45", **given}
    return {
        name.replace("__", "."): value if isinstance(value, list) else [value]
        for name, value in values.items()
    }


def read(kind, sent, *, before=None, of=None, guides=()):
    """Read a form as the pages do; mistakes stand under the form's own names."""
    of = of or made()
    given, also = part_forms.given(kind, part_forms.tidied(sent), of, EDITION, before)
    id_ = before.content.id if before else NEW
    return part_from(kind, given, of, id_=id_, before=before, guides=guides, also=also)


def mistakes(kind, sent, **more):
    with pytest.raises(Invalid) as refused:
        read(kind, sent, **more)
    return {part_forms.place_of(name): text for name, text in refused.value.fields.items()}


def test_a_session_with_every_field_is_read():
    of = made()
    part = read(
        PartKind.SESSION,
        form(
            type="round_table",
            title__en="A title",
            subtitle__fr="Sous-titre",
            abstract__fr="Un.\r\n\r\n\r\nDeux.",
            description__en="Long",
            language="oc",
            track_id=str(TRACK.id),
            room_id=str(of.rooms[0].id),
            day="2027-03-23",
            time="14h30",
            people__0__person="zoe lefevre",
            people__0__role="moderator",
            people__4__person="Ada Ferrand",
            people__4__role="guest",
            tags="eau, climat; eau",
            internal_tags="à relire",
            partners__0__name="Ville de Brest",
            partners__0__url="www.brest.example",
            guides=["charte"],
            links__0__title="Étude",
            links__0__url="https://example.org/é",
            url="https://example.org/",
            livestream="http://direct.example/",
            capacity="40",
            sign_up="yes",
            expected="60",
            confirmed="yes",
            note="À voir",
        ),
        of=of,
        guides=["charte"],
    )
    assert part == SessionPart(
        content=replace(
            part.content,
            id=NEW,
            number=3,
            slug="un-titre",
            type=SessionType.ROUND_TABLE,
            title={"fr": "Un titre", "en": "A title"},
            subtitle={"fr": "Sous-titre"},
            abstract={"fr": "Un.\n\nDeux."},
            description={"en": "Long"},
            language="oc",
            track_id=TRACK.id,
            room_id=of.rooms[0].id,
            starts_at=datetime(2027, 3, 23, 13, 30, tzinfo=UTC),
            minutes=45,
            people=[
                Participation(speaker_id=ZOE, role=SpeakerRole.MODERATOR),
                Participation(speaker_id=ADA, role=SpeakerRole.GUEST),
            ],
            tags=["eau", "climat"],
            partners=[Partner(name="Ville de Brest", url="https://www.brest.example")],
            guides=["charte"],
            links=[Link(title="Étude", url="https://example.org/%C3%A9")],
            url="https://example.org/",
            livestream="http://direct.example/",
            capacity=40,
            sign_up=True,
            cancelled=False,
        ),
        backstage=SessionBackstage(
            confirmed=True, internal_tags=["à relire"], note="À voir", expected=60
        ),
    )


def test_a_session_of_the_fewest_words_is_neither_placed_nor_confirmed():
    part = read(PartKind.SESSION, form())
    assert (part.content.starts_at, part.content.room_id, part.backstage.confirmed) == (
        None,
        None,
        False,
    )


def test_a_room_a_track_and_a_person_are_read():
    room = read(
        PartKind.ROOM,
        form(
            name="Salle Garonne",
            capacity="240",
            floor="Niveau 1",
            access=["hearing_loop", "step_free"],
            availability__0__starts="2027-03-23T09:00",
            availability__0__ends="2027-03-23T12:00",
        ),
    )
    assert room == RoomPart(
        content=replace(
            room.content,
            slug="salle-garonne",
            name="Salle Garonne",
            position=1,
            capacity=240,
            floor="Niveau 1",
            access=[Access.STEP_FREE, Access.HEARING_LOOP],
        ),
        backstage=RoomBackstage(availability=[BEFORE_NOON]),
    )
    track = read(PartKind.TRACK, {"name.fr": ["Eau"], "name.en": ["Water"], "tint": ["4"]})
    assert track == TrackPart(
        content=Track(id=NEW, slug="eau-2", name={"fr": "Eau", "en": "Water"}, position=1, tint=4)
    )
    person = read(
        PartKind.SPEAKER,
        {
            "name": ["Anne de La TOUR"],
            "organisation": ["Ville de Brest"],
            "biography.fr": ["Maire."],
            "email": ["anne@example.org"],
            "state": ["invited"],
            "language": ["fr"],
            "note": ["Rappeler"],
        },
    )
    assert (person.content.slug, person.content.sort_key) == ("anne-de-la-tour", "tour\tanne de la")
    assert person.backstage == SpeakerBackstage(
        email="anne@example.org", language="fr", state=SpeakerState.INVITED, note="Rappeler"
    )


@pytest.mark.parametrize("kind", list(PartKind))
def test_what_a_form_shows_of_a_part_is_read_back_as_the_same_part(kind):
    of = made()
    rich = replace(
        of.sessions[0],
        language="oc",
        tags=["a", "b"],
        links=[Link(title="", url="https://example.org/")],
        partners=[Partner(name="X"), Partner(name="Y", url="https://y.example")],
        title={"fr": "Titre", "de": "Titel"},
        guides=["charte"],
        overlaps=True,
        revision=0,
    )
    of = replace(
        of,
        sessions=[rich, of.sessions[1]],
        backstage_of_rooms={of.rooms[0].id: RoomBackstage(availability=[BEFORE_NOON])},
        backstage_of_speakers={
            ADA: SpeakerBackstage(
                email="a@b.fr",
                availability=[BEFORE_NOON],
                registration_id=NEW,
                photo="f" * 64,
                photo_agreed_at=None,
            )
        },
        backstage_of_sessions={rich.id: SessionBackstage(expected=3, confirmed=False)},
        plans=[
            FloorPlan(
                id=NEW,
                position=3,
                title={"fr": "Niveau 0", "de": "Ebene 0"},
                alt={"fr": "L’entrée est en bas.\n\nLe hall suit."},
                picture=PlanPicture(full="f", small="s", width_px=3, height_px=2),
                markers=[
                    Marker(room_id=of.rooms[0].id, x=12.5, y=100),
                    Marker(room_id=ADA, x=0, y=99.9),  # its room is gone
                ],
            )
        ],
    )
    parts = {
        PartKind.ROOM: of.rooms[0].id,
        PartKind.TRACK: TRACK.id,
        PartKind.SPEAKER: ADA,
        PartKind.SESSION: rich.id,
        PartKind.PLAN: NEW,
    }
    before = part_of(of, kind, parts[kind])
    sent = part_forms.typed(kind, before, of, EDITION)
    assert read(kind, sent, before=before, of=of) == before


def test_a_session_that_moves_no_longer_shares_its_room_on_purpose():
    of = made()
    before = SessionPart(content=replace(of.sessions[0], overlaps=True))
    sent = part_forms.typed(PartKind.SESSION, before, of, EDITION) | {"time": ["16:00"]}
    assert read(PartKind.SESSION, sent, before=before, of=of).content.overlaps is False


def test_every_mistake_is_named_at_its_field():
    assert mistakes(
        PartKind.SESSION,
        form(
            type="party",
            title__fr=" \u202e ",
            minutes="0",
            time="25:00",
            day="2027-03-23",
            url="javascript:alert(1)",
            room_id=str(NEW),
            track_id="x",
            capacity="many",
            people__0__person="Nobody at all",
            links__0__title="Sans adresse",
            partners__0__url="ftp://x.example",
            language="français",
            guides=["unknown"],
        ),
    ) == {
        "type": "Choose one of the answers offered.",
        "title": "This answer is needed.",
        "minutes": "Give a whole number from 1 to 10080.",
        "time": "Give the time as 9:30 or 9h30.",
        "url": "Give a web address such as https://www.example.org.",
        "room_id": "Choose one of the answers offered.",
        "track_id": "Choose one of the answers offered.",
        "capacity": "Give a whole number from 1 to 100000.",
        "people.0.person": "Nobody in the programme is meant: choose a person, or add them first.",
        "links.0.url": "This answer is needed.",
        "partners.0.name": "This answer is needed.",
        "partners.0.url": "Give a web address such as https://www.example.org.",
        "language": "Give a language by its tag, such as fr or en.",
        "guides": "Choose one of the answers offered.",
    }


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"time": "9:30"}, {"day": "Choose the day too, or leave the time empty."}),
        ({"day": "2027-03-23"}, {"time": "Give the time too, or choose no day."}),
        ({"day": "demain", "time": "9"}, {"day": "Choose one of the answers offered."}),
        ({"sign_up": "yes"}, {"capacity": "Say how many seats there are to sign up for."}),
        (
            {"people__0__person": "Ada Ferrand", "people__1__person": "ada ferrand"},
            {"people.1.person": TWICE},
        ),
        ({"note": "x" * 10_001}, {"note": "This answer is too long: shorten it."}),
    ],
)
def test_a_mistake_is_told_in_words(given, wrong):
    assert mistakes(PartKind.SESSION, form(**given)) == wrong


def test_the_end_of_a_time_comes_after_its_beginning():
    sent = form(
        name="Salle",
        availability__0__starts="2027-03-23T12:00",
        availability__0__ends="2027-03-23T09:00",
        availability__1__starts="2027-03-23T12:00",
        availability__2__starts="demain",
        availability__2__ends="2027-03-24T09:00",
    )
    assert mistakes(PartKind.ROOM, sent) == {
        "availability.0.ends": "The end comes after the beginning.",
        "availability.1.ends": "This answer is needed.",
        "availability.2.starts": "Give date and time with the offset, such as"
        " 2027-03-23T09:30:00+01:00.",
    }


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        *(("9:30", 570), ("9h30", 570), ("9 h 30", 570), ("9", 540), ("0930", 570), ("9.05", 545)),
        *(("24:00", None), ("9:60", None), ("midi", None), ("", None), ("9:3", None)),
    ],
)
def test_times_are_read_as_people_write_them(typed, minutes):
    assert part_forms.minutes_of(typed) == minutes


def test_controls_that_turn_a_text_around_are_taken_out():
    part = read(PartKind.SPEAKER, {"name": ["Ada \u202eFerrand\u0000"], "note": ["a\u2066b\tc"]})
    assert (part.content.name, part.backstage.note) == ("Ada Ferrand", "ab\tc")


def test_namesakes_are_told_apart_by_their_slugs():
    of = made()
    twin = Speaker(id=NEW, slug="ada-ferrand-2", name="Ada Ferrand", sort_key="ferrand\tada")
    of = replace(of, speakers=[*of.speakers, twin])
    assert part_forms.labels_of(of.speakers) == {
        ADA: "Ada Ferrand (ada-ferrand)",
        ZOE: "Zoé Lefèvre",
        NEW: "Ada Ferrand (ada-ferrand-2)",
    }
    assert list(mistakes(PartKind.SESSION, form(people__0__person="Ada Ferrand"), of=of)) == [
        "people.0.person"
    ]
    sent = form(people__0__person="Ada Ferrand (ada-ferrand-2)")
    assert read(PartKind.SESSION, sent, of=of).content.people == [Participation(speaker_id=NEW)]


def rows(sent):
    return [row["person"] for row in part_forms.rows_of(sent, "people")]


@pytest.mark.parametrize(
    ("how", "order"),
    [
        ("people.1.up", ["B", "A", "C"]),
        ("people.0.up", ["A", "B", "C"]),
        ("people.1.down", ["A", "C", "B"]),
        ("people.2.down", ["A", "B", "C"]),
        ("people.0.away", ["B", "C"]),
        ("people.9.up", ["A", "B", "C"]),
        ("more", ["A", "B", "C"]),
        ("secret.0.away", ["A", "B", "C"]),
    ],
)
def test_rows_move_and_leave_without_anything_stored(how, order):
    sent = form(
        people__0__person="A",
        people__0__role="chair",
        people__1__person="",
        people__3__person="B",
        people__7__person="C",
    )
    moved = part_forms.arranged(sent, how)
    assert rows(moved) == order
    assert moved["title.fr"] == ["Un titre"]
    assert {row["person"]: row["role"] for row in part_forms.rows_of(moved, "people")}.get(
        "A", "chair"
    ) == "chair"


def test_what_two_changed_is_merged_field_by_field():
    base = form(people__0__person="A", people__0__role="speaker", note="Ligne\nune", floor="")
    theirs = base | form(title__fr="Leur titre", minutes="60", people__0__person="Z")
    mine = base | form(minutes="90", note="Ligne\r\nune", floor="1")
    merged, both = part_forms.merged(mine, base, theirs)
    assert {name: values[-1] for name, values in merged.items() if name in {*mine}} == {
        "type": "talk",
        "title.fr": "Leur titre",
        "minutes": "90",
        "people.0.person": "Z",
        "people.0.role": "speaker",
        "note": "Ligne\r\nune",
        "floor": "1",
    }
    assert both == ["minutes"]
    assert part_forms.differing(base, theirs) == ["minutes", "people", "title.fr"]


def test_boxes_that_were_unticked_stay_so_when_another_changed_something_else():
    base, theirs = form(confirmed="yes"), form(confirmed="yes", note="Autre")
    merged, both = part_forms.merged(form(), base, theirs)
    assert ("confirmed" in merged, merged["note"], both) == (False, ["Autre"], [])


def test_walks_are_read_by_the_pair_of_rooms():
    one, other = uuid.UUID(int=1), uuid.UUID(int=2)
    sent = {
        f"walk.{other}.{one}": ["5"],
        f"walk.{one}.{one}": ["9"],
        "walk.x.y": ["9"],
        f"walk.{one}.{NEW}": [""],
        f"walk.{other}.{NEW}": ["900"],
    }
    found, errors = part_forms.walks(sent)
    assert found == {(one, other): 5, (one, NEW): None, (other, NEW): None}
    assert errors == {f"walk.{other}.{NEW}": "Give a whole number from 0 to 600."}
