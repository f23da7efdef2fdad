"""A site as a scanner knows it, answered by the test: tickets, rules, and all that goes wrong."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from badges.doors.deciding import DoorRules, GateRule, ListRule, milliseconds
from badges.models import TokenPayload
from badges.scanner.manifest import Entry, Lock, Name, by_number, by_reference, spelt
from badges.tokens import sign
from tests.installations import until

SALT = "sel"
EDITION = 7
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
DEVICE = {
    "id": "01938c1e-0000-7000-8000-000000000001",
    "edition_id": EDITION,
    "name": "Tablette 1",
    "gate": "main",
    "gates": ["main", "quay"],
    "may_search": False,
    "may_desk": False,
    "may_evacuate": False,
}
COUNTERS = {"main": {"entered": 40, "inside": 30, "expected": 100}}
CODE = "K7Q-4MX"


def token(number, *, revision=0, edition=EDITION, days=3):
    """Return the token of a ticket."""
    payload = TokenPayload(
        key_id=0, edition=edition, ticket=number, category=1, days=days, revision=revision
    )
    return sign(payload, KEY)


def reference(number):
    """Return the reference under the badge of a ticket."""
    return f"{number:08}"


def entry(number, given="Maëlys", family="d’Hérouville", **fields):
    """Return what a phone is told of a ticket."""
    lock = Lock.of(token(number), SALT)
    told = {"s": "confirmed", "c": 1, "d": 3, "v": 0, "n": lock.seal(Name(g=given, f=family))}
    found = {
        "h": lock.h,
        "k": by_number(number, SALT),
        "r": by_reference(reference(number).replace("-", ""), SALT),
    }
    return Entry(**found, **{**told, **fields})


def rules(at):
    """Return the rules of two doors and one list, two days from eight hours ago on."""
    day = timedelta(days=1)
    starts = [milliseconds(at - timedelta(hours=8) + n * day) for n in range(3)]
    gates = {
        slug: GateRule(slug=slug, name=name, check_in_list="main")
        for slug, name in (
            ("main", {"fr": "Entrée Nord", "en": "North door"}),
            ("quay", {"fr": "Quai", "en": "Quay"}),
        )
    }
    return DoorRules(
        edition=EDITION, days=starts, gates=gates, lists={"main": ListRule(slug="main")}
    )


NOTE_VERDICTS = """() => {
  const root = document.documentElement, body = document.body;
  delete root.dataset.seen;
  if (globalThis.seeing) return;
  globalThis.seeing = new MutationObserver(() => {
    if (body.dataset.verdict !== "idle") root.dataset.seen = body.dataset.verdict;
  });
  globalThis.seeing.observe(body, { attributeFilter: ["data-verdict"] });
}"""


class Doors:
    """Stands for the server: what it received, what it knows, and what it answers next."""

    def __init__(self, context, *, now=lambda: datetime.now(UTC)):
        self.now = now
        self.rules = rules(now())
        self.tickets = [entry(number) for number in range(1, 4)]
        self.check_ins = []
        self.device = DEVICE
        self.counters = COUNTERS
        self.outcome = {"outcome": "admitted", "name": "Maëlys d’H.", "category": "Agent public"}
        self.batches, self.states, self.keys = [], [], []
        self.cut = self.portal = self.losing = False
        self.status = 200
        self.problem = {"title": "Non"}
        self.revoked = self.drained = self.holding = False
        self.forgetting = False
        self.held = []
        self.moved_to = None
        context.route("**/api/**", self.answer)

    @property
    def received(self):
        """Every scan that arrived, as often as it did."""
        return [scan for batch in self.batches for scan in batch["scans"]]

    def answer(self, route):
        """Answer a request of the scanner, or do not."""
        if self.cut:
            route.abort("connectionreset")
        elif self.portal:
            route.fulfill(status=200, content_type="text/html", body="<h1>Wi-Fi</h1>")
        elif self.drained:
            route.fulfill(status=401, json={"code": "device_revoked"})
        elif self.status != 200:
            route.fulfill(status=self.status, json=self.problem)
        elif self.holding and route.request.url.endswith("/device/scans"):
            self.held.append(route)
        else:
            path = route.request.url.partition("/api/")[2].partition("?")[0]
            status, body = getattr(self, path.replace("/", "_"))(route.request)
            if self.losing:
                route.abort("connectionreset")
            else:
                route.fulfill(status=status, json=body)

    def devices(self, request):
        self.keys.append(request.headers["idempotency-key"])
        if json.loads(request.post_data) == {"code": CODE}:
            return 201, {"token": "secret", "device": self.device}
        return 404, {"code": "device_code_unknown"}

    def device_state(self, request):
        self.states.append(json.loads(request.post_data))
        gate = self.moved_to or self.states[-1]["gate"]
        about = {"slug": "demo", "title": {}, "timezone": "Europe/Paris", "languages": ["fr"]}
        answer = {"now": self.now().isoformat(), "edition": about}
        answer |= {"device": {**self.device, "gate": gate}}
        return 200, {**answer, "counters": self.counters}

    def device_manifest(self, request):
        del request
        told = {
            "cursor": "1",
            "full": True,
            "count": len(self.tickets),
            "now": self.now(),
            "edition": {"id": EDITION, "slug": "demo", "timezone": "Europe/Paris"},
            "rules": self.rules,
            "keys": {"0": spelt(KEY.public_key().public_bytes_raw())},
            "categories": {"1": {"fr": "Agent public", "en": "Public servant"}},
            "sessions": {},
            "salt": SALT,
            "tickets": self.tickets,
            "check_ins": self.check_ins,
        }
        return 200, json.loads(msgspec.json.encode(told))

    def device_scans(self, request):
        batch = json.loads(request.post_data)
        self.batches.append({**batch, "authorization": request.headers["authorization"]})
        self.drained = self.revoked and not batch["waiting"]
        outcomes = [{"id": scan["id"], **self.outcome_of(scan)} for scan in batch["scans"]]
        if self.forgetting:
            outcomes = []
        return 200, {"outcomes": outcomes} | ({"revoked": True} if self.revoked else {})

    def outcome_of(self, scan):
        """What became of a scan: what the phone showed, if it did."""
        if "undoes" in scan:
            return {"outcome": "undone"}
        return {**self.outcome, "outcome": scan.get("shown", self.outcome["outcome"])}


def type_code(page, code):
    note_verdicts(page)
    page.fill("#code", code)
    page.click("#typed button")


def note_verdicts(page):
    """From here on have `html[data-seen]` keep the colour of a verdict, which calms by itself."""
    page.evaluate(NOTE_VERDICTS)


def verdict(page, kind):
    """Wait for a verdict of this colour, however short it was; return its word, which stays."""
    page.wait_for_selector(f"body[data-verdict={kind}], html[data-seen={kind}]")
    return page.inner_text("#verdict")


def ready(page, tickets):
    """Wait until the scanner holds so many tickets."""
    page.wait_for_selector(f"body[data-ready][data-tickets='{tickets}']")


def settled(page):
    """Wait until no round of the scanner with the server is under way."""
    page.evaluate("navigator.locks.request('forum scanner', () => {})")


def kept(page):
    """Return how much the scanner keeps, by the name of each store that holds something."""
    stores = ("meta", "entries", "check_ins", "scans", "queue")
    counted = """async ([path, ...names]) => {
      const store = await import(path);
      const all = await Promise.all(names.map(async name => [name, await store.all(name)]));
      return Object.fromEntries(all.map(([name, one]) => [name, one.length]).filter(one => one[1]));
    }"""
    return page.evaluate(counted, [path_of(page, "store"), *stores])


def path_of(page, module):
    """Return the path of a module of the scanner."""
    return page.get_attribute("#scanner", "src").replace("scan.js", f"{module}.js")


def all_sent(page):
    """Wait until nothing that the scanner keeps is still to be sent, and it shows that."""
    waiting = "async path => (await import(path)).waiting()"
    until(lambda: page.evaluate(waiting, path_of(page, "store")) == 0)
    page.wait_for_selector("#n-waiting:text-is('0')", state="attached")


def keep_page(page):
    """Wait until the scanner works without a network: its list and its files are on the phone."""
    page.wait_for_selector("body[data-ready][data-tickets]:not([data-tickets=''])")
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.click("nav [data-panel=prepare]")
    page.wait_for_selector("[data-check=assets]")
    checked(page, lambda: page.get_attribute("[data-check=assets]", "data-good") == "true")
    page.click("nav [data-panel=scan]")
    settled(page)


def checked(page, learnt):
    """Have the phone, whose checks are shown, look again until it has learnt something."""

    def look():
        page.click("#check-again")
        settled(page)
        return learnt()

    until(look)
