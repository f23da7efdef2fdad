"""What a device holds of the tickets without learning whose they are: entries, sealed by tokens.

An entry is found by what is printed on a badge, and its name opens with that alone. Browsers undo
all of it with WebCrypto (`static/manifest.js`); `tests/data/manifest.json` holds both. No I/O.
"""

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from hmac import digest as hmac
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct, json

from badges.doors.deciding import milliseconds

ID_INFO = b"forum manifest id"
KEY_INFO = b"forum manifest key"
ID_BYTES = 16
KEY_BYTES = 32
SHORT_BYTES = 12
NONCE_BYTES = 12


class Name(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Who bears a ticket, as it is sealed: given name, family name, organisation."""

    g: str
    f: str
    o: str | None = None


class Entry(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A ticket, see `badges.deciding.Holder`; its names are short, for there are thousands.

    It is known by `h` to who read its token, by `r` to who typed the reference, and by `k` to who
    read an older token of the same ticket. `s` is the status, `c` the number of the category, `d`
    the days, `v` the revision, `e` when it was taken back, `p` when its newest issue began to
    count, `t` the sessions in which a seat is held, `n` the name, sealed; none without the right to
    enter.
    """

    h: str
    k: str
    r: str
    s: str
    c: int
    d: int
    v: int
    e: int | None = None
    p: int | None = None
    t: list[int] = []
    n: str | None = None


class Passed(Struct, frozen=True, kw_only=True, gc=False):
    """What scans come to: of the ticket `k`, on the list `l`, in the period `p`.

    `i` says that the bearer is inside, `a` since when they have been known to have entered, `g` at
    which gate; without either they left, and were not seen to enter.
    """

    k: str
    l: str  # noqa: E741 -- a name of the JSON
    p: str
    i: bool
    a: int | None
    g: str | None


class Lock(Struct, frozen=True, kw_only=True, gc=False):
    """What a token gives to who holds it: where its entry is found, and the key of its name."""

    h: str
    key: bytes

    @classmethod
    def of(cls, token: str, salt: str) -> Self:
        """Derive both from a token (HKDF-SHA256, RFC 5869); neither leads back to it."""
        return cls(
            h=spelt(_derived(token, salt, ID_INFO, ID_BYTES)),
            key=_derived(token, salt, KEY_INFO, KEY_BYTES),
        )

    def seal(self, name: Name) -> str:
        """Seal a name (AES-256-GCM); the same name gives the same text, so that nothing is new."""
        plain = json.encode(name)
        nonce = hmac(self.key, plain, "sha256")[:NONCE_BYTES]
        return spelt(nonce + AESGCM(self.key).encrypt(nonce, plain, None))


def by_reference(reference: str, salt: str) -> str:
    """Return how an entry is found by the reference under a badge, typed in any dress."""
    return _short(reference.replace("-", "").upper(), salt)


def by_number(number: int, salt: str) -> str:
    """Return how an entry is found by the number of its ticket, which every issue of it has."""
    return _short(str(number), salt)


def instant(at: datetime | None) -> int | None:
    """Return an instant as devices compare it, in whole milliseconds since 1970."""
    return None if at is None else milliseconds(at)


def spelt(content: bytes) -> str:
    """Spell bytes in base64url (RFC 4648, 5) without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _derived(token: str, salt: str, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=salt.encode(), info=info).derive(token.encode())


def _short(text: str, salt: str) -> str:
    return spelt(sha256(f"{salt}|{text}".encode()).digest()[:SHORT_BYTES])
