"""Accounts over HTTP: sign-in links that a button uses up, and signing out."""

from datetime import datetime

from litestar import Router, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from forum.accounts import service
from forum.accounts.models import LinkExpired, LinkUsed
from forum.core.context import Organiser
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.settings import Settings
from forum.core.web import AnyRequest, AnyResponse, Given

WEB_SESSION_S = int(service.WEB_SESSION_LIFE.total_seconds())


def cookie_name(settings: Settings) -> str:
    """Return the name of the web session's cookie.

    `__Host-` binds it to this host and to https; a site on plain http, which is a demonstration on
    one's own machine, cannot set such a cookie.
    """
    return "__Host-session" if settings.base_url.startswith("https:") else "session"


async def organiser_of(request: AnyRequest, db: Db, settings: Settings, now: datetime) -> Organiser:
    """Return who is signed in.

    Raises:
        Unauthenticated: nobody is.
    """
    return await service.identify(db, request.cookies.get(cookie_name(settings)), at=now)


@get("/organiser/sign-in/{token:str}", include_in_schema=False)
async def sign_in_page(
    token: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show a button: opening the link, as mail scanners do, uses nothing up."""
    return await _ask(db, page, token, now)


@post(
    "/organiser/sign-in/{token:str}",
    include_in_schema=False,
    middleware=[limited("sign-in", per_minute=20)],
)
async def sign_in(
    token: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Sign in: the link is used up, the browser gets a cookie of its own."""
    try:
        secret = await service.sign_in(db, token, at=now, ids=ids)
    except (LinkUsed, LinkExpired):
        return await _ask(db, page, token, now)
    cookie = _cookie(settings, secret, max_age_s=WEB_SESSION_S)
    return Redirect("/organiser/", status_code=303, cookies=[cookie])


@post("/organiser/sign-out", include_in_schema=False)
async def sign_out(
    request: AnyRequest,
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
) -> Redirect:
    """Sign out here."""
    name = cookie_name(settings)
    if name in request.cookies:
        await service.sign_out(db, request.cookies[name], at=now)
    return Redirect("/", status_code=303, cookies=[_cookie(settings, "", max_age_s=0)])


def _cookie(settings: Settings, value: str, *, max_age_s: int) -> Cookie:
    """Return the web session's cookie; a browser forgets it only by the flags it came with."""
    return Cookie(
        key=cookie_name(settings),
        value=value,
        path="/",
        max_age=max_age_s,
        httponly=True,
        secure=settings.base_url.startswith("https:"),
        samesite="lax",
    )


async def _ask(db: Db, page: Page, token: str, now: datetime) -> AnyResponse:
    try:
        await service.look_at_link(db, token, at=now)
    except LinkUsed as problem:
        return page("accounts/sign_in.html", status=problem.status, state="used", token="")
    except LinkExpired as problem:
        return page("accounts/sign_in.html", status=problem.status, state="expired", token="")
    return page("accounts/sign_in.html", state="ask", token=token)


router = Router("/", route_handlers=[sign_in_page, sign_in, sign_out])
