"""The code of an attestation: it names a registration, proves itself, and knows what was attested.

A code is 140 bits in Crockford's base 32, seven groups of four that can be typed from paper: the
edition (16), the reference of the registration (40), a stamp (20 bits of an HMAC-SHA256 over the
name and the hours as they were), and the proof (the first 64 bits of an HMAC-SHA256 over all
that). Nothing is stored. Who has no paper cannot make a code; one that is good opens what holds
now, and the stamp tells whether that is still what the paper says.
"""

import hmac
from datetime import UTC, datetime

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from badges.models import Presence
from forum.core.errors import Problem
from forum.core.ids import READABLE

GROUP, SYMBOLS = 4, 28
REFERENCE_SYMBOLS = 8
REFERENCE_BITS, STAMP_BITS, PROOF_BITS = 40, 20, 64
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None})
"""What people write for a symbol that looks like it (Crockford)."""


class AttestationUnknown(Problem):
    """No attestation has this code: compare it with the paper, sign by sign."""

    code = "attestation_unknown"
    status = 404


class Attested(Struct, frozen=True, kw_only=True):
    """What the doors and the organisers stand for: who was there, and when."""

    edition_id: int
    reference: str
    given_name: str
    family_name: str
    presences: list[Presence]


class Claim(Struct, frozen=True, kw_only=True):
    """What a good code names, and its stamp."""

    edition_id: int
    reference: str
    stamp: int


class AttestationCodes:
    """Makes and reads codes, under a secret derived from the site's own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = HKDF(SHA256(), 32, salt=None, info=b"forum attestations").derive(secret)

    def code(self, attested: Attested) -> str:
        """Return the code of what is attested: the same each time, another for other hours."""
        named = attested.edition_id << REFERENCE_BITS | _value(attested.reference.replace("-", ""))
        signed = named << STAMP_BITS | self._stamp(attested)
        return _symbols(signed << PROOF_BITS | int.from_bytes(self._proof(signed)), SYMBOLS)

    def read(self, code: str) -> Claim:
        """Return what a code names, however it was typed.

        Raises:
            AttestationUnknown: it was not made here.
        """
        text = "".join(code.split()).upper().translate(MISREAD)
        if len(text) != SYMBOLS or not {*text} <= {*READABLE}:
            raise AttestationUnknown
        signed, proof = divmod(_value(text), 1 << PROOF_BITS)
        if not hmac.compare_digest(proof.to_bytes(PROOF_BITS // 8), self._proof(signed)):
            raise AttestationUnknown
        named, stamp = divmod(signed, 1 << STAMP_BITS)
        edition_id, reference = divmod(named, 1 << REFERENCE_BITS)
        shown = _symbols(reference, REFERENCE_SYMBOLS)
        return Claim(edition_id=edition_id, reference=shown, stamp=stamp)

    def holds(self, claim: Claim, attested: Attested) -> bool:
        """Say whether a code was made of what is attested now."""
        now = self._stamp(attested)
        return hmac.compare_digest(claim.stamp.to_bytes(3), now.to_bytes(3))

    def _proof(self, signed: int) -> bytes:
        whole = hmac.digest(self._secret, b"code" + signed.to_bytes(10), "sha256")
        return whole[: PROOF_BITS // 8]

    def _stamp(self, attested: Attested) -> int:
        said = msgspec.json.encode(
            [
                attested.edition_id,
                attested.reference,
                attested.given_name,
                attested.family_name,
                [
                    [one.day, _minute(one.arrived_at), one.left_at and _minute(one.left_at)]
                    for one in attested.presences
                ],
            ]
        )
        whole = int.from_bytes(hmac.digest(self._secret, b"said" + said, "sha256"))
        return whole & (1 << STAMP_BITS) - 1


def _value(text: str) -> int:
    """Return the number that readable symbols write."""
    number = 0
    for symbol in text:
        number = number << 5 | READABLE.index(symbol)
    return number


def _symbols(number: int, count: int) -> str:
    """Return a number in so many readable symbols, in groups of four."""
    text = "".join(READABLE[number >> 5 * n & 31] for n in reversed(range(count)))
    return "-".join(text[n : n + GROUP] for n in range(0, count, GROUP))


def _minute(instant: datetime) -> str:
    """Return an instant as precisely as paper tells it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
