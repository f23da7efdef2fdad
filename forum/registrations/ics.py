"""The forum in an attendee's own calendar (RFC 5545): one event, on the days of attendance. No I/O.

The UID is the registration's id, SEQUENCE its revision: a later file takes the place of an earlier
one, and that of a registration given up says STATUS:CANCELLED, as the programme's files do (METHOD
stays PUBLISH, for CANCEL is for those whom an organiser had invited through a calendar, RFC 5546,
3.2.5). Days are whole (VALUE=DATE): they have no hour, and so no VTIMEZONE; hours are in the
programme's calendar.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText, vUri
from msgspec import Struct

from forum.core.context import Edition
from forum.core.text import clean, pick
from schedule.exports.ics import folded

MEDIA_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
PRODUCT = "-//Forum//Registration//"
DAY = timedelta(days=1)


class Attendance(Struct, frozen=True, kw_only=True):
    """Who comes on which days, in order.

    `revision` counts the changes of the registration, `changed_at` is the last of them; `given_up`
    is true once it is cancelled, or passed on.
    """

    registration_id: UUID
    reference: str
    days: list[date]
    revision: int
    changed_at: datetime
    given_up: bool = False


def calendar(edition: Edition, attendance: Attendance, *, language: str, base_url: str) -> bytes:
    """Return the calendar file of one registration, in one language."""
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", PRODUCT + language.upper())
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add_component(_event(edition, attendance, language, base_url))
    return b"".join(folded(str(line)) for line in whole.content_lines(sorted=False) if line)


def _event(edition: Edition, attendance: Attendance, language: str, base_url: str) -> Event:
    address = f"{base_url}/{edition.slug}"
    changed_at = attendance.changed_at.astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("uid", str(attendance.registration_id))
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", attendance.revision)
    _add_days(event, attendance.days)
    event.add("summary", clean(pick(edition.title, language)))
    if venue := clean(pick(edition.venue, language)):
        event.add("location", venue)
    event.add("description", f"{attendance.reference}\n{address}/programme")
    event.add("status", "CANCELLED" if attendance.given_up else "CONFIRMED")
    event.add("url", vUri(f"{address}/"))
    if edition.contact_email:
        organiser = vCalAddress(f"mailto:{edition.contact_email}")
        organiser.params["CN"] = vText(clean(pick(edition.title, language)).replace('"', "'"))
        event.add("organizer", organiser)
    return event


def _add_days(event: Event, days: list[date]) -> None:
    """Add the days: as one span where they follow each other, else as days that come again."""
    first, last = days[0], days[-1]
    span = (last - first).days + 1
    event.add("dtstart", first)
    if span == len(days):
        event.add("dtend", last + DAY)
        return
    event.add("dtend", first + DAY)
    event.add("rrule", {"freq": "daily", "count": span})
    left_out = [first + n * DAY for n in range(span) if first + n * DAY not in days]
    event.add("exdate", left_out, parameters={"VALUE": "DATE"})
