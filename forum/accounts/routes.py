"""Accounts over HTTP: signing in by link or passkey, signing out, one's own account."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Router, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect, Response

from forum.accounts import passkeys, queries, rules, service
from forum.accounts.models import (
    AskForm,
    LinkExpired,
    LinkUsed,
    NameForm,
    PasskeyForm,
    PasskeyNotFound,
    PasskeyRefused,
    PasskeysUnavailable,
    RelyingParty,
    WebSessionNotFound,
)
from forum.accounts.words import role_words
from forum.core.context import Organiser
from forum.core.db import Db
from forum.core.errors import Invalid, Unauthenticated
from forum.core.forms import parse
from forum.core.idempotency import Once
from forum.core.ids import Ids, digest
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.settings import Settings
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, form_fields, json_object
from forum.editions import queries as editions

WEB_SESSION_S = int(service.WEB_SESSION_LIFE.total_seconds())
CHALLENGE_S = int(passkeys.CHALLENGE_LIFE.total_seconds())
FRONT = "/organiser/"
ACCOUNT = "/organiser/account"
SIGN_IN = "/organiser/sign-in"
UTC = ZoneInfo("UTC")


def cookie_name(settings: Settings, what: str = "session") -> str:
    """Return the name of a cookie: that of the web session, or of a passkey's challenge.

    `__Host-` binds it to this host and to https; a site on plain http, which is a demonstration on
    one's own machine, cannot set such a cookie.
    """
    return f"__Host-{what}" if settings.base_url.startswith("https:") else what


async def organiser_of(request: AnyRequest, db: Db, settings: Settings, now: datetime) -> Organiser:
    """Return who is signed in.

    Raises:
        Unauthenticated: nobody is.
    """
    return await service.identify(db, _web_session(request, settings), at=now)


def to_sign_in(request: AnyRequest) -> Redirect:
    """Lead a browser to where one signs in, and back to the page that it asked for."""
    url = request.url
    wanted = f"{url.path}?{url.query}" if url.query else url.path
    back = rules.way_back(wanted) if request.method == "GET" else ""
    return Redirect(
        SIGN_IN,
        status_code=303,
        query_params={"next": back} if back.rstrip("/") not in {"", FRONT.rstrip("/")} else None,
    )


# Signing in


@get(SIGN_IN, include_in_schema=False)
async def ask_page(
    request: AnyRequest, page: Given[Page], settings: Given[Settings]
) -> AnyResponse:
    """Show the form by which a link is asked for, and the button for passkeys."""
    wanted = rules.way_back(request.query_params.get("next", ""))
    return _ask_form(page, settings, {"next": wanted}, {})


@post(SIGN_IN, include_in_schema=False, middleware=[limited("sign-in-asked", per_minute=10)])
async def ask(
    request: AnyRequest,
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Ask for a link: the answer is the same whoever has an account, and as quick."""
    sent = await form_fields(request)
    values = {name: given[-1] for name, given in sent.items() if given}
    try:
        form = parse(AskForm, sent)
    except Invalid as invalid:
        return _ask_form(page, settings, values, invalid.fields)
    wanted = values.get("next", "")

    async def note() -> None:
        language = page.language
        await service.ask(db, form.email, language=language, next_page=wanted, at=now, ids=ids)

    await once(type(None), note)
    return Redirect(f"{SIGN_IN}/sent", status_code=303)


@get(f"{SIGN_IN}/sent", include_in_schema=False)
async def sent_page(page: Given[Page], settings: Given[Settings]) -> AnyResponse:
    """Say: look at your e-mail. It never tells who has an account."""
    minutes = rules.ASKED_LIFE // timedelta(minutes=1)
    return page("accounts/sent.html", minutes=minutes, without_smtp=not settings.smtp_url)


@get(f"{SIGN_IN}/{{token:str}}", include_in_schema=False)
async def sign_in_page(
    token: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show a button: opening the link, as mail scanners do, uses nothing up."""
    return await _show_link(db, page, token, now)


@post(
    f"{SIGN_IN}/{{token:str}}",
    include_in_schema=False,
    middleware=[limited("sign-in", per_minute=20)],
)
async def sign_in(
    request: AnyRequest,
    token: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Sign in: the link is used up, the browser gets a cookie of its own."""
    try:
        signed_in = await service.sign_in(
            db,
            token,
            at=now,
            ids=ids,
            browser=_browser(request),
            instead_of=_web_session(request, settings),
        )
    except (LinkUsed, LinkExpired):
        return await _show_link(db, page, token, now)
    cookie = _cookie(settings, signed_in.secret, max_age_s=WEB_SESSION_S)
    return Redirect(signed_in.next or FRONT, status_code=303, cookies=[cookie])


@post(
    f"{SIGN_IN}/passkey/challenge",
    include_in_schema=False,
    status_code=200,
    middleware=[limited("passkey", per_minute=30)],
)
async def sign_in_challenge(
    db: Given[Db], settings: Given[Settings], now: Given[datetime], ids: Given[Ids]
) -> AnyResponse:
    """Give a browser a challenge to sign in by passkey, and the cookie that it is bound to."""
    party = _party(settings)
    secret, options = await passkeys.begin_signing_in(db, party, at=now, ids=ids)
    answer = _json(options)
    answer.set_cookie(_challenge_cookie(settings, secret, max_age_s=CHALLENGE_S))
    return answer


@post(
    f"{SIGN_IN}/passkey",
    include_in_schema=False,
    status_code=200,
    middleware=[limited("passkey", per_minute=30)],
)
async def sign_in_by_passkey(
    request: AnyRequest,
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Sign in by passkey, and tell the browser where to go."""
    party = _party(settings)
    sent = await json_object(request)
    credential, wanted = sent.get("credential"), sent.get("next")
    secret = request.cookies.get(cookie_name(settings, "challenge"))
    if not secret or not isinstance(credential, dict):
        raise PasskeyRefused
    signed_in = await passkeys.sign_in(
        db,
        party,
        secret,
        credential,
        at=now,
        ids=ids,
        browser=_browser(request),
        instead_of=_web_session(request, settings),
    )
    back = rules.way_back(wanted) if isinstance(wanted, str) else ""
    answer = _json({"location": back or FRONT})
    answer.set_cookie(_cookie(settings, signed_in.secret, max_age_s=WEB_SESSION_S))
    answer.set_cookie(_challenge_cookie(settings, "", max_age_s=0))
    return answer


@post("/organiser/sign-out", include_in_schema=False)
async def sign_out(
    request: AnyRequest,
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
) -> Redirect:
    """Sign out here."""
    held = _web_session(request, settings)
    if held:
        await service.sign_out(db, held, at=now)
    return Redirect("/", status_code=303, cookies=[_cookie(settings, "", max_age_s=0)])


# One's own account


@get(ACCOUNT, include_in_schema=False)
async def account_page(
    request: AnyRequest,
    organiser: Given[Organiser],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse:
    """Show a person their editions, passkeys and web sessions."""
    return await _account(request, organiser, db, page, settings, now)


@post(
    f"{ACCOUNT}/passkeys/challenge",
    include_in_schema=False,
    status_code=200,
    middleware=[limited("passkey", per_minute=30)],
)
async def registration_challenge(
    request: AnyRequest,
    organiser: Given[Organiser],
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Give a browser a challenge to register a passkey, bound to its web session."""
    party = _party(settings)
    return _json(
        await passkeys.begin_registering(
            db, party, organiser, _held(request, settings), at=now, ids=ids
        )
    )


@post(
    f"{ACCOUNT}/passkeys",
    include_in_schema=False,
    status_code=201,
    middleware=[limited("passkey", per_minute=30)],
)
async def register_passkey(
    request: AnyRequest,
    organiser: Given[Organiser],
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Store a passkey that a device made, and tell the browser where to go."""
    party = _party(settings)
    form = parse(PasskeyForm, await json_object(request))
    held = _held(request, settings)
    await passkeys.register(db, party, organiser, held, form, at=now, ids=ids)
    return _json({"location": f"{ACCOUNT}?done=registered"}, status=201)


@post(f"{ACCOUNT}/passkeys/{{passkey:str}}/name", include_in_schema=False)
async def rename_passkey(
    request: AnyRequest,
    passkey: FromPath[str],
    organiser: Given[Organiser],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Give a passkey another name."""
    passkey_id = _id(passkey, PasskeyNotFound())
    sent = await form_fields(request)
    try:
        form = parse(NameForm, sent)
    except Invalid as invalid:
        field = f"name-{passkey_id}"
        return await _account(
            request,
            organiser,
            db,
            page,
            settings,
            now,
            sent={field: sent.get("name", [""])[-1]},
            errors={field: invalid.fields["name"]},
        )
    await passkeys.rename(db, organiser.account_id, passkey_id, form.name)
    return Redirect(f"{ACCOUNT}?done=renamed", status_code=303)


@post(f"{ACCOUNT}/passkeys/{{passkey:str}}/remove", include_in_schema=False)
async def remove_passkey(
    passkey: FromPath[str],
    organiser: Given[Organiser],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Forget a passkey."""
    passkey_id = _id(passkey, PasskeyNotFound())
    account_id = organiser.account_id
    await once(type(None), lambda: passkeys.remove(db, account_id, passkey_id, at=now, ids=ids))
    return Redirect(f"{ACCOUNT}?done=removed", status_code=303)


@post(f"{ACCOUNT}/web-sessions/{{session:str}}/end", include_in_schema=False)
async def end_web_session(
    session: FromPath[str],
    organiser: Given[Organiser],
    db: Given[Db],
    once: Given[Once],
    now: Given[datetime],
) -> Redirect:
    """End one of one's own web sessions."""
    session_id = _id(session, WebSessionNotFound())
    account_id = organiser.account_id
    await once(type(None), lambda: service.end_web_session(db, account_id, session_id, at=now))
    return Redirect(f"{ACCOUNT}?done=ended", status_code=303)


@post(f"{ACCOUNT}/web-sessions/end-others", include_in_schema=False)
async def end_other_web_sessions(
    request: AnyRequest,
    organiser: Given[Organiser],
    db: Given[Db],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Sign out everywhere else."""
    held = _held(request, settings)
    await service.sign_out_elsewhere(db, organiser.account_id, held, at=now, ids=ids)
    return Redirect(f"{ACCOUNT}?done=ended", status_code=303)


# What they share


def _web_session(request: AnyRequest, settings: Settings) -> str | None:
    return request.cookies.get(cookie_name(settings))


def _held(request: AnyRequest, settings: Settings) -> str:
    held = _web_session(request, settings)
    if held is None:
        raise Unauthenticated
    return held


def _browser(request: AnyRequest) -> str:
    return rules.browser_of(request.headers.get("user-agent", ""))


def _party(settings: Settings) -> RelyingParty:
    party = rules.relying_party(settings.base_url)
    if party is None:
        raise PasskeysUnavailable
    return party


def _id(text: str, missing: PasskeyNotFound | WebSessionNotFound) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise missing from error


def _json(body: dict[str, Any], *, status: int = 200) -> AnyResponse:
    return Response(
        body,
        status_code=status,
        media_type="application/json",
        headers={"cache-control": PRIVATE},
    )


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


def _challenge_cookie(settings: Settings, value: str, *, max_age_s: int) -> Cookie:
    """Return the cookie to which a challenge is bound: another site's page never carries it."""
    return Cookie(
        key=cookie_name(settings, "challenge"),
        value=value,
        path="/",
        max_age=max_age_s,
        httponly=True,
        secure=settings.base_url.startswith("https:"),
        samesite="strict",
    )


def _ask_form(
    page: Page, settings: Settings, sent: dict[str, str], errors: dict[str, str]
) -> AnyResponse:
    return page(
        "accounts/ask.html",
        status=422 if errors else 200,
        sent=sent,
        next=rules.way_back(sent.get("next", "")),
        errors={name: page.words.gettext(message) for name, message in errors.items()},
        passkeys=rules.relying_party(settings.base_url) is not None,
    )


async def _show_link(db: Db, page: Page, token: str, now: datetime) -> AnyResponse:
    template = "accounts/sign_in.html"
    try:
        link = await service.look_at_link(db, token, at=now)
    except LinkUsed as problem:
        return page(template, status=problem.status, state="used", email="")
    except LinkExpired as problem:
        return page(template, status=problem.status, state="expired", email="")
    return page(template, state="ask", email=link.email)


async def _account(
    request: AnyRequest,
    organiser: Organiser,
    db: Db,
    page: Page,
    settings: Settings,
    now: datetime,
    *,
    sent: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> AnyResponse:
    said = page.words
    own = [one for one in await editions.list_editions(db) if one.id in organiser.roles]
    zone = own[0].zone if own else UTC
    here = digest(_held(request, settings))

    def when(instant: datetime) -> str:
        return f"{said.day(instant.astimezone(zone).date())}, {said.time(instant, zone)}"

    return page(
        "accounts/account.html",
        status=422 if errors else 200,
        email=organiser.email,
        editions=[
            {"edition": one, "roles": role_words(said, organiser.roles[one.id])} for one in own
        ],
        passkeys=[
            {
                "id": one.id,
                "name": one.name,
                "made": when(one.created_at),
                "used": when(one.used_at) if one.used_at else "",
            }
            for one in await queries.list_passkeys(db, organiser.account_id)
        ],
        web_sessions=[
            {
                "id": one.id,
                "browser": one.browser,
                "began": when(one.created_at),
                "seen": when(one.seen_at),
                "here": one.token_digest == here,
            }
            for one in await queries.list_web_sessions(db, organiser.account_id, now)
        ],
        party=rules.relying_party(settings.base_url),
        base_url=settings.base_url,
        browser=_browser(request),
        done=request.query_params.get("done", ""),
        sent=sent or {},
        errors={name: said.gettext(message) for name, message in (errors or {}).items()},
        errors_at={name: (said.gettext("New name"), name) for name in errors or {}},
    )


router = Router(
    "/",
    route_handlers=[
        ask_page,
        ask,
        sent_page,
        sign_in_page,
        sign_in,
        sign_in_challenge,
        sign_in_by_passkey,
        sign_out,
        account_page,
        registration_challenge,
        register_passkey,
        rename_passkey,
        remove_passkey,
        end_web_session,
        end_other_web_sessions,
    ],
)
