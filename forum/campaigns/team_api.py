"""Campaigns over HTTP for programs of the organisers' team: started, watched, stopped."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from litestar import Router, get, patch, post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from msgspec import Meta, Struct

from forum.campaigns import queries, rules, service
from forum.campaigns.models import (
    FASTEST,
    SLOWEST,
    USUAL,
    Author,
    Campaign,
    CampaignChanged,
    CampaignNotFound,
    Order,
    State,
)
from forum.core import forms
from forum.core.bodies import json_body
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.web import PRIVATE, AnyRequest, Given, at_revision, json_object
from forum.editions import queries as editions
from forum.letters.models import LetterText
from forum.registrations import listing
from forum.registrations.listing import Asked

PER_MINUTE = 60
PATH = "/api/editions/{edition_slug:str}/campaigns"
ON_A_PAGE = 50
STATES = (State.RUNNING.value, State.STOPPED.value)

Rate = Annotated[int, Meta(ge=SLOWEST, le=FASTEST)]


class TeamProgress(Struct, frozen=True, kw_only=True):
    """How many e-mails met which fate; `retrying` were tried in vain and will be tried again."""

    sent: int
    waiting: int
    leaving: int
    retrying: int
    failed: int
    skipped: int


class TeamCampaign(Struct, frozen=True, kw_only=True):
    """A campaign as programs see it; `query` is the filter as the table of registrations takes it.

    `consent` is the purpose to which all have agreed, None for all. `reached` is how many were in
    the set as it started.
    """

    number: int
    state: State
    query: str
    consent: str | None
    texts: dict[str, LetterText]
    per_minute: int
    reached: int
    revision: int
    started_at: datetime
    started_by: str | None
    progress: TeamProgress


class TeamCampaigns(Struct, frozen=True, kw_only=True):
    """Some numbers of campaigns; `next` is what `before` takes to go on, None at the end."""

    items: list[int]
    next: int | None


class NewCampaign(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign to start; `reached`, where given, must be how many the query reaches."""

    texts: dict[str, LetterText]
    query: str = ""
    consent: str | None = None
    per_minute: Rate = USUAL
    reached: int | None = None


class CampaignChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign stopped, or continued at another rate."""

    state: State
    per_minute: Rate | None = None


TEXT = Schema(type=OpenAPIType.STRING)
LETTER = Schema(
    type=OpenAPIType.OBJECT,
    properties={"subject": TEXT, "body": TEXT},
    required=["subject", "body"],
)
RATE = Schema(type=OpenAPIType.INTEGER, minimum=SLOWEST, maximum=FASTEST)
NEW_BODY = json_body(
    {
        "texts": Schema(type=OpenAPIType.OBJECT, additional_properties=LETTER),
        "query": TEXT,
        "consent": TEXT,
        "per_minute": RATE,
        "reached": Schema(type=OpenAPIType.INTEGER),
    },
    ["texts"],
)
CHANGE_BODY = json_body(
    {"state": Schema(type=OpenAPIType.STRING, enum=STATES), "per_minute": RATE},
    ["state"],
)


@get(
    PATH,
    tags=["campaigns of the team"],
    summary="List the campaigns",
    opt={"deed": Deed.WRITE},
)
async def list_campaigns(
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    staff: Given[Staff],
    db: Given[Db],
    before: FromQuery[int | None] = None,
) -> Response[TeamCampaigns]:
    """List the numbers of the campaigns, the newest first."""
    asked = None if before is None else max(0, min(before, rules.LARGEST))
    found = await queries.list_campaigns(db, staff.edition.id, asked, ON_A_PAGE + 1)
    numbers = [one.number for one in found[:ON_A_PAGE]]
    following = numbers[-1] if len(found) > ON_A_PAGE else None
    answer = TeamCampaigns(items=numbers, next=following)
    return Response(answer, headers={"cache-control": PRIVATE})


@get(
    f"{PATH}/{{number:str}}",
    tags=["campaigns of the team"],
    summary="Tell a campaign",
    opt={"deed": Deed.WRITE},
)
async def show_campaign(
    edition_slug: FromPath[str],  # noqa: ARG001
    number: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
) -> Response[TeamCampaign]:
    """Tell one campaign with its progress; its entity tag is what `If-Match` takes."""
    return at_revision(await _shown(db, staff.edition, await _found(db, staff.edition, number)))


@post(
    PATH,
    tags=["campaigns of the team"],
    summary="Start a campaign",
    operation_class=NEW_BODY,
    status_code=201,
    opt={"deed": Deed.WRITE},
    middleware=[limited("campaigns", per_minute=PER_MINUTE)],
)
async def start_campaign(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[TeamCampaign]:
    """Write to those whom a query of the table reaches, in the markup of letters.

    `query` is what follows the question mark of the table's address, such as `status=confirmed`.
    """
    edition = staff.edition
    order = await _order(db, edition, await json_object(request), ids, now)

    async def begin() -> TeamCampaign:
        number = await service.start(db, edition, order, by=_author(staff), at=now, ids=ids)
        return await _shown(db, edition, await service.find(db, edition, number))

    return at_revision(await once(TeamCampaign, begin))


@patch(
    f"{PATH}/{{number:str}}",
    tags=["campaigns of the team"],
    summary="Stop or continue a campaign",
    operation_class=CHANGE_BODY,
    opt={"deed": Deed.WRITE},
    middleware=[limited("campaigns", per_minute=PER_MINUTE)],
)
async def change_campaign(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    number: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[TeamCampaign]:
    """Stop a campaign, or continue it; `If-Match` guards against another's change."""
    edition = staff.edition
    wanted = forms.parse(CampaignChange, await json_object(request))
    campaign = await _found(db, edition, number)
    revision = _matched(request, campaign)
    by = _author(staff)
    if wanted.state is State.STOPPED:
        await service.stop(db, edition, campaign.number, revision=revision, by=by, at=now, ids=ids)
    elif wanted.state is State.RUNNING:
        await service.go_on(
            db,
            edition,
            campaign.number,
            revision=revision,
            per_minute=wanted.per_minute,
            by=by,
            at=now,
            ids=ids,
        )
    else:
        raise Invalid(fields={"state": "Choose one of the answers offered."})
    return at_revision(await _shown(db, edition, await service.find(db, edition, campaign.number)))


async def _order(db: Db, edition: Edition, sent: dict[str, Any], ids: Ids, now: datetime) -> Order:
    """Read a campaign to start.

    Raises:
        Invalid: naming every field at fault, those of the query too.
    """
    new = forms.parse(NewCampaign, sent)
    asked, errors = listing.read(parse_qs(new.query.removeprefix("?")), edition)
    texts = rules.texts_of({code: (one.subject, one.body) for code, one in new.texts.items()})
    wrong = rules.mistakes(texts, edition.languages)
    errors |= {
        name: " ".join(one.said % {"line": one.line, "what": one.what} for one in mistakes)
        for name, mistakes in wrong.items()
    }
    if {*new.texts} - {*edition.languages}:
        errors["texts"] = "Choose one of the answers offered."
    purposes = {one.purpose for one in await editions.list_consents(db, edition.id)}
    if new.consent is not None and new.consent not in purposes:
        errors["consent"] = "Choose one of the answers offered."
    if errors:
        raise Invalid(fields=errors)
    return Order(
        id=ids.uuid(now),
        filter=asked.filter,
        consent=new.consent,
        texts=texts,
        per_minute=new.per_minute,
        reached=new.reached,
    )


async def _found(db: Db, edition: Edition, number: str) -> Campaign:
    known = rules.number_of(number)
    if known is None:
        raise CampaignNotFound
    return await service.find(db, edition, known)


async def _shown(db: Db, edition: Edition, campaign: Campaign) -> TeamCampaign:
    progress = await queries.read_progress(db, edition.id, campaign.number)
    return TeamCampaign(
        number=campaign.number,
        state=campaign.state,
        query=listing.address(Asked(filter=campaign.filter)).removeprefix("?"),
        consent=campaign.consent,
        texts=campaign.texts,
        per_minute=campaign.per_minute,
        reached=campaign.reached,
        revision=campaign.revision,
        started_at=campaign.started_at,
        started_by=campaign.started_by,
        progress=TeamProgress(
            sent=progress.sent,
            waiting=progress.waiting,
            leaving=progress.leaving,
            retrying=progress.retrying,
            failed=progress.failed,
            skipped=progress.skipped,
        ),
    )


def _matched(request: AnyRequest, campaign: Campaign) -> int | None:
    """Return the revision that the request named with `If-Match` (RFC 9110); None without it.

    Raises:
        CampaignChanged: the campaign is at another.
    """
    sent = request.headers.get("if-match")
    if sent is None or sent.strip() == "*":
        return None
    if f'"{campaign.revision}"' not in [tag.strip() for tag in sent.split(",")]:
        raise CampaignChanged
    return campaign.revision


def _author(staff: Staff) -> Author:
    return Author(account_id=staff.organiser.account_id, actor=staff.actor)


router = Router(
    "/", route_handlers=[list_campaigns, show_campaign, start_campaign, change_campaign]
)
