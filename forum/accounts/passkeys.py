"""Passkeys of an account: registered, used to sign in, renamed, removed.

A challenge is good once, for a few minutes, for one purpose and for one holder: registering is
bound to the web session, signing in to a cookie that the browser was given with the challenge. It
is used up before the answer is looked at, whatever comes of that.
"""

from base64 import urlsafe_b64decode
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from forum.accounts import queries
from forum.accounts.models import (
    PasskeyForm,
    PasskeyKnown,
    PasskeyNotFound,
    PasskeyRefused,
    Purpose,
    RelyingParty,
    SignedIn,
    TooManyPasskeys,
)
from forum.accounts.service import note, open_web_session
from forum.core.context import Organiser
from forum.core.db import Db, refused
from forum.core.ids import Ids, digest

CHALLENGE_LIFE = timedelta(minutes=3)
MOST = 20


async def begin_registering(
    db: Db, party: RelyingParty, who: Organiser, web_session: str, *, at: datetime, ids: Ids
) -> dict[str, Any]:
    """Return what the browser asks its user's device for, to make a passkey.

    Raises:
        TooManyPasskeys: the account has `MOST`.
    """
    from forum.accounts import ceremonies  # noqa: PLC0415 -- 0.1 s, needed by few

    known = await queries.list_credentials(db, who.account_id)
    if len(known) >= MOST:
        raise TooManyPasskeys
    challenge = await _challenge(db, Purpose.REGISTER, web_session, at=at, ids=ids)
    return ceremonies.registration_options(party, who.account_id, who.email, known, challenge)


async def register(
    db: Db,
    party: RelyingParty,
    who: Organiser,
    web_session: str,
    form: PasskeyForm,
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Store the passkey that a device made.

    Raises:
        PasskeyRefused: the challenge is none of this web session's, or the answer is not right.
        PasskeyKnown: somebody has this very passkey.
        TooManyPasskeys: the account has `MOST`.
    """
    from forum.accounts import ceremonies  # noqa: PLC0415 -- 0.1 s, needed by few

    challenge = await queries.take_challenge(db, digest(web_session), Purpose.REGISTER, at)
    if challenge is None:
        raise PasskeyRefused
    new = ceremonies.registered(party, challenge, form.credential)
    async with db.transaction():
        if len(await queries.list_credentials(db, who.account_id)) >= MOST:
            raise TooManyPasskeys
        passkey_id = ids.uuid(at)
        with refused("passkey_credential_key", PasskeyKnown()):
            await queries.insert_passkey(db, passkey_id, who.account_id, new, form.name, at)
        await note(db, who.account_id, "passkey registered", passkey_id, at=at, ids=ids)


async def begin_signing_in(
    db: Db, party: RelyingParty, *, at: datetime, ids: Ids
) -> tuple[str, dict[str, Any]]:
    """Return the secret for the browser's cookie, and what it asks its user's device for."""
    from forum.accounts import ceremonies  # noqa: PLC0415 -- 0.1 s, needed by few

    secret = ids.secret()
    challenge = await _challenge(db, Purpose.SIGN_IN, secret, at=at, ids=ids)
    return secret, ceremonies.sign_in_options(party, challenge)


async def sign_in(
    db: Db,
    party: RelyingParty,
    secret: str,
    credential: dict[str, Any],
    *,
    at: datetime,
    ids: Ids,
    browser: str,
    instead_of: str | None,
) -> SignedIn:
    """Sign in by a passkey; `secret` is that of the cookie, `instead_of` the web session that ends.

    Raises:
        PasskeyRefused: the challenge is none of this browser's, or used, or too old; nobody has
            this passkey; or the answer is not right.
    """
    from forum.accounts import ceremonies  # noqa: PLC0415 -- 0.1 s, needed by few

    challenge = await queries.take_challenge(db, digest(secret), Purpose.SIGN_IN, at)
    if challenge is None:
        raise PasskeyRefused
    answer = ceremonies.read(credential)
    async with db.transaction():
        passkey = await queries.lock_passkey(db, answer.raw_id)
        if passkey is None:
            raise PasskeyRefused
        count = ceremonies.signed(party, challenge, answer, passkey)
        await queries.note_use(db, passkey.id, count, at)
        token = await open_web_session(
            db, passkey.account_id, at=at, ids=ids, browser=browser, instead_of=instead_of
        )
    return SignedIn(secret=token)


async def rename(db: Db, account_id: UUID, passkey_id: UUID, name: str) -> None:
    """Give a person's own passkey another name.

    Raises:
        PasskeyNotFound: they have no such one.
    """
    if not await queries.rename_passkey(db, account_id, passkey_id, name):
        raise PasskeyNotFound


async def remove(db: Db, account_id: UUID, passkey_id: UUID, *, at: datetime, ids: Ids) -> None:
    """Forget a person's own passkey: it signs nobody in any longer.

    Raises:
        PasskeyNotFound: they have no such one.
    """
    async with db.transaction():
        if not await queries.delete_passkey(db, account_id, passkey_id):
            raise PasskeyNotFound
        await note(db, account_id, "passkey removed", passkey_id, at=at, ids=ids)


async def _challenge(db: Db, purpose: Purpose, holder: str, *, at: datetime, ids: Ids) -> bytes:
    challenge = urlsafe_b64decode(ids.secret() + "=")
    await queries.put_challenge(db, digest(holder), purpose, challenge, at + CHALLENGE_LIFE)
    return challenge
