"""What can be done with speakers: asked, answering, changing their profile. A verb, a transaction.

Whoever needs both holds the draft first, then the places of registrations (`editing.hold`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.editions import queries as editions
from forum.registrations import offers
from forum.registrations import queries as registration_queries
from forum.registrations import rules as registration_rules
from forum.registrations import service as registrations
from forum.registrations.models import OVER, Registration, RegistrationForm, Status
from forum.speakers import mails, queries, rules
from forum.speakers.models import (
    CATEGORY,
    Answer,
    BadgeName,
    Deed,
    Guest,
    Held,
    OwnSession,
    Profile,
    Refusal,
    SpeakersClosed,
    Standing,
)
from schedule import editing
from schedule.edits import PartKind, SpeakerPart, Wanted
from schedule.models import Draft, SpeakerState

SAY_WHAT = N_("Say what becomes of your registration.")
ANSWERS = (Deed.CONFIRMED.value, Deed.DECLINED.value)
OWN_CHANGES = (Deed.PROFILE.value, Deed.PHOTO.value)


class Desk(Struct, frozen=True, kw_only=True):
    """One speaker before their own page; `edited` is the change that touched them last.

    `registers`: the edition has a category for speakers. `asks`: their yes would change something.
    """

    part: SpeakerPart
    edited: int
    sessions: list[OwnSession]
    answer: Answer | None
    held: Held | None
    registers: bool
    asks: bool


class Sent(Struct, frozen=True, kw_only=True):
    """What became of invitations: how many were stored, how many were left out."""

    count: int
    left_out: int


# Looking


async def at_desk(db: Db, edition: Edition, speaker_id: UUID) -> Desk:
    """Return a speaker as their own page shows them.

    Raises:
        SpeakerNotFound: the draft has no such person any longer.
    """
    return await _desk(db, edition, await editing.read(db, edition), speaker_id)


async def _desk(db: Db, edition: Edition, draft: Draft, speaker_id: UUID) -> Desk:
    part = rules.speaker_in(draft, speaker_id)
    answers = await queries.list_answers(db, edition.id, [speaker_id], ANSWERS)
    answer = answers[0] if answers else None
    held = await _held(db, edition, part.backstage.registration_id)
    registers = await has_category(db, edition)
    return Desk(
        part=part,
        edited=draft.edited.get(speaker_id, 0),
        sessions=rules.own_sessions(draft, speaker_id),
        answer=answer,
        held=held,
        registers=registers,
        asks=rules.asks(part, answer, held=held, registers=registers),
    )


async def _held(db: Db, edition: Edition, registration_id: UUID | None) -> Held | None:
    if registration_id is None:
        return None
    found = await queries.list_held(db, edition.id, [registration_id])
    return found[0] if found else None


async def has_category(db: Db, edition: Edition) -> bool:
    """Say whether the edition has a category for speakers."""
    return any(one.code == CATEGORY for one in await editions.list_categories(db, edition.id))


async def list_standings(db: Db, edition: Edition) -> list[Standing]:
    """Return where every speaker of the draft stands, in order of name."""
    draft = await editing.read(db, edition)
    parts = [rules.speaker_in(draft, one.id) for one in draft.speakers]
    written = await queries.list_written(db, edition.id, mails.ASKING)
    ids = [one.content.id for one in parts]
    answers = {
        one.speaker_id: one for one in await queries.list_answers(db, edition.id, ids, ANSWERS)
    }
    own_changes = {
        one.speaker_id: one for one in await queries.list_answers(db, edition.id, ids, OWN_CHANGES)
    }
    registered = [one.backstage.registration_id for one in parts]
    found = await queries.list_held(db, edition.id, [id_ for id_ in registered if id_])
    held = {one.id: one for one in found}
    standings = []
    for part in parts:
        behind, id_ = part.backstage, part.content.id
        asked = [one for one in written if one.speaker_id == id_]
        answer = answers.get(id_)
        own = held.get(behind.registration_id) if behind.registration_id else None
        standings.append(
            Standing(
                part=part,
                sessions=rules.own_sessions(draft, id_),
                asked=sum(one.count for one in asked),
                asked_at=max((one.last_at for one in asked), default=None),
                answer=answer if answer and answer.action == f"speaker_{behind.state}" else None,
                own_change=own_changes.get(id_),
                held=own,
                lacks=rules.lacking(part, edition, own),
            )
        )
    return standings


# Asking


@retried
async def invite(
    db: Db,
    edition: Edition,
    speaker_ids: Collection[UUID] | None,
    *,
    reminder: bool = False,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Sent:
    """Ask speakers by e-mail; whoever was only proposed is invited then.

    Without `speaker_ids` all with an address who were not invited yet, or with `reminder` all who
    have not answered. Who has no address, or had such an e-mail within the hour, is left out.
    """
    kind = mails.REMINDER if reminder else mails.INVITATION
    async with db.transaction():
        draft = await editing.hold(db, edition)
        parts = [rules.speaker_in(draft, one.id) for one in draft.speakers]
        chosen = [one for one in parts if _is_chosen(one, speaker_ids, reminder=reminder)]
        written = await queries.list_written(db, edition.id, mails.ASKING)
        last: dict[UUID, datetime] = {}
        for had in written:
            last[had.speaker_id] = max(last.get(had.speaker_id, had.last_at), had.last_at)
        counts = {had.speaker_id: had.count for had in written if had.kind == kind}
        going = [
            one for one in chosen if rules.may_write(one.backstage, last.get(one.content.id), at)
        ]
        if not going:
            return Sent(count=0, left_out=len(chosen))
        await editing.change(
            db,
            edition,
            [
                _wanted(rules.with_state(one, SpeakerState.INVITED))
                for one in going
                if one.backstage.state is SpeakerState.PROPOSED
            ],
            kind=Deed.INVITED,
            actor=actor,
            at=at,
            despite_conflicts=True,
        )
        letters = [
            mails.letter(
                kind,
                one,
                edition,
                mails.Asked(
                    name=one.content.name,
                    sessions=rules.own_sessions(draft, one.content.id),
                ),
                version=counts.get(one.content.id, 0) + 1,
                letter_id=ids.uuid(at),
            )
            for one in going
        ]
        await outbox.put_all(db, letters, at=at)
        deed = Deed.REMINDED if reminder else Deed.INVITED
        for one in going:
            await _record(db, edition, deed, actor, one.content.id, at=at, ids=ids)
    return Sent(count=len(going), left_out=len(chosen) - len(going))


def _is_chosen(part: SpeakerPart, speaker_ids: Collection[UUID] | None, *, reminder: bool) -> bool:
    if speaker_ids is not None:
        return part.content.id in speaker_ids
    wanted = SpeakerState.INVITED if reminder else SpeakerState.PROPOSED
    return part.backstage.state is wanted and bool(part.backstage.email)


# Answering


@retried
async def confirm(
    db: Db, edition: Edition, guest: Guest, name: BadgeName, *, at: datetime, ids: Ids
) -> None:
    """Confirm that a speaker comes, and register them beyond the limits; again changes nothing.

    Whoever is registered by the same address keeps that registration, and its category.

    Raises:
        SpeakerNotFound: the draft has no such person any longer.
        SpeakersClosed: the forum is over.
    """
    _hold_open(edition, at)
    async with db.transaction():
        draft = await editing.hold(db, edition)
        desk = await _desk(db, edition, draft, guest.speaker_id)
        if not desk.asks:
            return
        registration = await _registration(db, edition, guest, desk, name, at=at, ids=ids)
        after = rules.with_state(
            desk.part,
            SpeakerState.CONFIRMED,
            registration_id=registration.id if registration else None,
        )
        await _change(db, edition, guest, after, Deed.CONFIRMED, at=at)
        held = await _held(db, edition, after.backstage.registration_id)
        other = held is not None and held.category != CATEGORY
        detail = {"registered": held is not None, "category": held.category if held else None}
        await _record(
            db,
            edition,
            Deed.CONFIRMED,
            guest.actor,
            guest.speaker_id,
            at=at,
            ids=ids,
            detail=detail,
        )
        thanks = mails.Asked(
            name=desk.part.content.name, sessions=desk.sessions, registered=held is not None
        )
        version = await _next_version(db, edition, mails.THANKS, guest.speaker_id)
        await outbox.put(
            db,
            mails.letter(
                mails.THANKS, after, edition, thanks, version=version, letter_id=ids.uuid(at)
            ),
            at=at,
        )
        if held is None or other:
            told = mails.Told(
                name=desk.part.content.name,
                answer="confirmed",
                category=held.category_name if held else {},
                registered=held is not None,
            )
            await _tell(db, edition, after, told, at=at, ids=ids)


async def _registration(
    db: Db,
    edition: Edition,
    guest: Guest,
    desk: Desk,
    name: BadgeName,
    *,
    at: datetime,
    ids: Ids,
) -> Registration | None:
    """Return a speaker's registration, theirs from before or a new one; None without a category."""
    standing = desk.held is not None and desk.held.status not in OVER
    if desk.held is not None and standing:
        return await registration_queries.find(db, edition.id, desk.held.id)
    content, behind = desk.part.content, desk.part.backstage
    origin = registrations.Origin(
        actor=guest.actor, detail={"speaker": str(content.id)}, trusted=True, beyond=True
    )
    known = None
    if behind.email:
        known = await registration_queries.find_by_email(
            db, edition.id, registrations.email_key(behind.email)
        )
    if known is not None:
        return await _let_in(db, edition, known, guest, at=at, ids=ids)
    if not desk.registers:
        return None
    form = RegistrationForm(
        given_name=name.given_name,
        family_name=name.family_name,
        email=behind.email,
        category=CATEGORY,
        organisation=content.organisation,
        job_title=content.job_title,
        language=behind.language if behind.language in edition.languages else None,
        days=rules.days_of(desk.sessions, edition),
    )
    made, new = await registrations.add(db, edition, form, origin, at=at, ids=ids)
    return made if new else await _let_in(db, edition, made, guest, at=at, ids=ids)


async def _let_in(
    db: Db, edition: Edition, known: Registration, guest: Guest, *, at: datetime, ids: Ids
) -> Registration:
    """Give a place to a speaker who is registered and waits for one; their category stays."""
    now, held = await registrations.locked(db, edition, known.id)
    if now.status is Status.OFFERED:
        return await offers.accept(db, edition, now.id, actor=guest.actor, at=at, ids=ids)
    if now.status not in {Status.WAITING, Status.PENDING}:
        return now
    counted = registration_rules.has_room(held)
    let_in = await registrations.stand(
        db, edition, now, held, Status.CONFIRMED, counted=counted, at=at, ids=ids
    )
    await registrations.note(
        db, let_in, "invited", actor=guest.actor, at=at, ids=ids, status=let_in.status
    )
    return let_in


@retried
async def decline(
    db: Db, edition: Edition, guest: Guest, refusal: Refusal, *, at: datetime, ids: Ids
) -> None:
    """Say that a speaker does not come; their registration is cancelled only if they say so.

    Again changes nothing. The organisers are told, with the reason.

    Raises:
        SpeakerNotFound: the draft has no such person any longer.
        SpeakersClosed: the forum is over.
        Invalid: they hold a registration, and did not say what becomes of it.
    """
    _hold_open(edition, at)
    async with db.transaction():
        draft = await editing.hold(db, edition)
        desk = await _desk(db, edition, draft, guest.speaker_id)
        part, asks = desk.part, rules.may_cancel(desk.held)
        cancels = asks and refusal.registration == "cancel"
        if part.backstage.state is SpeakerState.DECLINED and not cancels:
            return
        if asks and refusal.registration is None:
            raise Invalid(fields={"registration": SAY_WHAT})
        if cancels and desk.held is not None:
            await registrations.cancel(db, edition, desk.held.id, actor=guest.actor, at=at, ids=ids)
        kept = None if cancels else part.backstage.registration_id
        note = "\n".join(filter(None, [part.backstage.note, refusal.why]))
        after = rules.with_state(part, SpeakerState.DECLINED, note=note, registration_id=kept)
        await _change(db, edition, guest, after, Deed.DECLINED, at=at)
        detail = {"registration": refusal.registration if asks else None}
        await _record(
            db, edition, Deed.DECLINED, guest.actor, guest.speaker_id, at=at, ids=ids, detail=detail
        )
        stays = rules.stands(desk.held) and not cancels
        told = mails.refusal_told(part, refusal, registered=stays)
        await _tell(db, edition, after, told, at=at, ids=ids)


# The profile


@retried
async def change_profile(
    db: Db,
    edition: Edition,
    guest: Guest,
    sent: Mapping[str, Sequence[str]],
    *,
    edited: int | None,
    at: datetime,
    ids: Ids,
) -> None:
    """Change what a speaker says of themselves, as a change of the draft.

    Raises:
        SpeakerNotFound: the draft has no such person any longer.
        SpeakersClosed: the forum is over.
        Invalid: naming every field at fault.
        PartChanged: somebody else changed it since change `edited`.
    """
    _hold_open(edition, at)
    async with db.transaction():
        draft = await editing.hold(db, edition)
        part = rules.speaker_in(draft, guest.speaker_id)
        wanted: Profile = rules.read_profile(sent, part, edition)
        after = rules.with_profile(part, wanted, edition)
        if after == part:
            return  # a second press is no change, though it names the revision before
        if await _change(db, edition, guest, after, Deed.PROFILE, edited=edited, at=at):
            await _record(db, edition, Deed.PROFILE, guest.actor, guest.speaker_id, at=at, ids=ids)


@retried
async def set_photo(
    db: Db,
    edition: Edition,
    guest: Guest,
    *,
    photo: str | None = None,
    agreed: bool,
    away: bool = False,
    at: datetime,
    ids: Ids,
) -> None:
    """Keep a photo (its name in the store), agree that it is shown, withdraw that, or both.

    Without `photo` the one that is kept stays, unless it is to go (`away`). Agreement is to one
    photo: another wants it anew.

    Raises:
        SpeakerNotFound: the draft has no such person any longer.
        SpeakersClosed: the forum is over, and more is asked than to withdraw.
    """
    if photo is not None or agreed:
        _hold_open(edition, at)
    async with db.transaction():
        draft = await editing.hold(db, edition)
        part = rules.speaker_in(draft, guest.speaker_id)
        behind = part.backstage
        kept = None if away else photo or behind.photo
        since = behind.photo_agreed_at if kept == behind.photo else None
        after = rules.with_photo(part, kept, (since or at) if agreed else None)
        if await _change(db, edition, guest, after, Deed.PHOTO, at=at):
            detail = {"kept": kept is not None, "agreed": after.backstage.photo_agreed_at}
            await _record(
                db,
                edition,
                Deed.PHOTO,
                guest.actor,
                guest.speaker_id,
                at=at,
                ids=ids,
                detail=detail,
            )


# Shared


def _hold_open(edition: Edition, at: datetime) -> None:
    if not rules.is_open(edition, at):
        raise SpeakersClosed


def _wanted(after: SpeakerPart, edited: int | None = None) -> Wanted:
    return Wanted(kind=PartKind.SPEAKER, id=after.content.id, after=after, edited=edited)


async def _change(
    db: Db,
    edition: Edition,
    guest: Guest,
    after: SpeakerPart,
    deed: Deed,
    *,
    edited: int | None = None,
    at: datetime,
) -> bool:
    """Store a speaker's own change of the draft; say whether it changed anything."""
    changed = await editing.change(
        db,
        edition,
        [_wanted(after, edited)],
        kind=deed,
        actor=guest.actor,
        at=at,
        despite_conflicts=True,
    )
    return changed.change is not None


async def _next_version(db: Db, edition: Edition, kind: str, speaker_id: UUID) -> int:
    written = await queries.list_written(db, edition.id, [kind])
    return 1 + sum(one.count for one in written if one.speaker_id == speaker_id)


async def _tell(
    db: Db, edition: Edition, part: SpeakerPart, told: mails.Told, *, at: datetime, ids: Ids
) -> None:
    version = await _next_version(db, edition, mails.ANSWER, part.content.id)
    letter = mails.told(part, edition, told, version=version, letter_id=ids.uuid(at))
    await outbox.put(db, letter, at=at)


async def record_export(
    db: Db, edition: Edition, count: int, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Record who takes the list of speakers with them."""
    await _record(db, edition, Deed.EXPORTED, actor, None, at=at, ids=ids, detail={"count": count})


async def _record(
    db: Db,
    edition: Edition,
    deed: Deed,
    actor: str,
    speaker_id: UUID | None,
    *,
    at: datetime,
    ids: Ids,
    detail: dict[str, Any] | None = None,
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=deed,
        subject_id=speaker_id,
        detail=detail,
    )
