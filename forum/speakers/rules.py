"""Decisions on speakers: what they see of the draft, what their form says, what is missing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from msgspec.structs import replace

from forum.core import forms
from forum.core.context import Edition, EditionState
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.text import clean
from forum.registrations.models import OVER
from forum.speakers.models import (
    CATEGORY,
    LONGEST_BIOGRAPHY,
    LONGEST_WHY,
    MOST_LINKS,
    MOST_SPANS,
    Answer,
    Deed,
    Held,
    Lack,
    Lines,
    OwnSession,
    Profile,
    Refusal,
    SpeakerNotFound,
)
from schedule.edits import PartKind, SpeakerPart, part_of, shown_photo
from schedule.models import Draft, Link, Span, SpeakerBackstage, SpeakerState
from schedule.naming import name_key
from schedule.rules import at_clock, in_order, programme_day
from schedule.texts import paragraphs, web_address

Sent = Mapping[str, Sequence[str]]
Typed = dict[str, str]

QUIET = timedelta(hours=1)
"""Whoever was written to since then is not written to again: two presses are one e-mail."""
SPARE = 2
"""How many empty rows a form has for more."""
DAY_MINUTES = 24 * 60
LINES = frozenset({"name", "organisation", "job_title", "language"})
ROW = re.compile(r"(link|time)-(\d{1,2})-(title|url|day|from|until)")
CLOCK = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?")
BAD_ADDRESS = N_("Give an address on the web, such as https://example.org.")
BAD_CLOCK = N_("Give the time as 9:30 or 9h30.")
BAD_DAY = N_("Choose one of the days offered.")
NO_DAY = N_("Choose the day too, or leave the hours empty.")
ENDS_FIRST = N_("This is not after the beginning: give a later time.")
BIOGRAPHY_TOO_LONG = N_("This is over 4,000 characters: shorten it.")
WHY_TOO_LONG = N_("This is over 1,000 characters: shorten it.")
CHOOSE = N_("Choose one of the answers offered.")
CHOOSE_LANGUAGE = N_("Choose one of the languages offered.")
PARTICLES = re.compile(r"(de|du|des|d['’]|le|la|les|van|von|der|den|di|da|del|ter|ten)\b.*")


def speaker_in(draft: Draft, speaker_id: UUID) -> SpeakerPart:
    """Return a person of the draft.

    Raises:
        SpeakerNotFound: they were removed.
    """
    part = part_of(draft, PartKind.SPEAKER, speaker_id)
    if not isinstance(part, SpeakerPart):
        raise SpeakerNotFound
    return part


def own_sessions(draft: Draft, speaker_id: UUID) -> list[OwnSession]:
    """Return a person's sessions in the order of the programme, those without a time last."""
    rooms = {one.id: one.name for one in draft.rooms}
    names = {one.id: one.name for one in draft.speakers}
    return [
        OwnSession(
            title=one.title,
            role=own.role,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            room=rooms.get(one.room_id) if one.room_id else None,
            others=[names[p.speaker_id] for p in one.people if p.speaker_id != speaker_id],
            cancelled=one.cancelled,
        )
        for one in in_order(draft.sessions, draft.rooms)
        if (own := next((p for p in one.people if p.speaker_id == speaker_id), None))
    ]


def days_of(sessions: Iterable[OwnSession], edition: Edition) -> list[date]:
    """Return the days of the edition on which somebody has sessions; none where none is placed."""
    days = {
        programme_day(one.starts_at, edition.zone)
        for one in sessions
        if one.starts_at and not one.cancelled
    }
    return [day for day in edition.days if day in days]


def is_open(edition: Edition, at: datetime) -> bool:
    """Say whether speakers may still answer and change their profile."""
    over = at.astimezone(edition.zone).date() > edition.ends_on
    return edition.state is not EditionState.ARCHIVED and not over


def stands(held: Held | None) -> bool:
    """Say whether a registration is neither cancelled nor refused."""
    return held is not None and held.status not in OVER


def may_cancel(held: Held | None) -> bool:
    """Say whether a speaker's page may cancel a registration: only one that such a page made.

    Another one is cancelled by the link in its own e-mail, which went to who registered.
    """
    return held is not None and held.status not in OVER and held.category == CATEGORY


def asks(part: SpeakerPart, answer: Answer | None, *, held: Held | None, registers: bool) -> bool:
    """Say whether a person's confirmation would change anything.

    Once confirmed it does not, unless a registration is missing that can be had now (`registers`).
    A registration that was cancelled since is not made again by a second press.
    """
    if part.backstage.state is not SpeakerState.CONFIRMED:
        return True
    if held is not None:
        return False
    return registers or answer is None or answer.action != Deed.CONFIRMED


def split_name(name: str) -> tuple[str, str]:
    """Return given and family name as they probably are; the person corrects them.

    The family name is what stands in capitals, what follows a particle, or the last word.
    """
    words = name.split()
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    if capitals and len(capitals) < len(words):
        return " ".join(w for w in words if w not in capitals), " ".join(capitals)
    for n, word in enumerate(words[1:], start=1):
        if PARTICLES.fullmatch(word):
            return " ".join(words[:n]), " ".join(words[n:])
    return " ".join(words[:-1]), " ".join(words[-1:])


def lacking(part: SpeakerPart, edition: Edition, held: Held | None) -> list[Lack]:
    """Return what is missing of a speaker, in the order in which organisers ask for it."""
    behind = part.backstage
    coming = behind.state is SpeakerState.CONFIRMED
    missing = {
        Lack.EMAIL: not behind.email,
        Lack.ANSWER: behind.state in {SpeakerState.PROPOSED, SpeakerState.INVITED},
        Lack.BIOGRAPHY: not all(part.content.biography.get(one) for one in edition.languages),
        Lack.PHOTO: not behind.photo,
        Lack.CONSENT: bool(behind.photo) and behind.photo_agreed_at is None,
        Lack.REGISTRATION: coming and not stands(held),
    }
    return [lack for lack, true in missing.items() if true]


# The profile, from what is stored to what is typed and back


def offered_days(part: SpeakerPart, edition: Edition) -> list[date]:
    """Return the days that the form offers: the edition's, and those that are stored already."""
    zone = edition.zone
    stored = {
        moment.astimezone(zone).date()
        for span in part.backstage.availability
        for moment in (span.starts_at, span.ends_at - timedelta(minutes=1))
    }
    return sorted({*edition.days, *stored})


def typed(part: SpeakerPart, edition: Edition) -> Typed:
    """Return what is stored as the form shows it."""
    content, behind = part.content, part.backstage
    found = {
        "name": content.name,
        "organisation": content.organisation or "",
        "job_title": content.job_title or "",
        "language": behind.language or edition.language,
        **{f"biography.{one}": content.biography.get(one, "") for one in edition.languages},
    }
    for n, link in enumerate(content.links):
        found[f"link-{n}-title"], found[f"link-{n}-url"] = link.title, link.url
    for n, (day, start, end) in enumerate(_by_day(behind.availability, edition)):
        found[f"time-{n}-day"] = day.isoformat()
        found[f"time-{n}-from"] = "" if start == 0 else _clock(start)
        found[f"time-{n}-until"] = "" if end == DAY_MINUTES else _clock(end)
    return found


def rows_of(values: Mapping[str, str], group: str) -> list[int]:
    """Return the numbers of the rows to show: those with something in them, and some to fill."""
    used = [
        int(match[2])
        for name, value in values.items()
        if value and (match := ROW.fullmatch(name)) and match[1] == group
    ]
    most = {"link": MOST_LINKS, "time": MOST_SPANS}[group]
    return [*range(min(most, max(used, default=-1) + 1 + SPARE))]


def _by_day(spans: Iterable[Span], edition: Edition) -> list[tuple[date, int, int]]:
    """Return spans as days with minutes after midnight; one over several days is several."""
    found = []
    for span in spans:
        start = span.starts_at.astimezone(edition.zone)
        end = span.ends_at.astimezone(edition.zone)
        day = start.date()
        while day <= end.date():
            first = start.hour * 60 + start.minute if day == start.date() else 0
            last = end.hour * 60 + end.minute if day == end.date() else DAY_MINUTES
            if last > first:
                found.append((day, first, last))
            day += timedelta(days=1)
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_profile(sent: Sent, part: SpeakerPart, edition: Edition) -> Profile:
    """Read what a person sent of their profile; nothing else can be set by it.

    Raises:
        Invalid: naming every field at fault.
    """
    values = {name: (texts[-1] if texts else "") for name, texts in sent.items()}
    biographies = {f"biography.{one}": one for one in edition.languages}
    known = LINES | biographies.keys() | {"edited"}
    errors = {
        name: forms.UNKNOWN for name in values if name not in known and not ROW.fullmatch(name)
    }
    lines = Lines(name=part.content.name)
    try:
        lines = forms.parse(Lines, {name: values[name] for name in LINES & values.keys()})
    except Invalid as invalid:
        errors.update(invalid.fields)
    if values.get("language", "") not in ("", *edition.languages):
        errors["language"] = CHOOSE_LANGUAGE
    biography: dict[str, str] = {}
    for name, language in biographies.items():
        text = paragraphs(values.get(name, ""))
        if len(text) > LONGEST_BIOGRAPHY:
            errors[name] = BIOGRAPHY_TOO_LONG
        elif text:
            biography[language] = text
    links = _links(values, errors)
    spans = _spans(values, offered_days(part, edition), edition, errors)
    if errors:
        raise Invalid(fields=errors)
    return Profile(lines=lines, biography=biography, links=links, availability=spans)


def _links(values: Mapping[str, str], errors: dict[str, str]) -> list[Link]:
    found = []
    for n in range(MOST_LINKS):
        title = forms.line(values.get(f"link-{n}-title", ""))
        text = forms.line(values.get(f"link-{n}-url", ""))
        if not title and not text:
            continue
        url = web_address(text)
        if url is None or urlsplit(url).scheme not in {"http", "https"}:
            errors[f"link-{n}-url"] = BAD_ADDRESS
            continue
        found.append(Link(url=url, title=title[:200] or (urlsplit(url).hostname or url)))
    return found


def _spans(
    values: Mapping[str, str], days: Sequence[date], edition: Edition, errors: dict[str, str]
) -> list[Span]:
    by_name = {day.isoformat(): day for day in days}
    found = []
    for n in range(MOST_SPANS):
        names = [f"time-{n}-{part}" for part in ("day", "from", "until")]
        day, start, end = (clean(values.get(name, "")) for name in names)
        if not (day or start or end):
            continue
        first, last = _minutes(start, 0), _minutes(end, DAY_MINUTES)
        if day not in by_name:
            errors[names[0]] = BAD_DAY if day else NO_DAY
        if first is None:
            errors[names[1]] = BAD_CLOCK
        if last is None:
            errors[names[2]] = BAD_CLOCK
        if first is None or last is None or day not in by_name:
            continue
        if last <= first:
            errors[names[2]] = ENDS_FIRST
            continue
        found.append(
            Span(
                starts_at=at_clock(by_name[day], first, edition.zone),
                ends_at=at_clock(by_name[day], last, edition.zone),
            )
        )
    return merged(found)


def _minutes(text: str, empty: int) -> int | None:
    """Return a time on the wall in minutes after midnight; None where it is none."""
    if not text:
        return empty
    match = CLOCK.fullmatch(text)
    if match is None:
        return None
    hours, minutes = int(match[1]), int(match[2] or 0)
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None  # noqa: PLR2004


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch as one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.starts_at, one.ends_at)):
        if found and span.starts_at <= found[-1].ends_at:
            end = max(found[-1].ends_at, span.ends_at)
            found[-1] = Span(starts_at=found[-1].starts_at, ends_at=end)
        else:
            found.append(span)
    return found


def with_profile(part: SpeakerPart, wanted: Profile, edition: Edition) -> SpeakerPart:
    """Return a person with another profile; what stays with the editors stays.

    A biography in a language that the edition has not stays too, and times that say the same.
    """
    content, behind, lines = part.content, part.backstage, wanted.lines
    others = {k: v for k, v in content.biography.items() if k not in edition.languages}
    same = merged(behind.availability) == wanted.availability
    return replace(
        part,
        content=replace(
            content,
            name=lines.name,
            sort_key=content.sort_key if lines.name == content.name else name_key(lines.name),
            organisation=lines.organisation,
            job_title=lines.job_title,
            biography={**wanted.biography, **others},
            links=wanted.links,
        ),
        backstage=replace(
            behind,
            language=lines.language or behind.language,
            availability=behind.availability if same else wanted.availability,
        ),
    )


def with_photo(part: SpeakerPart, photo: str | None, agreed_at: datetime | None) -> SpeakerPart:
    """Return a person with another photo; it is public once they agreed."""
    backstage = replace(part.backstage, photo=photo, photo_agreed_at=agreed_at if photo else None)
    return replace(
        part, content=replace(part.content, photo=shown_photo(backstage)), backstage=backstage
    )


def with_state(part: SpeakerPart, state: SpeakerState, **more: object) -> SpeakerPart:
    """Return a person at another state; `more` is what else of the backstage is set."""
    return replace(part, backstage=replace(part.backstage, state=state, **more))


def read_refusal(sent: Sent) -> Refusal:
    """Read why somebody does not come, and what becomes of their registration.

    Raises:
        Invalid: naming every field at fault.
    """
    values = {name: (texts[-1] if texts else "") for name, texts in sent.items()}
    errors = {name: forms.UNKNOWN for name in values if name not in {"why", "registration"}}
    why = paragraphs(values.get("why", ""))
    if len(why) > LONGEST_WHY:
        errors["why"] = WHY_TOO_LONG
    what = values.get("registration") or None
    if what not in {None, "keep", "cancel"}:
        errors["registration"] = CHOOSE
    if errors:
        raise Invalid(fields=errors)
    return Refusal(why=why, registration=what)


def may_write(behind: SpeakerBackstage, last_at: datetime | None, at: datetime) -> bool:
    """Say whether somebody is written to now: they have an address, and had no e-mail just now."""
    return bool(behind.email) and (last_at is None or at - last_at >= QUIET)
