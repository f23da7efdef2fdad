"""Publishing: the draft becomes the next version, which never changes. One transaction."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid, Problem
from forum.core.i18n import N_
from forum.core.ids import Ids
from schedule import editing, mails, queries, rules, seating_queries, signing_up
from schedule.changes import Change, ChangeKind, changes
from schedule.conflicts import Conflict, blocking
from schedule.models import Draft, GuideLink, Programme, Publication

FindEdition = Callable[[Db, int], Awaitable[Edition]]
"""Finds an edition by its id: editions stand above this package."""


NOTICED = frozenset(
    {
        ChangeKind.CANCELLED,
        ChangeKind.RESTORED,
        ChangeKind.MOVED,
        ChangeKind.LONGER,
        ChangeKind.SHORTER,
        ChangeKind.ROOM,
    }
)
"""The changes of which those who signed up are told by e-mail."""


MOST_VERSIONS = 2**31 - 1
"""The highest number that a version may have."""


class NothingToPublish(Problem):
    """The draft has no session with a time: place one, or import a programme first."""

    code = "nothing_to_publish"


class PublicationBlocked(Problem):
    """The draft has conflicts that the edition does not let through: mend them first."""

    code = "publication_blocked"

    def __init__(self, found: Sequence[Conflict]) -> None:
        self.conflicts = [*found]
        super().__init__(fields={str(one.session_id): one.code.value for one in found})


class VersionNotFound(Problem):
    """The programme has no such version."""

    code = "version_not_found"
    status = 404


class PublicationNotFound(Problem):
    """No publication is planned under this name: it was made, or never was."""

    code = "publication_not_found"
    status = 404


class DueInThePast(Invalid):
    """The time to publish is over: choose one to come."""


@retried
async def publish(
    db: Db,
    edition: Edition,
    *,
    base_url: str,
    at: datetime,
    ids: Ids,
    actor: str = "command",
    note: str = "",
    despite_conflicts: bool = False,
    tell: bool = True,
) -> tuple[Programme, list[Change]]:
    """Freeze the draft as the next version; return it, with what changed since the last.

    Unless not to `tell`, the people of sessions that changed get one e-mail each, and those
    who signed up for one that is elsewhere, at another time or not at all. Seats in sessions follow
    the version in the same transaction (`signing_up.follow`).

    Raises:
        NothingToPublish: no session of the draft has a time, and no version came before.
        PublicationBlocked: it has conflicts of level "block", unless `despite_conflicts`.
    """
    async with db.transaction():
        await queries.lock_draft(db, edition.id)
        draft = await editing.read(db, edition)
        stored = await queries.find_version(db, edition.id, None)
        previous = stored.content if stored else None
        if previous is None and not any(session.starts_at for session in draft.sessions):
            raise NothingToPublish
        clashes = blocking(await editing.find_conflicts(db, edition, draft))
        if clashes and not despite_conflicts:
            raise PublicationBlocked(clashes)
        programme = await _frozen(db, edition, draft, previous, base_url=base_url, at=at, note=note)
        await queries.insert_version(db, edition.id, programme, actor)
        await signing_up.follow(db, edition, programme, at=at, ids=ids)
        found = changes(previous, programme)
        if tell:
            letters = mails.letters_to_speakers(
                edition, draft, programme, previous, found, at=at, ids=ids
            )
            await outbox.put_all(db, letters, at=at)
            await _tell_signed_up(db, edition, programme, previous, found, at=at, ids=ids)
        await audit.record(
            db,
            edition_id=edition.id,
            id=ids.uuid(at),
            at=at,
            actor=actor,
            action="programme_published",
            detail={"version": programme.version, "changes": len(found), "told": tell},
        )
    return programme, found


async def _tell_signed_up(
    db: Db,
    edition: Edition,
    programme: Programme,
    previous: Programme | None,
    found: Sequence[Change],
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Tell those who signed up for sessions that are elsewhere, at another time or not at all."""
    changed = {one.session_id for one in found if one.kind in NOTICED}
    signed_up = await seating_queries.list_signed_up(db, edition.id, [*changed])
    letters = mails.letters_to_attendees(edition, programme, previous, signed_up, at=at, ids=ids)
    await outbox.put_all(db, letters, at=at)


async def _frozen(
    db: Db,
    edition: Edition,
    draft: Draft,
    previous: Programme | None,
    *,
    base_url: str,
    at: datetime,
    note: str = "",
) -> Programme:
    return rules.publish(
        draft,
        edition,
        base_url=base_url,
        at=at,
        previous=previous,
        note=note,
        guides=[
            GuideLink(
                slug=guide.slug,
                title=guide.title,
                path=f"/{edition.slug}/guides/{guide.slug}/download",
            )
            for guide in await queries.list_published_guides(db, edition.id)
        ],
    )


async def next_version(
    db: Db, edition: Edition, *, base_url: str, at: datetime
) -> tuple[Programme | None, Programme]:
    """Return the latest version, and the one that the draft would become; nothing is stored."""
    draft = await editing.read(db, edition)
    stored = await queries.find_version(db, edition.id, None)
    previous = stored.content if stored else None
    return previous, await _frozen(db, edition, draft, previous, base_url=base_url, at=at)


async def issue(
    db: Db, edition: Edition, number: int | None, *, draft: bool, base_url: str, at: datetime
) -> Programme:
    """Return a version, the latest when `number` is None, or the `draft` as it would be published.

    The draft is dated by its last change: while it stays as it is, so does all that is made of it.

    Raises:
        VersionNotFound: there is no such version.
    """
    if not draft:
        return await version(db, edition, number)
    changed = await queries.find_change(db, edition.id, await queries.latest_change(db, edition.id))
    _, programme = await next_version(
        db, edition, base_url=base_url, at=changed.at if changed else at
    )
    return programme


@retried
async def go_back(
    db: Db, edition: Edition, number: int, *, actor: str, at: datetime
) -> editing.Changed:
    """Make the draft again what a version was; the version that is published stays.

    What the version does not hold stays in the draft: its sessions lose their time and their room,
    nothing is deleted. It is a change of the draft like others, and taken back like them.

    Raises:
        VersionNotFound: there is no such version.
        RoomTaken: the version holds two sessions in one room at one time.
    """
    past = await version(db, edition, number)
    return await editing.restore(
        db, edition, lambda draft: rules.as_draft(past, draft), actor=actor, at=at
    )


@retried
async def plan(
    db: Db,
    edition: Edition,
    *,
    due_at: datetime,
    note: str,
    tell: bool,
    base_url: str,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Publication:
    """Set a time at which the draft, as it is then, is published; the plan before is withdrawn.

    Raises:
        DueInThePast: it is over.
    """
    if due_at <= at:
        raise DueInThePast(fields={"due_at": N_("This time is over: choose one to come.")})
    planned = Publication(
        edition_id=edition.id,
        id=ids.uuid(at),
        due_at=due_at,
        note=note,
        tell=tell,
        base_url=base_url,
        actor=actor,
        made_at=at,
    )
    async with db.transaction():
        await queries.lock_draft(db, edition.id)
        await queries.withdraw_publications(db, edition.id, at)
        await queries.insert_publication(db, planned)
        await _recorded(db, edition, "publication_planned", actor, at, ids, due_at=due_at)
    return planned


@retried
async def withdraw(
    db: Db, edition: Edition, publication_id: UUID, *, actor: str, at: datetime, ids: Ids
) -> None:
    """Withdraw a publication that was planned; one that is withdrawn stays so.

    Raises:
        PublicationNotFound: it was made, or refused, or never was.
    """
    async with db.transaction():
        if not await queries.withdraw_publication(db, edition.id, publication_id, at):
            raise PublicationNotFound
        await _recorded(db, edition, "publication_withdrawn", actor, at, ids)


async def publish_due(db: Db, *, at: datetime, ids: Ids, find: FindEdition) -> int:
    """Make the publications whose time has come, each in its own transaction; return how many.

    One that is refused is kept with the reason, and not tried again.
    """
    due = await queries.list_due(db, at)
    for one in due:
        edition = await find(db, one.edition_id)
        try:
            await _make(db, edition, one, at=at, ids=ids)
        except Problem as problem:
            await queries.refuse_publication(db, one.edition_id, one.id, problem.code)
    return len(due)


@retried
async def _make(db: Db, edition: Edition, planned: Publication, *, at: datetime, ids: Ids) -> None:
    async with db.transaction():
        if not await queries.claim_publication(db, edition.id, planned.id):
            return
        programme, _ = await publish(
            db,
            edition,
            base_url=planned.base_url,
            at=at,
            ids=ids,
            actor=planned.actor,
            note=planned.note,
            tell=planned.tell,
        )
        await queries.finish_publication(db, edition.id, planned.id, programme.version)


@retried
async def open_preview(db: Db, edition: Edition, *, actor: str, at: datetime, ids: Ids) -> str:
    """Make a new link to the draft, which ends the one before; return its token."""
    token = ids.secret()
    async with db.transaction():
        await queries.put_preview(db, edition.id, token, at, actor)
        await _recorded(db, edition, "preview_opened", actor, at, ids)
    return token


@retried
async def close_preview(db: Db, edition: Edition, *, actor: str, at: datetime, ids: Ids) -> None:
    """End the link to the draft."""
    async with db.transaction():
        await queries.delete_preview(db, edition.id)
        await _recorded(db, edition, "preview_closed", actor, at, ids)


async def _recorded(
    db: Db, edition: Edition, action: str, actor: str, at: datetime, ids: Ids, **detail: object
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action=action,
        detail=msgspec.to_builtins(detail),
    )


async def version(db: Db, edition: Edition, number: int | None = None) -> Programme:
    """Return a published version, the latest when `number` is None.

    Raises:
        VersionNotFound: there is no such version, or none at all.
    """
    known = number is None or 0 < number <= MOST_VERSIONS
    stored = await queries.find_version(db, edition.id, number) if known else None
    if stored is None:
        raise (
            VersionNotFound
            if number
            else VersionNotFound("Nothing is published yet: run forum publish.")
        )
    return stored.content


async def latest(db: Db, edition: Edition) -> Programme | None:
    """Return the latest published version; None when there is none."""
    stored = await queries.find_version(db, edition.id, None)
    return stored.content if stored else None
