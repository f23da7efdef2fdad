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
MORNING = datetime(FIRST.year, FIRST.month, FIRST.day, 7, tzinfo=UTC)

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


def moments():
    """Return instants of some days around the end of summer time, to the minute."""
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    return st.integers(-600, 3 * 1440).map(lambda m: start + timedelta(minutes=m))


# Each strategy is made once: making it where it is drawn from takes longer than drawing.
SHORT_TEXTS, LONG_TEXTS, TITLES = texts(LINES), texts(LONG), texts(LINES, needed=True)
TRACK_NAMES = SHORT_TEXTS.map(lambda t: t | {"fr": t.get("fr", "Thème")})
NO_LINE, SEATS, YES_OR_NO = st.none() | LINES, st.none() | st.integers(1, 9000), st.booleans()
EXPECTED = st.none() | st.integers(0, 9000)
SEEDS, COUNTS, TINTS = st.integers(0, 2**64), st.integers(0, 3), st.integers(1, 6)
ACCESSES = st.lists(st.sampled_from(Access), max_size=2)
PEOPLE, THEMES = st.lists(NAMES, max_size=5), st.lists(TRACK_NAMES, max_size=3)
NUMBERS = st.lists(st.integers(1, 2**31 - 1), max_size=6, unique=True)
ORGANISATIONS = st.none() | LINES | st.just("Chair, Université")
PHOTOS = st.none() | st.just("0" * 64)
TYPES, ROLES, STATES = map(st.sampled_from, (SessionType, SpeakerRole, SpeakerState))
LANGUAGES = st.sampled_from([None, "fr", "en", "pt-BR", "fsl"])
LENGTHS = st.one_of(st.integers(1, 10_080), st.sampled_from([30, 60, 90]))
USUAL_LENGTHS = st.sampled_from([30, 60, 90])
STARTS = st.none() | moments()
NO_ADDRESS = st.none() | ADDRESSES
LIVESTREAMS = st.none() | st.just("https://example.org/live;a=b?c=d")
WALKS = st.integers(0, 40)
TIMES = st.integers(0, 60).map(lambda n: MORNING + timedelta(minutes=10 * n))
NO_TIME = st.none() | TIMES
SPANS = st.lists(
    st.builds(
        lambda at, minutes: Span(starts_at=at, ends_at=at + timedelta(minutes=minutes)),
        TIMES,
        st.integers(1, 600),
    ),
    max_size=2,
)


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
    taken = Names(draw(SEEDS))
    count = draw(COUNTS)
    room_names = draw(st.lists(LINES, min_size=count, max_size=count, unique=True))
    rooms = [
        Room(
            id=taken.id(),
            slug=taken.take(slug(name) or "x"),
            name=name,
            position=position,
            capacity=draw(SEATS),
            floor=draw(NO_LINE),
            description=draw(LONG_TEXTS),
            access=draw(ACCESSES),
        )
        for position, name in enumerate(room_names)
    ]
    tracks = [
        Track(
            id=taken.id(),
            slug=taken.take(slug(name["fr"]) or "x"),
            name=name,
            position=position,
            tint=draw(TINTS),
        )
        for position, name in enumerate(draw(THEMES))
    ]
    speakers = [_speaker(draw, taken, name) for name in draw(PEOPLE)]
    numbers = draw(NUMBERS)
    sessions = [_session(draw, taken, n, rooms, tracks, speakers) for n in numbers]
    return Draft(rooms=rooms, tracks=tracks, speakers=speakers, sessions=sessions)


@st.composite
def staged_drafts(draw):
    """Draw a draft with all that stays with the editors, its sessions close to each other."""
    one = draw(drafts())
    sessions = [
        replace(
            session,
            starts_at=draw(NO_TIME),
            minutes=draw(USUAL_LENGTHS),
            capacity=draw(SEATS),
            overlaps=draw(YES_OR_NO),
        )
        for session in one.sessions
    ]
    pairs = [(a, b) for a in one.rooms for b in one.rooms if a.id < b.id]
    return replace(
        one,
        sessions=sessions,
        languages=["fr", "en"],
        starts_on=FIRST,
        ends_on=FIRST,
        backstage_of_rooms={room.id: RoomBackstage(availability=draw(SPANS)) for room in one.rooms},
        backstage_of_speakers={
            speaker.id: SpeakerBackstage(state=draw(STATES), availability=draw(SPANS))
            for speaker in one.speakers
        },
        backstage_of_sessions={
            session.id: SessionBackstage(expected=draw(EXPECTED)) for session in sessions
        },
        travel=[Travel(room_a=a.id, room_b=b.id, minutes=draw(WALKS)) for a, b in pairs],
    )


def _speaker(draw, taken, name):
    return Speaker(
        id=taken.id(),
        slug=taken.take(slug(name) or "x"),
        name=name,
        sort_key=sort_key(name),
        organisation=draw(ORGANISATIONS),
        job_title=draw(NO_LINE),
        biography=draw(LONG_TEXTS),
        links=draw(LINK_LISTS),
        photo=draw(PHOTOS),
    )


def _session(draw, taken, number, rooms, tracks, speakers):
    title = draw(TITLES)
    minutes = draw(LENGTHS)
    people = draw(st.lists(st.sampled_from(speakers), unique_by=id)) if speakers else []
    return Session(
        id=taken.id(),
        number=number,
        slug=taken.take(slug(next(iter(title.values()))) or "x"),
        type=draw(TYPES),
        title=title,
        subtitle=draw(SHORT_TEXTS),
        abstract=draw(LONG_TEXTS),
        description=draw(LONG_TEXTS),
        language=draw(LANGUAGES),
        track_id=draw(st.sampled_from([None, *(track.id for track in tracks)])),
        room_id=draw(st.sampled_from([None, *(room.id for room in rooms)])),
        starts_at=draw(STARTS),
        minutes=minutes,
        people=[Participation(speaker_id=one.id, role=draw(ROLES)) for one in people],
        links=draw(LINK_LISTS),
        url=draw(NO_ADDRESS),
        tags=draw(TAGS),
        partners=draw(PARTNERS),
        guides=draw(GUIDES),
        capacity=draw(SEATS),
        sign_up=draw(YES_OR_NO),
        livestream=draw(LIVESTREAMS),
        cancelled=draw(YES_OR_NO),
    )


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
