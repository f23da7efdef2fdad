"""Firefox as a second engine, by the protocol that it speaks itself (Marionette, over TCP).

Debian's firefox-esr; or whatever FORUM_FIREFOX names.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pytest

from tests.installations import PATIENCE_S, until

PREFERENCES = {
    "marionette.port": 0,  # any that is free; the profile says which
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.prefetch-next": False,
    "intl.accept_languages": "fr",
    "services.settings.server": "data:,#nowhere",
    "toolkit.telemetry.enabled": False,
}
RUN = """
const [values, done] = [[...arguments].slice(0, -1), arguments[arguments.length - 1]];
Promise.resolve((%s)(...values)).then(
  value => done({ value: value ?? null }), error => done({ error: `${error}` }));
"""


class Refused(Exception):  # noqa: N818 -- what Firefox did
    """Firefox did not do what it was told."""


class Firefox:
    """A running Firefox, and its one page."""

    def __init__(self, connection: socket.socket, answers: IO[bytes]) -> None:
        self._connection = connection
        self._answers = answers
        self._said = 0
        assert self._read()["marionetteProtocol"] == 3
        waits = {"script": PATIENCE_S * 1000, "pageLoad": PATIENCE_S * 1000}
        self.say("WebDriver:NewSession", capabilities={"alwaysMatch": {"timeouts": waits}})

    def _read(self) -> Any:
        length = b""
        while (one := self._answers.read(1)) != b":":
            assert one, "Firefox hung up"
            length += one
        return json.loads(self._answers.read(int(length)))

    def say(self, command: str, **given: Any) -> Any:
        """Give a command; return what Firefox answers."""
        self._said += 1
        sent = json.dumps([0, self._said, command, given]).encode()
        self._connection.sendall(b"%d:%b" % (len(sent), sent))
        kind, number, error, result = self._read()
        assert (kind, number) == (1, self._said)
        if error is not None:
            raise Refused(f"{command}: {error}")
        return result

    def goto(self, address: str) -> None:
        """Open a page, and wait until it is loaded."""
        self.say("WebDriver:Navigate", url=address)

    def reload(self) -> None:
        """Load the page again as its reader does, and wait until it is.

        `WebDriver:Refresh` passes service workers by, as Ctrl+F5 does.
        """
        self.evaluate("() => { window.before = true; setTimeout(() => location.reload(), 0); }")

        def again() -> bool:
            with suppress(Refused):  # between two pages there is none to ask
                return bool(
                    self.evaluate("() => !window.before && document.readyState === 'complete'")
                )
            return False

        until(again)

    def evaluate(self, function: str, *values: Any) -> Any:
        """Call a function of JavaScript in the page, as in Playwright; await what it returns."""
        script = RUN % function
        told = self.say("WebDriver:ExecuteAsyncScript", script=script, args=values)["value"]
        assert "error" not in told, told["error"]
        return told["value"]

    def wait_for(self, selector: str) -> None:
        """Wait until the page has an element."""
        until(lambda: self.evaluate("one => Boolean(document.querySelector(one))", selector))

    def text(self, selector: str) -> str:
        """Return the text of an element, as it is seen."""
        return str(self.evaluate("one => document.querySelector(one).innerText.trim()", selector))

    def click(self, selector: str) -> None:
        """Click an element, as a hand does: nothing may be in front of it."""
        centred = "one => document.querySelector(one).scrollIntoView({ block: 'center' })"
        self.evaluate(centred, selector)
        self.say("WebDriver:ElementClick", id=self._element(selector))

    def fill(self, selector: str, text: str) -> None:
        """Type into a field, key by key."""
        self.say("WebDriver:ElementSendKeys", id=self._element(selector), text=text)

    def keys(self, text: str) -> None:
        """Press keys wherever the focus is, as a scanner that is a keyboard does."""
        pressed = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": pressed}]
        self.say("WebDriver:PerformActions", actions=actions)

    def _element(self, selector: str) -> str:
        found = self.say("WebDriver:FindElement", using="css selector", value=selector)
        return str(next(iter(found["value"].values())))


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Start Firefox; without one the test fails in CI and is skipped, loudly, elsewhere."""
    path = os.environ.get("FORUM_FIREFOX") or shutil.which("firefox-esr")
    if path is None:
        message = "no firefox: install it (apt-get install firefox-esr) or set FORUM_FIREFOX"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    profile = folder / "profile"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    words = [path, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    environ = {**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
    with (folder / "said.txt").open("w") as said:
        browser = subprocess.Popen(words, env=environ, stdout=said, stderr=said)
    try:
        port = until(lambda: _port(browser, profile))
        with (
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection,
            connection.makefile("rb") as answers,
        ):
            yield Firefox(connection, answers)
    finally:
        browser.terminate()
        browser.wait(PATIENCE_S)


def _port(browser: "subprocess.Popen[bytes]", profile: Path) -> int | None:
    assert browser.poll() is None, "Firefox ended by itself"
    told = profile / "MarionetteActivePort"
    text = told.read_text("utf-8") if told.exists() else ""
    return int(text) if text.isdigit() else None
