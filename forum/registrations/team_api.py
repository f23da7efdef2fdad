"""Registrations over HTTP for programs of the organisers' team: searched, changed, taken in."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response
from msgspec import UNSET, Struct

from forum.core import forms
from forum.core.bodies import json_body
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Forbidden, Invalid
from forum.core.i18n import N_
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.text import Filled
from forum.core.web import PRIVATE, AnyRequest, Given, at_revision, json_object, matched
from forum.registrations import bulk, changing, desk, listing, listing_queries, rules
from forum.registrations.bulk import ManyDeed, Order
from forum.registrations.listing import Row
from forum.registrations.models import Change, ChangedMeanwhile, Status
from forum.registrations.person_routes import found

PER_MINUTE = 300
MOST = 200
PATH = "/api/editions/{edition_slug:str}/registrations"
DEEDS = {
    Status.CONFIRMED: ManyDeed.APPROVE,
    Status.REFUSED: ManyDeed.REFUSE,
    Status.CANCELLED: ManyDeed.CANCEL,
}
"""What a PATCH of the status means; the other statuses come by themselves."""
IT_IS_NOW = N_("It is now: %(value)s")
IT_CHANGED = N_("It was changed.")
"""An entity tag of ours: a revision."""
DECIDED = ("status", "reason", "category", "days", "beyond")
"""What only who may decide changes; the rest is correcting."""


class TeamRegistration(Struct, frozen=True, kw_only=True):
    """A registration as the team's programs see it; `email` None: none was given.

    `turn` orders the waiting list; `counted` false: let in beyond the limits.
    """

    reference: str
    given_name: str
    family_name: str
    email: str | None
    organisation: str | None
    job_title: str | None
    category: str
    language: str
    status: Status
    days: list[date]
    group: UUID | None
    turn: int | None
    offer_until: datetime | None
    counted: bool
    printed_at: datetime | None
    revision: int
    created_at: datetime
    changed_at: datetime


class TeamRegistrations(Struct, frozen=True, kw_only=True):
    """Some registrations; `next` is what `after` takes to go on, None at the end."""

    items: list[TeamRegistration]
    next: str | None


class LinkSent(Struct, frozen=True):
    """Whether the link goes out now."""

    sent: bool


def shown(row: Row, edition: Edition) -> TeamRegistration:
    """Return a row as programs see it."""
    return TeamRegistration(
        reference=row.reference,
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email or None,
        organisation=row.organisation,
        job_title=row.job_title,
        category=row.category,
        language=row.language,
        status=row.status,
        days=rules.days_of(row.days, edition),
        group=row.group_id,
        turn=row.turn,
        offer_until=row.offer_until,
        counted=row.counted,
        printed_at=row.printed_at,
        revision=row.revision,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


Text = FromQuery[str | None]


@get(
    PATH,
    tags=["registrations of the team"],
    summary="Search the registrations",
    opt={"deed": Deed.SEE_REGISTRATIONS, "kept_edition": True},
)
async def list_registrations(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    q: Text = None,  # noqa: ARG001 -- `listing.read` reads these as they were sent
    status: Text = None,  # noqa: ARG001
    category: Text = None,  # noqa: ARG001
    day: Text = None,  # noqa: ARG001
    group: Text = None,  # noqa: ARG001
    language: Text = None,  # noqa: ARG001
    organisation: Text = None,  # noqa: ARG001
    printed: Text = None,  # noqa: ARG001
    since: Text = None,  # noqa: ARG001
    until: Text = None,  # noqa: ARG001
    sort: Text = None,  # noqa: ARG001
    after: Text = None,  # noqa: ARG001
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = listing.ROWS,
) -> Response[TeamRegistrations]:
    """Search and filter the registrations; `status` may name several, with commas.

    `q` is words in any order, or a reference. `sort` is `name`, `date`, `organisation`, `category`
    or `status`, backwards with `-` before it. `printed` is `yes`, `no`, or `check` for badges that
    would lack characters; `day`, `since` and `until` are dates.
    """
    asked, errors = listing.read(request.query_params.dict(), staff.edition)
    if errors:
        raise Invalid(fields=errors)
    statement = listing_queries.ORDERS[asked.sort, asked.descending]
    wanted = listing.parameters(asked.filter, staff.edition)
    page = await statement(db, wanted, asked.after, limit + 1)
    rows = page.rows[:limit]
    following = None
    if len(page.rows) > limit:
        following = listing.written(listing.place_of(rows[-1], asked.sort))
    answer = TeamRegistrations(items=[shown(row, staff.edition) for row in rows], next=following)
    return Response(answer, headers={"cache-control": PRIVATE})


@get(
    f"{PATH}/{{reference:str}}",
    tags=["registrations of the team"],
    summary="Tell a registration",
    opt={"deed": Deed.SEE_REGISTRATIONS},
)
async def show_registration(
    edition_slug: FromPath[str],  # noqa: ARG001
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
) -> Response[TeamRegistration]:
    """Tell one registration; its entity tag is what `If-Match` takes."""
    return at_revision(shown(await found(db, staff.edition, reference), staff.edition))


TEXT, FLAG = Schema(type=OpenAPIType.STRING), Schema(type=OpenAPIType.BOOLEAN)
WALK_IN_BODY = json_body(
    {
        **dict.fromkeys(("given_name", "family_name", "category"), TEXT),
        **dict.fromkeys(("organisation", "job_title", "email", "language"), TEXT),
        **dict.fromkeys(("another_person", "beyond"), FLAG),
    },
    ["given_name", "family_name", "category"],
)
CHANGE_BODY = json_body(
    {
        **dict.fromkeys(("given_name", "family_name", "email", "organisation", "job_title"), TEXT),
        **dict.fromkeys(("language", "category", "reason"), TEXT),
        "days": Schema(type=OpenAPIType.ARRAY, items=TEXT),
        "status": Schema(type=OpenAPIType.STRING, enum=[one.value for one in DEEDS]),
        "beyond": FLAG,
    }
)


@post(
    f"{PATH}/walk-ins",
    tags=["registrations of the team"],
    summary="Register somebody at the desk",
    operation_class=WALK_IN_BODY,
    status_code=201,
    opt={"deed": Deed.RECEIVE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def walk_in(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[TeamRegistration]:
    """Register somebody who stands at the desk: confirmed at once, address or not."""
    form = await desk.read_form(db, staff.edition, await json_object(request))
    if form.beyond and not staff.may(Deed.DECIDE):
        raise Forbidden

    async def register() -> TeamRegistration:
        new = await desk.walk_in(db, staff.edition, form, actor=staff.actor, at=now, ids=ids)
        return shown(await found(db, staff.edition, new.reference), staff.edition)

    return at_revision(await once(TeamRegistration, register))


class TeamChange(Change, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; a status is reached by approving, refusing or cancelling."""

    status: Status | msgspec.UnsetType = UNSET
    reason: str = ""
    beyond: bool = False


@patch(
    f"{PATH}/{{reference:str}}",
    tags=["registrations of the team"],
    summary="Change a registration",
    operation_class=CHANGE_BODY,
    opt={"deed": Deed.RECEIVE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def change_registration(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[TeamRegistration]:
    """Change a registration, approve, refuse or cancel it; `If-Match` guards against another's.

    Its status changes in a request of its own. Who may not decide corrects names, organisation,
    job title, address and language.
    """
    sent = await json_object(request)
    row = await found(db, staff.edition, reference)
    if {*sent} & {*DECIDED} and not staff.may(Deed.DECIDE):
        raise Forbidden
    wanted = _wanted(sent)
    seen = matched(request)
    try:
        if wanted.status is not UNSET:
            await _decide(db, staff, row, wanted, seen, at=now, ids=ids)
        else:
            values = {name: getattr(wanted, name) for name in Change.__struct_fields__}
            await changing.change(
                db,
                staff.edition,
                row.id,
                Change(**values),
                revision=revision_of(seen, row),
                by_staff=True,
                beyond=wanted.beyond,
                actor=staff.actor,
                at=now,
                ids=ids,
            )
    except ChangedMeanwhile as problem:
        raise await what_changed(db, staff.edition, reference, seen) from problem
    return at_revision(shown(await found(db, staff.edition, reference), staff.edition))


@delete(
    f"{PATH}/{{reference:str}}",
    tags=["registrations of the team"],
    summary="Cancel a registration",
    status_code=200,
    opt={"deed": Deed.DECIDE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def cancel_registration(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[TeamRegistration]:
    """Cancel a registration; its place goes to the next in line."""
    row = await found(db, staff.edition, reference)
    seen = matched(request)
    try:
        await _decide(db, staff, row, TeamChange(status=Status.CANCELLED), seen, at=now, ids=ids)
    except ChangedMeanwhile as problem:
        raise await what_changed(db, staff.edition, reference, seen) from problem
    return at_revision(shown(await found(db, staff.edition, reference), staff.edition))


@post(
    f"{PATH}/{{reference:str}}/links",
    tags=["registrations of the team"],
    summary="Send a link again",
    status_code=202,
    opt={"deed": Deed.RECEIVE},
    middleware=[limited("organiser", per_minute=PER_MINUTE)],
)
async def send_link(
    edition_slug: FromPath[str],  # noqa: ARG001
    reference: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> LinkSent:
    """Send the person their link again; not twice within five minutes (`sent` false)."""
    row = await found(db, staff.edition, reference)

    async def send() -> LinkSent:
        edition, actor = staff.edition, staff.actor
        return LinkSent(await desk.send_link(db, edition, row, actor=actor, at=now, ids=ids))

    return await once(LinkSent, send)


async def _decide(
    db: Db,
    staff: Staff,
    row: Row,
    wanted: TeamChange,
    seen: frozenset[int] | None,
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Approve, refuse or cancel.

    Raises:
        ChangedMeanwhile: it is at none of the revisions that were seen.
        Invalid: nobody moves a registration to that status by hand.
        NotPossible: it does not stand where that can be done.
    """
    deed = DEEDS.get(Status(wanted.status)) if wanted.status is not UNSET else None
    if deed is None:
        raise Invalid(fields={"status": "Choose confirmed, refused or cancelled."})
    order = Order(deed=deed, reason=wanted.reason, beyond=wanted.beyond)
    await bulk.decide(
        db,
        staff.edition,
        order,
        row.id,
        revision=revision_of(seen, row),
        actor=staff.actor,
        at=at,
        ids=ids,
    )


def _wanted(sent: dict[str, Any]) -> TeamChange:
    """Read what is to be different; null takes an organisation or a job title away.

    Raises:
        Invalid: naming every field at fault.
    """
    given = {name: value for name, value in sent.items() if value is not None}
    read = forms.parse(TeamChange, given)
    emptied: dict[str, Any] = {}
    for name, value in sent.items():
        empty = value is None or (isinstance(value, str) and not forms.line(value))
        if empty and name in {"organisation", "job_title"}:
            emptied[name] = None
        elif empty and name in TeamChange.__struct_fields__ and name != "reason":
            raise Invalid(fields={name: forms.NEEDED})
    if "days" in sent and sent["days"] == []:
        emptied["days"] = []
    mixed = read.status is not UNSET and {*sent} - {"status", "reason", "beyond"}
    if mixed:
        raise Invalid(fields=dict.fromkeys(mixed, "Change the status in a request of its own."))
    return msgspec.structs.replace(read, **emptied)


def revision_of(seen: frozenset[int] | None, row: Row) -> int | None:
    """Return the revision to which a verb is held: 0, which is none, when another was seen."""
    if seen is None:
        return None
    return row.revision if row.revision in seen else 0


async def what_changed(
    db: Db, edition: Edition, reference: str, seen: frozenset[int] | None
) -> ChangedMeanwhile:
    """Return the refusal that tells what became of a registration since it was seen."""
    row = await found(db, edition, reference)
    deeds = await listing_queries.list_deeds(db, edition.id, row.id)
    newer = listing.since(deeds, max(seen)) if seen else []
    now = {
        **{name: getattr(row, name) for name in Change.__struct_fields__},
        "status": row.status.value,
        "days": ", ".join(day.isoformat() for day in rules.days_of(row.days, edition)),
    }
    return ChangedMeanwhile(
        fields={
            name: Filled(IT_IS_NOW, value=now[name] or "–") if name in now else IT_CHANGED
            for one in reversed(newer)
            for name in one.fields
        },
        headers={"etag": f'"{row.revision}"'},
    )


handlers = [
    list_registrations,
    show_registration,
    walk_in,
    change_registration,
    cancel_registration,
    send_link,
]
"""They stand in the router of `forum.registrations.routes`, whose addresses are the same."""
