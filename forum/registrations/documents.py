"""What an attendee takes along, from values alone: the days in words, the ticket on paper."""

from datetime import date, datetime

from badges.models import PaperTicket
from forum.core.context import Edition
from forum.core.i18n import Words, words
from forum.core.text import Text, pick


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
