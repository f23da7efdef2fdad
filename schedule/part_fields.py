"""What may be set of a part from outside: each field with its bounds, read and written. No I/O.

Values are those of JSON, whether a program sent them or a page's form became them
(`schedule.part_forms`). What is not named here cannot be set: ids, numbers, slugs, photos, which
change was the latest, a person's registration, the picture of a plan.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec.structs import replace

from forum.core.errors import Invalid
from forum.core.forms import EMAIL, NEEDED, UNKNOWN
from forum.core.i18n import N_
from forum.core.text import Filled, Text, pick, slug
from schedule.arranging import MOST_MINUTES
from schedule.edits import (
    Part,
    PartKind,
    PlanPart,
    RoomPart,
    SessionPart,
    SpeakerPart,
    TrackPart,
    shown_photo,
)
from schedule.models import (
    Access,
    Draft,
    FloorPlan,
    Link,
    Marker,
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
)
from schedule.naming import name_key, next_slug
from schedule.texts import line, paragraphs, web_address

Errors = dict[str, str]
Schema = dict[str, Any]

UNREADABLE = "This answer cannot be read: check it."
TOO_LONG = "This answer is too long: shorten it."
CHOOSE = "Choose one of the answers offered."
BAD_EMAIL = "Give an address such as name@example.org."
BAD_ADDRESS = N_("Give a web address such as https://www.example.org.")
BAD_LANGUAGE = N_("Give a language by its tag, such as fr or en.")
BAD_INSTANT = N_("Give date and time with the offset, such as 2027-03-23T09:30:00+01:00.")
BACKWARDS = N_("The end comes after the beginning.")
TWICE = N_("This person is in the session already: one role for each person.")
NOBODY = N_("Nobody in the programme is meant: choose a person, or add them first.")
BETWEEN = N_("Give a whole number from %(least)s to %(most)s.")
TOO_MANY = N_("Give %(most)d at most.")
NO_PERCENT = N_("Give a number from 0 to 100, such as 12.5.")
MARKED_TWICE = N_("This room is on the plan already: one marker for each room.")
OWN = N_("This is not set from outside: leave it out.")
WITHOUT_SEATS = N_("Say how many seats there are to sign up for.")

LONGEST_NAME = 200
LONGEST_TITLE = 300
LONGEST_TEXT = 10_000
LONGEST_TAG = 60
LONGEST_ALT = 1_000
MOST_SEATS = 100_000
MOST_ROWS = 60
MOST_MARKERS = 200
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
READ_ONLY = frozenset(
    "id number slug edited overlaps revision changed_at sort_key photo photo_agreed_at"
    " registration_id picture".split()
)


class Reader(Protocol):
    """Reads one field; what is wrong goes into `errors` under the field's place."""

    def read(self, value: Any, place: str, errors: Errors) -> Any:
        """Return what `value` means; None in it means that nothing was given."""
        ...

    def schema(self) -> Schema:
        """Return the JSON Schema of what it takes."""
        ...


def seen(text: str) -> str:
    """Return `text`, or '' when all of it is invisible."""
    return text if any(c.isprintable() and not c.isspace() for c in text) else ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A text on one line; `otherwise` stands for none."""

    longest: int = LONGEST_NAME
    needed: bool = False
    otherwise: str | None = None

    def read(self, value: Any, place: str, errors: Errors) -> str | None:
        """Return the text, clean."""
        text = _text(value, place, errors, longest=self.longest)
        if not text and self.needed:
            errors.setdefault(place, NEEDED)
        return text or self.otherwise

    def schema(self) -> Schema:
        """Return the JSON Schema of a text."""
        return _string(maxLength=self.longest)


class Long(msgspec.Struct, frozen=True, kw_only=True):
    """A text of several paragraphs; '' for none."""

    longest: int = LONGEST_TEXT

    def read(self, value: Any, place: str, errors: Errors) -> str:
        """Return the text, clean."""
        return _text(value, place, errors, longest=self.longest, long=True)

    def schema(self) -> Schema:
        """Return the JSON Schema of a text."""
        return _string(maxLength=self.longest)


def _text(value: Any, place: str, errors: Errors, *, longest: int, long: bool = False) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        errors[place] = UNREADABLE
        return ""
    text = seen(paragraphs(value) if long else line(value))
    if len(text) > longest:
        errors[place] = TOO_LONG
    return text


def _string(**more: Any) -> Schema:
    return {"type": ["string", "null"], **more}


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """A text in several languages, by tag; at least one language where it is needed."""

    longest: int = LONGEST_TITLE
    long: bool = False
    needed: bool = False

    def read(self, value: Any, place: str, errors: Errors) -> Text:
        """Return the languages in which something was said."""
        found: Text = {}
        if value is not None and not isinstance(value, dict):
            errors[place] = UNREADABLE
            return found
        for language, one in (value or {}).items():
            if not TAG.fullmatch(language):
                errors[place] = BAD_LANGUAGE
                continue
            at = f"{place}.{language}"
            text = _text(one, at, errors, longest=self.longest, long=self.long)
            if text:
                found[language] = text
        if self.needed and not found and not any(name.startswith(place) for name in errors):
            errors[place] = NEEDED
        return found

    def schema(self) -> Schema:
        """Return the JSON Schema of texts by language."""
        text = {"type": "string", "maxLength": self.longest}
        return {"type": ["object", "null"], "additionalProperties": text}


class Address(msgspec.Struct, frozen=True):
    """An http or https address; a host alone is https."""

    needed: bool = False

    def read(self, value: Any, place: str, errors: Errors) -> str | None:
        """Return the address, absolute and escaped."""
        text = _text(value, place, errors, longest=2000)
        found = web_address(text) if text else None
        if text and (found is None or not found.startswith(("http://", "https://"))):
            errors.setdefault(place, BAD_ADDRESS)
            return None
        if not text and self.needed:
            errors.setdefault(place, NEEDED)
        return found

    def schema(self) -> Schema:
        """Return the JSON Schema of an address."""
        return _string(format="uri", maxLength=2000)


class Email(msgspec.Struct, frozen=True):
    """An e-mail address; '' for none."""

    def read(self, value: Any, place: str, errors: Errors) -> str:
        """Return the address."""
        text = _text(value, place, errors, longest=254)
        if text and not re.fullmatch(EMAIL, text):
            errors.setdefault(place, BAD_EMAIL)
        return text

    def schema(self) -> Schema:
        """Return the JSON Schema of an address."""
        return _string(maxLength=254)


class Language(msgspec.Struct, frozen=True):
    """The tag of a language (BCP 47)."""

    def read(self, value: Any, place: str, errors: Errors) -> str | None:
        """Return the tag."""
        text = _text(value, place, errors, longest=35)
        if text and not TAG.fullmatch(text):
            errors.setdefault(place, BAD_LANGUAGE)
        return text or None

    def schema(self) -> Schema:
        """Return the JSON Schema of a tag."""
        return _string(pattern=f"^{TAG.pattern}$")


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A whole number; `otherwise` stands for none."""

    least: int
    most: int
    otherwise: int | None = None

    def read(self, value: Any, place: str, errors: Errors) -> int | None:
        """Return the number."""
        if isinstance(value, str):
            value = line(value)
            value = int(value) if re.fullmatch(r"[0-9]{1,9}", value) else value or None
        if value is None:
            return self.otherwise
        if type(value) is not int or not self.least <= value <= self.most:
            errors[place] = Filled(BETWEEN, least=self.least, most=self.most)
            return self.otherwise
        return value

    def schema(self) -> Schema:
        """Return the JSON Schema of a number."""
        return {"type": ["integer", "null"], "minimum": self.least, "maximum": self.most}


class Percent(msgspec.Struct, frozen=True):
    """A share of a whole, 0 to 100, to a tenth; it is needed."""

    def read(self, value: Any, place: str, errors: Errors) -> float:
        """Return the number, typed with a point or, as in French, a comma."""
        if isinstance(value, str):
            text = line(value).removesuffix("%").rstrip().replace(",", ".")
            value = (
                float(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", text) else text or None
            )
        if value is None:
            errors[place] = NEEDED
            return 0
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:  # noqa: PLR2004
            errors[place] = NO_PERCENT
            return 0
        return round(float(value), 1)

    def schema(self) -> Schema:
        """Return the JSON Schema of a share."""
        return {"type": "number", "minimum": 0, "maximum": 100}


class Flag(msgspec.Struct, frozen=True):
    """Yes or no."""

    otherwise: bool = False

    def read(self, value: Any, place: str, errors: Errors) -> bool:
        """Return the answer."""
        if value is None:
            return self.otherwise
        if not isinstance(value, bool):
            errors[place] = UNREADABLE
            return self.otherwise
        return value

    def schema(self) -> Schema:
        """Return the JSON Schema of an answer."""
        return {"type": ["boolean", "null"]}


class One(msgspec.Struct, frozen=True, kw_only=True):
    """One of some answers; without `otherwise` it is needed."""

    among: type[StrEnum]
    otherwise: StrEnum | None = None

    def read(self, value: Any, place: str, errors: Errors) -> StrEnum:
        """Return the answer."""
        first = next(iter(self.among))
        if value is None or value == "":
            if self.otherwise is None:
                errors[place] = NEEDED
            return self.otherwise or first
        if value not in [one.value for one in self.among]:
            errors[place] = CHOOSE
            return first
        return self.among(value)

    def schema(self) -> Schema:
        """Return the JSON Schema of the answers."""
        return {"type": "string", "enum": [one.value for one in self.among]}


class Some(msgspec.Struct, frozen=True, kw_only=True):
    """Any of some answers, in the order in which they stand."""

    among: type[StrEnum]

    def read(self, value: Any, place: str, errors: Errors) -> list[StrEnum]:
        """Return the answers."""
        known = [one.value for one in self.among]
        given = value or []
        if not isinstance(given, list) or not all(one in known for one in given):
            errors[place] = CHOOSE
            return []
        return [one for one in self.among if one.value in given]

    def schema(self) -> Schema:
        """Return the JSON Schema of the answers."""
        one = {"type": "string", "enum": [one.value for one in self.among]}
        return {"type": ["array", "null"], "items": one}


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Some short texts, each once."""

    longest: int = LONGEST_TAG
    most: int = 30

    def read(self, value: Any, place: str, errors: Errors) -> list[str]:
        """Return the texts."""
        if value is not None and not isinstance(value, list):
            errors[place] = UNREADABLE
            return []
        found = [_text(one, place, errors, longest=self.longest) for one in value or []]
        if len(found) > self.most:
            errors[place] = Filled(TOO_MANY, most=self.most)
        return [*dict.fromkeys(one for one in found if one)]

    def schema(self) -> Schema:
        """Return the JSON Schema of the texts."""
        return {"type": ["array", "null"], "items": {"type": "string", "maxLength": self.longest}}


class Id(msgspec.Struct, frozen=True):
    """The id of another part."""

    needed: bool = False

    def read(self, value: Any, place: str, errors: Errors) -> UUID | None:
        """Return the id."""
        if value is None or value == "":
            if self.needed:
                errors[place] = NEEDED
            return None
        try:
            return UUID(value)
        except (ValueError, TypeError, AttributeError):
            errors[place] = CHOOSE
            return None

    def schema(self) -> Schema:
        """Return the JSON Schema of an id."""
        return _string(format="uuid")


class Instant(msgspec.Struct, frozen=True):
    """An instant with its offset."""

    needed: bool = False

    def read(self, value: Any, place: str, errors: Errors) -> datetime | None:
        """Return the instant in UTC, to the second."""
        if value is None or value == "":
            if self.needed:
                errors[place] = NEEDED
            return None
        try:
            at = datetime.fromisoformat(value)
            found = None if at.tzinfo is None else at.astimezone(UTC).replace(microsecond=0)
        except (ValueError, TypeError, OverflowError):
            found = None
        if found is None or not EARLIEST <= found <= LATEST:
            errors[place] = BAD_INSTANT
            return None
        return found

    def schema(self) -> Schema:
        """Return the JSON Schema of an instant."""
        return _string(format="date-time")


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of fields, each a struct `into`."""

    into: type[msgspec.Struct]
    fields: dict[str, Reader]
    most: int = MOST_ROWS

    def read(self, value: Any, place: str, errors: Errors) -> list[Any]:
        """Return the rows; what is wrong in one stands under its number, from 0."""
        if value is not None and not isinstance(value, list):
            errors[place] = UNREADABLE
            return []
        rows = value or []
        if len(rows) > self.most:
            errors[place] = Filled(TOO_MANY, most=self.most)
            return []
        found = []
        for n, row in enumerate(rows):
            if not isinstance(row, dict):
                errors[f"{place}.{n}"] = UNREADABLE
                continue
            own: Errors = {}
            values = read_fields(self.fields, row, own)
            errors.update({f"{place}.{n}.{name}": text for name, text in own.items()})
            if not own:
                one = self.into(**values)
                if isinstance(one, Span) and one.starts_at >= one.ends_at:
                    errors[f"{place}.{n}.ends_at"] = BACKWARDS
                found.append(one)
        return found

    def schema(self) -> Schema:
        """Return the JSON Schema of the rows."""
        return {"type": ["array", "null"], "items": object_schema(self.fields)}


def read_fields(fields: Mapping[str, Reader], given: Mapping[str, Any], errors: Errors) -> Any:
    """Return the value of every field; what is not known is a mistake."""
    values = {name: one.read(given.get(name), name, errors) for name, one in fields.items()}
    for name in given:
        if name not in fields:
            errors[name] = OWN if name in READ_ONLY else UNKNOWN
    return values


def object_schema(fields: Mapping[str, Reader]) -> Schema:
    """Return the JSON Schema of an object of these fields."""
    properties = {name: one.schema() for name, one in fields.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


LINKS = Rows(
    into=Link, fields={"url": Address(needed=True), "title": Line(otherwise="")}, most=MOST_ROWS
)
SPANS = Rows(into=Span, fields={"starts_at": Instant(needed=True), "ends_at": Instant(needed=True)})
FIELDS: dict[PartKind, dict[str, Reader]] = {
    PartKind.ROOM: {
        "name": Line(needed=True),
        "capacity": Whole(least=1, most=MOST_SEATS),
        "floor": Line(),
        "description": Texts(longest=LONGEST_TEXT, long=True),
        "access": Some(among=Access),
        "position": Whole(least=0, most=9999),
        "availability": SPANS,
    },
    PartKind.TRACK: {
        "name": Texts(longest=LONGEST_NAME, needed=True),
        "tint": Whole(least=1, most=6, otherwise=1),
        "position": Whole(least=0, most=9999),
    },
    PartKind.SPEAKER: {
        "name": Line(needed=True),
        "organisation": Line(),
        "job_title": Line(),
        "biography": Texts(longest=LONGEST_TEXT, long=True),
        "links": LINKS,
        "email": Email(),
        "language": Language(),
        "state": One(among=SpeakerState, otherwise=SpeakerState.PROPOSED),
        "availability": SPANS,
        "note": Long(),
    },
    PartKind.SESSION: {
        "type": One(among=SessionType),
        "title": Texts(needed=True),
        "subtitle": Texts(),
        "abstract": Texts(longest=LONGEST_TEXT, long=True),
        "description": Texts(longest=LONGEST_TEXT, long=True),
        "language": Language(),
        "track_id": Id(),
        "room_id": Id(),
        "starts_at": Instant(),
        "minutes": Whole(least=1, most=MOST_MINUTES, otherwise=30),
        "people": Rows(
            into=Participation,
            fields={
                "speaker_id": Id(needed=True),
                "role": One(among=SpeakerRole, otherwise=SpeakerRole.SPEAKER),
            },
        ),
        "tags": Lines(),
        "internal_tags": Lines(),
        "partners": Rows(into=Partner, fields={"name": Line(needed=True), "url": Address()}),
        "guides": Lines(longest=LONGEST_NAME),
        "links": LINKS,
        "url": Address(),
        "livestream": Address(),
        "capacity": Whole(least=1, most=MOST_SEATS),
        "sign_up": Flag(),
        "expected": Whole(least=0, most=MOST_SEATS),
        "confirmed": Flag(otherwise=True),
        "cancelled": Flag(),
        "note": Long(),
    },
    PartKind.PLAN: {
        "title": Texts(longest=LONGEST_NAME, needed=True),
        "alt": Texts(longest=LONGEST_ALT, long=True, needed=True),
        "position": Whole(least=0, most=9999),
        "markers": Rows(
            into=Marker,
            fields={"room_id": Id(needed=True), "x": Percent(), "y": Percent()},
            most=MOST_MARKERS,
        ),
    },
}
"""What may be set of each kind of part."""
KIND_PLACES: dict[PartKind, str] = {
    PartKind.SESSION: "sessions",
    PartKind.ROOM: "rooms",
    PartKind.TRACK: "tracks",
    PartKind.SPEAKER: "speakers",
    PartKind.PLAN: "plans",
}
"""Under which name pages and the API know a kind."""


def fields_of(part: Part) -> dict[str, Any]:
    """Return what may be set of a part, as it is now, in values of JSON."""
    whole = {
        **msgspec.to_builtins(part.content),
        **msgspec.to_builtins(part.backstage),
    }
    return {name: whole[name] for name in FIELDS[kind_of(part)]}


def kind_of(part: Part) -> PartKind:
    """Return what a part is."""
    kinds: dict[type, PartKind] = {
        RoomPart: PartKind.ROOM,
        TrackPart: PartKind.TRACK,
        SpeakerPart: PartKind.SPEAKER,
        SessionPart: PartKind.SESSION,
        PlanPart: PartKind.PLAN,
    }
    return kinds[type(part)]


def changed(part: Part, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be set of a part with some of it as it was sent; null takes away."""
    return {**fields_of(part), **sent}


def part_from(
    kind: PartKind,
    given: Mapping[str, Any],
    draft: Draft,
    *,
    id_: UUID,
    before: Part | None,
    guides: Iterable[str] = (),
    also: Mapping[str, str] | None = None,
) -> Part:
    """Return a part as it is to be; `before` is the one it takes the place of, None for a new one.

    `guides` are the slugs of the edition's guides, `also` mistakes that were found already.

    Raises:
        Invalid: naming every field at fault by its place, as in `people.0.role`.
    """
    errors: Errors = {}
    values = read_fields(FIELDS[kind], given, errors)
    if kind is PartKind.SESSION:
        was = before if isinstance(before, SessionPart) else None
        _hold_session(values, draft, was, guides, errors)
    if kind is PartKind.PLAN:
        _hold_plan(values, draft, before, errors)
    errors.update(also or {})
    if errors:
        raise Invalid(fields=errors)
    match kind:
        case PartKind.ROOM:
            return _room(values, draft, id_, before)
        case PartKind.TRACK:
            return _track(values, draft, id_, before)
        case PartKind.SPEAKER:
            return _speaker(values, draft, id_, before)
        case PartKind.SESSION:
            return _session(values, draft, id_, before)
        case PartKind.PLAN:
            return _plan(values, draft, id_, before)


def _hold_session(
    values: dict[str, Any],
    draft: Draft,
    before: SessionPart | None,
    guides: Iterable[str],
    errors: Errors,
) -> None:
    """Hold a session against the draft and the guides that it names."""
    tracks, rooms = {one.id for one in draft.tracks}, {one.id for one in draft.rooms}
    people = {one.id for one in draft.speakers}
    if values["track_id"] not in tracks | {None}:
        errors["track_id"] = CHOOSE
    if values["room_id"] not in rooms | {None}:
        errors["room_id"] = CHOOSE
    named: set[UUID] = set()
    # a row that is wrong already has no place here: say one thing at a time
    for n, one in enumerate(values["people"] if not _has(errors, "people") else []):
        if one.speaker_id not in people:
            errors[f"people.{n}.speaker_id"] = NOBODY
        elif one.speaker_id in named:
            errors[f"people.{n}.speaker_id"] = TWICE
        named.add(one.speaker_id)
    known = {*guides, *(before.content.guides if before else [])}
    if not {*values["guides"]} <= known:
        errors["guides"] = CHOOSE
    if values["sign_up"] and values["capacity"] is None:
        errors.setdefault("capacity", WITHOUT_SEATS)


def _hold_plan(values: dict[str, Any], draft: Draft, before: Part | None, errors: Errors) -> None:
    """Hold the markers of a plan against the rooms; one whose room is gone may stay."""
    if _has(errors, "markers"):
        return
    known = {one.id for one in draft.rooms}
    if isinstance(before, PlanPart):
        known |= {one.room_id for one in before.content.markers}
    named: set[UUID] = set()
    for n, one in enumerate(values["markers"]):
        if one.room_id not in known:
            errors[f"markers.{n}.room_id"] = CHOOSE
        elif one.room_id in named:
            errors[f"markers.{n}.room_id"] = MARKED_TWICE
        named.add(one.room_id)


def _has(errors: Errors, place: str) -> bool:
    return any(name == place or name.startswith(f"{place}.") for name in errors)


def _slug(text: str, taken: Iterable[str], otherwise: str) -> str:
    return next_slug(slug(text) or otherwise, taken)


def _next(parts: Sequence[Room] | Sequence[Track] | Sequence[FloorPlan]) -> int:
    return max((one.position for one in parts), default=-1) + 1


def _room(values: dict[str, Any], draft: Draft, id_: UUID, before: Part | None) -> RoomPart:
    was = before.content if isinstance(before, RoomPart) else None
    availability = values.pop("availability")
    if values["position"] is None:
        values["position"] = was.position if was else _next(draft.rooms)
    code = was.slug if was else _slug(values["name"], [o.slug for o in draft.rooms], "room")
    return RoomPart(
        content=Room(id=id_, slug=code, **values),
        backstage=RoomBackstage(availability=availability),
    )


def _track(values: dict[str, Any], draft: Draft, id_: UUID, before: Part | None) -> TrackPart:
    was = before.content if isinstance(before, TrackPart) else None
    if values["position"] is None:
        values["position"] = was.position if was else _next(draft.tracks)
    name = pick(values["name"], "fr")
    code = was.slug if was else _slug(name, [o.slug for o in draft.tracks], "track")
    return TrackPart(content=Track(id=id_, slug=code, **values))


def _plan(values: dict[str, Any], draft: Draft, id_: UUID, before: Part | None) -> PlanPart:
    was = before.content if isinstance(before, PlanPart) else None
    if values["position"] is None:
        values["position"] = was.position if was else _next(draft.plans)
    return PlanPart(content=FloorPlan(id=id_, picture=was.picture if was else None, **values))


def _speaker(values: dict[str, Any], draft: Draft, id_: UUID, before: Part | None) -> SpeakerPart:
    was = before if isinstance(before, SpeakerPart) else None
    behind = {
        name: values.pop(name) for name in ("email", "language", "state", "availability", "note")
    }
    backstage = replace(was.backstage if was else SpeakerBackstage(), **behind)
    name = values["name"]
    if was is None:
        code = _slug(name, [one.slug for one in draft.speakers], "person")
    else:
        code = was.content.slug
    kept = was is not None and was.content.name == name
    content = Speaker(
        id=id_,
        slug=code,
        sort_key=was.content.sort_key if was and kept else name_key(name),
        photo=shown_photo(backstage),
        **values,
    )
    return SpeakerPart(content=content, backstage=backstage)


def _session(values: dict[str, Any], draft: Draft, id_: UUID, before: Part | None) -> SessionPart:
    was = before.content if isinstance(before, SessionPart) else None
    behind = {name: values.pop(name) for name in ("confirmed", "internal_tags", "note", "expected")}
    if was is None:
        number = max((one.number for one in draft.sessions), default=0) + 1
        code = _slug(
            pick(values["title"], "fr"), [o.slug for o in draft.sessions], f"session-{number}"
        )
        content = Session(id=id_, number=number, slug=code, **values)
    else:
        content = replace(was, **values)
        stayed = (was.room_id, was.starts_at, was.minutes) == (
            content.room_id,
            content.starts_at,
            content.minutes,
        )
        content = replace(content, overlaps=was.overlaps and stayed)
    return SessionPart(content=content, backstage=SessionBackstage(**behind))
