"""What calendar, grid, booklet and door sheets say of the sessions of one version, read back."""

import io
from typing import NamedTuple

import icalendar
import pikepdf

from forum.core.font_coverage import plain as alone
from forum.core.i18n import words
from forum.core.pdf_text import typeset
from schedule.exports import ics
from schedule.models import SpeakerRole
from schedule.papers.orders import Form
from schedule.rules import programme_day
from tests.schedule.papers.reading import alts, drawn_order, made, squeezed

LANGUAGE = "fr"


class Told(NamedTuple):
    """What the calendar says of a session; people in order of role, then as they come."""

    day: object
    span: str
    room: str
    title: str
    people: tuple[str, ...]
    cancelled: bool


def calendar(programme):
    """What the calendar says of each session that has a time."""
    say = words(LANGUAGE)
    found = []
    for event in icalendar.Calendar.from_ical(ics.calendar(programme, language=LANGUAGE)).walk(
        "VEVENT"
    ):
        begins, ends = event["dtstart"].dt, event["dtend"].dt
        people = event.get("x-forum-person", [])
        people = people if isinstance(people, list) else [people]
        people.sort(key=lambda one: [*SpeakerRole].index(one.params["X-ROLE"]))
        found.append(
            Told(
                programme_day(begins, programme.zone),
                f"{say.time(begins, programme.zone)} – {say.time(ends, programme.zone)}",
                typeset(str(event.get("location", "")), LANGUAGE),
                typeset(str(event["summary"]), LANGUAGE),
                tuple(str(one) for one in people),
                str(event["status"]) == "CANCELLED",
            )
        )
    return found


def plain(text):
    """A text as the words of a document's elements have it: spaces that do not break are plain."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def in_grid(programme):
    """What the grid says of each session, in words, without the theme."""
    tracks = {typeset(t, LANGUAGE) for one in programme.tracks for t in one.name.values()}
    said = []
    for alt in alts(made(programme, Form.GRID)):
        theme = next((one for one in tracks if alt.endswith(f", {plain(one)}")), None)
        said.append(alt.removesuffix(f", {plain(theme)}") if theme else alt)
    return said


def wanted_in_grid(told):
    """What the grid should say of a session, by the calendar."""
    return plain(
        ", ".join(part for part in (told.span, told.room, told.title, *told.people) if part)
    )


def in_booklet(programme):
    """What the grids of the booklet say of each session, and the page to which each leads."""
    with pikepdf.open(io.BytesIO(made(programme, Form.BOOKLET))) as pdf:
        number_of = {one.obj.objgen: n for n, one in enumerate(pdf.pages)}
        links = [link for sheet in pdf.pages for link in sheet.get("/Annots", [])]
        return {
            str(link.Contents): number_of[link.Dest[0].objgen]
            for link in links
            if " – " in str(link.Contents) and "/Dest" in link
        }


def at_doors(programme):
    """What the sheets of each door say: (day, room) and the text of its pages, squeezed."""
    pdf = made(programme, Form.DOORS)
    texts = [squeezed(text) for text in drawn_order(pdf)]
    found = {}
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_outline() as outline:
        number_of = {one.obj.objgen: n for n, one in enumerate(opened.pages)}
        starts = [
            (number_of[below.destination[0].objgen], day.title, below.title)
            for day in outline.root
            for below in day.children
        ]
    ends = [start for start, *_ in starts[1:]] + [len(texts)]
    for (start, day, room), end in zip(starts, ends, strict=True):
        found[day, room] = "".join(texts[start:end])
    return found


def known(*texts):
    """Whether one font draws all of these texts sign by sign: others read back in another order."""
    return all((alone() | {"\u00a0", "\u202f"}).issuperset(text) for text in texts)


def follow(text, first, names):
    """Whether `first` stands in a squeezed text, and the names after it, in order."""
    at = text.find(squeezed(first))
    for name in names:
        at = text.find(squeezed(name), at) if at >= 0 else at
    return at >= 0


def head(one):
    """Time, room and title, as the booklet's grid says them in words."""
    return plain(", ".join(part for part in (one.span, one.room, one.title) if part))


def wrong_in_booklet(programme, held):
    """The sessions that the booklet's grid does not tell, or its list with other people."""
    booklet = in_booklet(programme)
    pages = [squeezed(text) for text in drawn_order(made(programme, Form.BOOKLET))]
    return [
        one
        for one in held
        if head(one) not in booklet
        or (
            known(one.title, *one.people)
            and not follow("".join(pages[booklet[head(one)] :]), one.title, one.people)
        )
    ]


def wrong_at_doors(programme, told):
    """The sessions that the sheet of their door does not tell as the calendar does."""
    doors, say = at_doors(programme), words(LANGUAGE)

    def stands(one):
        day = say.day(one.day)
        text = doors.get((plain(day[:1].upper() + day[1:]), plain(one.room)), "")
        mark = f"{say.gettext('Cancelled').upper()}·" if one.cancelled else ""
        return follow(text, f"{one.span}{mark}{one.title}", one.people)

    printed = [one for one in told if one.room and known(one.title, one.room, *one.people)]
    return [one for one in printed if not stands(one)]


def disagreements(programme):
    """Where grid, booklet and door sheets say otherwise than the calendar: which, and what."""
    told = calendar(programme)
    held = [one for one in told if not one.cancelled]
    found = {
        "grid": {*in_grid(programme)} ^ {wanted_in_grid(one) for one in held},
        "booklet": wrong_in_booklet(programme, held),
        "doors": wrong_at_doors(programme, told),
    }
    return {which: what for which, what in found.items() if what}
