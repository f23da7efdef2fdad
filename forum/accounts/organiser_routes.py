"""The page of the team: who is in it with which roles, and what each role may do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from forum.accounts import queries, team
from forum.accounts.keys import LinkKeys
from forum.accounts.models import (
    LastOrganiser,
    Member,
    MemberForm,
    MemberNotFound,
    RolesForm,
    TeamChanged,
)
from forum.accounts.words import ABOUT, ROLES, rights_table, role_words
from forum.core.context import Role
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.forms import parse
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields

TEAM = "/organiser/{slug:str}/team"
MEMBER = f"{TEAM}/{{member:str}}"
MANAGE = {"deed": Deed.MANAGE_TEAM}


@get(TEAM, include_in_schema=False, opt=MANAGE)
async def team_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
) -> AnyResponse:
    """Show the team, the form that takes somebody in, and the table of rights."""
    asked = request.query_params
    return await _team(db, page, staff, settings, done=asked.get("done"), who=asked.get("who"))


@post(TEAM, include_in_schema=False, opt=MANAGE, middleware=[limited("team", per_minute=30)])
async def take_in(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Take a person into the team; they get a letter with a link."""
    sent = await form_fields(request)
    keys = LinkKeys(settings.secret_key)
    try:
        form = parse(MemberForm, sent)
        account_id = await once(UUID, lambda: team.take_in(db, staff, form, keys, at=now, ids=ids))
    except Invalid as invalid:
        return await _team(db, page, staff, settings, sent=sent, errors=invalid.fields)
    return _back(staff, "added", account_id)


@get(MEMBER, include_in_schema=False, opt=MANAGE)
async def member_page(
    member: FromPath[str], staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show the roles of one person, to change them or to take them out of the team."""
    found = await team.find(db, staff.edition.id, _id(member))
    return _member(page, staff, found, chosen=found.roles)


@post(MEMBER, include_in_schema=False, opt=MANAGE)
async def change_roles(
    request: AnyRequest,
    member: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Change a person's roles, unless somebody else did so since they were shown."""
    account_id = _id(member)
    sent = await form_fields(request)
    errors, status = {}, 422
    chosen = sent.get("roles", [])
    try:
        form = parse(RolesForm, sent)

        async def change() -> None:
            roles, held = form.roles, form.held
            await team.change_roles(db, staff, account_id, roles, held=held, at=now, ids=ids)

        await once(type(None), change)
    except Invalid as invalid:
        errors = invalid.fields
    except LastOrganiser as problem:
        errors, status = {"roles": problem.message}, problem.status
    except TeamChanged as problem:
        errors, status, chosen = {"roles": problem.message}, problem.status, []
    if errors:
        found = await team.find(db, staff.edition.id, account_id)
        return _member(
            page, staff, found, chosen=chosen or found.roles, errors=errors, status=status
        )
    return _back(staff, "changed", account_id)


@post(f"{MEMBER}/remove", include_in_schema=False, opt=MANAGE)
async def remove(
    member: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Take a person out of the team; the page then offers to undo it."""
    account_id = _id(member)

    async def take_out() -> None:
        await team.remove(db, staff.edition, account_id, actor=staff.actor, at=now, ids=ids)

    try:
        await once(type(None), take_out)
    except LastOrganiser as problem:
        found = await team.find(db, staff.edition.id, account_id)
        errors = {"remove": problem.message}
        return _member(page, staff, found, chosen=found.roles, errors=errors, status=problem.status)
    return _back(staff, "removed", account_id)


@post(f"{MEMBER}/restore", include_in_schema=False, opt=MANAGE)
async def restore(
    member: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Undo a removal."""
    account_id = _id(member)
    await team.restore(db, staff, account_id, at=now, ids=ids)
    return _back(staff, "restored", account_id)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise MemberNotFound from error


def _back(staff: Staff, done: str, account_id: UUID) -> Redirect:
    """Go to the page of the team; whoever has just left it goes to their first page."""
    if account_id == staff.organiser.account_id and done in {"removed", "changed"}:
        return Redirect("/organiser/", status_code=303)
    path = f"/organiser/{staff.edition.slug}/team"
    return Redirect(path, status_code=303, query_params={"done": done, "who": str(account_id)})


def _roles(page: Page) -> list[dict[str, str]]:
    said = page.words.gettext
    return [
        {"code": role.value, "name": said(ROLES[role]), "about": said(ABOUT[role])} for role in Role
    ]


async def _notice(db: Db, staff: Staff, members: list[Member], who: str | None) -> str | None:
    """Return the address of whom a notice is about: nobody's who never was in this team."""
    try:
        account_id = UUID(who or "")
    except ValueError:
        return None
    here = next((one.email for one in members if one.account_id == account_id), None)
    if here is not None:
        return here
    gone = await team.removed_lately(db, staff.edition.id, account_id)
    return None if gone is None else gone.email


async def _team(
    db: Db,
    page: Page,
    staff: Staff,
    settings: Settings,
    *,
    done: str | None = None,
    who: str | None = None,
    sent: dict[str, list[str]] | None = None,
    errors: dict[str, str] | None = None,
) -> AnyResponse:
    edition, said = staff.edition, page.words
    members = await queries.list_members(db, edition.id)
    sent = sent or {}
    return page(
        "organiser/team.html",
        edition,
        status=422 if errors else 200,
        staff=staff,
        members=[
            {
                "path": f"/organiser/{edition.slug}/team/{one.account_id}",
                "email": one.email,
                "roles": role_words(said, one.roles),
                "seen": said.date(one.seen_at.astimezone(edition.zone).date())
                if one.seen_at
                else "",
                "self": one.account_id == staff.organiser.account_id,
            }
            for one in members
        ],
        roles=_roles(page),
        rights=rights_table(said),
        done=done,
        who=who,
        about=await _notice(db, staff, members, who) if done else None,
        sent={name: values[-1] for name, values in sent.items() if values},
        ticked=sent.get("roles", []),
        errors={name: said.gettext(message) for name, message in (errors or {}).items()},
        without_smtp=not settings.smtp_url,
    )


def _member(
    page: Page,
    staff: Staff,
    found: Member,
    *,
    chosen: list[Role] | list[str],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> AnyResponse:
    context: dict[str, Any] = {
        "member": {
            "path": f"/organiser/{staff.edition.slug}/team/{found.account_id}",
            "email": found.email,
            "held": [role.value for role in found.roles],
            "held_words": role_words(page.words, found.roles),
            "self": found.account_id == staff.organiser.account_id,
        },
        "roles": _roles(page),
        "ticked": list(chosen),
        "errors": {n: page.words.gettext(message) for n, message in (errors or {}).items()},
    }
    return page("organiser/member.html", staff.edition, status=status, staff=staff, **context)


router = Router(
    "/", route_handlers=[team_page, take_in, member_page, change_roles, remove, restore]
)
