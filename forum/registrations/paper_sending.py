"""Papers by e-mail, attestations or certificates: to whom, once each, and what became of it.

What differs between them is a `Kind`.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct

from badges.models import Signed
from badges.papers.issuing import PapersExport
from forum.core import audit
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.outbox import Letter
from forum.core.text import Filled
from forum.registrations import mails, queries, sending
from forum.registrations.codes import AttestationCodes, Attested, Certified
from forum.registrations.models import Delivered, SendingLog

T = TypeVar("T")

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


class Candidate(Struct, Generic[T], frozen=True, kw_only=True):
    """Somebody who has a paper of a kind, told by `about`; without an address it goes nowhere.

    Organisers name them by `reference`; `version` is that of the next letter to them.
    """

    id: UUID
    reference: str
    name: str
    email: str
    language: str
    stand: Stand
    version: int
    about: T


class Kind(Protocol[T]):
    """A kind of papers, as of an instant."""

    @property
    def what(self) -> str:
        """The last part of its page's address, which begins the name of the file of all."""
        ...

    @property
    def letter(self) -> str:
        """The code of the kind of letter that brings it."""
        ...

    @property
    def at(self) -> datetime:
        """The instant."""
        ...

    @property
    def none(self) -> type[Problem]:
        """What is said where somebody has none."""
        ...

    async def candidates(self, db: Db, edition: Edition) -> list[Candidate[T]]:
        """Return all who have one, by name, and where each stands."""
        ...

    def values(self, about: T) -> mails.Values:
        """Return what the letter says."""
        ...

    def stored(self, about: T) -> dict[str, Any]:
        """Return what of a paper is stored with its letter."""
        ...

    def signed(self, edition: Edition, about: T) -> Signed:
        """Return what a paper says."""
        ...

    def export(self, edition: Edition) -> PapersExport[Any]:
        """Return the papers of all as one PDF."""
        ...


KindAt = Callable[[AttestationCodes, str, datetime], Kind[Any]]
"""Makes a kind of papers of the codes, the address of the site, and the instant."""


def stand(
    letters: Sequence[Delivered],
    code_of: Callable[[dict[str, Any]], str],
    now: Attested | Certified,
    codes: AttestationCodes,
) -> Stand:
    """Say where somebody stands by the letters to them, the latest first.

    `code_of` tells the code on a paper by what was stored of it.
    """
    if not letters:
        return Stand.MISSING
    claim = codes.read(code_of(letters[0].data))
    return Stand.HAS if codes.holds(claim, now) else Stand.CHANGED


def next_version(letters: Iterable[Delivered], kind: str) -> int:
    """Return the version of the next letter of a kind to somebody."""
    return max((one.version for one in letters if one.kind == kind), default=0) + 1


def counted(everybody: Iterable[Candidate[Any]]) -> dict[str, int]:
    """Return how many there are to whom each choice would send, by its name."""
    known = [one.stand for one in everybody if one.email]
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


def reached(
    everybody: Iterable[Candidate[T]], to: To, references: Collection[str]
) -> list[Candidate[T]]:
    """Return those to whom papers go, in the order of `everybody`.

    Raises:
        Invalid: some of those who are named are none of them, or nobody is named.
    """
    written_to = {one.reference.upper(): one for one in everybody if one.email}
    match to:
        case To.ALL:
            return [*written_to.values()]
        case To.CHOSEN:
            if not references:
                raise Invalid(fields={"references": NAME_SOME})
            named = [one.upper() for one in references]
            unknown = [one for one in named if one not in written_to]
            if unknown:
                said = Filled(UNKNOWN, references=", ".join(unknown))
                raise Invalid(fields={"references": said})
            return [one for reference, one in written_to.items() if reference in named]
        case To.MISSING | To.CHANGED:
            return [one for one in written_to.values() if one.stand.value == to.value]


@retried
async def send(
    db: Db,
    edition: Edition,
    kind: Kind[Any],
    to: To,
    references: Collection[str],
    *,
    actor: str,
    ids: Ids,
) -> int:
    """Put the papers of those chosen into the outbox, all or none; return how many.

    Each is what holds at the instant of `kind`. Sent again to `MISSING` or `CHANGED` it reaches
    nobody twice.

    Raises:
        Invalid: as `reached`.
    """
    at = kind.at
    async with db.transaction():
        await queries.lock_sending(db, edition.id, kind.letter)
        people = reached(await kind.candidates(db, edition), to, references)
        letters = [letter(edition, kind, one, letter_id=ids.uuid(at)) for one in people]
        await sending.put_all(
            db, edition, kind.letter, letters, actor=actor, at=at, ids=ids, to=to.value
        )
    return len(letters)


def letter(edition: Edition, kind: Kind[Any], one: Candidate[Any], *, letter_id: UUID) -> Letter:
    """Return the letter that brings somebody their paper, of what it says at its moment."""
    return Letter(
        edition_id=edition.id,
        id=letter_id,
        kind=kind.letter,
        subject_id=one.id,
        version=one.version,
        recipient=one.email,
        language=one.language,
        data=kind.stored(one.about),
    )


async def sendings(db: Db, edition: Edition, kind: str) -> list[SendingLog]:
    """Return the latest sendings of a kind of letter, and what became of its letters."""
    return await queries.list_sendings(db, edition.id, kind, LOGGED)


async def record_taken(
    db: Db, edition: Edition, kind: Kind[Any], number: int, *, actor: str, ids: Ids
) -> None:
    """Record that somebody takes the papers of all: before they have them."""
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(kind.at),
        at=kind.at,
        actor=actor,
        action=f"exported {kind.what}",
        detail={"count": number},
    )


def named(everybody: Iterable[Candidate[T]], reference: str) -> Candidate[T] | None:
    """Return the one whom organisers name so; None where there is none."""
    wanted = reference.upper()
    return next((one for one in everybody if one.reference.upper() == wanted), None)
