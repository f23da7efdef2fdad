"""Letters to many: to all confirmed, who has questions open or a ticket anew; and a test."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from badges import tickets
from badges.models import Ticket
from badges.papers import service as papers
from badges.papers.models import Attended, PaperTerms
from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.core.outbox import Letter
from forum.editions import queries as editions
from forum.letters.kinds import ATTESTATION, KINDS, QUESTIONS, REISSUED, TICKET
from forum.letters.models import Kind, LetterText
from forum.registrations import mails, queries, rules
from forum.registrations.models import (
    Addressee,
    ChangesClosed,
    Owing,
    OwingCount,
    Sending,
    Status,
)

ONCE = 1
"""The version of every letter to all: the outbox holds one of a kind for each registration."""


async def count(db: Db, edition: Edition, kind: Kind) -> Sending:
    """Return how many have got this kind of letter, and how many would."""
    return await queries.count_sending(db, edition.id, kind.code, ONCE)


@retried
async def send_to_confirmed(
    db: Db, edition: Edition, kind: Kind, *, actor: str, at: datetime, ids: Ids
) -> int:
    """Send a letter to each confirmed registration that has not got it; return to how many.

    Sending it again reaches those alone who were confirmed meanwhile. Who was let in gets the
    attestation of what the doors have seen so far, where the kind has one.
    """
    async with db.transaction():
        await queries.lock_sending(db, edition.id, kind.code)
        people = await queries.list_addressees(db, edition.id, kind.code, ONCE)
        with_ticket = TICKET in kind.placeholders
        by_person = await tickets.all_of(db, edition.id) if with_ticket else {}
        attests = ATTESTATION in kind.placeholders
        there = await papers.attended_by_all(db, edition, at=at) if attests else {}
        terms = await papers.terms_of(db, edition) if attests else None
        letters = []
        for one in people:
            values = values_of(one, by_person.get(one.id), there.get(one.id), terms)
            letters.append(_letter(edition, kind, one, values, at, ids))
        await put_all(db, edition, kind.code, letters, actor=actor, at=at, ids=ids)
    return len(letters)


async def send_reissued(db: Db, edition: Edition, *, actor: str, at: datetime, ids: Ids) -> int:
    """Send each their ticket that was issued anew at this very instant; return to how many.

    Within the transaction that issues them, so that nobody keeps a dead ticket untold.
    """
    async with db.transaction():
        anew = await tickets.all_of(db, edition.id, reissued_at=at)
        letters = []
        for one in await queries.list_addressees_of(db, edition.id, [*anew]):
            values = values_of(one, anew[one.id])
            letter = _letter(edition, KINDS[REISSUED], one, values, at, ids)
            letters.append(msgspec.structs.replace(letter, version=anew[one.id].revision))
        await put_all(db, edition, REISSUED, letters, actor=actor, at=at, ids=ids)
    return len(letters)


async def count_owing(db: Db, edition: Edition) -> OwingCount:
    """Count who has required questions open, and how many of them are still to be told."""
    return await queries.count_owing(db, edition.id, QUESTIONS)


async def may_answer(db: Db, edition: Edition, *, at: datetime) -> bool:
    """Say whether people may still change their answers."""
    terms = await editions.read_terms(db, edition.id)
    return rules.may_change(terms.changes_until, Status.CONFIRMED, edition, at)


@retried
async def send_questions(db: Db, edition: Edition, *, actor: str, at: datetime, ids: Ids) -> int:
    """Write to each who has required questions open which ones they are; return to how many.

    Sending it again reaches those alone whose open questions are others than they were told.

    Raises:
        ChangesClosed: nobody could answer any more.
    """
    async with db.transaction():
        if not await may_answer(db, edition, at=at):
            raise ChangesClosed
        await queries.lock_sending(db, edition.id, QUESTIONS)
        people = await queries.list_owing(db, edition.id, QUESTIONS, untold=True, limit=None)
        letters = [_asking(edition, one, at, ids) for one in people]
        await put_all(db, edition, QUESTIONS, letters, actor=actor, at=at, ids=ids)
    return len(people)


async def put_all(
    db: Db,
    edition: Edition,
    kind: str,
    letters: Sequence[Letter],
    *,
    actor: str,
    at: datetime,
    ids: Ids,
    **more: str,
) -> None:
    """Store letters to many, and record how many of which kind, and what `more` there is to say."""
    await outbox.put_all(db, letters, at=at)
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action="letter_sent",
        detail={"kind": kind, "count": len(letters), **more},
    )


def _asking(edition: Edition, person: Owing, at: datetime, ids: Ids) -> Letter:
    values = msgspec.structs.replace(values_of(person), questions=person.questions)
    letter = _letter(edition, KINDS[QUESTIONS], person, values, at, ids)
    return msgspec.structs.replace(letter, version=person.version)


def values_of(
    person: Addressee,
    ticket: Ticket | None = None,
    attended: Attended | None = None,
    terms: PaperTerms | None = None,
) -> mails.Values:
    """Return what a letter says of a registration."""
    return mails.Values(
        given_name=person.given_name,
        family_name=person.family_name,
        reference=person.reference,
        organisation=person.organisation,
        job_title=person.job_title if attended else None,
        category_name=person.category_name,
        days=person.days,
        revision=person.revision,
        ticket=ticket,
        presences=attended.presences if attended else [],
        attended=attended,
        terms=terms if attended else None,
    )


def _letter(
    edition: Edition, kind: Kind, person: Addressee, values: mails.Values, at: datetime, ids: Ids
) -> Letter:
    return Letter(
        edition_id=edition.id,
        id=ids.uuid(at),
        kind=kind.code,
        subject_id=person.id,
        version=ONCE,
        recipient=person.email,
        language=person.language,
        data=mails.stored(values),
    )


async def send_trial(
    db: Db,
    edition: Edition,
    kind: Kind,
    text: LetterText,
    values: mails.Values,
    *,
    to: str,
    language: str,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Send an organiser a letter in words not stored yet; its ticket and links open nothing."""
    trial = mails.Trial(kind=kind.code, subject=text.subject, body=text.body, values=values)
    letter = Letter(
        edition_id=edition.id,
        id=ids.uuid(at),
        kind=mails.TEST,
        subject_id=ids.uuid(at),
        version=ONCE,
        recipient=to,
        language=language,
        data=msgspec.to_builtins(trial),
    )
    async with db.transaction():
        await outbox.put(db, letter, at=at)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action="letter_tested",
            detail={"kind": kind.code, "language": language},
        )
