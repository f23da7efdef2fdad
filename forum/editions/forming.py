"""What organisers change of an edition's form: its terms, categories and consents.

Each verb runs in the transaction that counts the change (`advance`), and returns what was and what
is, by field, for those who keep the record.
"""

from datetime import datetime
from typing import Any

import msgspec

from forum.core.db import Db, refused
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.text import Filled, Text
from forum.editions import queries, rules
from forum.editions.models import (
    Category,
    CategoryCodeTaken,
    CategoryNotFound,
    CategoryUsed,
    Consent,
    ConsentNotFound,
    ConsentTaken,
    EditionChanged,
    NewCategory,
    NewConsent,
    NewTerms,
    Terms,
)

Changes = dict[str, list[Any]]
"""What was and what is, as JSON has it, by the name of the field that differs."""
CODE_TAKEN = N_("This code is taken: choose another.")


async def advance(db: Db, edition_id: int, revision: int | None) -> int:
    """Count a change of the form and lock the edition; return the new revision.

    Raises:
        EditionChanged: the form is no longer at `revision` (None: whatever it is at).
    """
    now_at = await queries.advance_revision(db, edition_id, revision)
    if now_at is None:
        raise EditionChanged
    return now_at


def differences(before: Any, after: Any) -> Changes:
    """Return the fields of `after` that are different in `before`; None is all empty."""
    new = msgspec.to_builtins(after) if after is not None else {}
    old = msgspec.to_builtins(before) if before is not None else {}
    fields = new or old
    return {
        name: [old.get(name), new.get(name)] for name in fields if old.get(name) != new.get(name)
    }


async def change_terms(db: Db, edition_id: int, new: NewTerms) -> Changes:
    """Set the terms of an edition.

    Raises:
        Invalid: naming the fields at fault; places below those taken are told with the numbers.
    """
    before = await queries.read_terms(db, edition_id)
    _refuse(rules.mistaken_terms(new, before))
    with refused("edition_not_overbooked", Invalid(fields={"places": rules.TOO_FEW})):
        await queries.update_terms(db, edition_id, new)
    return differences(_terms(before), new)


def _terms(terms: Terms) -> NewTerms:
    return msgspec.convert(terms, NewTerms, from_attributes=True)


async def add_category(db: Db, edition_id: int, new: NewCategory) -> Changes:
    """Add a category after all others.

    Raises:
        CategoryCodeTaken: one has this code.
        Invalid: naming the fields at fault.
    """
    categories = await queries.list_categories(db, edition_id)
    _refuse(rules.mistaken_category(new, None))
    taken = CategoryCodeTaken(fields={"code": CODE_TAKEN})
    if new.code in {one.code for one in categories}:
        raise taken
    number = max((one.number for one in categories), default=-1) + 1
    if number >= rules.MOST_CATEGORIES:
        raise Invalid(fields={"code": "An edition has at most 256 categories."})
    with refused("category_pkey", taken):
        await queries.insert_category(db, edition_id, number, new)
    return differences(None, new)


async def change_category(db: Db, edition_id: int, new: NewCategory) -> Changes:
    """Change the category of this code.

    Raises:
        CategoryNotFound: there is none.
        Invalid: naming the fields at fault; places below those taken are told with the numbers.
    """
    before = await _category(db, edition_id, new.code)
    _refuse(rules.mistaken_category(new, before))
    with refused("category_not_overbooked", Invalid(fields={"places": rules.TOO_FEW})):
        await queries.update_category(db, edition_id, new)
    return differences(msgspec.convert(before, NewCategory, from_attributes=True), new)


async def delete_category(db: Db, edition_id: int, code: str) -> Changes:
    """Delete a category that nothing names.

    Raises:
        CategoryNotFound: there is none.
        CategoryUsed: registrations, questions or invitations name it, or it is the last one.
    """
    before = await _category(db, edition_id, code)
    if len(await queries.list_categories(db, edition_id)) == 1:
        raise CategoryUsed("An edition has one category at least: add another first.")
    with (
        refused("registration_edition_id_category_fkey", CategoryUsed()),
        refused("invitation_edition_id_category_fkey", CategoryUsed()),
        refused("question_category_exists", CategoryUsed()),
    ):
        await queries.delete_category(db, edition_id, code)
    return differences(msgspec.convert(before, NewCategory, from_attributes=True), None)


async def _category(db: Db, edition_id: int, code: str) -> Category:
    for one in await queries.list_categories(db, edition_id):
        if one.code == code:
            return one
    raise CategoryNotFound


async def add_consent(db: Db, edition_id: int, new: NewConsent, *, at: datetime) -> Changes:
    """Add a purpose of consent after all others.

    Raises:
        ConsentTaken: one has this code.
    """
    consents = await queries.list_consents(db, edition_id)
    taken = ConsentTaken(fields={"purpose": CODE_TAKEN})
    if new.purpose in {one.purpose for one in consents}:
        raise taken
    with refused("consent_purpose_pkey", taken):
        await queries.insert_consent_purpose(
            db, edition_id, len(consents), new.purpose, new.wording, at
        )
    return differences(None, new)


async def reword_consent(
    db: Db, edition_id: int, purpose: str, wording: Text, *, at: datetime
) -> Changes:
    """Give a consent another wording, as its next version; who agreed before agreed to theirs.

    Raises:
        ConsentNotFound: there is none.
    """
    before = await consent(db, edition_id, purpose)
    if before.wording == wording:
        return {}
    await queries.reword_consent(db, edition_id, purpose, wording, at)
    return {"wording": [before.wording, wording], "version": [before.version, before.version + 1]}


async def consent(db: Db, edition_id: int, purpose: str) -> Consent:
    """Return a purpose of consent.

    Raises:
        ConsentNotFound: there is none.
    """
    for one in await queries.list_consents(db, edition_id):
        if one.purpose == purpose:
            return one
    raise ConsentNotFound


def _refuse(mistakes: dict[str, str | Filled]) -> None:
    if mistakes:
        raise Invalid(fields=mistakes)
