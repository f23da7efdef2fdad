"""What the editors' pages of a draft's parts show: a draft in, rows and fields out. No I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from forum.core.context import Edition
from forum.core.i18n import Words
from forum.core.text import fold, pick
from schedule import part_fields, part_forms, part_words, plans
from schedule.conflicts import Conflict, Levels
from schedule.edits import DraftChange, Edit, Part, PartKind, PlanPart, SpeakerPart, part_of
from schedule.models import (
    Draft,
    FloorPlan,
    PlanPicture,
    PublishedGuide,
    Room,
    Session,
    SessionType,
    Speaker,
    Track,
)
from schedule.part_fields import FIELDS, KIND_PLACES, Texts
from schedule.part_forms import Sent, last
from schedule.part_words import Sayer
from schedule.rules import in_order
from schedule.vocabulary import type_name

View = dict[str, Any]
ROWS = 50
"""How many parts a page of a list shows."""
MORE = 6
"""How many empty rows a page has once more are asked for."""
LANGUAGES = ("fr", "en", "de", "es", "it", "oc", part_words.SIGNED)
"""The languages that a session is offered to be in, beside the one it has."""


def place(edition: Edition, kind: PartKind) -> str:
    """Return the address of the list of a kind."""
    return f"/organiser/{edition.slug}/programme/{KIND_PLACES[kind]}"


# Lists


def listed(
    kind: PartKind,
    draft: Draft,
    edition: Edition,
    words: Words,
    found: Iterable[Conflict],
    *,
    q: str = "",
    only: str = "",
    page: str = "",
) -> View:
    """Return a page of the list of a kind: what matches `q` and is marked `only`, if that is said.

    `found` is what is wrong in the draft.
    """
    sayer = Sayer(draft, words, edition.zone)
    if kind is PartKind.SESSION:
        rows = _session_rows(draft, sayer, sayer.by_session(found))
    else:
        rows = _rows(kind, draft, edition, words)
    wanted = fold(q).split()
    rows = [
        row
        for row in rows
        if all(word in row["words"] for word in wanted) and (not only or only in row["marks"])
    ]
    pages = max(1, -(-len(rows) // ROWS))
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1  # noqa: PLR2004
    number = max(1, min(number, pages))
    return {
        "rows": rows[(number - 1) * ROWS : number * ROWS],
        "count": len(rows),
        "pages": pages,
        "number": number,
        "q": q,
        "only": only,
    }


def _session_rows(draft: Draft, sayer: Sayer, wrong: Mapping[UUID, list[View]]) -> list[View]:
    people = {one.id: one.name for one in draft.speakers}
    tracks = {one.id: pick(one.name, sayer.words.language) for one in draft.tracks}
    rows = []
    for one in in_order(draft.sessions, draft.rooms):
        behind = draft.backstage_of_sessions.get(one.id)
        lines = wrong.get(one.id, [])
        marks = {
            "wrong": bool(lines),
            "blocks": any(line["blocks"] for line in lines),
            "unplaced": one.starts_at is None,
            "unconfirmed": behind is not None and not behind.confirmed,
            "cancelled": one.cancelled,
        }
        texts = [
            *one.title.values(),
            *one.subtitle.values(),
            *(people[person.speaker_id] for person in one.people),
            *one.tags,
            *(behind.internal_tags if behind else []),
            sayer.place(one),
            f"#{one.number}",
        ]
        rows.append(
            {
                "id": one.id,
                "number": one.number,
                "name": sayer.title(one),
                "type": type_name(one.type, sayer.words.language),
                "place": sayer.place(one),
                "track": tracks.get(one.track_id) if one.track_id else None,
                "lines": lines,
                "marks": [name for name, true in marks.items() if true],
                "words": fold(" ".join(texts)),
            }
        )
    return rows


def _rows(kind: PartKind, draft: Draft, edition: Edition, words: Words) -> list[View]:
    contents: Mapping[PartKind, Sequence[Room | Track | Speaker | FloorPlan]] = {
        PartKind.ROOM: draft.rooms,
        PartKind.TRACK: draft.tracks,
        PartKind.SPEAKER: draft.speakers,
        PartKind.PLAN: draft.plans,
    }
    states = part_words.said_of(part_words.STATES, words)
    used = Counter(id_ for session in draft.sessions for id_ in _named(session))
    rows = []
    for content in contents[kind]:
        part = part_of(draft, kind, content.id)
        if part is None:
            continue
        lacks = part_words.lacking(part, draft, edition, words)
        name = part_words.name_of(part, words)
        state = part.backstage.state.value if isinstance(part, SpeakerPart) else ""
        texts = [name, *(str(value) for value in part_fields.fields_of(part).values() if value)]
        rows.append(
            {
                "id": content.id,
                "name": name,
                "part": content,
                "state": states.get(state, ""),
                "used": used[content.id],
                "lacks": lacks,
                "marks": [state, *(["wrong"] if lacks else [])],
                "words": fold(" ".join(texts)),
            }
        )
    return rows


def _named(session: Session) -> set[UUID]:
    """Return the ids of the room, the track and the people that a session names."""
    named = {session.room_id, session.track_id, *(one.speaker_id for one in session.people)}
    return {id_ for id_ in named if id_ is not None}


def done(change: DraftChange | None, words: Words) -> View:
    """Return what was just done, for taking it back; without a change nothing was."""
    if change is None:
        return {"number": None, "name": "", "how": "same"}
    how = "back" if change.undoes is not None else "stored"
    if how == "stored" and all(edit.after is None for edit in change.edits):
        how = "removed"
    names = [part_words.name_of(edit.part, words) for edit in change.edits]
    return {"number": change.number, "name": names[0] if len(names) == 1 else "", "how": how}


# Forms


def form(
    kind: PartKind,
    part: Part | None,
    draft: Draft,
    edition: Edition,
    words: Words,
    *,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    guides: Sequence[PublishedGuide] = (),
    found: Iterable[Conflict] = (),
    more: bool = False,
) -> View:
    """Return the page of a part, or of a new one; `sent` is what was typed, `found` what is wrong.

    With `more` it has more empty rows than usual.
    """
    id_ = part.content.id if part else None
    sent = part_forms.typed(kind, part, draft, edition) if sent is None else sent
    filled = {group: part_forms.rows_of(sent, group) for group in part_forms.GROUPS}
    spare = MORE if more else part_forms.SPARE
    shown = {
        "part": part,
        "called": part_words.name_of(part, words) if part else "",
        "action": f"{place(edition, kind)}/{id_ or 'new'}",
        "lacks": part_words.lacking(part, draft, edition, words) if part else [],
        "used": [
            {"id": one.id, "name": pick(one.title, words.language)}
            for one in draft.sessions
            if id_ in _named(one)
        ],
        "many_rooms": len(draft.rooms) > 1,
        "edited": draft.edited.get(id_, 0) if id_ else 0,
        "sent": {field: values[-1] for field, values in sent.items() if values},
        "ticked": sent,
        "filled": {group: len(rows) for group, rows in filled.items()},
        "rows": {group: [*rows, *([{}] * spare)] for group, rows in filled.items()},
        "errors": errors or {},
        "places": {field: (part_words.label(field, kind, words), field) for field in errors or {}},
        "refusal": "",
        "lines": [],
        "meanwhile": None,
        "both": [],
        "roles": part_words.roles(words),
        "states": part_words.said_of(part_words.STATES, words),
        "access": part_words.said_of(part_words.ACCESS, words),
        "tints": part_words.said_of(part_words.TINTS, words),
        "languages": [
            (tag, part_words.language_name(tag, words))
            for tag in dict.fromkeys([*LANGUAGES, *filter(None, [last(sent, "language")])])
        ],
    }
    if kind is PartKind.SESSION:
        shown |= _of_session(draft, edition, words, sent)
        wrong = Sayer(draft, words, edition.zone).by_session(found)
        shown["wrong"] = wrong.get(id_, []) if id_ else []
        known = {one.slug: pick(one.title, words.language) for one in guides}
        ticked = {slug: slug for slug in sent.get("guides", []) if slug}
        shown["guides"] = [*(ticked | known).items()]
    if kind is PartKind.PLAN:
        shown |= _of_plan(part, draft, words, sent)
    return shown


def _of_session(draft: Draft, edition: Edition, words: Words, sent: Sent) -> View:
    return {
        "types": [(one.value, type_name(one, words.language)) for one in SessionType],
        "tracks": [(str(one.id), pick(one.name, words.language)) for one in draft.tracks],
        "rooms": [(str(one.id), one.name) for one in draft.rooms],
        "days": part_forms.days_of(edition, last(sent, "day")),
        "people": [*part_forms.labels_of(draft.speakers).values()],
    }


def _of_plan(part: Part | None, draft: Draft, words: Words, sent: Sent) -> View:
    """Return the rows of a plan's markers: of every room, then of those that are gone."""
    typed = {row.get("room", ""): row for row in part_forms.rows_of(sent, "markers")}
    names = {str(one.id): one.name for one in draft.rooms}
    number = {str(id_): n for id_, n in plans.numbers(draft.rooms).items()}
    rows = [
        {
            "n": n,  # as mistakes name it: rows in which something was typed come first
            "room": id_,
            "number": number.get(id_),
            "name": names.get(id_) or words.gettext("A room that is gone"),
            "x": typed.get(id_, {}).get("x", ""),
            "y": typed.get(id_, {}).get("y", ""),
        }
        for n, id_ in enumerate([*typed, *(one for one in names if one not in typed)])
    ]
    rows.sort(key=lambda row: row["number"] or len(rows) + 1)
    markers = part.content.markers if isinstance(part, PlanPart) else []
    return {
        "marker_rows": rows,
        "picture": _picture(part),
        "dots": plans.dots(markers, draft.rooms),
    }


def mistakes(
    kind: PartKind, fields: Mapping[str, str], edition: Edition, words: Words
) -> dict[str, str]:
    """Return mistakes in words, under the names that the form gives its fields."""
    found = {}
    for place_, text in fields.items():
        name = part_forms.place_of(place_)
        if isinstance(FIELDS[kind].get(name), Texts):
            name = f"{name}.{edition.language}"
        found[name] = words.say(text)
    return found


def meanwhile(
    kind: PartKind,
    changes: Sequence[tuple[DraftChange, Edit]],
    draft: Draft,
    edition: Edition,
    words: Words,
    *,
    who: Mapping[str, str],
    asks: str,
) -> list[View]:
    """Return what each change did to a part; `who` names actors, `asks` is the one who reads."""

    def typed(part: Part | None) -> Sent:
        return part_forms.typed(kind, part, draft, edition)

    def differing(edit: Edit) -> list[str]:
        fields = part_forms.differing(typed(edit.before), typed(edit.after))
        return [*fields, "picture"] if _picture(edit.before) != _picture(edit.after) else fields

    return [
        {
            "who": who.get(change.actor, ""),
            "own": change.actor == asks,
            "when": words.moment(change.at, edition.zone),
            "fields": [part_words.label(field, kind, words) for field in differing(edit)],
        }
        for change, edit in changes
    ]


def _picture(part: Part | None) -> PlanPicture | None:
    return part.content.picture if isinstance(part, PlanPart) else None


# Walks between rooms, and the levels of conflicts


def walks(draft: Draft, sent: Sent | None = None) -> list[View]:
    """Return one row a room, with the minutes to each room before it; `sent` is what was typed."""
    there = {(one.room_a, one.room_b): one.minutes for one in draft.travel}
    rows = []
    for n, room in enumerate(draft.rooms):
        cells = []
        for other in draft.rooms[:n]:
            pair = (min(room.id, other.id), max(room.id, other.id))
            name = f"walk.{pair[0]}.{pair[1]}"
            typed = str(there.get(pair, "")) if sent is None else last(sent, name)
            cells.append({"name": name, "value": typed, "other": other.name})
        rows.append({"name": room.name, "cells": cells})
    return rows


def levels(
    now: Levels, found: Sequence[Conflict], words: Words, sent: Sent | None = None
) -> list[View]:
    """Return each kind of conflict with its level, and how often it is `found`."""
    counts = Counter(one.code for one in found)
    return [
        {
            "code": code.value,
            "name": words.gettext(name),
            "about": words.gettext(about),
            "level": (sent and last(sent, code.value)) or now[code].value,
            "count": counts[code],
        }
        for code, (name, about) in part_words.MEANINGS.items()
    ]
