"""Ids, references and secrets, made from one source of random bytes that a seed can replace."""

import random
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from uuid import UUID

READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that a reference can be read aloud."""


class Ids:
    """Makes everything that must be new; `Ids.seeded(n)` makes the same things each time."""

    def __init__(self, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._random_bytes = random_bytes

    @classmethod
    def seeded(cls, seed: int) -> "Ids":
        """Return a source that repeats itself; for demonstrations and tests only."""
        return cls(random.Random(seed).randbytes)  # noqa: S311 -- repeatable on purpose

    def uuid(self, at: datetime) -> UUID:
        """Return a UUID version 7 of the instant `at` (RFC 9562, 5.7)."""
        milliseconds = int(at.timestamp() * 1000)
        noise = int.from_bytes(self._random_bytes(10), "big") & ((1 << 74) - 1)
        high, low = noise >> 62, noise & ((1 << 62) - 1)
        return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low)

    def reference(self) -> str:
        """Return 8 readable characters (40 random bits) as `K7QM-4TXV`."""
        return self._readable(8)

    def code(self) -> str:
        """Return 12 readable characters (60 random bits) as `K7QM-4TXV-9W2D`.

        So many that whoever reads the digest of one does not find it in the days it is good for.
        """
        return self._readable(12)

    def _readable(self, length: int) -> str:
        text = "".join(READABLE[byte % 32] for byte in self._random_bytes(length))
        return "-".join(text[n : n + 4] for n in range(0, length, 4))

    def ticket_number(self) -> int:
        """Return a random ticket number below 2**48."""
        return int.from_bytes(self._random_bytes(6), "big")

    def secret(self) -> str:
        """Return a secret of 256 random bits, safe in an address."""
        return urlsafe_b64encode(self._random_bytes(32)).rstrip(b"=").decode()


def digest(secret: str) -> bytes:
    """Return what is stored of a secret: its SHA-256, enough for 256 random bits."""
    return sha256(secret.encode()).digest()
