"""The team of an edition: taken in, given other roles, taken out. Each verb is one transaction."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from forum.accounts import mails, queries, rules
from forum.accounts.keys import LinkKeys
from forum.accounts.models import Member, MemberForm, MemberNotFound, Removed, TeamChanged
from forum.accounts.service import LINK_LIFE
from forum.core import audit, outbox
from forum.core.context import Edition, Role
from forum.core.db import Db, retried
from forum.core.errors import Invalid
from forum.core.ids import Ids, digest
from forum.core.rights import Staff

ADDED, CHANGED, REMOVED = "member added", "member roles changed", "member removed"


@retried
async def take_in(
    db: Db, staff: Staff, form: MemberForm, keys: LinkKeys, *, at: datetime, ids: Ids
) -> UUID:
    """Take a person into the team, and write them a letter with a link; return their account.

    Raises:
        Invalid: they are in the team already.
    """
    edition = staff.edition
    async with db.transaction():
        account = await queries.upsert_account(
            db, ids.uuid(at), form.email, form.email.casefold(), at
        )
        if await queries.find_member(db, edition.id, account.id) is not None:
            known = "This address is in the team already: change its roles in the list."
            raise Invalid(fields={"email": known})
        roles = _ordered(form.roles)
        await queries.replace_roles(db, edition.id, account.id, roles)
        letter = mails.welcome(edition, ids.uuid(at), account.email, staff.organiser.email, roles)
        link = digest(keys.token(letter.id))
        home = f"/organiser/{edition.slug}"
        await queries.insert_link(db, link, account.id, at, at + LINK_LIFE, home)
        await outbox.put(db, letter, at=at)
        detail = {"roles": roles}
        await _note(db, edition.id, staff.actor, ADDED, account.id, detail, at=at, ids=ids)
    return account.id


async def find(db: Db, edition_id: int, account_id: UUID) -> Member:
    """Return a person of the team.

    Raises:
        MemberNotFound: they are not in it.
    """
    member = await queries.find_member(db, edition_id, account_id)
    if member is None:
        raise MemberNotFound
    return member


@retried
async def change_roles(
    db: Db,
    staff: Staff,
    account_id: UUID,
    roles: Collection[Role],
    *,
    held: Collection[Role],
    at: datetime,
    ids: Ids,
) -> None:
    """Give a person these roles in place of those that they `held` when they were looked at.

    Raises:
        MemberNotFound: they are not in the team.
        TeamChanged: they hold others by now.
        LastOrganiser: nobody would be left who can manage the team.
    """
    edition = staff.edition
    async with db.transaction():
        organisers = await queries.lock_organisers(db, edition.id)
        member = await find(db, edition.id, account_id)
        if {*member.roles} != {*held}:
            raise TeamChanged
        rules.keep_an_organiser(organisers, account_id, roles)
        if {*roles} == {*member.roles}:
            return
        after = _ordered(roles)
        await queries.replace_roles(db, edition.id, account_id, after)
        detail = {"before": member.roles, "roles": after}
        await _note(db, edition.id, staff.actor, CHANGED, account_id, detail, at=at, ids=ids)


@retried
async def remove(
    db: Db, edition: Edition, account_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Take a person out of the team: at their next request they see nothing of it.

    Raises:
        MemberNotFound: they are not in it.
        LastOrganiser: nobody would be left who can manage the team.
    """
    async with db.transaction():
        organisers = await queries.lock_organisers(db, edition.id)
        member = await find(db, edition.id, account_id)
        rules.keep_an_organiser(organisers, account_id, [])
        await queries.replace_roles(db, edition.id, account_id, [])
        detail = {"roles": member.roles}
        await _note(db, edition.id, actor, REMOVED, account_id, detail, at=at, ids=ids)


async def remove_by_email(db: Db, edition: Edition, email: str, *, at: datetime, ids: Ids) -> None:
    """Take the person of this address out of the team, on the command line.

    Raises:
        MemberNotFound: they are not in it.
        LastOrganiser: nobody would be left who can manage the team.
    """
    account = await queries.find_account_by_email(db, email.casefold())
    if account is None:
        raise MemberNotFound
    await remove(db, edition, account.id, actor="command", at=at, ids=ids)


@retried
async def restore(db: Db, staff: Staff, account_id: UUID, *, at: datetime, ids: Ids) -> None:
    """Undo a removal: the person has again the roles that they had. Doing it twice is as once.

    Raises:
        MemberNotFound: they were never in this team.
    """
    edition = staff.edition
    async with db.transaction():
        if await queries.find_member(db, edition.id, account_id) is not None:
            return
        removed = await removed_lately(db, edition.id, account_id)
        if removed is None:
            raise MemberNotFound
        roles = [Role(role) for role in removed.detail["roles"]]
        await queries.replace_roles(db, edition.id, account_id, roles)
        detail = {"roles": roles}
        await _note(db, edition.id, staff.actor, ADDED, account_id, detail, at=at, ids=ids)


async def removed_lately(db: Db, edition_id: int, account_id: UUID) -> Removed | None:
    """Return who was taken out of the team and is not in it; None for anybody else."""
    return await queries.last_removal(db, edition_id, account_id)


def _ordered(roles: Collection[Role]) -> list[Role]:
    return [role for role in Role if role in roles]


async def _note(
    db: Db,
    edition_id: int,
    actor: str,
    action: str,
    account_id: UUID,
    detail: dict[str, list[Role]],
    *,
    at: datetime,
    ids: Ids,
) -> None:
    await audit.record(
        db,
        edition_id=edition_id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        subject_id=account_id,
        detail=detail,
    )
