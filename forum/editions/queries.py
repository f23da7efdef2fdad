"""The SQL of editions: one function, one statement."""

from datetime import date, datetime

from forum.core.context import Edition, EditionState
from forum.core.db import Db, many, maybe, one, value
from forum.core.text import Text
from forum.editions.models import (
    Category,
    Consent,
    FormChange,
    NewCategory,
    NewEdition,
    NewTerms,
    Terms,
    Window,
)


async def find_edition(db: Db, slug: str) -> Edition | None:
    """Return the edition of this name."""
    return await maybe(
        db,
        Edition,
        """
        select id, slug, title, subtitle, venue, timezone, languages, starts_on, ends_on,
               contact_email, fictitious, state
          from edition
         where slug = $1
        """,
        slug,
    )


async def find_edition_by_id(db: Db, edition_id: int) -> Edition | None:
    """Return the edition of this number."""
    return await maybe(
        db,
        Edition,
        """
        select id, slug, title, subtitle, venue, timezone, languages, starts_on, ends_on,
               contact_email, fictitious, state
          from edition
         where id = $1
        """,
        edition_id,
    )


async def list_editions(db: Db) -> list[Edition]:
    """Return every edition, the latest first."""
    return await many(
        db,
        Edition,
        """
        select id, slug, title, subtitle, venue, timezone, languages, starts_on, ends_on,
               contact_email, fictitious, state
          from edition
         order by starts_on desc, id desc
        """,
    )


async def find_edition_before(db: Db, starts_on: date) -> Edition | None:
    """Return the last edition that began before a day, a draft aside."""
    return await maybe(
        db,
        Edition,
        """
        select id, slug, title, subtitle, venue, timezone, languages, starts_on, ends_on,
               contact_email, fictitious, state
          from edition
         where starts_on < $1 and state <> 'draft'
         order by starts_on desc, id desc
         limit 1
        """,
        starts_on,
    )


async def next_edition_id(db: Db) -> int:
    """Return the number that the next edition takes; its primary key settles a race."""
    return await value(db, int, "select coalesce(max(id), 0) + 1 from edition")


async def insert_edition(db: Db, edition_id: int, new: NewEdition, at: datetime) -> None:
    """Store a new edition."""
    await db.execute(
        """
        insert into edition (id, slug, title, subtitle, venue, timezone, languages, starts_on,
                             ends_on, contact_email, fictitious, state, registration_opens_at,
                             registration_closes_at, places, offer_hours, changes_until,
                             asks_days, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                     $18, $19)
        """,
        edition_id,
        new.slug,
        new.title,
        new.subtitle,
        new.venue,
        new.timezone,
        new.languages,
        new.starts_on,
        new.ends_on,
        new.contact_email,
        new.fictitious,
        new.state,
        new.registration_opens_at,
        new.registration_closes_at,
        new.places,
        new.offer_hours,
        new.changes_until,
        new.asks_days,
        at,
    )


async def set_state(db: Db, edition_id: int, state: EditionState) -> None:
    """Say where an edition stands."""
    await db.execute("update edition set state = $2 where id = $1", edition_id, state)


async def insert_category(db: Db, edition_id: int, number: int, new: NewCategory) -> None:
    """Store a category; `number` is its place in the edition, 0 to 255."""
    await db.execute(
        """
        insert into category (edition_id, code, number, name, tint, places, open, opens_at,
                              closes_at, approval, invitation_only, self_change)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        edition_id,
        new.code,
        number,
        new.name,
        new.tint,
        new.places,
        new.open,
        new.opens_at,
        new.closes_at,
        new.approval,
        new.invitation_only,
        new.self_change,
    )


async def insert_consent_purpose(
    db: Db, edition_id: int, position: int, purpose: str, wording: Text, at: datetime
) -> None:
    """Store a purpose of consent, and its wording as the first version."""
    await db.execute(
        """
        with made as (
            insert into consent_purpose (edition_id, purpose, position, wording)
                 values ($1, $2, $3, $4))
        insert into consent_wording (edition_id, purpose, version, wording, since)
             values ($1, $2, 1, $4, $5)
        """,
        edition_id,
        purpose,
        position,
        wording,
        at,
    )


async def read_window(db: Db, edition_id: int) -> Window:
    """Return when registration is open, and the places in all."""
    return await one(
        db,
        Window,
        """
        select state, registration_opens_at, registration_closes_at, places, taken, reserved
          from edition
         where id = $1
        """,
        edition_id,
    )


async def read_terms(db: Db, edition_id: int) -> Terms:
    """Return all that organisers set for the registrations of an edition."""
    return await one(
        db,
        Terms,
        """
        select state, registration_opens_at, registration_closes_at, places, taken, reserved,
               offer_hours, changes_until, asks_days, revision
          from edition
         where id = $1
        """,
        edition_id,
    )


async def advance_revision(db: Db, edition_id: int, revision: int | None) -> int | None:
    """Count a change of the form, and lock the edition; None when it is not at `revision`.

    Whoever changes a place locks this row first, so nobody registers meanwhile.
    """
    return await value(
        db,
        int | None,  # type: ignore[arg-type]
        """
        update edition
           set revision = revision + 1
         where id = $1 and ($2::integer is null or revision = $2)
     returning revision
        """,
        edition_id,
        revision,
    )


async def update_terms(db: Db, edition_id: int, new: NewTerms) -> None:
    """Set the terms of an edition; the row's check keeps places above what is taken."""
    await db.execute(
        """
        update edition
           set state = $2, places = $3, registration_opens_at = $4, registration_closes_at = $5,
               changes_until = $6, offer_hours = $7, asks_days = $8
         where id = $1
        """,
        edition_id,
        new.state,
        new.places,
        new.registration_opens_at,
        new.registration_closes_at,
        new.changes_until,
        new.offer_hours,
        new.asks_days,
    )


async def update_category(db: Db, edition_id: int, new: NewCategory) -> None:
    """Change a category; its code and number stay."""
    await db.execute(
        """
        update category
           set name = $3, tint = $4, places = $5, open = $6, opens_at = $7, closes_at = $8,
               approval = $9, invitation_only = $10, self_change = $11
         where edition_id = $1 and code = $2
        """,
        edition_id,
        new.code,
        new.name,
        new.tint,
        new.places,
        new.open,
        new.opens_at,
        new.closes_at,
        new.approval,
        new.invitation_only,
        new.self_change,
    )


async def delete_category(db: Db, edition_id: int, code: str) -> None:
    """Delete a category; what names it refuses that."""
    await db.execute("delete from category where edition_id = $1 and code = $2", edition_id, code)


async def reword_consent(
    db: Db, edition_id: int, purpose: str, wording: Text, at: datetime
) -> None:
    """Make `wording` the next version of a consent; the versions before it stay."""
    await db.execute(
        """
        with reworded as (
            update consent_purpose set wording = $3, version = version + 1
             where edition_id = $1 and purpose = $2
         returning edition_id, purpose, version, wording)
        insert into consent_wording (edition_id, purpose, version, wording, since)
             select edition_id, purpose, version, wording, $4 from reworded
        """,
        edition_id,
        purpose,
        wording,
        at,
    )


async def list_form_changes(db: Db, edition_id: int, revision: int) -> list[FormChange]:
    """Return the changes of the form since a revision, in order."""
    return await many(
        db,
        FormChange,
        """
        select at, actor, action, detail
          from audit
         where edition_id = $1 and starts_with(action, 'form_')
           and (detail->>'revision')::integer > $2
         order by (detail->>'revision')::integer
        """,
        edition_id,
        revision,
    )


async def list_categories(db: Db, edition_id: int) -> list[Category]:
    """Return the categories in order of number."""
    return await many(
        db,
        Category,
        """
        select code, number, name, tint, open, places, taken, reserved, opens_at, closes_at,
               approval, invitation_only, self_change
          from category
         where edition_id = $1
         order by number
        """,
        edition_id,
    )


async def list_consents(db: Db, edition_id: int) -> list[Consent]:
    """Return the purposes of consent in the order in which they are asked."""
    return await many(
        db,
        Consent,
        """
        select purpose, wording, version
          from consent_purpose
         where edition_id = $1
         order by position
        """,
        edition_id,
    )


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete an edition once every other slice has let go of it."""
    await db.execute(
        """
        with no_letters as (delete from outbox where edition_id = $1),
             no_deeds as (delete from audit where edition_id = $1),
             no_members as (delete from membership where edition_id = $1),
             no_consents as (delete from consent_purpose where edition_id = $1),
             no_categories as (delete from category where edition_id = $1)
        delete from edition where id = $1
        """,
        edition_id,
    )
