"""What an attendee takes along, from values alone: days in words, ticket, attestation."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from badges.models import Attestation, AttestedTime, PaperTicket, Presence
from badges.papers.hours import total
from badges.papers.models import HalfHours, PaperTerms, SessionSeen
from badges.papers.wording import half_in_words, span_in_words
from forum.core.context import Edition
from forum.core.i18n import Words, words
from forum.core.text import Text, pick
from forum.registrations.codes import Attested

MARK = "\u00a0*"
"""What stands at an hour of the programme, in place of one that was read."""
NONE = "\u2014"


def days_in_words(days: list[date], said: Words) -> str:
    """Return `22 et 23 mars 2027`; days that do not follow each other one by one."""
    first, last = days[0], days[-1]
    if (last - first).days + 1 == len(days):
        return said.dates(first, last)
    return ", ".join(map(said.date, days))


def ticket_page(ticket: PaperTicket) -> bytes:
    """Return the ticket as a page to print."""
    from badges import ticket_pdf  # noqa: PLC0415  # a fifth of a second, and 15 MB: not at the start

    return ticket_pdf.render(ticket)


def paper_ticket(
    edition: Edition,
    *,
    token: str,
    reference: str,
    given_name: str,
    family_name: str,
    organisation: str | None,
    category_name: Text,
    days: list[date],
    language: str,
    at: datetime,
) -> PaperTicket:
    """Return what the printed ticket says, for `badges.ticket_pdf.render`.

    `days` are those of attendance, in order.
    """
    return PaperTicket(
        token=token,
        reference=reference,
        given_name=given_name,
        family_name=family_name,
        organisation=organisation or "",
        category=pick(category_name, language),
        title=pick(edition.title, language),
        days=days_in_words(days, words(language)),
        venue=pick(edition.venue, language),
        contact=edition.contact_email,
        language=language,
        made_at=at,
    )


def presence_in_words(one: Presence, edition: Edition, said: Words) -> str:
    """Return `mardi 23 mars 2027 : de 9 h à 17 h 30`, or the arrival alone.

    A night belongs to the day before it: its hours say that they are of the next day.
    """
    hour = partial(_hour, day=one.day, edition=edition, said=said)
    values = {"day": said.date(one.day), "arrival": hour(one.arrived_at)}
    if one.left_at is None:
        return said.gettext("%(day)s: arrived at %(arrival)s") % values
    values["departure"] = hour(one.left_at)
    return said.gettext("%(day)s: from %(arrival)s to %(departure)s") % values


def length_in_words(minutes: int, said: Words) -> str:
    """Return `3 h 25` in French, `3 h 25 min` in English; whole hours and minutes alone."""
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return said.gettext("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": rest}
    if hours:
        return said.gettext("%(hours)d h") % {"hours": hours}
    return said.gettext("%(minutes)d min") % {"minutes": rest}


def times_in_words(
    presences: Sequence[Presence], halves: Sequence[HalfHours], edition: Edition, said: Words
) -> list[AttestedTime]:
    """Return the half-days in words, in order; a day without any is told by its readings alone.

    `*` is at an hour that is the half-day's in the programme.
    """
    hour = partial(_hour, edition=edition, said=said)
    found = []
    for one in presences:
        of_day = [half for half in halves if half.day == one.day]
        found += [
            AttestedTime(
                when=said.gettext("%(day)s, %(half)s")
                % {
                    "day": said.date(half.day),
                    "half": half_in_words(said, afternoon=half.afternoon).lower(),
                },
                since=hour(half.since, day=half.day) + ("" if half.entry_read else MARK),
                until=hour(half.until, day=half.day) + ("" if half.exit_read else MARK),
                length=length_in_words(half.minutes, said),
            )
            for half in of_day
        ]
        if not of_day:
            left = one.left_at
            found.append(
                AttestedTime(
                    when=said.date(one.day),
                    since=hour(one.arrived_at, day=one.day),
                    until=NONE if left is None else hour(left, day=one.day),
                    length=NONE,
                )
            )
    return found


def total_in_words(halves: Sequence[HalfHours], said: Words) -> str:
    """Return `Total: 13 h 05 min of presence over 4 half-days`."""
    sentence = said.ngettext(
        "Total: %(length)s of presence in %(count)d half-day",
        "Total: %(length)s of presence in %(count)d half-days",
        len(halves),
    )
    return sentence % {"length": length_in_words(total(halves), said), "count": len(halves)}


def sessions_in_words(sessions: Sequence[SessionSeen], edition: Edition, said: Words) -> list[str]:
    """Return each session with its day and times."""
    return [
        said.gettext("%(day)s, %(times)s: %(title)s")
        % {
            "day": said.day(one.starts_at.astimezone(edition.zone).date()),
            "times": span_in_words(one.starts_at, one.ends_at, edition, said),
            "title": pick(one.title, said.language, edition.language),
        }
        for one in sessions
    ]


def _hour(instant: datetime, *, day: date, edition: Edition, said: Words) -> str:
    """Return the time on the wall; of a night, that it is of the next day."""
    time = said.time(instant, edition.zone)
    if instant.astimezone(edition.zone).date() == day:
        return time
    return said.gettext("%(time)s the next day") % {"time": time}


def attestation(
    edition: Edition,
    attested: Attested,
    *,
    organisation: str | None,
    job_title: str | None,
    sessions: Sequence[SessionSeen] = (),
    terms: PaperTerms | None = None,
    code: str,
    language: str,
    base_url: str,
    at: datetime,
) -> Attestation:
    """Return what an attestation says, issued at `at`, for `badges.attestation_pdf.render`."""
    said = words(language)
    halves = attested.halves
    terms = terms or PaperTerms()
    return Attestation(
        reference=attested.reference,
        times=[] if halves is None else times_in_words(attested.presences, halves, edition, said),
        total=total_in_words(halves, said) if halves else "",
        sessions=sessions_in_words(sessions, edition, said),
        organiser=terms.organiser,
        legal=terms.legal,
        place=terms.place,
        signatory=terms.signatory,
        given_name=attested.given_name,
        family_name=attested.family_name,
        organisation=organisation or "",
        job_title=job_title or "",
        title=pick(edition.title, language),
        dates=said.dates(edition.starts_on, edition.ends_on),
        venue=pick(edition.venue, language),
        presences=[presence_in_words(one, edition, said) for one in attested.presences],
        issued_on=said.date(at.astimezone(edition.zone).date()),
        code=code,
        address=f"{base_url}/verify",
        link=f"{base_url}/verify/{code}",
        contact=edition.contact_email,
        language=language,
    )


def attestation_page(one: Attestation, at: datetime) -> bytes:
    """Return one attestation as a page to print, made at `at`."""
    from badges import attestation_pdf  # noqa: PLC0415  # as slow to import as the ticket's

    title = words(one.language).gettext("Attestation of presence")
    return attestation_pdf.render(
        [one],
        title=f"{title} {one.reference}",
        author=one.title,
        language=one.language,
        made_at=at,
    )
