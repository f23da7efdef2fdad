"""EcoIndex: how much a page asks of the network and of the reader's machine, 0 (worst) to 100.

The score is 100 - 5 * (3 q(nodes) + 2 q(requests) + q(kilobytes)) / 6, where q places a value
among the quantiles of the web published by the EcoIndex collective. Elements inside an SVG do not
count as nodes.
"""

import time
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

# fmt: off
NODES = [0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603, 674, 753, 843, 949, 1076, 1237, 1459,
         1801, 2479, 594601]
REQUESTS = [0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78, 86, 95, 105, 117, 130, 147, 170, 205, 281,
            3920]
KILOBYTES = [0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32,
             1648.27, 1876.08, 2142.06, 2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54,
             223212.26]
# fmt: on
GRADES = {"A": 80, "B": 70, "C": 55, "D": 40, "E": 25, "F": 10}
STREAM = "text/event-stream"
PATIENCE_S = 60
TWO_FRAMES = "new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
COUNT_NODES = "document.querySelectorAll('*').length - document.querySelectorAll('svg *').length"


class Weight(Struct, frozen=True, kw_only=True):
    """What one visit with an empty cache costs; `kilobytes` (of 1,024) as transferred."""

    requests: int
    kilobytes: float
    nodes: int

    @property
    def score(self) -> float:
        """The EcoIndex."""
        return ecoindex(self.nodes, self.requests, self.kilobytes)

    @property
    def grade(self) -> str:
        """The letter of the score, A to G."""
        return next((letter for letter, above in GRADES.items() if self.score > above), "G")


class Budget(Struct, frozen=True, kw_only=True):
    """The most that a page may cost: see `Weight`; `score` is the least."""

    requests: int
    kilobytes: float
    nodes: int
    score: float


PUBLIC = Budget(requests=6, kilobytes=60, nodes=380, score=80)
TEAM = Budget(requests=8, kilobytes=100, nodes=600, score=70)


def assert_within(weight: Weight, budget: Budget) -> None:
    """Hold a visit against a budget."""
    told = f"{weight}, {weight.score:.1f}"
    assert weight.requests <= budget.requests, told
    assert weight.kilobytes <= budget.kilobytes, told
    assert weight.nodes <= budget.nodes, told
    assert weight.score >= budget.score, told


def quantile(bounds: list[float], value: float) -> float:
    """Return where `value` stands among `bounds`: 0 at the first, 20 at the last or beyond."""
    place = bisect_right(bounds, value)
    if place >= len(bounds):
        return len(bounds) - 1
    below, above = bounds[place - 1], bounds[place]
    return place - 1 + (value - below) / (above - below)


def ecoindex(nodes: int, requests: int, kilobytes: float) -> float:
    """Return the EcoIndex of a page."""
    places = (
        3 * quantile(NODES, nodes)
        + 2 * quantile(REQUESTS, requests)
        + quantile(KILOBYTES, kilobytes)
    )
    return 100 - 5 * places / 6


class Scale:
    """Weighs what crosses the network for a page of Playwright, as with an empty cache."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.coming: set[str] = set()
        self.framed: set[str] = set()
        self.sizes: dict[str, float] = {}
        network = page.context.new_cdp_session(page)
        self.frame = network.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        network.send("Network.setBypassServiceWorker", {"bypass": True})
        network.on("Network.requestWillBeSent", self._asked)
        network.on("Network.responseReceived", self._received)
        network.on("Network.loadingFinished", self._came)
        network.on("Network.loadingFailed", self._failed)

    def visit(self, url: str, *, status: int = 200) -> Weight:
        """Open `url`, wait for all that it asks for, and return what it weighs.

        A page that answers with another status than `status` is no page to weigh.
        """
        self.page.goto("about:blank")
        self.coming.clear()  # what the page before still asked for is not this one's
        self.sizes.clear()
        answer = self.page.goto(url)
        assert answer is None or answer.status == status, (url, answer.status)
        self.page.evaluate(TWO_FRAMES)
        until = time.monotonic() + PATIENCE_S
        while self.coming:
            assert time.monotonic() < until, self.coming
            self.page.wait_for_timeout(20)
            self._frames_came()
            if not self.coming:  # what has come may ask for more
                self.page.evaluate(TWO_FRAMES)
        return Weight(
            requests=len(self.sizes),
            kilobytes=sum(self.sizes.values()) / 1024,
            nodes=self.page.evaluate(COUNT_NODES),
        )

    def _asked(self, event: Any) -> None:
        headers = {name.lower(): value for name, value in event["request"]["headers"].items()}
        if headers.get("accept") == STREAM:  # it has no end to wait for, and weighs next to nothing
            self.sizes[event["requestId"]] = 0
        else:
            self.coming.add(event["requestId"])
        if event.get("type") == "Document" and event["frameId"] != self.frame:
            self.framed.add(event["requestId"])

    def _received(self, event: Any) -> None:
        if event["requestId"] in self.framed:
            self.sizes[event["requestId"]] = event["response"]["encodedDataLength"]

    def _frames_came(self) -> None:
        """A frame in a process of its own tells the end of its document to itself alone."""
        if self.framed & self.coming:
            for frame in self.page.frames[1:]:
                frame.wait_for_load_state("load")
            self.coming -= self.framed & self.sizes.keys()

    def _came(self, event: Any) -> None:
        self.coming.discard(event["requestId"])
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def _failed(self, event: Any) -> None:
        self.coming.discard(event["requestId"])


def measure(browser: Any, url: str, cookies: Sequence[Any] = ()) -> Weight:
    """Visit `url` with a new context of a Playwright browser and weigh what crosses the network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies(cookies)
    try:
        return Scale(context.new_page()).visit(url)
    finally:
        context.close()
