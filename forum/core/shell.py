"""What stands around every request: the client's address, HEAD, forged posts, headers, log."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import structlog

from forum.core.kept import WHOLE, Answer, Kept, question_of

log = structlog.get_logger("http")

Scope = dict[str, Any]
LOG_EVERY_S = 1.0
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=(), payment=()"),
    (b"cache-control", b"no-store"),
]
"""What every answer carries where its route says nothing else."""
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
CROSS_SITE = (
    b'{"type":"/problems/cross_site","code":"cross_site","status":403,'
    b'"title":"This form was sent from another site: open the page here, then send it again."}'
)
NOWHERE = (
    b'{"type":"/problems/not_found","code":"not_found","status":404,'
    b'"title":"There is nothing at this address."}'
)
"""The answer to an address that holds a NUL: no text of a database and no file has one."""


class Shell:
    """An ASGI application around the application.

    `proxies` are the networks whose X-Forwarded-For is believed; `https` says that the site is
    reached by https, so that browsers are told to stay there.
    """

    def __init__(
        self, app: Any, *, proxies: Sequence[IPv4Network | IPv6Network] = (), https: bool = False
    ) -> None:
        self.app = app
        self.proxies = tuple(proxies)
        self.headers = [*HEADERS, HSTS] if https else HEADERS
        self.kept = Kept()
        self._repeated: Counter[tuple[str, int]] = Counter()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Serve one connection (ASGI 3)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        question = question_of(scope)
        kept = None if question is None else self.kept.find(question)
        if kept is not None:
            for message in kept.messages:
                await send(message)
            self._count(kept)
            return
        scope = {**scope}  # the server's own stays as it is
        began_at = self.kept.clock()
        messages, route = await self._serve(scope, receive, send)
        if question is not None:
            self.kept.keep(question, scope, messages, route, began_at)

    async def _serve(
        self, scope: Scope, receive: Any, send: Any
    ) -> tuple[list[dict[str, Any]], str]:
        """Have a request answered; return the beginning of the answer, and the route's pattern."""
        started = time.perf_counter()
        sent = _read(scope["headers"])
        scope["client"] = (self._address(scope, sent), 0)
        method, status = scope["method"], 500
        messages: list[dict[str, Any]] = []
        if method == "HEAD":
            scope["method"] = "GET"
            scope["head"] = True

        async def answer(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                names = {name.lower() for name, _ in message["headers"]}
                ours = [pair for pair in self.headers if pair[0] not in names]
                message = {**message, "headers": [*message["headers"], *ours]}
            elif method == "HEAD":
                message = {**message, "body": b""}
            if len(messages) <= WHOLE:
                messages.append(message)
            await send(message)

        try:
            if cross_site(method, sent, scope["path"]):
                await _refuse(answer, 403, CROSS_SITE)
            elif "\0" in scope["path"]:
                await _refuse(answer, 404, NOWHERE)
            else:
                await self.app(scope, receive, answer)
        finally:
            handler = scope.get("route_handler")
            route = min(handler.paths) if handler is not None else "-"
            log.info(
                "request",
                method=method,
                route=route,
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
        return messages, route

    def _count(self, kept: Answer) -> None:
        """Have an answer from memory logged with all of its kind within `LOG_EVERY_S`."""
        if not self._repeated:
            asyncio.get_running_loop().call_later(LOG_EVERY_S, self._log_repeated)
        self._repeated[kept.route, kept.status] += 1

    def _log_repeated(self) -> None:
        repeated, self._repeated = self._repeated, Counter()
        for (route, status), times in repeated.items():
            log.info("requests", method="GET", route=route, status=status, times=times)

    def _address(self, scope: Scope, sent: dict[str, str]) -> str:
        """Return the client's address: the last one in X-Forwarded-For that is no proxy of ours."""
        address = scope["client"][0] if scope.get("client") else "127.0.0.1"
        if not self.proxies or not self._trusted(address):
            return str(address)
        for hop in reversed(sent.get("x-forwarded-for", "").split(",")):
            if not hop.strip():
                continue
            address = hop.strip()
            if not self._trusted(address):
                break
        return str(address)

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.proxies)


def cross_site(method: str, sent: dict[str, str], path: str) -> bool:
    """Say whether a request that changes something was sent by a page of another site.

    Browsers say so themselves (Sec-Fetch-Site; Origin on those before 2020 or so). A request
    without either comes from a program, which carries no cookie by accident; yet a form without
    either is refused, because only an odd browser sends one. The API reads no form, and tells
    programs so by itself (`forum.core.web.expect_json`).
    """
    if method in SAFE_METHODS:
        return False
    if "sec-fetch-site" in sent:
        return sent["sec-fetch-site"] not in {"same-origin", "none"}
    if "origin" in sent:
        origin = _host(sent["origin"])
        return not origin or origin != sent.get("host")
    form = sent.get("content-type", "").startswith(FORM_TYPES) and not path.startswith("/api/")
    return form or "cookie" in sent


def _host(origin: str) -> str:
    """Return the host and port of an Origin; '' where it names none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _read(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by name; one that was sent in several lines is one list (RFC 9110, 5.3)."""
    sent: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        sent[key] = f"{sent[key]}, {text}" if key in sent else text
    return sent


async def _refuse(send: Any, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
