"""Signing keys: made at the first start, sealed in the database, public halves for every device."""

import asyncio
import secrets
from datetime import UTC, datetime

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from badges import queries, tokens
from badges.models import SigningKey, Ticket, TokenPayload
from forum.core.db import LOST, Database, DatabaseUnavailable, Db
from forum.core.errors import Problem

log = structlog.get_logger("keys")

NONCE_BYTES = 12
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""The first key signs whatever is issued, also what an import dates back."""
LOOK_EVERY_S = 1.0
KEPT = 20_000
"""Tokens that are recognised without signing again, once signed or read: some 8 MB."""


class KeysSealed(Problem):
    """The signing keys were sealed under another FORUM_SECRET_KEY: set the one used before."""

    code = "keys_sealed"
    status = 500


class KeyNotHere(Problem):
    """The key of this ticket was made this very moment: try again in a few seconds."""

    code = "key_not_here"
    status = 503


class _Opened(Struct, frozen=True, kw_only=True, eq=False):
    """The keys as they were read: all of them, and those that are not retired."""

    stored: list[SigningKey]
    private: dict[int, Ed25519PrivateKey]
    good: dict[int, Ed25519PrivateKey]
    public: dict[int, Ed25519PublicKey]


class Keyring:
    """Every signing key of this installation, opened; it signs tickets and judges tokens.

    `refresh` reads them again: keys are made and retired while the site runs.
    """

    def __init__(self, stored: list[SigningKey], sealing: AESGCM) -> None:
        self._sealing = sealing
        self._known: dict[str, TokenPayload] = {}
        self._opened = _opened(stored, sealing)

    @property
    def public(self) -> dict[int, Ed25519PublicKey]:
        """The public keys that tokens may be signed with, by id: the retired ones are not there."""
        return self._opened.public

    def token(self, ticket: Ticket) -> str:
        """Return the token of a ticket: the same each time.

        Raises:
            KeyNotHere: its key is newer than what was read here.
        """
        known, opened = self._known, self._opened
        key = opened.private.get(ticket.key_id)
        if key is None:
            raise KeyNotHere
        payload = TokenPayload(
            key_id=ticket.key_id,
            edition=ticket.edition_id,
            ticket=ticket.number,
            category=ticket.category_number,
            days=ticket.days,
            revision=ticket.revision,
        )
        token = tokens.sign(payload, key)
        if ticket.key_id in opened.good:
            self._remember(known, token, payload)
        return token

    def read(self, token: str) -> TokenPayload:
        """Return what a token says; of one that was signed or read here lately that is known.

        Raises:
            tokens.Forged: it was not signed here, or by a key that is retired.
        """
        text = tokens.normalise(token)
        known, opened = self._known, self._opened
        payload = known.get(text)
        if payload is None:
            payload = tokens.recognise(text, opened.good)
            self._remember(known, text, payload)
        return payload

    def _remember(self, known: dict[str, TokenPayload], token: str, payload: TokenPayload) -> None:
        """Keep what a token says: whoever was sent a manifest will present its tickets.

        `known` is what was kept as its key was looked up: nothing outlives a change of keys. Called
        from threads too, so that all is forgotten at once rather than the oldest first.
        """
        known[token] = payload
        if len(known) >= KEPT and known is self._known:
            self._known = {}

    async def refresh(self, db: Db) -> bool:
        """Read the keys again; say whether any was made or retired.

        Raises:
            KeysSealed: one was sealed under another secret; those known before stay.
        """
        stored = await queries.list_signing_keys(db)
        if stored == self._opened.stored:
            return False
        self._opened = _opened(stored, self._sealing)
        self._known = {}
        return True


async def open_keyring(db: Db, secret: bytes, *, at: datetime) -> Keyring:
    """Return the signing keys, making the first one when there is none.

    Raises:
        KeysSealed: `secret` is not the one under which they were sealed.
    """
    sealing = sealing_by(secret)
    async with db.transaction():
        await queries.lock_signing_keys(db)
        kept = await queries.list_signing_keys(db)
        if not kept:
            made = make(0, 0, sealing, at=at, signs_from=ALWAYS)
            await queries.insert_signing_key(db, made)
            kept = [made]
    return Keyring(kept, sealing)


async def follow(keyring: Keyring, database: Database) -> None:
    """Read the keys again every second until cancelled: other processes make and retire them."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            async with database.acquire() as db:
                if await keyring.refresh(db):
                    log.info("signing keys changed", keys=len(keyring.public))
        except (DatabaseUnavailable, *LOST):
            continue
        except Exception:  # whatever it is, the next look may go well
            log.exception("signing keys not read")


def sealing_by(secret: bytes) -> AESGCM:
    """Return what seals private keys, derived (HKDF-SHA256) from the secret of the site."""
    key = HKDF(SHA256(), 32, salt=None, info=b"forum signing keys").derive(secret)
    return AESGCM(key)


def make(
    key_id: int, turn: int, sealing: AESGCM, *, at: datetime, signs_from: datetime
) -> SigningKey:
    """Return a new key, sealed; its public half is bound to what is sealed."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + sealing.encrypt(nonce, private.private_bytes_raw(), public)
    return SigningKey(
        id=key_id, turn=turn, public=public, sealed=sealed, created_at=at, signs_from=signs_from
    )


def _opened(stored: list[SigningKey], sealing: AESGCM) -> _Opened:
    private = {key.id: _open(key, sealing) for key in stored}
    good = {key.id: private[key.id] for key in stored if key.retired_at is None}
    public = {key_id: key.public_key() for key_id, key in good.items()}
    return _Opened(stored=stored, private=private, good=good, public=public)


def _open(key: SigningKey, sealing: AESGCM) -> Ed25519PrivateKey:
    nonce, sealed = key.sealed[:NONCE_BYTES], key.sealed[NONCE_BYTES:]
    try:
        return Ed25519PrivateKey.from_private_bytes(sealing.decrypt(nonce, sealed, key.public))
    except InvalidTag as error:
        raise KeysSealed from error
