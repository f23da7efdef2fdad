"""People with tickets, stored by the thousand at once."""

from badges.models import Ticket
from forum.commands.installation import Installation
from forum.core.context import Edition

DAYS = 0b11
REGISTRATION = """
    edition_id id reference given_name family_name email email_key category language status
    sort_key search_key mailed_at created_at changed_at
""".split()
TICKET = "edition_id registration_id number key_id category_number days issued_at".split()


async def admit(site: Installation, edition: Edition, count: int) -> list[str]:
    """Store so many confirmed registrations with their tickets; return the tokens."""
    at, ids = site.now(), site.ids
    people, tickets, tokens = [], [], []
    for n in range(count):
        who, number, email = ids.uuid(at), ids.ticket_number(), f"zoe.{n}@example.org"
        reference, family_name = ids.reference(), f"Lefèvre {n}"
        named = (reference, "Zoé", family_name, email, email, "elected", "fr", "confirmed")
        people.append((edition.id, who, *named, family_name, family_name, at, at, at))
        tickets.append((edition.id, who, number, 0, 0, DAYS, at))
        ticket = Ticket(
            edition_id=edition.id,
            registration_id=who,
            number=number,
            key_id=0,
            category_number=0,
            days=DAYS,
            revision=0,
            revoked_at=None,
        )
        tokens.append(site.keyring.token(ticket))
    db = site.db
    await db.copy_records_to_table("registration", records=people, columns=REGISTRATION)  # type: ignore[attr-defined]
    await db.copy_records_to_table("ticket", records=tickets, columns=TICKET)  # type: ignore[attr-defined]
    await db.execute("vacuum analyze registration, ticket")
    return tokens
