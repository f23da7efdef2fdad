"""What can be done with campaigns. Each verb is one transaction; done twice, it counts once."""

from datetime import datetime
from typing import Any

from forum.campaigns import mails, queries, rules
from forum.campaigns.models import (
    Author,
    Campaign,
    CampaignChanged,
    CampaignNotFound,
    CampaignOver,
    NobodyReached,
    Order,
    Pending,
    Reach,
    ReachChanged,
    StartedAlready,
    State,
)
from forum.core import audit, outbox
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.ids import Ids
from forum.letters.kinds import CAMPAIGN
from forum.registrations import listing
from forum.registrations.listing import Filter


async def reach(db: Db, edition: Edition, filter_: Filter, consent: str | None) -> Reach:
    """Count whom a campaign would reach now."""
    return await queries.count_reached(db, listing.parameters(filter_, edition), consent)


async def find(db: Db, edition: Edition, number: int) -> Campaign:
    """Return a campaign.

    Raises:
        CampaignNotFound: the edition has none of this number.
    """
    found = await queries.find(db, edition.id, number)
    if found is None:
        raise CampaignNotFound
    return found


@retried
async def start(
    db: Db, edition: Edition, order: Order, *, by: Author, at: datetime, ids: Ids
) -> int:
    """Start a campaign and fix whom it reaches; return its number.

    The same order, sent twice, starts one campaign.

    Raises:
        NobodyReached: there is nobody to write to.
        ReachChanged: the filter reaches another number than `order.reached`.
        StartedAlready: another order with the same id was there before.
    """
    async with db.transaction():
        await queries.lock_campaigns(db, edition.id)
        before = await queries.find_by_id(db, edition.id, order.id)
        if before is not None:
            if not _same(before, order):
                raise StartedAlready(before.number)
            return before.number
        wanted = listing.parameters(order.filter, edition)
        found = await queries.count_reached(db, wanted, order.consent)
        number = await queries.insert_campaign(
            db, edition.id, order, reached=found.reached, at=at, account_id=by.account_id
        )
        stored = await queries.insert_recipients(db, wanted, order.consent, number)
        if stored != found.reached or order.reached not in {None, stored}:
            raise ReachChanged
        if not stored:
            raise NobodyReached
        detail = {"number": number, "count": stored, "per_minute": order.per_minute}
        await _record(db, edition, "campaign_started", detail, by=by, at=at, ids=ids)
    return number


@retried
async def stop(
    db: Db,
    edition: Edition,
    number: int,
    *,
    revision: int | None = None,
    by: Author,
    at: datetime,
    ids: Ids,
) -> None:
    """Stop a campaign: what no worker holds does not leave. Stopping what is stopped is nothing.

    Raises:
        CampaignChanged: it is at another revision than the one given.
        CampaignNotFound: there is none of this number.
        CampaignOver: nothing of it is left to leave.
    """
    async with db.transaction():
        campaign = await _locked(db, edition, number, revision)
        if campaign.state is State.STOPPED:
            return
        progress = await queries.read_progress(db, edition.id, number)
        if not progress.left:
            raise CampaignOver
        await queries.set_state(
            db,
            edition.id,
            number,
            State.STOPPED,
            per_minute=None,
            at=at,
            account_id=by.account_id,
        )
        await queries.take_back(db, CAMPAIGN.code, at=at)
        await _record(db, edition, "campaign_stopped", {"number": number}, by=by, at=at, ids=ids)


@retried
async def go_on(
    db: Db,
    edition: Edition,
    number: int,
    *,
    revision: int | None = None,
    per_minute: int | None = None,
    by: Author,
    at: datetime,
    ids: Ids,
) -> None:
    """Continue a stopped campaign with those who wait, at another rate where one is given.

    Raises:
        CampaignChanged: it is at another revision than the one given.
        CampaignNotFound: there is none of this number.
    """
    async with db.transaction():
        campaign = await _locked(db, edition, number, revision)
        if campaign.state is not State.STOPPED:
            return
        await queries.set_state(
            db,
            edition.id,
            number,
            State.RUNNING,
            per_minute=per_minute,
            at=at,
            account_id=by.account_id,
        )
        detail = {"number": number, "per_minute": per_minute or campaign.per_minute}
        await _record(db, edition, "campaign_continued", detail, by=by, at=at, ids=ids)


async def release(db: Db, *, at: datetime, ids: Ids) -> int:
    """Hand the e-mails whose time has come to the outbox, and take those of stopped campaigns back.

    Returns how many recipients it dealt with. Every worker calls it once a second or more often:
    what was tried in vain while its campaign was stopped is gone before it is due again.
    """
    await queries.take_back(db, CAMPAIGN.code, at=at)
    due = await queries.list_due(db, at=at)
    return sum([await _release(db, one, at=at, ids=ids) for one in due])


@retried
async def _release(db: Db, one: Pending, *, at: datetime, ids: Ids) -> int:
    """Hand over the next e-mails of one campaign, as many as its rate allows."""
    async with db.transaction():
        due = await queries.lock_due(db, one.edition_id, one.number, CAMPAIGN.code, at=at)
        count = 0 if due is None else rules.allowance(due, at=at)
        if due is None or not count:
            return 0
        key = (due.edition_id, due.number)
        people = await queries.list_next(db, *key, due.consent, count + 1)
        turn = people[:count]
        skipped = {p.id: why for p in turn if (why := rules.skip(p, due.filter))}
        letters = {
            p.id: mails.letter(due, p, p.letter_id or ids.uuid(at))
            for p in turn
            if p.id not in skipped
        }
        await outbox.put_all(db, letters.values(), at=at)
        by_person = {person: letter.id for person, letter in letters.items()}
        await queries.mark_released(db, *key, by_person, at=at)
        await queries.mark_skipped(db, *key, skipped)
        next_at = rules.next_after(due, len(letters), at=at)
        await queries.move_on(db, *key, next_at=next_at, done=len(people) <= count)
    return len(turn)


async def _locked(db: Db, edition: Edition, number: int, revision: int | None) -> Campaign:
    """Hold a campaign where it stands, and compare its revision with the one that was shown."""
    if await queries.lock_state(db, edition.id, number) is None:
        raise CampaignNotFound
    campaign = await find(db, edition, number)
    if revision is not None and revision != campaign.revision:
        raise CampaignChanged
    return campaign


def _same(campaign: Campaign, order: Order) -> bool:
    """Say whether a campaign is what the order asks for."""
    return (campaign.filter, campaign.consent, campaign.texts) == (
        order.filter,
        order.consent,
        order.texts,
    )


async def _record(
    db: Db,
    edition: Edition,
    action: str,
    detail: dict[str, Any],
    *,
    by: Author,
    at: datetime,
    ids: Ids,
) -> None:
    await audit.record(
        db,
        edition_id=edition.id,
        id=ids.uuid(at),
        at=at,
        actor=by.actor,
        action=action,
        detail=detail,
    )
