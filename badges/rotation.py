"""Rotating signing keys: a new one made, tickets issued anew under it, old ones retired.

Keys overlap: what an old key signed opens doors until that key is retired, and a key is retired
only once no ticket that opens a door needs it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from badges import keys, queries
from badges.models import KeyUse, Resigned, SigningKey
from forum.core import audit
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.ids import Ids

LEAD = timedelta(seconds=5)
"""So long a key is known before it signs: every process reads the keys once a second."""
MOST = 16
"""A token has four bits for the id of its key."""


class Which(StrEnum):
    """Whose tickets are issued anew."""

    UNPRINTED = "unprinted"
    ALL = "all"


class KeyState(StrEnum):
    """What a key is good for."""

    SIGNS = "signs"
    GOOD = "good"
    RETIRED = "retired"


class KeyShown(Struct, frozen=True, kw_only=True):
    """A key as it is listed; `tickets` are those that open a door by it, `printed` those on paper.

    A ticket counts as long as its edition is not over.
    """

    id: int
    state: KeyState
    created_at: datetime
    retired_at: datetime | None
    tickets: int
    printed: int


class KeyNotFound(Problem):
    """There is no signing key with this id: see forum keys list."""

    code = "key_not_found"
    status = 404


class KeySigns(Problem):
    """This is the key that signs: make another first, by forum keys rotate."""

    code = "key_signs"


class KeyNeeded(Problem):
    """Tickets that open a door are signed with this key: issue them anew with --resign all."""

    code = "key_needed"


class KeysUsedUp(Problem):
    """All 16 ids of keys are in use: retire one that is not needed (forum keys list)."""

    code = "keys_used_up"


async def make_next(
    db: Db, secret: bytes, *, actor: str, at: datetime, ids: Ids, lead: timedelta = LEAD
) -> SigningKey:
    """Make the key that signs what is issued from `lead` after now on; old tickets stay good.

    Raises:
        KeysUsedUp: 16 keys are good at once.
        KeysSealed: the keys that are there were sealed under another secret.
    """
    sealing = keys.sealing_by(secret)
    async with db.transaction():
        await queries.lock_signing_keys(db)
        stored = await queries.list_signing_keys(db)
        keys.Keyring(stored, sealing)
        made = _next(stored, sealing, at, lead)
        await queries.insert_signing_key(db, made)
        await _record(db, "signing_key_made", {"key": made.id}, actor=actor, at=at, ids=ids)
    return made


async def resign(
    db: Db, which: Which, *, only_of: int | None = None, actor: str, at: datetime, ids: Ids
) -> list[Resigned]:
    """Issue tickets anew under the key that signs, one revision up; say how many, by edition.

    What was issued before is revoked at the doors from then on: printed badges are to be printed
    again, and a code that was sent by e-mail or saved opens no more. Each person's page shows the
    new one. Editions that are over are left alone.
    """
    async with db.transaction():
        await queries.lock_signing_keys(db)
        newest = _signing(await queries.list_signing_keys(db), at)
        done = await queries.resign_tickets(
            db, newest.id, only_of, only_unprinted=which is Which.UNPRINTED, at=at
        )
        for one in done:
            await audit.record(
                db,
                edition_id=one.edition_id,
                id=ids.uuid(at),
                at=at,
                actor=actor,
                action="tickets_reissued",
                detail={"key": newest.id, "count": one.tickets, "printed": one.printed},
            )
    return done


async def retire(db: Db, key_id: int, *, actor: str, at: datetime, ids: Ids) -> None:
    """Let what a key signed be forged from now on; retiring it again changes nothing.

    Raises:
        KeyNotFound: there is none with this id.
        KeySigns: it is the one that signs.
        KeyNeeded: tickets that open a door are signed with it.
    """
    async with db.transaction():
        await queries.lock_signing_keys(db)
        stored = await queries.list_signing_keys(db)
        found = next((key for key in stored if key.id == key_id), None)
        if found is None:
            raise KeyNotFound(f"There is no signing key {key_id}: see forum keys list.")
        if found.retired_at is not None:
            return
        if found.turn >= _signing(stored, at).turn:
            raise KeySigns(f"Key {key_id} is to sign: make another first, by forum keys rotate.")
        await queries.hold_signing_key(db, key_id)
        uses = {one.key_id: one.tickets for one in await queries.count_key_uses(db, at)}
        if needed := uses.get(key_id):
            raise KeyNeeded(
                f"{needed} tickets that open doors are signed with key {key_id}:"
                " issue them anew with --resign all."
            )
        await queries.retire_signing_key(db, key_id, at)
        await _record(db, "signing_key_retired", {"key": key_id}, actor=actor, at=at, ids=ids)


async def all_keys(db: Db, *, at: datetime) -> list[KeyShown]:
    """Return every key, the oldest first, with how many tickets need it."""
    stored = await queries.list_signing_keys(db)
    uses = {one.key_id: one for one in await queries.count_key_uses(db, at)}
    signing = _signing(stored, at)
    none = KeyUse(key_id=0, tickets=0, printed=0)
    return [
        KeyShown(
            id=key.id,
            state=_state(key, signing),
            created_at=key.created_at,
            retired_at=key.retired_at,
            tickets=uses.get(key.id, none).tickets,
            printed=uses.get(key.id, none).printed,
        )
        for key in stored
    ]


async def known_everywhere(
    made: SigningKey,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Wait until a key signs, and so until every process knows it."""
    while (left := (made.signs_from - now()).total_seconds()) > 0:
        await sleep(left)


def _next(stored: list[SigningKey], sealing: AESGCM, at: datetime, lead: timedelta) -> SigningKey:
    """Return a new key, under an id that was never used, else that of the key retired first."""
    used = {key.id for key in stored}
    never = [n for n in range(MOST) if n not in used]
    retired = [key for key in stored if key.retired_at is not None]
    retired.sort(key=lambda key: (key.retired_at, key.turn))
    free = [*never, *(key.id for key in retired)]
    if not free:
        raise KeysUsedUp
    turn = 1 + max((key.turn for key in stored), default=-1)
    return keys.make(free[0], turn, sealing, at=at, signs_from=at + lead)


def _signing(stored: list[SigningKey], at: datetime) -> SigningKey:
    """Return the key that signs what is issued at this instant, as `insert_ticket` chooses it."""
    good = [key for key in stored if key.retired_at is None]
    return max(good, key=lambda key: (key.signs_from <= at, key.turn))


def _state(key: SigningKey, signing: SigningKey) -> KeyState:
    if key.retired_at is not None:
        return KeyState.RETIRED
    return KeyState.SIGNS if key.turn == signing.turn else KeyState.GOOD


async def _record(
    db: Db, action: str, detail: dict[str, int], *, actor: str, at: datetime, ids: Ids
) -> None:
    await audit.record(
        db,
        edition_id=audit.INSTALLATION,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        detail=detail,
    )
