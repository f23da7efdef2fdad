"""What can be done with an account. Each verb is one transaction."""

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from forum.accounts import queries
from forum.accounts.models import LinkExpired, LinkUsed
from forum.core.context import Organiser, Role
from forum.core.db import Db
from forum.core.errors import Invalid, Unauthenticated
from forum.core.forms import EMAIL
from forum.core.ids import Ids, digest

LINK_LIFE = timedelta(hours=24)
WEB_SESSION_LIFE = timedelta(hours=12)


async def invite(
    db: Db, email: str, edition_id: int, roles: Collection[Role], *, at: datetime, ids: Ids
) -> str:
    """Give a person roles in an edition; return the token of a sign-in link, good once for a day.

    Raises:
        Invalid: the address is none.
    """
    if not re.fullmatch(EMAIL, email):
        raise Invalid(fields={"email": "Give an address such as name@example.org."})
    token = ids.secret()
    async with db.transaction():
        account = await queries.upsert_account(db, ids.uuid(at), email, email.casefold(), at)
        for role in roles:
            await queries.insert_membership(db, edition_id, account.id, role)
        await queries.insert_link(db, digest(token), account.id, at, at + LINK_LIFE)
    return token


async def look_at_link(db: Db, token: str, *, at: datetime) -> None:
    """Look at a sign-in link without using it, as a mail scanner may.

    Raises:
        LinkUsed, LinkExpired: it signs nobody in.
    """
    link = await queries.find_link(db, digest(token))
    if link is not None and link.used_at is not None:
        raise LinkUsed
    if link is None or link.expires_at <= at:
        raise LinkExpired


async def sign_in(db: Db, token: str, *, at: datetime, ids: Ids) -> str:
    """Use a sign-in link, once; return the token of a new web session.

    Raises:
        LinkUsed, LinkExpired: it signs nobody in.
    """
    async with db.transaction():
        link = await queries.use_link(db, digest(token), at)
        if link is None:
            await look_at_link(db, token, at=at)
            raise LinkExpired
        secret = ids.secret()
        await queries.insert_web_session(
            db, digest(secret), link.account_id, at, at + WEB_SESSION_LIFE
        )
    return secret


async def identify(db: Db, web_session: str | None, *, at: datetime) -> Organiser:
    """Return who holds a web session, with their roles.

    Raises:
        Unauthenticated: nobody does.
    """
    bearer = await queries.find_bearer(db, digest(web_session), at) if web_session else None
    if bearer is None:
        raise Unauthenticated("Sign in first: ask an organiser for a link.")
    roles: dict[int, list[Role]] = defaultdict(list)
    for membership in bearer.memberships:
        roles[membership.edition_id].append(membership.role)
    return Organiser(account_id=bearer.id, email=bearer.email, roles=dict(roles))


async def sign_out(db: Db, web_session: str, *, at: datetime) -> None:
    """End a web session; ending it again changes nothing."""
    await queries.revoke_web_session(db, digest(web_session), at)
