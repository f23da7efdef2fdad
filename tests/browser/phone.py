"""Somebody with a small, slow phone on a slow network, who registers; what that asks is counted."""

import time
from collections.abc import Callable
from typing import Any

from tests.factories import decoded

SCREEN = {"width": 360, "height": 740}
SLOWER = 4
"""So many times slower than this machine: what Lighthouse takes for a common phone."""
SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
"""WebPageTest's "3G Slow": 400 ms there and back, 400 kbit a second each way."""
FINGER_PX = 44
SIZE = """one => {
  const box = (one.closest(".choice") || one).getBoundingClientRect();
  return [box.height, box.width];
}"""


class Phone:
    """A person's phone. `waited_s` is the time until a page asked for has come and is drawn."""

    def __init__(self, browser: Any, language: str) -> None:
        self.context = browser.new_context(
            viewport=SCREEN, device_scale_factor=2, is_mobile=True, has_touch=True, locale=language
        )
        self.page = self.context.new_page()
        tools = self.context.new_cdp_session(self.page)
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", SLOW_3G)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        self.taps = self.keys = self.fields = self.pages = 0
        self.waited_s = 0.0

    def open(self, url: str) -> None:
        """Follow a link from elsewhere: a poster's code, or an e-mail."""
        self._load(lambda: self.page.goto(url))

    def follow(self, target: Any) -> None:
        """Tap what leads to another page."""
        self._load(lambda: self.tap(target))

    def tap(self, target: Any) -> None:
        """Tap what a finger can hit."""
        assert min(target.evaluate(SIZE)) >= FINGER_PX, target
        target.tap()
        self.taps += 1

    def answer(self, target: Any, text: str = "") -> None:
        """Tap a field, and type into it what it asks."""
        self.tap(target)
        self.page.keyboard.type(text)
        self.keys += len(text)
        self.fields += 1

    def register(self, site: str, address: str, letter: Callable[[], str]) -> str:
        """Register from the home page to the ticket; return what its QR code says.

        `letter` waits for the e-mail and returns the address of its link.
        """
        page = self.page
        self.open(site)
        self.follow(page.locator("main a.btn[href$='/register']").first)
        self.answer(page.locator("#given_name"), "Maëlle")
        self.answer(page.locator("#family_name"), "Le Goff")
        self.answer(page.locator("#email"), address)
        self.answer(page.locator("input[name=category]").first)
        self.follow(page.locator("main form button"))
        self.taps += 1  # the link in the e-mail
        self.open(letter())
        return str(decoded(page.locator(".ticket svg").screenshot()))

    def _load(self, deed: Callable[[], object]) -> None:
        started = time.perf_counter()
        with self.page.expect_event("load"):
            deed()
        self.waited_s += time.perf_counter() - started
        self.pages += 1
        assert self.page.evaluate("document.documentElement.scrollWidth") == SCREEN["width"]
