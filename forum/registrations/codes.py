"""The code of an attestation: it names a registration, proves itself, and knows what was attested.

A code is 140 bits in Crockford's base 32, seven groups of four that can be typed from paper: the
edition (16), the reference of the registration (40), a stamp (20 bits of an HMAC-SHA256 over what
the paper says), and the proof (the first 64 bits of an HMAC-SHA256 over all that). Nothing is
stored. Who has no paper cannot make a code; one that is good opens what holds now, and the stamp
tells whether that is still what the paper says.

There are several kinds of paper, told apart by the label under which the proof was made: those
that told the days alone, which stay good; those with the hours of half-days; and certificates of
speakers, whose 40 bits are of an HMAC over the speaker's id, without and with what they print of
titles and rooms in their stamp.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from badges.models import Presence
from badges.papers.models import HalfHours
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


class Paper(StrEnum):
    """What kind of paper a code stands on; the value is the label of its proof."""

    DAYS = "code"
    HOURS = "hours"
    SPEAKER = "speaker"
    SPOKEN = "spoken"

    @property
    def of_speaker(self) -> bool:
        """Whether it is a certificate."""
        return self in (Paper.SPEAKER, Paper.SPOKEN)


class Attested(Struct, frozen=True, kw_only=True):
    """What the doors and the organisers stand for: who was there, and when.

    `halves` are the hours by half-day, None where the paper tells the days alone; `sessions` are
    the numbers of those at whose rooms the badge was read.
    """

    edition_id: int
    reference: str
    given_name: str
    family_name: str
    presences: list[Presence]
    halves: list[HalfHours] | None = None
    sessions: list[int] = []


class Certified(Struct, frozen=True, kw_only=True):
    """What a speaker's certificate stands for.

    `parts` has, for each session, its number, the role, and when it begins and ends; `said` its
    title and room as they are printed, nothing where the paper was stamped without them.
    """

    edition_id: int
    speaker_id: UUID
    name: str
    parts: list[tuple[int, str, datetime, datetime]]
    said: list[tuple[str, str]] = []


class Claim(Struct, frozen=True, kw_only=True):
    """What a good code names, and its stamp.

    `reference` is that of a registration, or what stands for a speaker.
    """

    edition_id: int
    reference: str
    stamp: int
    paper: Paper = Paper.DAYS


class AttestationCodes:
    """Makes and reads codes, under a secret derived from the site's own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = HKDF(SHA256(), 32, salt=None, info=b"forum attestations").derive(secret)

    def code(self, attested: Attested) -> str:
        """Return the code of what is attested: the same each time, another for other hours."""
        paper = Paper.DAYS if attested.halves is None else Paper.HOURS
        return self._code(
            paper, attested.edition_id, attested.reference, self._stamp(_told(attested, paper))
        )

    def certificate(self, certified: Certified) -> str:
        """Return the code of a speaker's certificate."""
        named = self.speaker(certified.edition_id, certified.speaker_id)
        paper = Paper.SPOKEN if certified.said else Paper.SPEAKER
        stamp = self._stamp(_told_of_speaker(certified, paper))
        return self._code(paper, certified.edition_id, named, stamp)

    def speaker(self, edition_id: int, speaker_id: UUID) -> str:
        """Return what stands for a speaker in a code: eight symbols, as a reference has."""
        whole = self._digest(b"named", edition_id.to_bytes(2) + speaker_id.bytes)
        return _symbols(int.from_bytes(whole[:5]), REFERENCE_SYMBOLS)

    def read(self, code: str) -> Claim:
        """Return what a code names, however it was typed.

        Raises:
            AttestationUnknown: it was not made here.
        """
        text = "".join(code.split()).upper().translate(MISREAD)
        if len(text) != SYMBOLS or not {*text} <= {*READABLE}:
            raise AttestationUnknown
        signed, proof = divmod(_value(text), 1 << PROOF_BITS)
        given = proof.to_bytes(PROOF_BITS // 8)
        made = [one for one in Paper if hmac.compare_digest(given, self._proof(one, signed))]
        if not made:
            raise AttestationUnknown
        named, stamp = divmod(signed, 1 << STAMP_BITS)
        edition_id, reference = divmod(named, 1 << REFERENCE_BITS)
        shown = _symbols(reference, REFERENCE_SYMBOLS)
        return Claim(edition_id=edition_id, reference=shown, stamp=stamp, paper=made[0])

    def holds(self, claim: Claim, now: Attested | Certified) -> bool:
        """Say whether a code was made of what is attested, or certified, now."""
        if isinstance(now, Certified):
            return self._same(claim, _told_of_speaker(now, claim.paper))
        return self._same(claim, _told(now, claim.paper))

    def _same(self, claim: Claim, told: Sequence[Any]) -> bool:
        return hmac.compare_digest(claim.stamp.to_bytes(3), self._stamp(told).to_bytes(3))

    def _code(self, paper: Paper, edition_id: int, reference: str, stamp: int) -> str:
        named = edition_id << REFERENCE_BITS | _value(reference.replace("-", ""))
        signed = named << STAMP_BITS | stamp
        proof = int.from_bytes(self._proof(paper, signed))
        return _symbols(signed << PROOF_BITS | proof, SYMBOLS)

    def _proof(self, paper: Paper, signed: int) -> bytes:
        return self._digest(paper.value.encode(), signed.to_bytes(10))[: PROOF_BITS // 8]

    def _stamp(self, told: Sequence[Any]) -> int:
        whole = int.from_bytes(self._digest(b"said", msgspec.json.encode(told)))
        return whole & (1 << STAMP_BITS) - 1

    def _digest(self, label: bytes, message: bytes) -> bytes:
        return hmac.digest(self._secret, label + message, "sha256")


def _told(attested: Attested, paper: Paper) -> list[Any]:
    """Return what a paper of this kind tells of what is attested, in a form that never changes."""
    told: list[Any] = [
        attested.edition_id,
        attested.reference,
        attested.given_name,
        attested.family_name,
        [
            [one.day, _minute(one.arrived_at), one.left_at and _minute(one.left_at)]
            for one in attested.presences
        ],
    ]
    if paper is Paper.HOURS:
        told += [
            [
                [_minute(one.since), _minute(one.until), one.entry_read, one.exit_read]
                for one in attested.halves or ()
            ],
            attested.sessions,
        ]
    return told


def _told_of_speaker(certified: Certified, paper: Paper) -> list[Any]:
    parts = [
        [number, role, _minute(starts_at), _minute(ends_at)]
        for number, role, starts_at, ends_at in certified.parts
    ]
    told = [certified.edition_id, str(certified.speaker_id), certified.name, parts]
    return [*told, certified.said] if paper is Paper.SPOKEN else told


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
