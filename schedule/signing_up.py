"""Signing up for sessions: seats, fair waiting lists. One verb, one transaction, or the caller's.

Whoever changes a sign-up holds the lock of its edition (`seating_queries.lock`), taken after the
locks of registrations and drafts, never before.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from schedule import seat_mails
from schedule import seating_queries as queries
from schedule.models import Programme, Session
from schedule.seating import (
    CONFIRMED,
    GivingBackClosed,
    Held,
    NoPlaceAtTheForum,
    NoSeatHeld,
    Person,
    Seating,
    SeatsOverlap,
    SessionWithoutSeats,
    Standing,
    State,
    Terms,
    TermsChanged,
    answer_by,
    is_running,
    may_give_back,
    may_sign_up,
    own_sessions,
    seatings,
    stands,
)

ATTENDEE, CLOCK, LIST, FOLLOWING = "attendee", "clock", "waiting list", "registration"
"""How the audit names who acts: the person, the worker, the turn that has come, a registration
that has ended or changed its days."""


# What attendees do


@retried
async def sign_up(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    session_id: UUID,
    *,
    instead_of: Collection[UUID] = (),
    at: datetime,
    ids: Ids,
) -> Standing:
    """Give somebody a seat, or a turn where none is left; return where they stand then.

    Seats in sessions held at the same time are given back in the same transaction when
    `instead_of` names them all; whoever waits keeps theirs meanwhile. A seat that was kept for an
    answer is confirmed by this. Who holds a seat or a turn already keeps it.

    Raises:
        SessionWithoutSeats, NoPlaceAtTheForum, NotThatDay, SignUpNotOpen, SignUpClosed: see there.
        SeatsOverlap: a seat is held at the same time that `instead_of` does not name.
    """
    async with db.transaction():
        seating, person = await _before(db, edition.id, registration_id, session_id)
        terms = await queries.find_terms(db, edition.id)
        held = await _held(db, edition.id, registration_id, session_id)
        if held is None or held.state is State.RELEASED:
            may_sign_up(person, seating, terms, at)
            await _come(db, edition.id, person, seating, terms, instead_of, at=at, ids=ids)
        elif held.state is State.SEAT and (held.answer_by is not None or instead_of):
            await _answer(db, edition.id, person, seating, held, instead_of, at=at, ids=ids)
        return await own(db, edition.id, registration_id, session_id)


@retried
async def give_back(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    session_id: UUID,
    *,
    at: datetime,
    ids: Ids,
) -> Standing:
    """Give a seat or a turn back; a seat goes to the next in line. Again, it changes nothing.

    Raises:
        SessionWithoutSeats: there is no such session.
        GivingBackClosed: it is too late for a seat; a turn is given up at any time.
    """
    async with db.transaction():
        seating, _ = await _before(db, edition.id, registration_id, session_id)
        terms = await queries.find_terms(db, edition.id)
        held = await _held(db, edition.id, registration_id, session_id)
        seated = held is not None and held.state is State.SEAT
        if seated and seating.open and not may_give_back(seating, terms, at):
            raise GivingBackClosed
        await _release(db, edition.id, registration_id, seating, terms, ATTENDEE, at=at, ids=ids)
        return await own(db, edition.id, registration_id, session_id)


@retried
async def keep(
    db: Db,
    edition: Edition,
    registration_id: UUID,
    session_id: UUID,
    *,
    instead_of: Collection[UUID],
    at: datetime,
    ids: Ids,
) -> Standing:
    """Keep one of several seats held at the same time: all others are given back with it.

    `instead_of` names those others, as the person saw them.

    Raises:
        NoSeatHeld: the seat to keep is not theirs any more.
        SeatsOverlap: another seat is held at the same time that `instead_of` does not name.
        SessionWithoutSeats: there is no such session.
    """
    async with db.transaction():
        seating, person = await _before(db, edition.id, registration_id, session_id)
        held = await _held(db, edition.id, registration_id, session_id)
        if held is None or held.state is not State.SEAT:
            raise NoSeatHeld
        await _answer(db, edition.id, person, seating, held, instead_of, at=at, ids=ids)
        return await own(db, edition.id, registration_id, session_id)


async def standings(db: Db, edition_id: int, registration_id: UUID) -> list[Standing]:
    """Return where a person stands with every session that has seats, in order of start."""
    return stands(
        await queries.list_seatings(db, edition_id),
        await queries.list_held(db, edition_id, registration_id),
    )


async def own(db: Db, edition_id: int, registration_id: UUID, session_id: UUID) -> Standing:
    """Return where a person stands with one session.

    Raises:
        SessionWithoutSeats: there is no such session.
    """
    found = await standings(db, edition_id, registration_id)
    for one in found:
        if one.seating.session_id == session_id:
            return one
    raise SessionWithoutSeats


async def find_session(db: Db, edition_id: int, name: str) -> Seating:
    """Return the session with seats of an id or of a slug of the published programme.

    Raises:
        SessionWithoutSeats: there is none.
    """
    found = await queries.list_seatings(db, edition_id)
    for one in sorted(found, key=lambda one: not one.open):
        if name.lower() in {str(one.session_id), one.slug}:
            return one
    raise SessionWithoutSeats


async def agenda(
    db: Db, edition_id: int, registration_id: UUID, programme: Programme
) -> list[Session]:
    """Return the sessions of a person's own calendar, see `seating.own_sessions`."""
    return own_sessions(programme, await queries.list_held(db, edition_id, registration_id))


# What follows from other deeds, in their transaction


async def follow(db: Db, edition: Edition, programme: Programme, *, at: datetime, ids: Ids) -> None:
    """Keep seats in step with a version that is being published, in the publisher's transaction.

    Sessions that are gone or cancelled are closed, and whoever is signed up stays so, should they
    come back. More seats go to those who wait; fewer than are taken take nobody's.
    """
    await queries.lock(db, edition.id)
    await queries.put_seatings(db, edition.id, seatings(programme, edition))
    await _fill_all(db, edition.id, at=at, ids=ids)


async def release_all(
    db: Db, edition_id: int, registration_id: UUID, *, at: datetime, ids: Ids
) -> None:
    """Take back all that a registration holds, as it ends; in the caller's transaction."""
    await queries.lock(db, edition_id)
    terms = await queries.find_terms(db, edition_id)
    for one in await standings(db, edition_id, registration_id):
        if one.state is not State.RELEASED:
            await _release(
                db, edition_id, registration_id, one.seating, terms, FOLLOWING, at=at, ids=ids
            )


async def release_other_days(
    db: Db, edition_id: int, registration_id: UUID, *, at: datetime, ids: Ids
) -> None:
    """Take back what a registration holds on days on which its person no longer comes.

    In the caller's transaction, after the days have been changed.
    """
    await queries.lock(db, edition_id)
    person = await queries.find_person(db, edition_id, registration_id)
    terms = await queries.find_terms(db, edition_id)
    for one in await standings(db, edition_id, registration_id):
        if one.state is State.RELEASED or (person and person.comes_on(one.seating.day)):
            continue
        await _release(
            db, edition_id, registration_id, one.seating, terms, FOLLOWING, at=at, ids=ids
        )


async def pass_on(
    db: Db, edition_id: int, from_id: UUID, to_id: UUID, *, at: datetime, ids: Ids
) -> None:
    """Give all that a registration holds to the one that takes its place, in their transaction."""
    await queries.lock(db, edition_id)
    before = await standings(db, edition_id, from_id)
    await queries.pass_on(db, edition_id, from_id, to_id, at)
    for one in before:
        if one.state is not State.RELEASED:
            await _note(
                db, edition_id, "seat passed on", ATTENDEE, from_id, one.seating,
                at=at, ids=ids, to=str(to_id), state=one.state,
            )  # fmt: skip


@retried
async def set_terms(
    db: Db,
    edition: Edition,
    terms: Terms,
    *,
    revision: int | None = None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Terms:
    """Lay down the terms of an edition's sign-ups.

    With a `revision`, that of the terms which the caller saw, nobody's change is overwritten. Seats
    that become free to have by this go to those who wait.

    Raises:
        TermsChanged: somebody has changed them since.
    """
    async with db.transaction():
        await queries.lock(db, edition.id)
        before = await queries.find_terms(db, edition.id)
        if revision is not None and revision != before.revision:
            raise TermsChanged
        await queries.put_terms(db, edition.id, terms)
        after = await queries.find_terms(db, edition.id)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action="sign-up terms set",
            detail={
                name: getattr(after, name)
                for name in ("opens_at", "closes_minutes", "give_back_minutes", "answer_hours")
            },
        )
        await _fill_all(db, edition.id, at=at, ids=ids)
        return after


async def release_overdue(db: Db, *, at: datetime, ids: Ids) -> int:
    """Pass on the seats that were kept and not answered; return how many were looked at.

    One transaction each; done again, or by two at once, it changes nothing more.
    """
    overdue = await queries.list_overdue(db, at)
    for one in overdue:
        await _lapse(db, one.edition_id, one.session_id, one.registration_id, at=at, ids=ids)
    return len(overdue)


# How it is done


@retried
async def _lapse(
    db: Db, edition_id: int, session_id: UUID, registration_id: UUID, *, at: datetime, ids: Ids
) -> None:
    async with db.transaction():
        seating, person = await _before(db, edition_id, registration_id, session_id)
        if await queries.lapse(db, edition_id, session_id, registration_id, at) is None:
            return
        await _tell(db, edition_id, seat_mails.SEAT_LAPSED, person, seating, at=at, ids=ids)
        await _note(db, edition_id, "seat lapsed", CLOCK, registration_id, seating, at=at, ids=ids)
        terms = await queries.find_terms(db, edition_id)
        await _promote(db, edition_id, session_id, terms, at=at, ids=ids)


async def _before(
    db: Db, edition_id: int, registration_id: UUID, session_id: UUID
) -> tuple[Seating, Person]:
    """Take the lock; return the session and the person as they are then.

    Raises:
        SessionWithoutSeats: there is no such session.
        NoPlaceAtTheForum: there is no such registration.
    """
    await queries.lock(db, edition_id)
    seating = await queries.find_seating(db, edition_id, session_id)
    if seating is None:
        raise SessionWithoutSeats
    person = await queries.find_person(db, edition_id, registration_id)
    if person is None:
        raise NoPlaceAtTheForum
    return seating, person


async def _held(db: Db, edition_id: int, registration_id: UUID, session_id: UUID) -> Held | None:
    held = await queries.list_held(db, edition_id, registration_id)
    return next((one for one in held if one.session_id == session_id), None)


async def _come(
    db: Db,
    edition_id: int,
    person: Person,
    seating: Seating,
    terms: Terms,
    instead_of: Collection[UUID],
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Give a newcomer a seat, unless others wait or none is left: then the next turn."""
    session_id = seating.session_id
    if seating.waiting and seating.taken < seating.capacity:
        # Sign-up was suspended when the seat was freed: those who waited meanwhile come first.
        await _promote(db, edition_id, session_id, terms, at=at, ids=ids)
        seating = await queries.find_seating(db, edition_id, session_id) or seating
    if not seating.left:
        await queries.wait(db, edition_id, session_id, person.id, at)
        await _note(db, edition_id, "turn taken", ATTENDEE, person.id, seating, at=at, ids=ids)
        return
    others = await _others(db, edition_id, person.id, session_id, instead_of)
    await queries.seat(db, edition_id, session_id, person.id, None, at)
    await _note(db, edition_id, "seat taken", ATTENDEE, person.id, seating, at=at, ids=ids)
    for other in others:
        await _release(db, edition_id, person.id, other, terms, ATTENDEE, at=at, ids=ids)


async def _answer(
    db: Db,
    edition_id: int,
    person: Person,
    seating: Seating,
    held: Held,
    instead_of: Collection[UUID],
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Make a seat that is held firm, and give back the others held at the same time."""
    if person.status != CONFIRMED:
        raise NoPlaceAtTheForum
    if held.answer_by is not None and held.answer_by <= at:
        raise NoSeatHeld
    others = await _others(db, edition_id, person.id, seating.session_id, instead_of)
    if held.answer_by is not None:
        await queries.confirm(db, edition_id, seating.session_id, person.id)
        await _note(
            db, edition_id, "seat confirmed", ATTENDEE, person.id, seating,
            at=at, ids=ids,
        )  # fmt: skip
    terms = await queries.find_terms(db, edition_id)
    for other in others:
        await _release(db, edition_id, person.id, other, terms, ATTENDEE, at=at, ids=ids)


async def _others(
    db: Db,
    edition_id: int,
    registration_id: UUID,
    session_id: UUID,
    instead_of: Collection[UUID],
) -> list[Seating]:
    """Return the sessions at the same time in which a seat is held, all of them to be given back.

    Raises:
        SeatsOverlap: one of them is not in `instead_of`.
    """
    clashes = await queries.list_clashing(db, edition_id, registration_id, session_id)
    if any(one.session_id not in instead_of for one in clashes):
        raise SeatsOverlap(clashes)
    return clashes


async def _release(
    db: Db,
    edition_id: int,
    registration_id: UUID,
    seating: Seating,
    terms: Terms,
    actor: str,
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Take a seat or a turn back, and give the seat to the next in line."""
    session_id = seating.session_id
    was = await queries.release(db, edition_id, session_id, registration_id, at)
    if was is None:
        return
    action = "seat given back" if was is State.SEAT else "turn given up"
    await _note(db, edition_id, action, actor, registration_id, seating, at=at, ids=ids)
    if was is State.SEAT:
        await _promote(db, edition_id, session_id, terms, at=at, ids=ids)


async def _fill_all(db: Db, edition_id: int, *, at: datetime, ids: Ids) -> None:
    """Give the free seats of every session to those who wait for them."""
    terms = await queries.find_terms(db, edition_id)
    for one in await queries.list_seatings(db, edition_id):
        if one.open and one.waiting and one.taken < one.capacity:
            await _promote(db, edition_id, one.session_id, terms, at=at, ids=ids)


async def _promote(
    db: Db, edition_id: int, session_id: UUID, terms: Terms, *, at: datetime, ids: Ids
) -> None:
    """Give the free seats of a session to the first who wait, while seats can be had.

    Who holds a seat at the same time is asked: the new one is kept for them, for a time.
    """
    seating = await queries.find_seating(db, edition_id, session_id)
    if seating is None or not is_running(seating, terms, at):
        return
    while (following := await queries.next_in_line(db, edition_id, session_id)) is not None:
        person = await queries.find_person(db, edition_id, following)
        if person is None or person.status != CONFIRMED:  # it is ending at this moment
            await queries.release(db, edition_id, session_id, following, at)
            continue
        clashes = await queries.list_clashing(db, edition_id, following, session_id)
        until = answer_by(seating, terms, clashes, at)
        await queries.seat(db, edition_id, session_id, following, until, at)
        await _tell(
            db, edition_id, seat_mails.SEAT, person, seating,
            answer_by=until, clashes=clashes, at=at, ids=ids,
        )  # fmt: skip
        action = "seat got" if until is None else "seat kept"
        await _note(db, edition_id, action, LIST, following, seating, at=at, ids=ids)


async def _tell(
    db: Db,
    edition_id: int,
    kind: str,
    person: Person,
    seating: Seating,
    *,
    answer_by: datetime | None = None,
    clashes: Sequence[Seating] = (),
    at: datetime,
    ids: Ids,
) -> None:
    letter = seat_mails.letter(
        kind,
        person,
        seating,
        ids.uuid(at),
        edition_id=edition_id,
        number=await queries.next_letter(db, edition_id),
        answer_by=answer_by,
        clashes=clashes,
    )
    await outbox.put(db, letter, at=at)


async def _note(
    db: Db,
    edition_id: int,
    action: str,
    actor: str,
    registration_id: UUID,
    seating: Seating,
    *,
    at: datetime,
    ids: Ids,
    **detail: object,
) -> None:
    """Record a deed on a registration's seat, in its transaction."""
    await audit.record(
        db,
        edition_id=edition_id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        subject_id=registration_id,
        detail={"session": seating.slug, "session_id": str(seating.session_id), **detail},
    )
