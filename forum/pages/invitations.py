"""The organisers' page of invitations: made, sent to those whom they name, seen, revoked."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from forum.core import forms
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.text import pick
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from forum.editions import queries as editions
from forum.editions.models import Code
from forum.invitations import queries, rules
from forum.invitations.models import (
    CodeTaken,
    Invitation,
    InvitationCode,
    Label,
    NewInvitation,
    NoPlacesToReserve,
    Uses,
)
from forum.registrations import inviting, places
from forum.registrations.grouping import Person, by_line, read_people

PAGE = 40
"""How many invitations a page shows: 600 elements hold them."""
MOST_GUESTS = 1000
PER_MINUTE = 30


class InvitationForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page sends: one code for several, or a list of guests with a code each.

    `until` is the last day on which the code is good. `people` makes personal ones, one a line.
    """

    code: InvitationCode | None = None
    label: Label = ""
    category: Code | None = None
    uses: Uses = 1
    until: date | None = None
    bypass_approval: bool = False
    bypass_limit: bool = False
    reserves: bool = False
    language: Code | None = None


@get("/organiser/{slug:str}/invitations", include_in_schema=False, opt={"deed": Deed.INVITE})
async def invitations_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show what was sent to whom, how often each code was used, and the forms for new ones."""
    return await _page(request, staff, db, page, settings, now, sent={}, errors={})


@post(
    "/organiser/{slug:str}/invitations",
    include_in_schema=False,
    opt={"deed": Deed.INVITE},
    middleware=[limited("invite", per_minute=PER_MINUTE)],
)
async def invite(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Make one code, or one for each guest of a list, who gets it by e-mail."""
    sent = await form_fields(request)
    try:
        news = read_invitations(sent, staff.edition)

        async def make() -> int:
            edition, actor = staff.edition, staff.actor
            return len(await inviting.invite(db, edition, news, actor=actor, at=now, ids=ids))

        made = await once(int, make)
    except Invalid as invalid:
        errors = {_field(name): message for name, message in invalid.fields.items()}
    except CodeTaken as problem:
        errors = {"code": problem.message}
    except NoPlacesToReserve as problem:
        errors = {"reserves": problem.message}
    else:
        return Redirect(f"/organiser/{staff.edition.slug}/invitations?made={made}", status_code=303)
    return await _page(request, staff, db, page, settings, now, sent=sent, errors=errors)


@post(
    "/organiser/{slug:str}/invitations/{invitation_id:uuid}/revocation",
    include_in_schema=False,
    opt={"deed": Deed.INVITE},
)
async def revoke(
    invitation_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """End an invitation; the places that it kept go to whoever waits."""
    await places.end_invitation(
        db, staff.edition, invitation_id, actor=staff.actor, at=now, ids=ids
    )
    return Redirect(f"/organiser/{staff.edition.slug}/invitations?revoked=1", status_code=303)


def read_invitations(sent: Mapping[str, list[str]], edition: Edition) -> list[NewInvitation]:
    """Read what the page sent: one invitation, or one for each guest of a pasted list.

    Raises:
        Invalid: naming every field, and every line of the list, at fault.
    """
    pasted = (sent.get("people") or [""])[-1]
    own = {name: texts for name, texts in sent.items() if name != "people"}
    errors: dict[str, str] = {}
    form = InvitationForm()
    try:
        form = forms.parse(InvitationForm, own)
    except Invalid as invalid:
        errors = dict(invalid.fields)
    if form.language not in (None, *edition.languages):
        errors["language"] = N_("Choose one of the languages offered.")
    people: list[Person] = []
    if pasted.strip():
        people, wrong = read_people(pasted, organisation=None, namesakes=True, most=MOST_GUESTS)
        errors.update(wrong)
        if form.code is not None:
            errors["code"] = N_("Each guest of a list gets a code of their own: leave this empty.")
    if errors:
        raise Invalid(fields=errors)
    shared = NewInvitation(
        code=form.code,
        label=form.label,
        category=form.category,
        uses=form.uses,
        expires_at=_end_of(form.until, edition),
        bypass_approval=form.bypass_approval,
        bypass_limit=form.bypass_limit,
        reserves=form.reserves,
        language=form.language or edition.language,
    )
    if not people:
        return [shared]
    return [
        msgspec.structs.replace(
            shared,
            uses=1,
            email=person.who.email,
            name=f"{person.who.given_name} {person.who.family_name}",
        )
        for person in people
    ]


def _field(name: str) -> str:
    """Return the field of the page behind a mistake; what is wrong for one guest is for all."""
    last = name.rpartition(".")[2]
    return name if name.startswith("people.") else {"expires_at": "until"}.get(last, last)


def _end_of(day: date | None, edition: Edition) -> datetime | None:
    """Return the instant at which a day of the edition's timezone is over."""
    if day is None:
        return None
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=edition.zone)


async def _page(
    request: AnyRequest,
    staff: Staff,
    db: Db,
    page: Page,
    settings: Settings,
    now: datetime,
    *,
    sent: Mapping[str, list[str]],
    errors: Mapping[str, str],
) -> AnyResponse:
    edition = staff.edition
    shown = await queries.list_page(db, edition.id, _after(request), PAGE + 1)
    categories = await editions.list_categories(db, edition.id)
    names = {one.code: pick(one.name, page.language) for one in categories}
    said = {name: page.words.gettext(message) for name, message in errors.items()}
    return page(
        "organiser/invitations.html",
        edition,
        status=422 if errors else 200,
        staff=staff,
        invitations=[_shown(one, edition, names, settings, now) for one in shown[:PAGE]],
        next=shown[PAGE - 1].id if len(shown) > PAGE else None,
        categories=categories,
        sent={name: values[-1] for name, values in sent.items() if values},
        errors=said,
        lines=by_line(said),
        made=_count(request),
        revoked="revoked" in request.query_params,
    )


def _after(request: AnyRequest) -> UUID | None:
    try:
        return UUID(request.query_params.get("after", ""))
    except ValueError:
        return None


def _count(request: AnyRequest) -> int:
    made = request.query_params.get("made", "")
    return int(made) if made.isascii() and made.isdigit() and len(made) < 6 else 0  # noqa: PLR2004


def _shown(
    one: Invitation, edition: Edition, names: Mapping[str, str], settings: Settings, now: datetime
) -> dict[str, Any]:
    return {
        "id": one.id,
        "code": one.code,
        "label": one.label,
        "guest": one.name,
        "email": one.email,
        "category": names.get(one.category or ""),
        "uses": one.uses,
        "used": one.used,
        "expires_at": one.expires_at,
        "last_day": None
        if one.expires_at is None
        else (one.expires_at - timedelta(seconds=1)).astimezone(edition.zone).date(),
        "bypass_approval": one.bypass_approval,
        "bypass_limit": one.bypass_limit,
        "reserves": one.reserves,
        "ended": rules.ended(one, now),
        "link": f"{settings.base_url}/{edition.slug}/register?code={one.code}",
    }


router = Router("/", route_handlers=[invitations_page, invite, revoke])
