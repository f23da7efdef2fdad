"""The application: the only place where every part meets."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import cached_property, partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import structlog
from litestar import Litestar, get
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath, HeaderParameter

from badges.attendance.present_routes import router as present_routes
from badges.attendance.routes import router as attendance_routes
from badges.board.routes import router as board_routes
from badges.board.watching import Watch
from badges.conflicts.api import router as conflict_api_routes
from badges.conflicts.routes import router as conflict_routes
from badges.devices import service as devices
from badges.devices.api import router as device_api_routes
from badges.devices.fullness import Fullness
from badges.devices.models import DeviceRevoked
from badges.devices.routes import router as device_routes
from badges.doors.gate_api import router as gate_api_routes
from badges.doors.gate_routes import router as gate_routes
from badges.doors.list_api import router as list_api_routes
from badges.doors.list_routes import router as list_routes
from badges.keys import Keyring, follow, open_keyring
from badges.layouts.routes import router as layout_routes
from badges.papers.routes import router as paper_routes
from badges.printers.routes import router as printer_routes
from badges.printing.drawer import DeskDrawer
from badges.printing.run_api import router as run_api_routes
from badges.printing.run_routes import router as run_routes
from badges.scanner.manifest_routes import router as manifest_routes
from badges.scanner.manifests import Manifests
from badges.scanner.routes import router as scanner_routes
from badges.scans.list_routes import router as scan_list_routes
from badges.scans.routes import router as badge_routes
from badges.scans.together import Door, Together
from forum import __version__
from forum.accounts.organiser_routes import router as team_routes
from forum.accounts.routes import organiser_of, to_sign_in
from forum.accounts.routes import router as account_routes
from forum.campaigns.organiser_routes import router as campaign_routes
from forum.campaigns.team_api import router as campaign_api_routes
from forum.core import clock, migrate
from forum.core.blobs import Blobs
from forum.core.context import Attendee, Device, Edition, EditionState, Organiser
from forum.core.db import (
    ACQUIRE_TIMEOUT_S,
    LOST,
    POOL_SIZE,
    Database,
    DatabaseUnavailable,
    Db,
    open_pool,
)
from forum.core.draining import Draining
from forum.core.errors import (
    BodyTooLarge,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unauthenticated,
)
from forum.core.exports import Exports
from forum.core.idempotency import Once, RequestKey
from forum.core.ids import Ids
from forum.core.limits import Limits
from forum.core.log import configure
from forum.core.pages import Page, Templates, static_content, static_version
from forum.core.rights import Deed, Staff, require
from forum.core.settings import Settings, load
from forum.core.shelf import Shelf
from forum.core.shell import Shell
from forum.core.web import (
    API,
    IMMUTABLE,
    AnyRequest,
    AnyResponse,
    Given,
    JsonRequest,
    NotJson,
    document,
    expect_json,
    one_time_key,
    problem_document,
)
from forum.editions import service as editions
from forum.editions.models import EditionNotFound
from forum.editions.routes import router as edition_routes
from forum.guides.routes import router as guide_routes
from forum.pages.form import router as form_routes
from forum.pages.home import router as home_routes
from forum.pages.invitations import router as invitation_routes
from forum.pages.letters import router as letter_routes
from forum.pages.organiser import router as organiser_routes
from forum.pages.outbox import router as outbox_routes
from forum.pages.verify import router as verify_routes
from forum.questions.organiser_routes import router as answer_routes
from forum.questions.routes import router as question_routes
from forum.registrations.attestation_routes import router as attestation_routes
from forum.registrations.codes import AttestationCodes
from forum.registrations.desk_routes import router as desk_routes
from forum.registrations.device_routes import router as device_desk_routes
from forum.registrations.export_routes import router as export_routes
from forum.registrations.group_routes import router as group_routes
from forum.registrations.import_routes import router as import_routes
from forum.registrations.keys import AttendeeKeys
from forum.registrations.label_routes import router as label_routes
from forum.registrations.organiser_routes import router as table_routes
from forum.registrations.person_routes import router as person_routes
from forum.registrations.print_routes import router as print_routes
from forum.registrations.routes import attendee_of
from forum.registrations.routes import router as registration_routes
from forum.registrations.wallet_routes import Wallet
from forum.speakers.certificate_routes import router as certificate_routes
from forum.speakers.keys import SpeakerKeys
from forum.speakers.organiser_routes import router as speaker_list_routes
from forum.speakers.routes import router as speaker_routes
from forum.territories.routes import router as territory_routes
from forum.worker import Worker
from schedule.draft_api import router as draft_routes
from schedule.editor_routes import router as editor_routes
from schedule.import_routes import router as programme_import_routes
from schedule.offline_routes import router as offline_routes
from schedule.organiser_routes import router as part_pages
from schedule.paper_routes import router as programme_paper_routes
from schedule.papers.kept import Papers
from schedule.parts_routes import router as part_routes
from schedule.people_routes import router as people_routes
from schedule.plan_api import router as plan_api
from schedule.published import Shelves
from schedule.publishing_routes import router as publishing_routes
from schedule.rooms_routes import router as rooms_routes
from schedule.routes import router as schedule_routes
from schedule.seat_routes import router as seat_routes

log = structlog.get_logger("app")

LARGEST_BODY = 2_000_000
LOANS = POOL_SIZE - 4
"""The most requests that hold a connection at once: fewer than the pool has, so that what they wait
for while holding it (an edition, a device, a version of the programme, an export that begins) can
always be read. Exports have at most `forum.core.exports.AT_ONCE` of the others."""
FILE_POLICY = "default-src 'none'"
"""For a static file looked at by itself; what a page may do with it, the page's own policy says."""
HUNG_UP = "client disconnected prematurely"
"""What Litestar says, as a failure of the server, of a client who left in the middle of a body."""
NO_BODY = {"data": "'data'"}
"""What Litestar says of a body that is not there."""
PLAIN: dict[HTTPStatus, type[Problem]] = {
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.FORBIDDEN: Forbidden,
}
"""The framework's refusals that say all by their status."""
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


class BodyCut(Problem):
    """The request stopped before its end: send it again."""

    code = "body_cut"
    status = 400


def _bearer(request: AnyRequest) -> str:
    """Return the token that a device sent."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send the device's token as a bearer token.")
    return token.strip()


class Parts:
    """What the application is made of while it runs; opened by `lifespan`, or given by a test."""

    def __init__(
        self,
        settings: Settings,
        database: Database | None,
        keyring: Keyring | None,
        now: Callable[[], datetime],
        ids: Ids,
    ) -> None:
        self.settings = settings
        self._database = database
        self._keyring = keyring
        self.now = now
        self.ids = ids
        self.templates = Templates(version=static_version(), demo=settings.demo)
        self.blobs = Blobs(settings.storage)
        self.keys = AttendeeKeys(settings.secret_key)
        self.codes = AttestationCodes(settings.secret_key)
        self.speaker_keys = SpeakerKeys(settings.secret_key)
        self.wallet_signer = Wallet(settings.wallet)
        self.shelves = Shelves()
        self.papers = Papers(self.blobs)
        self._loans = asyncio.Semaphore(LOANS)
        self.editions: Shelf[str, Edition] = Shelf()
        self.devices: Shelf[str, Device] = Shelf()
        self.device_editions: Shelf[int, Edition] = Shelf()
        self.desk_drawer = DeskDrawer()
        self.fullness = Fullness(lambda: self.database, now)

    @property
    def database(self) -> Database:
        """The database, once it is open."""
        if self._database is None:
            raise DatabaseUnavailable
        return self._database

    @property
    def keyring(self) -> Keyring:
        """The signing keys, once they are open."""
        if self._keyring is None:
            raise DatabaseUnavailable
        return self._keyring

    @cached_property
    def together(self) -> Together:
        """What records the scans that arrive at the same moment."""
        return Together(self.database, self.keyring, self.now)

    @cached_property
    def manifests(self) -> Manifests:
        """What devices are sent to decide alone."""
        return Manifests(self.database, self.keyring, self.now, self.ids)

    @cached_property
    def watch(self) -> Watch:
        """What those who watch the doors share."""
        return Watch(self.database, self.now)

    @cached_property
    def exports(self) -> Exports:
        """The exports under way; what they make waits in files where Forum writes."""
        return Exports(self.database, self.settings.var / "exports")

    @asynccontextmanager
    async def open(self, _: Litestar) -> AsyncIterator[None]:
        """Open the database and the keys, and work beside the site where that is wanted."""
        async with AsyncExitStack() as stack:
            if self._database is None:
                url = str(self.settings.database_url)
                self._database = await stack.enter_async_context(open_pool(url))
            if self._keyring is None:
                async with self._database.acquire() as db:
                    self._keyring = await open_keyring(db, self.settings.secret_key, at=self.now())
                following = asyncio.create_task(follow(self._keyring, self._database))
                stack.push_async_callback(_stop, following)
            if self.settings.inline_worker:
                worker = Worker(self.settings, self.database, self.keyring, self.templates)
                stack.push_async_callback(_stop, asyncio.create_task(worker.run()))
            stack.push_async_callback(self.desk_drawer.end)
            stack.push_async_callback(_stop, asyncio.create_task(self.desk_drawer.warm()))
            yield

    async def db(self, request: AnyRequest) -> Db:
        """Lend a connection to a request, until its answer begins.

        Its body is read first: whoever sends slowly, or stops, holds no connection meanwhile.
        """
        await request.body()
        lent: AsyncExitStack = request.scope["lent"]  # type: ignore[typeddict-item]
        try:
            async with asyncio.timeout(ACQUIRE_TIMEOUT_S):
                await self._loans.acquire()
        except TimeoutError as error:
            raise DatabaseUnavailable from error
        lent.callback(self._loans.release)
        return await lent.enter_async_context(self.database.acquire())

    async def once(
        self,
        request: AnyRequest,
        db: Given[Db],
        idempotency_key: Annotated[
            str | None,
            HeaderParameter(
                name="Idempotency-Key",
                description="1 to 200 visible ASCII characters, random and new for each deed. Sent"
                " again within two days with the same body, it gets the same answer and nothing is"
                " done twice; with another body it is refused (422 `idempotency_key_reused`).",
            ),
        ] = None,
    ) -> Once:
        """Take the Idempotency-Key of a request, or the one-time key of a page's form, if any."""
        sent = None
        if not request.scope["path"].startswith(API):
            key = await one_time_key(request)
            if key is not None:
                sent = RequestKey(scope=f"POST {request.scope['path']}", key=key, body=b"")
        elif idempotency_key is not None:
            sent = RequestKey(
                scope=f"{request.method} {request.scope['path']}",
                key=idempotency_key,
                body=await request.body(),
                who=request.headers.get("authorization", ""),
                status=request.route_handler.status_code,
            )
        return Once(db, sent, self.settings.secret_key, self.now())

    async def edition(self, edition_slug: FromPath[str]) -> Edition:
        """Find the edition that the address names; a draft is nobody's to see."""
        found = await self.editions.get(
            edition_slug, partial(self._with_db, editions.find, edition_slug)
        )
        if found.state is EditionState.DRAFT:
            raise EditionNotFound
        return found

    async def organiser(self, request: AnyRequest, db: Given[Db]) -> Organiser:
        """Say who of the organiser's team is signed in."""
        return await organiser_of(request, db, self.settings, self.now())

    async def staff(self, request: AnyRequest, organiser: Given[Organiser], db: Given[Db]) -> Staff:
        """Hold who is signed in against the deed that the route names, in the edition it names.

        A route that only shows, and says so (`opt={"kept_edition": True}`), takes the edition as it
        was a second ago at most.
        """
        names = request.path_params
        slug: str = names["edition_slug" if "edition_slug" in names else "slug"]
        if request.route_handler.opt.get("kept_edition"):
            edition = await self.editions.get(slug, partial(self._with_db, editions.find, slug))
        else:
            edition = await editions.find(db, slug)
        require(organiser, edition.id, request.route_handler.opt["deed"])
        return Staff(organiser=organiser, edition=edition)

    async def attendee(self, request: AnyRequest) -> Attendee:
        """Say whose key was sent."""
        return await attendee_of(request, self.keys)

    async def device(self, request: AnyRequest) -> Device:
        """Say which device's token was sent; a revoked one is refused within a second."""
        found = await self._device_to_deliver(request)
        if found.revoked:
            raise DeviceRevoked
        return found

    async def _device_to_deliver(self, request: AnyRequest) -> Device:
        token = _bearer(request)
        return await self.devices.get(
            token, partial(self._with_db, devices.identify_to_deliver, token)
        )

    async def door(self, device: Given[Device]) -> Door:
        """Find where a device stands: its edition, and what records its scans."""
        return await self._door(device)

    async def delivery_door(self, request: AnyRequest) -> Door:
        """Find where a device stands, to take its scans alone: a revoked one may hand them over."""
        token = _bearer(request)
        return await self._door(
            await self._device_to_deliver(request), lambda: self.devices.forget(token)
        )

    async def _door(self, device: Device, forget: Callable[[], None] = lambda: None) -> Door:
        number = device.edition_id
        edition = await self.device_editions.get(
            number, partial(self._with_db, editions.by_id, number)
        )
        return Door(device, edition, self.together, forget)

    async def watched(self, request: AnyRequest, db: Given[Db]) -> Edition:
        """Find the edition whose doors are watched: by one of its devices, or by its team."""
        slug: str = request.path_params["edition_slug"]
        edition = await self.editions.get(slug, partial(self._with_db, editions.find, slug))
        if "authorization" in request.headers:
            if (await self.device(request)).edition_id != edition.id:
                raise Forbidden
        else:
            organiser = await organiser_of(request, db, self.settings, self.now())
            require(organiser, edition.id, Deed.WATCH_DOORS)
        return edition

    async def page(self, request: AnyRequest) -> Page:
        """Make the page of a request, in its language."""
        return Page(request, self.templates)

    def provided(self) -> dict[str, Provide]:
        """Return what a route may ask for by the name of a parameter."""
        made = (
            self.db,
            self.once,
            self.edition,
            self.organiser,
            self.staff,
            self.attendee,
            self.device,
            self.door,
            self.delivery_door,
            self.watched,
            self.page,
        )
        kept = (
            "database",
            "keyring",
            "settings",
            "blobs",
            "keys",
            "codes",
            "speaker_keys",
            "wallet_signer",
            "shelves",
            "papers",
            "watch",
            "ids",
            "desk_drawer",
            "exports",
            "fullness",
            "manifests",
        )
        return {
            **{make.__name__: Provide(make) for make in made},
            **{name: Provide(self._kept(name), sync_to_thread=False) for name in kept},
            "now": Provide(self.now, sync_to_thread=False),
        }

    def _kept(self, name: str) -> Callable[[], Any]:
        def give() -> Any:
            return getattr(self, name)

        return give

    async def _with_db(self, find: Callable[[Db, Any], Awaitable[Any]], what: Any) -> Any:
        async with self.database.acquire() as db:
            return await find(db, what)


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def create_app(
    settings: Settings,
    database: Database | None = None,
    keyring: Keyring | None = None,
    *,
    now: Callable[[], datetime] = clock.now,
    ids: Ids | None = None,
) -> Shell:
    """Assemble the site; without `database` and `keyring` they are opened as it starts."""
    return assemble(Parts(settings, database, keyring, now, ids or Ids()))


def assemble(parts: Parts) -> Shell:
    """Assemble the site from its parts: half a second of the processor, for its many routes."""
    settings = parts.settings
    app = Litestar(
        [
            edition_routes,
            question_routes,
            answer_routes,
            home_routes,
            registration_routes,
            table_routes,
            export_routes,
            person_routes,
            attestation_routes,
            certificate_routes,
            verify_routes,
            attendance_routes,
            scan_list_routes,
            paper_routes,
            present_routes,
            desk_routes,
            label_routes,
            device_desk_routes,
            import_routes,
            territory_routes,
            group_routes,
            schedule_routes,
            publishing_routes,
            programme_paper_routes,
            draft_routes,
            editor_routes,
            seat_routes,
            part_pages,
            part_routes,
            people_routes,
            plan_api,
            rooms_routes,
            offline_routes,
            programme_import_routes,
            guide_routes,
            badge_routes,
            printer_routes,
            run_api_routes,
            run_routes,
            print_routes,
            device_api_routes,
            device_routes,
            scanner_routes,
            manifest_routes,
            board_routes,
            conflict_api_routes,
            conflict_routes,
            gate_api_routes,
            gate_routes,
            list_api_routes,
            list_routes,
            layout_routes,
            account_routes,
            team_routes,
            organiser_routes,
            form_routes,
            letter_routes,
            campaign_routes,
            campaign_api_routes,
            speaker_list_routes,
            speaker_routes,
            invitation_routes,
            live,
            ready,
            static,
            api_docs,
            *([outbox_routes] if settings.demo else []),
        ],
        dependencies=parts.provided(),
        exception_handlers={
            Problem: show_problem,
            HTTPException: show_http_error,
            Exception: show_failure,
        },
        lifespan=[parts.open],
        openapi_config=OpenAPIConfig(
            title="Forum",
            version=__version__,
            use_handler_docstrings=True,
            path="/api/openapi.json",
            render_plugins=[JsonRenderPlugin(path="/")],
        ),
        request_class=JsonRequest,
        before_request=expect_json,
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
    )
    app.state.limits = Limits() if settings.rate_limit else None
    app.state.parts = parts
    https = settings.base_url.startswith("https:")
    return Shell(Lender(app), proxies=settings.trusted_proxies, https=https)


class Lender:
    """Takes back what a request borrowed, a database connection, as its answer begins.

    A generator dependency would not do: Litestar leaves it open when another dependency of the
    same request fails, and the connection is lost to the pool.
    """

    def __init__(self, app: Litestar) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection (ASGI 3)."""
        async with AsyncExitStack() as lent:
            scope["lent"] = lent

            async def answer(message: Any) -> None:
                with suppress(*LOST):
                    await lent.__aexit__(*_what_broke(scope))
                await send(message)

            await self.app(scope, receive, answer)


def _what_broke(scope: Any) -> tuple[Any, Any, Any]:
    """Return the failure of a connection as the lender of the connection must see it."""
    error = scope.get("broke")
    return type(error) if error else None, error, None


def serve() -> Draining:
    """Assemble the site from the settings of this process, for the server."""
    settings = load()
    configure(settings.log)
    site = create_app(settings)
    gc.collect()
    gc.freeze()  # what lives as long as the process is never looked through again: 30 ms each time
    return Draining(site)


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready(db: Given[Db]) -> dict[str, str]:
    """Say that the site can serve: its database answers, and its schema is the one expected."""
    missing = await migrate.pending(db)
    if missing:
        raise DatabaseUnavailable(f"The schema lacks {', '.join(missing)}: run forum migrate.")
    return {"status": "ok"}


@get("/static/{version:str}/{path:path}", include_in_schema=False)
async def static(request: AnyRequest, version: FromPath[str], path: FromPath[str]) -> AnyResponse:
    """Send a static file; its address changes with its content, so it is kept for a year."""
    media_type = MEDIA_TYPES.get(Path(path).suffix)
    found = static_content(path.lstrip("/"))
    if found is None or media_type is None:
        raise NotFound
    content, etag = found
    current = version == request.app.state.parts.templates.version
    answer = document(
        request,
        content,
        media_type,
        etag=etag,
        cache_control=IMMUTABLE if current else "no-cache",
    )
    answer.headers["content-security-policy"] = FILE_POLICY
    return answer


@get("/api/docs", include_in_schema=False)
async def api_docs(page: Given[Page]) -> AnyResponse:
    """Show the API's description, by a viewer served from here."""
    return page("api/docs.html")


def show_problem(request: AnyRequest, problem: Problem) -> AnyResponse:
    """Answer a refusal: problem details to programs, a page to people."""
    if request.url.path.startswith(("/api/", "/health/")) or not wants_page(request):
        return problem_document(problem)
    if isinstance(problem, Unauthenticated) and request.url.path.startswith("/organiser"):
        return to_sign_in(request)
    parts: Parts = request.app.state.parts
    page = Page(request, parts.templates)
    if isinstance(problem, Unauthenticated):
        problem.headers.pop("WWW-Authenticate", None)
    what, _, mend = page.words.say(problem.message).partition(": ")
    return page(
        "problem.html",
        status=problem.status,
        headers=problem.headers,
        title=what,
        what="",
        mend=mend[:1].upper() + mend[1:],
    )


def wants_page(request: AnyRequest) -> bool:
    """Say whether a person's browser asks, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


def show_http_error(request: AnyRequest, error: HTTPException) -> AnyResponse:
    """Answer what the framework refused (no such route, a malformed body) as every refusal."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and error.detail != HUNG_UP:
        return show_failure(request, error)
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        most = request.route_handler.resolve_request_max_body_size()
        return show_problem(request, BodyTooLarge(most or LARGEST_BODY))
    return show_problem(request, _refusal(error))


def _refusal(error: HTTPException) -> Problem:
    """Return the problem that says what the framework refused."""
    fields = _at_fault(error)
    problem: Problem
    if error.status_code in PLAIN:
        problem = PLAIN[HTTPStatus(error.status_code)]()
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        problem = MethodNotAllowed(_allowed(error))
    elif error.detail == HUNG_UP:
        problem = BodyCut()
    elif fields == NO_BODY:
        problem = NotJson()
    else:
        problem = Problem(error.detail, fields=fields)
        problem.code, problem.status = "bad_request", error.status_code
    return problem


def _allowed(error: HTTPException) -> set[str]:
    """Return the methods of an address: those of its routes, and HEAD where GET is (`Shell`)."""
    methods = set((error.headers or {}).get("allow", "").replace(" ", "").split(","))
    return methods | {"HEAD"} if "GET" in methods else methods


def _at_fault(error: HTTPException) -> dict[str, str]:
    """Return what the framework says of each part of a body that it could not read."""
    parts = error.extra if isinstance(error.extra, list) else []
    return {str(part.get("key") or "body"): str(part["message"]) for part in parts}


def show_failure(request: AnyRequest, error: Exception) -> AnyResponse:
    """Answer a failure of ours without telling its inside; the log has it."""
    if isinstance(error, LOST):
        log.warning("database lost", why=type(error).__name__)
        request.scope["broke"] = error  # type: ignore[typeddict-unknown-key]
        return show_problem(request, DatabaseUnavailable())
    log.error("failure", route=request.scope.get("path_template", "-"), exc_info=error)
    problem = Problem("Something failed on our side: try again in a moment.")
    problem.code, problem.status = "failure", 500
    return show_problem(request, problem)
