"""Signing keys: made at the first start, sealed in the database, public halves for every device."""

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from badges import queries, tokens
from badges.models import SigningKey, Ticket, TokenPayload
from forum.core.db import Db
from forum.core.errors import Problem

NONCE_BYTES = 12
KEPT = 20_000
"""Tokens that are recognised without signing again, once signed or read: some 8 MB."""


class KeysSealed(Problem):
    """The signing keys were sealed under another FORUM_SECRET_KEY: set the one used before."""

    code = "keys_sealed"
    status = 500


class Keyring:
    """Every signing key of this installation, opened; it signs tickets and judges tokens."""

    def __init__(self, private: dict[int, Ed25519PrivateKey]) -> None:
        self._private = private
        self._known: dict[str, TokenPayload] = {}
        self.public: dict[int, Ed25519PublicKey] = {
            key_id: key.public_key() for key_id, key in private.items()
        }

    def token(self, ticket: Ticket) -> str:
        """Return the token of a ticket: the same each time."""
        payload = TokenPayload(
            key_id=ticket.key_id,
            edition=ticket.edition_id,
            ticket=ticket.number,
            category=ticket.category_number,
            days=ticket.days,
            revision=ticket.revision,
        )
        return self._remembered(tokens.sign(payload, self._private[ticket.key_id]), payload)

    def read(self, token: str) -> TokenPayload:
        """Return what a token says; of one that was signed or read here lately that is known.

        Raises:
            tokens.Forged: it was not signed here.
        """
        text = tokens.normalise(token)
        payload = self._known.get(text)
        if payload is None:
            payload = tokens.recognise(text, self._private)
            self._remembered(text, payload)
        return payload

    def _remembered(self, token: str, payload: TokenPayload) -> str:
        """Keep what a token says: whoever was sent a manifest will present its tickets.

        Called from threads too, so that all is forgotten at once rather than the oldest first.
        """
        if len(self._known) >= KEPT:
            self._known = {}
        self._known[token] = payload
        return token


async def open_keyring(db: Db, secret: bytes, *, at: datetime) -> Keyring:
    """Return the signing keys, making the first one when there is none.

    Raises:
        KeysSealed: `secret` is not the one under which they were sealed.
    """
    sealing = _sealing(secret)
    async with db.transaction():
        await db.execute("select pg_advisory_xact_lock(hashtext('forum.signing_key'))")
        kept = await queries.list_signing_keys(db)
        if not kept:
            made = _make(0, sealing)
            await queries.insert_signing_key(db, made, at)
            kept = [made]
    return Keyring({key.id: _open(key, sealing) for key in kept})


def _sealing(secret: bytes) -> AESGCM:
    key = HKDF(SHA256(), 32, salt=None, info=b"forum signing keys").derive(secret)
    return AESGCM(key)


def _make(key_id: int, sealing: AESGCM) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + sealing.encrypt(nonce, private.private_bytes_raw(), public)
    return SigningKey(id=key_id, public=public, sealed=sealed)


def _open(key: SigningKey, sealing: AESGCM) -> Ed25519PrivateKey:
    nonce, sealed = key.sealed[:NONCE_BYTES], key.sealed[NONCE_BYTES:]
    try:
        return Ed25519PrivateKey.from_private_bytes(sealing.decrypt(nonce, sealed, key.public))
    except InvalidTag as error:
        raise KeysSealed from error
