"""Pages beside the form: a group registered by its coordinator, and a link asked for again."""

from datetime import datetime

import msgspec
from litestar import Router, get, post
from litestar.response import Redirect
from msgspec import Struct

from forum.core import forms
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from forum.editions.routes import public_categories
from forum.registrations import groups, service
from forum.registrations.grouping import Person, by_line, read_people
from forum.registrations.models import Email, Group, RegistrationForm

GROUPS_PER_MINUTE = 3
LINKS_PER_MINUTE = 10
LONGEST_LIST = 20_000
SHARED = frozenset({"category", "invitation", "language"})
"""What a group says once for all of its people."""


class LinkForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address to which a link is to be sent again."""

    email: Email


@get("/{edition_slug:str}/register/group", include_in_schema=False)
async def group_page(
    edition: Given[Edition],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show the form of a group."""
    return await _form(db, page, edition, now, sent={}, errors={})


@post(
    "/{edition_slug:str}/register/group",
    include_in_schema=False,
    middleware=[limited("register-group", per_minute=GROUPS_PER_MINUTE)],
)
async def submit_group(
    request: AnyRequest,
    edition: Given[Edition],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Register a group; show the form again, with every mistake marked, when it has any."""
    sent = await form_fields(request)
    try:
        group, people = await _read(db, edition, sent, now)

        async def register() -> None:
            await groups.register_group(db, edition, group, people, at=now, ids=ids)

        await once(type(None), register)
    except Invalid as invalid:
        return await _form(db, page, edition, now, sent=sent, errors=invalid.fields)
    return Redirect(f"/{edition.slug}/registered", status_code=303)


async def _read(
    db: Db, edition: Edition, sent: dict[str, list[str]], now: datetime
) -> tuple[Group, list[RegistrationForm]]:
    """Read a group and its people, each held against the edition.

    Raises:
        Invalid: naming every field and every line at fault.
    """
    own = {name: sent[name] for name in Group.__struct_fields__ if name in sent}
    errors: dict[str, str] = {}
    group = None
    try:
        group = forms.parse(Group, own)
    except Invalid as invalid:
        errors = dict(invalid.fields)
    pasted = (sent.get("people") or [""])[-1][:LONGEST_LIST]
    organisation = (sent.get("organisation") or [""])[-1]
    people, wrong = read_people(
        pasted, organisation=organisation, namesakes=bool(sent.get("namesakes"))
    )
    errors.update(wrong)
    shared = {name: texts for name, texts in sent.items() if name in SHARED}
    made: list[RegistrationForm] = []
    for person in people:
        try:
            made.append(await _held(db, edition, person, shared, now))
        except Invalid as invalid:
            errors.update(_placed(invalid.fields, person.line))
    if not people and not sent.get("category"):
        errors.setdefault("category", "Choose one of the categories offered.")
    if errors or group is None:
        raise Invalid(fields=errors)
    return group, made


async def _held(
    db: Db, edition: Edition, person: Person, shared: dict[str, list[str]], now: datetime
) -> RegistrationForm:
    values = {k: v for k, v in msgspec.structs.asdict(person.who).items() if v is not None}
    return await service.read_form(db, edition, {**values, **shared}, whole=False, at=now)


def _placed(fields: dict[str, str], line: int) -> dict[str, str]:
    """Return mistakes of one person where they belong: at what all share, or at their line."""
    return {
        (name if name in SHARED else f"people.{line}"): message for name, message in fields.items()
    }


async def _form(
    db: Db,
    page: Page,
    edition: Edition,
    now: datetime,
    *,
    sent: dict[str, list[str]],
    errors: dict[str, str],
) -> AnyResponse:
    is_open, categories = await public_categories(db, edition, now)
    said = {name: page.words.gettext(message) for name, message in errors.items()}
    return page(
        "registrations/group.html",
        edition,
        status=422 if errors else 200,
        registration_open=is_open,
        categories=categories,
        sent={name: values[-1] for name, values in sent.items() if values},
        errors=said,
        lines=by_line(said),
    )


@get("/{edition_slug:str}/link", include_in_schema=False)
async def link_page(edition: Given[Edition], page: Given[Page]) -> AnyResponse:
    """Ask for the address to which a link is sent again."""
    return page("registrations/link.html", edition, sent={}, errors={}, asked=False)


@post(
    "/{edition_slug:str}/link",
    include_in_schema=False,
    middleware=[limited("link", per_minute=LINKS_PER_MINUTE)],
)
async def send_link(
    request: AnyRequest,
    edition: Given[Edition],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Send a link again; the answer is the same whoever is registered."""
    sent = await form_fields(request)
    try:
        form = forms.parse(LinkForm, sent)
    except Invalid as invalid:
        return page(
            "registrations/link.html",
            edition,
            status=422,
            sent={name: values[-1] for name, values in sent.items() if values},
            errors={n: page.words.gettext(message) for n, message in invalid.fields.items()},
            asked=False,
        )
    await service.send_link(db, edition, form.email, at=now, ids=ids)
    return page("registrations/link.html", edition, sent={}, errors={}, asked=True)


router = Router("/", route_handlers=[group_page, submit_group, link_page, send_link])
