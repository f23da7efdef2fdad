"""What an attendee takes along, from values alone: the days in words, the ticket on paper."""

from datetime import date, datetime

from badges.ticket_pdf import PaperTicket
from forum.core.context import Edition
from forum.core.i18n import Words, words
from forum.core.text import Text, pick


def days_of(edition: Edition, days: int | None) -> list[date]:
    """Return the days of attendance, in order: bit n of `days` is day n, None all of them."""
    whole = edition.days
    chosen = [day for n, day in enumerate(whole) if days is None or days >> n & 1]
    return chosen or whole


def days_in_words(edition: Edition, days: int | None, said: Words) -> str:
    """Return `22 et 23 mars 2027`; days that do not follow each other one by one."""
    chosen = days_of(edition, days)
    first, last = chosen[0], chosen[-1]
    if (last - first).days + 1 == len(chosen):
        return said.dates(first, last)
    return ", ".join(map(said.date, chosen))


def paper_ticket(
    edition: Edition,
    *,
    token: str,
    reference: str,
    given_name: str,
    family_name: str,
    organisation: str | None,
    category_name: Text,
    days: int | None,
    language: str,
    at: datetime,
) -> PaperTicket:
    """Return what the printed ticket of a registration says, for `badges.ticket_pdf.render`."""
    return PaperTicket(
        token=token,
        reference=reference,
        given_name=given_name,
        family_name=family_name,
        organisation=organisation or "",
        category=pick(category_name, language),
        title=pick(edition.title, language),
        days=days_in_words(edition, days, words(language)),
        venue=pick(edition.venue, language),
        contact=edition.contact_email,
        language=language,
        made_at=at,
    )
