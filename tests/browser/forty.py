"""An organiser who makes a programme of forty sessions out of nothing; what that asks is counted.

The sessions come as a table without times, are put into the grid by the keyboard alone, and are
published. The other pages are walked with the mouse. Importing replaces the draft, so that rooms
are made after it.
"""

import time
from collections.abc import Callable
from typing import Any

SCREEN = {"width": 1300, "height": 1000}
ROOMS = {"Auditorium": 400, "Garonne": 120, "Loire": 80, "Rhône": 60}
"""Their seats. Each begins with a letter of its own, which chooses it in a list."""
TRACKS = ("Territoires", "Services")
VERBS = ("Comprendre", "Réparer", "Partager", "Raconter")
THINGS = (
    "l’eau", "l’air", "la forêt", "le littoral", "la route",
    "le guichet", "la mairie", "l’école", "le courrier", "la donnée",
)  # fmt: skip
TALKS = [f"{verb} {thing}" for thing in THINGS for verb in VERBS][:39]
BREAK = "Pause café"
CLOCKS = ("0900", "1045", "1400", "1515", "1630")
SPOTS = [(day, clock, room) for day in (0, 1) for clock in CLOCKS for room in ROOMS]
PLAN = [
    *zip(TALKS[:4], SPOTS[:4], strict=True),
    (BREAK, (0, "1000", "Auditorium")),
    *zip(TALKS[4:], SPOTS[4:39], strict=True),
]
"""Each session with its day, time and room, in the order of the table."""
NOTE = "Le premier programme"


def table() -> bytes:
    """Return the sessions as an organiser lists them; each person speaks once on each day."""
    rows = ["Titre;Type;Minutes;Intervenants;Thème"]
    for title, _ in PLAN:
        if title == BREAK:
            rows.append(f"{title};Pause;30;;")
        else:
            n = TALKS.index(title) % 20
            kind = "Atelier" if n % 4 else "Conférence"
            rows.append(f"{title};{kind};60;Personne {chr(ord('A') + n)};{TRACKS[n % 2]}")
    return "\n".join(rows).encode()


class Organiser:
    """An organiser at a desk. `waited_s` is the time until what was asked for is there."""

    def __init__(self, browser: Any, base: str) -> None:
        self.context = browser.new_context(viewport=SCREEN, locale="en-GB")
        self.page = self.context.new_page()
        self.failures: list[str] = []
        self.page.on("pageerror", lambda error: self.failures.append(str(error)))
        self.base = base
        self.clicks = self.keys = self.pages = 0
        self.waited_s = 0.0

    @property
    def counted(self) -> tuple[int, int, int]:
        """The clicks, the keys and the pages until now."""
        return self.clicks, self.keys, self.pages

    def sign_in(self, link: str) -> None:
        """Sign in by the link of an e-mail, and open the programme."""
        self._load(lambda: self.page.goto(link))
        self.follow(self.page.get_by_role("main").get_by_role("button"))
        self.follow(self.page.locator("a[href$='/programme'][href^='/organiser/']").first)

    def bring(self) -> list[str]:
        """Bring the table, look at what it would change, make it the draft; return the changes."""
        page = self.page
        self._turn("Import")
        file = {"name": "programme.csv", "mimeType": "text/csv", "buffer": table()}
        page.get_by_label("File").set_input_files(file)
        self.clicks += 2  # the field, and the file
        self.follow(page.get_by_role("button", name="Look at the file"))
        changes = page.locator("#changes li").all_inner_texts()
        assert page.get_by_text("Everything was read.").is_visible()
        self.follow(page.get_by_role("button", name="Replace the draft"))
        return [str(one) for one in changes]

    def add_rooms(self) -> None:
        """Add the four rooms, each with its seats."""
        self._turn("Rooms")
        for name, seats in ROOMS.items():
            self.follow(self.page.get_by_role("link", name="Add a room"))
            self._answer(self.page.locator("#name"), name)
            self._answer(self.page.locator("#capacity"), str(seats))
            self.follow(self.page.get_by_role("button", name="Store").first)

    def fill(self) -> None:
        """Place all that waits in the grid by the keyboard alone, and copy the break."""
        self._turn("Grid")
        self.page.wait_for_selector("body[data-ready]")
        shown = 0
        for title, (day, clock, room) in PLAN:
            self._reach(self.page.locator("#unplaced .it").first)
            self.press("Enter", *["ArrowDown"] * (day - shown), "Tab", room[0], "Tab", *clock)
            self.press("Enter")
            shown = day
            if title == BREAK:
                self.press("Enter")
                self._reach(self.page.locator("#dialog [value=copy]"))
                self.press("Enter")
                self._said("Stored. 3 sessions changed")
            self.page.locator("#dialog").wait_for(state="hidden")
        self._said(f"Stored. “{PLAN[-1][0]}” placed")

    def swap(self) -> list[str]:
        """Swap the session that was placed last with that of its hour in the first room."""
        self.press("Enter")
        self._reach(self.page.locator("#move-other"))
        self.press(*"16:30")
        self._reach(self.page.locator("#dialog [value=swap]"))
        self.press("Enter")
        self._said("Stored. 2 sessions changed")
        return self.cards()

    def shift(self) -> list[str]:
        """Move the second afternoon by ten minutes."""
        self._reach(self.page.locator("summary"))
        self.press("Enter")
        self._reach(self.page.locator("#shift-since"))
        self.press(*"1400")
        self._reach(self.page.locator("#shift-minutes"))
        self.press(*"10")
        self._reach(self.page.get_by_role("button", name="Move them all"))
        self.press("Enter")
        self._said("Stored. 11 sessions")
        return self.cards()

    def take_back(self) -> list[str]:
        """Take back what was done last."""
        self.press("Control+z")
        self._said("Taken back")
        return self.cards()

    def cards(self) -> list[str]:
        """Return what the cards of the day say, in their order."""
        cards = self.page.locator(".grid .it").all_inner_texts()
        return [" ".join(str(one).split()) for one in cards]

    def make(self) -> tuple[list[str], list[str]]:
        """Do all of it, signed in already; return the published titles by time, and by room."""
        self.bring()
        self.add_rooms()
        self.fill()
        self.swap()
        self.shift()
        self.take_back()
        self.publish()
        return self.read()

    def publish(self) -> str:
        """Publish with a note; return what the page says then."""
        self._turn("Publish")
        self._answer(self.page.locator("#note"), NOTE)
        self.follow(self.page.get_by_role("button", name="Publish", exact=True))
        return str(self.page.get_by_role("status").first.inner_text())

    def read(self) -> tuple[list[str], list[str]]:
        """Read the published programme by time, then by room; return the titles of each."""
        page = self.page
        self.follow(page.get_by_role("link", name="Look at it"))
        self.follow(page.get_by_role("link", name="All days"))
        by_time = page.locator("#slots h4").all_inner_texts()
        self.follow(page.locator("#views a", has_text="room"))
        by_room = page.locator("#slots td p").all_inner_texts()
        return [str(one) for one in by_time], [str(one) for one in by_room]

    def follow(self, target: Any) -> None:
        """Click what leads to another page."""
        self._load(lambda: self.click(target))

    def click(self, target: Any) -> None:
        """Click."""
        target.click()
        self.clicks += 1

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; those held meanwhile count as one with theirs."""
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def _turn(self, name: str) -> None:
        menu = self.page.get_by_role("navigation", name="Pages of the programme")
        self.follow(menu.get_by_role("link", name=name, exact=True))

    def _answer(self, target: Any, text: str) -> None:
        self.click(target)
        self.page.keyboard.type(text)
        self.keys += len(text)

    def _reach(self, target: Any) -> None:
        """Press Tab until the focus is there."""
        for _ in range(120):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def _said(self, text: str) -> None:
        started = time.perf_counter()
        self.page.locator("#live", has_text=text).wait_for()
        self.waited_s += time.perf_counter() - started

    def _load(self, deed: Callable[[], object]) -> None:
        started = time.perf_counter()
        with self.page.expect_event("load"):
            deed()
        self.waited_s += time.perf_counter() - started
        self.pages += 1
