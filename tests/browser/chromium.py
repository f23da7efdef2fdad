"""The browser of the tests: Debian's chromium, or whatever FORUM_CHROMIUM names."""

import mimetypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


def serve_samples(context: Any, *, policy: str = POLICY) -> None:
    """Answer a context's requests with the sample pages and the static files, no server needed."""

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(f"{SITE}/").partition("?")[0]
        if path in samples.PAGES:
            headers = {"content-type": "text/html", "content-security-policy": policy}
            route.fulfill(body=samples.page(path), headers=headers)
        elif path.startswith("static/0/") and (file := static_file(path[len("static/0/") :])):
            media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=media_type)
        else:
            route.fulfill(status=404, body="")

    context.route("**/*", answer)
