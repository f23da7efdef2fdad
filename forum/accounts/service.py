"""Signing in and out, and the web sessions of an account. Each verb is one transaction."""

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from forum.accounts import mails, queries, rules
from forum.accounts.keys import LinkKeys
from forum.accounts.models import LinkExpired, LinkUsed, SignedIn, SignInLink, WebSessionNotFound
from forum.core import audit, outbox
from forum.core.context import Organiser, Role
from forum.core.db import Db
from forum.core.errors import Invalid, Unauthenticated
from forum.core.forms import EMAIL
from forum.core.ids import Ids, digest

LINK_LIFE = timedelta(hours=24)
WEB_SESSION_LIFE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)
"""How roughly it is noted when a web session was last used."""
REQUESTS_KEPT = timedelta(hours=1)
ENDED_KEPT = timedelta(days=30)
AT_ONCE = 20


async def invite(
    db: Db,
    email: str,
    edition_id: int,
    roles: Collection[Role],
    *,
    at: datetime,
    ids: Ids,
    actor: str = "command",
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
        await queries.insert_link(db, digest(token), account.id, at, at + LINK_LIFE, "")
        await audit.record(
            db,
            edition_id=edition_id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action="member added",
            subject_id=account.id,
            detail={"roles": list(roles)},
        )
    return token


async def ask(db: Db, email: str, *, language: str, next_page: str, at: datetime, ids: Ids) -> None:
    """Note that a link is asked for. Whether anybody has this address is looked at later, by
    `answer`: the request does the same for all, in the same time.
    """  # noqa: D205 -- one thought
    await queries.insert_request(
        db, ids.uuid(at), email.casefold(), language, rules.way_back(next_page), at
    )


async def answer(db: Db, keys: LinkKeys, *, at: datetime, ids: Ids) -> int:
    """Store the letters with the links that were asked for; return how many requests there were.

    Nothing goes to an address that has no account, or no role in any edition, or that got
    `ASKED_MOST` letters within `ASKED_WINDOW`.
    """
    async with db.transaction():
        requests = await queries.take_requests(db, at, AT_ONCE)
        if requests:
            await queries.lock_answering(db)
        for request in requests:
            to = await queries.find_addressee(db, request.email_key, at - rules.ASKED_WINDOW)
            if to is None or to.lately >= rules.ASKED_MOST:
                continue
            minutes = rules.ASKED_LIFE // timedelta(minutes=1)
            letter = mails.asked(to.edition_id, ids.uuid(at), to.email, request.language, minutes)
            token = keys.token(letter.id)
            expires_at = at + rules.ASKED_LIFE
            await queries.insert_link(db, digest(token), to.id, at, expires_at, request.next)
            await outbox.put(db, letter, at=at)
            await queries.mark_mailed(db, request.id)
    return len(requests)


async def look_at_link(db: Db, token: str, *, at: datetime) -> SignInLink:
    """Look at a sign-in link without using it, as a mail scanner may.

    Raises:
        LinkUsed, LinkExpired: it signs nobody in.
    """
    link = await queries.find_link(db, digest(token))
    if link is not None and link.used_at is not None:
        raise LinkUsed
    if link is None or link.expires_at <= at:
        raise LinkExpired
    return link


async def sign_in(
    db: Db, token: str, *, at: datetime, ids: Ids, browser: str = "", instead_of: str | None = None
) -> SignedIn:
    """Use a sign-in link, once; `instead_of` is the web session of this browser that ends.

    Raises:
        LinkUsed, LinkExpired: it signs nobody in.
    """
    async with db.transaction():
        link = await queries.use_link(db, digest(token), at)
        if link is None:
            await look_at_link(db, token, at=at)
            raise LinkExpired
        secret = await open_web_session(
            db, link.account_id, at=at, ids=ids, browser=browser, instead_of=instead_of
        )
    return SignedIn(secret=secret, next=link.next)


async def open_web_session(
    db: Db, account_id: UUID, *, at: datetime, ids: Ids, browser: str, instead_of: str | None
) -> str:
    """Begin a web session in the caller's transaction; return its token, which is always new."""
    secret = ids.secret()
    if instead_of:
        await queries.revoke_web_session(db, digest(instead_of), at)
    expires_at = at + WEB_SESSION_LIFE
    await queries.insert_web_session(
        db, digest(secret), ids.uuid(at), account_id, browser, at, expires_at
    )
    return secret


async def identify(db: Db, web_session: str | None, *, at: datetime) -> Organiser:
    """Return who holds a web session, with the roles that they have now.

    Raises:
        Unauthenticated: nobody does.
    """
    bearer = await queries.find_bearer(db, digest(web_session), at) if web_session else None
    if web_session is None or bearer is None:
        raise Unauthenticated("Sign in first: ask for a link at /organiser/sign-in.")
    if at - bearer.seen_at >= SEEN_EVERY:
        await queries.note_seen(db, digest(web_session), at)
    roles: dict[int, list[Role]] = defaultdict(list)
    for membership in bearer.memberships:
        roles[membership.edition_id].append(membership.role)
    return Organiser(account_id=bearer.id, email=bearer.email, roles=dict(roles))


async def sign_out(db: Db, web_session: str, *, at: datetime) -> None:
    """End a web session; ending it again changes nothing."""
    await queries.revoke_web_session(db, digest(web_session), at)


async def end_web_session(db: Db, account_id: UUID, session_id: UUID, *, at: datetime) -> None:
    """End one of a person's own web sessions.

    Raises:
        WebSessionNotFound: they have no such one that lasts.
    """
    if not await queries.revoke_own_web_session(db, account_id, session_id, at):
        raise WebSessionNotFound


async def sign_out_elsewhere(
    db: Db, account_id: UUID, web_session: str, *, at: datetime, ids: Ids
) -> None:
    """End all web sessions of a person but this one, and the links that nobody has used yet."""
    async with db.transaction():
        await queries.revoke_other_web_sessions(db, account_id, digest(web_session), at)
        await queries.end_links(db, account_id, at)
        await note(db, account_id, "signed out elsewhere", None, at=at, ids=ids)


async def note(
    db: Db, account_id: UUID, action: str, subject_id: UUID | None, *, at: datetime, ids: Ids
) -> None:
    """Record what a person did with their own account, in the transaction of the deed."""
    await audit.record(
        db,
        edition_id=audit.INSTALLATION,
        id=ids.uuid(at),
        at=at,
        actor=f"organiser:{account_id}",
        action=action,
        subject_id=subject_id,
    )


async def sweep(db: Db, *, at: datetime) -> None:
    """Forget addresses that were typed, after an hour, and what ended a month ago."""
    await queries.sweep(db, at - ENDED_KEPT, at - REQUESTS_KEPT, at)
