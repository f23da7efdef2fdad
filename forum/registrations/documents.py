"""What an attendee takes along, from values alone: days in words, ticket, attestation."""

from collections.abc import Sequence
from datetime import date, datetime

from badges.models import Attestation, PaperTicket, Presence
from forum.core.context import Edition
from forum.core.i18n import Words, words
from forum.core.text import Text, pick
from forum.registrations.codes import Attested


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

    def hour(instant: datetime) -> str:
        time = said.time(instant, edition.zone)
        if instant.astimezone(edition.zone).date() == one.day:
            return time
        return said.gettext("%(time)s the next day") % {"time": time}

    values = {"day": said.date(one.day), "arrival": hour(one.arrived_at)}
    if one.left_at is None:
        return said.gettext("%(day)s: arrived at %(arrival)s") % values
    values["departure"] = hour(one.left_at)
    return said.gettext("%(day)s: from %(arrival)s to %(departure)s") % values


def attestation(
    edition: Edition,
    attested: Attested,
    *,
    organisation: str | None,
    job_title: str | None,
    code: str,
    language: str,
    base_url: str,
    at: datetime,
) -> Attestation:
    """Return what an attestation says, issued at `at`, for `badges.attestation_pdf.render`."""
    said = words(language)
    return Attestation(
        reference=attested.reference,
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


def attestation_pages(some: Sequence[Attestation], edition: Edition, at: datetime) -> bytes:
    """Return attestations as one document, each page in its person's language.

    Hundreds take seconds of one processor: draw them in a process of their own.
    """
    from badges import attestation_pdf  # noqa: PLC0415  # as slow to import as the ticket's

    title = words(edition.language).gettext("Attestations of presence")
    return attestation_pdf.render(
        some,
        title=f"{title}, {pick(edition.title, edition.language)}",
        author=pick(edition.title, edition.language),
        language=edition.language,
        made_at=at,
    )
