"""A new version of the scanner: fetched beside the one at work, and taken when somebody asks."""

import json
import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from badges.scanner.routes import VERSION_HEADER, WORKER
from forum.core.pages import static_file
from tests.browser.chromium import WASM_POLICY
from tests.installations import until
from tests.pages import samples

FILES = ["/static/0/badges/scan.css", "/static/0/badges/scan.js"]


class Site(ThreadingHTTPServer):
    """The scanner's page, files and worker, in the version of which there is talk."""

    version = "one"


class Answer(BaseHTTPRequestHandler):
    """Answers as the product does, without anything behind it."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        file = static_file(path.removeprefix("/static/0/")) if path.startswith("/static/") else None
        if path == "/scan":
            self._send("text/html", samples.page("scan").encode())
        elif path == "/scan-worker.js":
            pages = {"fr": "/scan?lang=fr", "en": "/scan?lang=en"}
            kept = {"version": self.server.version, "pages": pages, "files": FILES}
            first = f"const KEPT = {json.dumps(kept)};\n"
            self._send("text/javascript", first.encode() + WORKER)
        elif file is not None:
            self._send(mimetypes.guess_type(file.name)[0], file.read_bytes())
        else:
            self.send_error(404)

    def _send(self, media_type, body):
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", WASM_POLICY)
        self.send_header("cache-control", "no-store")
        self.send_header(VERSION_HEADER, self.server.version)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said):
        """Say nothing."""


@pytest.fixture
def site():
    with Site(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_new_version_is_offered_and_taken_when_somebody_asks(browser, site):
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.server_port}/scan")
    page.wait_for_selector("body[data-ready]")
    until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    assert page.is_hidden("#update")
    page.evaluate("document.body.dataset.old = 'yes'")
    site.version = "two"
    page.evaluate("navigator.serviceWorker.getRegistration().then(kept => kept.update())")
    page.wait_for_selector("#update:not([hidden])")
    assert page.get_attribute("body", "data-old") == "yes"
    page.get_by_role("button", name="Mettre à jour maintenant").click()
    page.wait_for_selector("body[data-ready]:not([data-old])")
    assert page.evaluate("caches.keys()") == ["scanner two"]
    assert page.is_hidden("#update")
    context.close()
