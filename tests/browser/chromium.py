"""The browser of the tests: Debian's chromium, or whatever FORUM_CHROMIUM names."""

import mimetypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from forum.core.pages import static_file
from forum.core.shell import POLICY
from tests.pages import samples

# fmt: off
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# fmt: on
SITE = "http://localhost"
STATIC = "static/0/"
HTML = "text/html"
running: list[Any] = []
WASM_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


@contextmanager
def chromium(*flags: str) -> Iterator[Any]:
    """Start the browser; without one the test fails in CI and is skipped, loudly, elsewhere."""
    path = os.environ.get("FORUM_CHROMIUM") or shutil.which("chromium")
    if path is None:
        message = "no chromium: install it (apt-get install chromium) or set FORUM_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with driver() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def driver() -> Iterator[Any]:
    """Give Playwright, of which a thread has one alone: who comes first starts and ends it."""
    if running:
        yield running[0]
        return
    with sync_playwright() as playwright:
        running.append(playwright)
        try:
            yield playwright
        finally:
            running.clear()


def sample(path: str) -> tuple[bytes, str] | None:
    """Return a sample page or a static file by its path, with its media type; None for another."""
    name = path.removeprefix("/").partition("?")[0]
    if name in samples.PAGES:
        return samples.page(name).encode(), HTML
    file = static_file(name.removeprefix(STATIC)) if name.startswith(STATIC) else None
    if file is None:
        return None
    return file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def serve_samples(context: Any, *, policy: str = POLICY) -> None:
    """Answer a context's requests with the sample pages and the static files, no server needed."""

    def answer(route: Any) -> None:
        found = sample(route.request.url.removeprefix(SITE))
        if found is None:
            route.fulfill(status=404, body="")
            return
        body, media_type = found
        headers = {"content-type": media_type}
        if media_type == HTML:
            headers["content-security-policy"] = policy
        route.fulfill(body=body, headers=headers)

    context.route("**/*", answer)


class Samples(BaseHTTPRequestHandler):
    """Answers with the sample pages and the static files; a browser fetches each file once."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one request."""
        found = sample(self.path)
        if found is None:
            self.send_error(404)
            return
        body, media_type = found
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        if media_type == HTML:
            self.send_header("content-security-policy", POLICY)
        else:
            self.send_header("cache-control", "max-age=3600, immutable")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served_samples() -> Iterator[str]:
    """Serve the sample pages on 127.0.0.1; give the address: faster than `serve_samples`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Samples) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def signed_in(browser: Any, link: str) -> list[Any]:
    """Return the cookies of whoever signs in by this link."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/organiser/*")
    cookies = context.cookies()
    context.close()
    return cookies
