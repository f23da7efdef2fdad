"""Programmes of any shape, for property tests: clean texts, unique names, times across a year."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st
from msgspec.structs import replace

from forum.core.context import Edition, EditionState
from forum.core.text import slug, sort_key
from schedule.models import (
    Access,
    Draft,
    GuideLink,
    Link,
    Participation,
    Partner,
    Room,
    RoomBackstage,
    Session,
    SessionBackstage,
    SessionType,
    Span,
    Speaker,
    SpeakerBackstage,
    SpeakerRole,
    SpeakerState,
    Track,
    Travel,
)
from schedule.naming import Unique
from schedule.rules import publish
from schedule.texts import line, paragraphs

FIRST = date(2027, 10, 30)
"""Summer time ends in the night that follows."""

LETTERS = st.characters(exclude_categories=["Cs", "Cn"]) | st.sampled_from(
    "aéœ ’«»\u00a0\u202f=+-@\t\n\"'<>&;,:()[]*•\\|\u2028😀\u0301\ufeff"
)
LINES = st.text(LETTERS, min_size=1, max_size=30).map(line).filter(bool)
LONG = st.text(LETTERS, max_size=120).map(paragraphs)
NAMES = st.one_of(
    LINES, st.sampled_from(["Zoé Lefèvre", "Zoé Lefèvre", "Anne-Lise DE LA TOUR", "=cmd (x); y"])
)
ADDRESSES = st.sampled_from(
    ["https://example.org/", "http://example.org/a?b=c&d=%20#e", "mailto:a@example.org"]
)
LINKS = st.builds(lambda url, title: Link(url=url, title=title), ADDRESSES, LINES)
TAGS = st.lists(LINES, max_size=3)
PARTNERS = st.lists(
    st.builds(
        lambda name, url: Partner(name=name, url=url),
        LINES,
        st.none() | ADDRESSES.filter(lambda one: one.startswith("http")),
    ),
    max_size=3,
)
GUIDES = st.lists(st.sampled_from(["charte-ia", "cyber", "inconnu-7"]), max_size=2)
LINK_LISTS = st.lists(LINKS, max_size=3, unique=True)


def texts(one, *, needed=False):
    """Return texts in French, English, German or none at all."""
    languages = st.sampled_from(["fr", "en", "de"])
    return st.dictionaries(languages, one.filter(bool), min_size=int(needed), max_size=3)


class Names(Unique):
    """Unique slugs, and unique ids in no order."""

    def __init__(self, seed):
        super().__init__()
        self._random = random.Random(seed)  # noqa: S311 -- repeatable on purpose

    def id(self):
        return UUID(int=self._random.getrandbits(128), version=4)


@st.composite
def drafts(draw):
    """Draw a draft whose parts all refer to each other rightly."""
    taken = Names(draw(st.integers(0, 2**64)))
    count = draw(st.integers(0, 3))
    room_names = draw(st.lists(LINES, min_size=count, max_size=count, unique=True))
    rooms = [
        Room(
            id=taken.id(),
            slug=taken.take(slug(name) or "x"),
            name=name,
            position=position,
            capacity=draw(st.none() | st.integers(1, 9000)),
            floor=draw(st.none() | LINES),
            description=draw(texts(LONG)),
            access=draw(st.lists(st.sampled_from(Access), max_size=2)),
        )
        for position, name in enumerate(room_names)
    ]
    tracks = [
        Track(
            id=taken.id(),
            slug=taken.take(slug(name["fr"]) or "x"),
            name=name,
            position=position,
            tint=draw(st.integers(1, 6)),
        )
        for position, name in enumerate(
            draw(st.lists(texts(LINES).map(lambda t: t | {"fr": t.get("fr", "Thème")}), max_size=3))
        )
    ]
    speakers = [_speaker(draw, taken, name) for name in draw(st.lists(NAMES, max_size=5))]
    numbers = draw(st.lists(st.integers(1, 2**31 - 1), max_size=6, unique=True))
    sessions = [_session(draw, taken, n, rooms, tracks, speakers) for n in numbers]
    return Draft(rooms=rooms, tracks=tracks, speakers=speakers, sessions=sessions)


@st.composite
def staged_drafts(draw):
    """Draw a draft with all that stays with the editors, its sessions close to each other."""
    one = draw(drafts())
    minutes = st.sampled_from([30, 60, 90])
    times = st.integers(0, 60).map(lambda n: _morning() + timedelta(minutes=10 * n))
    sessions = [
        replace(
            session,
            starts_at=draw(st.none() | times),
            minutes=draw(minutes),
            capacity=draw(st.none() | st.integers(1, 9000)),
            overlaps=draw(st.booleans()),
        )
        for session in one.sessions
    ]
    spans = st.lists(st.builds(_span, times, st.integers(1, 600)), max_size=2)
    pairs = [(a, b) for a in one.rooms for b in one.rooms if a.id < b.id]
    return replace(
        one,
        sessions=sessions,
        languages=["fr", "en"],
        starts_on=FIRST,
        ends_on=FIRST,
        backstage_of_rooms={room.id: RoomBackstage(availability=draw(spans)) for room in one.rooms},
        backstage_of_speakers={
            speaker.id: SpeakerBackstage(
                state=draw(st.sampled_from(SpeakerState)), availability=draw(spans)
            )
            for speaker in one.speakers
        },
        backstage_of_sessions={
            session.id: SessionBackstage(expected=draw(st.none() | st.integers(0, 9000)))
            for session in sessions
        },
        travel=[
            Travel(room_a=a.id, room_b=b.id, minutes=draw(st.integers(0, 40))) for a, b in pairs
        ],
    )


def _morning():
    return datetime(FIRST.year, FIRST.month, FIRST.day, 7, tzinfo=UTC)


def _span(starts_at, minutes):
    return Span(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))


def _speaker(draw, taken, name):
    return Speaker(
        id=taken.id(),
        slug=taken.take(slug(name) or "x"),
        name=name,
        sort_key=sort_key(name),
        organisation=draw(st.none() | LINES | st.just("Chair, Université")),
        job_title=draw(st.none() | LINES),
        biography=draw(texts(LONG)),
        links=draw(LINK_LISTS),
        photo=draw(st.none() | st.just("0" * 64)),
    )


def _session(draw, taken, number, rooms, tracks, speakers):
    title = draw(texts(LINES, needed=True))
    minutes = draw(st.one_of(st.integers(1, 10_080), st.sampled_from([30, 60, 90])))
    people = draw(st.lists(st.sampled_from(speakers), unique_by=id)) if speakers else []
    return Session(
        id=taken.id(),
        number=number,
        slug=taken.take(slug(next(iter(title.values()))) or "x"),
        type=draw(st.sampled_from(SessionType)),
        title=title,
        subtitle=draw(texts(LINES)),
        abstract=draw(texts(LONG)),
        description=draw(texts(LONG)),
        language=draw(st.sampled_from([None, "fr", "en", "pt-BR", "fsl"])),
        track_id=draw(st.sampled_from([None, *(track.id for track in tracks)])),
        room_id=draw(st.sampled_from([None, *(room.id for room in rooms)])),
        starts_at=draw(st.none() | moments()),
        minutes=minutes,
        people=[
            Participation(speaker_id=one.id, role=draw(st.sampled_from(SpeakerRole)))
            for one in people
        ],
        links=draw(LINK_LISTS),
        url=draw(st.none() | ADDRESSES),
        tags=draw(TAGS),
        partners=draw(PARTNERS),
        guides=draw(GUIDES),
        capacity=draw(st.none() | st.integers(1, 9000)),
        sign_up=draw(st.booleans()),
        livestream=draw(st.none() | st.just("https://example.org/live;a=b?c=d")),
        cancelled=draw(st.booleans()),
    )


def moments():
    """Return instants of some days around the end of summer time, to the minute."""
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    return st.integers(-600, 3 * 1440).map(lambda m: start + timedelta(minutes=m))


def edition(**changes) -> Edition:
    """Return an edition of two days in Toulouse."""
    values = {
        "id": 1,
        "slug": "toulouse-2027",
        "title": {"fr": "Forum des communes", "en": "Forum of towns"},
        "timezone": "Europe/Paris",
        "starts_on": FIRST,
        "ends_on": FIRST + timedelta(days=1),
        "languages": ["fr", "en"],
        "state": EditionState.OPEN,
    }
    return Edition(**{**values, **changes})


PUBLISHED_AT = datetime(2027, 3, 1, 8, tzinfo=UTC)


def programmes():
    """Return published programmes of any shape."""
    zones = st.sampled_from(["Europe/Paris", "UTC", "Pacific/Noumea", "America/St_Johns"])
    return st.builds(
        lambda draft, zone: publish(
            draft,
            edition(timezone=zone),
            base_url="https://forum.example",
            at=PUBLISHED_AT,
            guides=[
                GuideLink(
                    slug="charte-ia",
                    title={"fr": "Charte", "en": "Charter"},
                    path="/toulouse-2027/guides/charte-ia/download",
                )
            ],
        ),
        drafts(),
        zones,
    )
