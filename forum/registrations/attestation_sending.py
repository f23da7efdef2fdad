"""Attestations by e-mail: to whom, once each, and what became of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from badges.models import Presence
from badges.papers import service as papers
from badges.papers.models import Attended, PaperTerms
from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.outbox import Letter
from forum.core.text import Filled
from forum.letters.kinds import ATTESTING
from forum.registrations import attestations, mails, queries, sending
from forum.registrations.codes import AttestationCodes, Attested
from forum.registrations.models import Addressee, Delivered, SendingLog

Key = TypeVar("Key")

BRINGING = (ATTESTING, "thanks")
"""The kinds of letters that bring an attestation; the first is the one that is sent from here."""
UNKNOWN = N_("Nobody of these was there, or is confirmed: %(references)s.")
NAME_SOME = N_("Give at least one reference.")
CHOOSE = N_("Choose one of the answers offered.")
LOGGED = 12


class To(StrEnum):
    """To whom papers go: who has not got theirs, whose has changed, everybody, those named."""

    MISSING = "missing"
    CHANGED = "changed"
    ALL = "all"
    CHOSEN = "chosen"


class Stand(StrEnum):
    """Where somebody stands: they have not got their paper, have it, or have one that changed."""

    MISSING = "missing"
    HAS = "has"
    CHANGED = "changed"


class Candidate(Struct, frozen=True, kw_only=True):
    """Somebody who was there; `version` is that of the next letter to them."""

    person: Addressee
    attended: Attended
    attested: Attested
    stand: Stand
    version: int


class Brought(Struct, frozen=True, kw_only=True):
    """What of a letter that brought an attestation tells what it said."""

    reference: str = ""
    given_name: str = ""
    family_name: str = ""
    presences: list[Presence] = []
    attended: Attended | None = None

    def attested(self, edition: Edition) -> Attested:
        """Return what the paper attested."""
        there = self.attended
        return Attested(
            edition_id=edition.id,
            reference=self.reference,
            given_name=self.given_name,
            family_name=self.family_name,
            presences=self.presences,
            halves=there.halves if there else None,
            sessions=[one.number for one in there.sessions] if there else [],
        )


async def candidates(
    db: Db, edition: Edition, codes: AttestationCodes, *, at: datetime
) -> list[Candidate]:
    """Return all who were there and have an address, by name, and where each stands."""
    there = await papers.attended_by_all(db, edition, at=at)
    people = await queries.list_confirmed(db, edition.id)
    delivered = await queries.list_delivered(db, edition.id, BRINGING)
    found = []
    for one in people:
        attended = there.get(one.id)
        if attended is None or not one.email:
            continue
        attested = attestations.attested_of(
            edition, one.reference, one.given_name, one.family_name, attended
        )
        letters = [letter for letter in delivered.get(one.id, ()) if letter.data.get("presences")]
        found.append(
            Candidate(
                person=one,
                attended=attended,
                attested=attested,
                stand=_stand(letters, attested, edition, codes),
                version=next_version(letters, ATTESTING),
            )
        )
    return found


def _stand(
    letters: Sequence[Delivered], attested: Attested, edition: Edition, codes: AttestationCodes
) -> Stand:
    """Say where somebody stands by the letters to them, the latest first."""
    if not letters:
        return Stand.MISSING
    brought = msgspec.convert(letters[0].data, Brought).attested(edition)
    claim = codes.read(codes.code(brought))
    return Stand.HAS if codes.holds(claim, attested) else Stand.CHANGED


def next_version(letters: Iterable[Delivered], kind: str) -> int:
    """Return the version of the next letter of a kind to somebody."""
    return max((one.version for one in letters if one.kind == kind), default=0) + 1


def chosen(to: To, stands: Mapping[Key, Stand], named: Collection[Key] = ()) -> list[Key]:
    """Return to whom papers go, in the order of `stands`.

    Raises:
        Invalid: some of those who are named are none of them, or nobody is named.
    """
    match to:
        case To.ALL:
            return [*stands]
        case To.CHOSEN:
            if not named:
                raise Invalid(fields={"references": NAME_SOME})
            unknown = [str(one) for one in named if one not in stands]
            if unknown:
                said = Filled(UNKNOWN, references=", ".join(unknown))
                raise Invalid(fields={"references": said})
            return [one for one in stands if one in named]
        case To.MISSING | To.CHANGED:
            return [one for one, stand in stands.items() if stand.value == to.value]


def counted(stands: Iterable[Stand]) -> dict[str, int]:
    """Return how many there are to whom each choice would send, by its name."""
    known = [*stands]
    return {
        To.MISSING.value: known.count(Stand.MISSING),
        To.CHANGED.value: known.count(Stand.CHANGED),
        To.ALL.value: len(known),
    }


def read_to(text: str) -> To:
    """Return to whom a form says that papers go.

    Raises:
        Invalid: it says nothing that is known.
    """
    try:
        return To(text)
    except ValueError as error:
        raise Invalid(fields={"to": CHOOSE}) from error


def references_in(text: str) -> list[str]:
    """Return the references in a text, however they are separated: capitals, each once."""
    found = text.upper().replace(",", " ").replace(";", " ").split()
    return [*dict.fromkeys(found)]


def reached(everybody: Sequence[Candidate], to: To, references: Collection[str]) -> list[Candidate]:
    """Return those to whom attestations go.

    Raises:
        Invalid: as `chosen`.
    """
    by_reference = {one.person.reference: one for one in everybody}
    stands = {reference: one.stand for reference, one in by_reference.items()}
    return [by_reference[one] for one in chosen(to, stands, references)]


@retried
async def send(
    db: Db,
    edition: Edition,
    codes: AttestationCodes,
    to: To,
    references: Collection[str],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> int:
    """Put the attestations of those chosen into the outbox, all or none; return how many.

    Each is what the doors tell now. Sent again to `MISSING` or `CHANGED` it reaches nobody twice.

    Raises:
        Invalid: as `chosen`.
    """
    async with db.transaction():
        await queries.lock_sending(db, edition.id, ATTESTING)
        people = reached(await candidates(db, edition, codes, at=at), to, references)
        terms = await papers.terms_of(db, edition)
        letters = [letter(edition, one, terms, letter_id=ids.uuid(at)) for one in people]
        await outbox.put_all(db, letters, at=at)
        await record(db, edition, ATTESTING, to, len(letters), actor=actor, at=at, ids=ids)
    return len(letters)


def letter(edition: Edition, one: Candidate, terms: PaperTerms, *, letter_id: UUID) -> Letter:
    """Return the letter that brings somebody their attestation."""
    return Letter(
        edition_id=edition.id,
        id=letter_id,
        kind=ATTESTING,
        subject_id=one.person.id,
        version=one.version,
        recipient=one.person.email,
        language=one.person.language,
        data=mails.stored(sending.values_of(one.person, attended=one.attended, terms=terms)),
    )


async def record(
    db: Db,
    edition: Edition,
    kind: str,
    to: To,
    count: int,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Record that papers were sent."""
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action="letter_sent",
        detail={"kind": kind, "to": to.value, "count": count},
    )


async def sendings(db: Db, edition: Edition, kind: str) -> list[SendingLog]:
    """Return the latest sendings of a kind, and what became of their letters."""
    return await queries.list_sendings(db, edition.id, kind, LOGGED)
