"""Phones at the doors as the scanner makes them: they keep, decide, ask, give up and send again.

A phone survives its restart by what is on its disk; its clock may be wrong, its network bad.
"""

import asyncio
import json
import time
import uuid
from base64 import urlsafe_b64decode
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from badges import tokens
from badges.doors.deciding import DoorRules, Holder, Question, Standing, claim_of, decide, place
from badges.models import Direction
from badges.scanner.manifest import Lock, by_number

BATCH = 20
PATIENCE_S = 0.4
"""So long somebody in front of the door waits for the server's answer."""
SETTLED_S = 3.0
"""What the server tells may be so old: until then a phone trusts its own scans."""
LET_IN = {"admitted", "left"}
CUT, MENDED, LOST, SWALLOWED = 0.04, 0.2, 0.03, 0.07
"""How probable it is, with each request, that the network goes, that it comes back; and so on."""


class Cut(Exception):  # noqa: N818 -- what happened, not whose fault
    """No answer came: nobody knows whether the request arrived."""


class Dismissed(Exception):  # noqa: N818
    """The server hears this phone no more."""


def true_ms():
    """Return what all clocks should show."""
    return time.time_ns() // 1_000_000


def written(ms):
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


class Line:
    """The way to the server: now and then cut for a while, or a request or its answer lost.

    `held` cuts it until told otherwise; `fine` loses nothing.
    """

    def __init__(self, http, chance):
        self.http = http
        self.chance = chance
        self.up = True
        self.held = False
        self.fine = False
        self.swallowed = 0

    async def send(self, method, path, *, token=None, **given):
        if not self._through():
            raise Cut("before")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        try:
            answer = await self.http.request(method, path, headers=headers, **given)
        except httpx.HTTPError as error:
            raise Cut(type(error).__name__) from error
        if answer.status_code >= 500:
            raise Cut(answer.status_code)
        if self.held or (not self.fine and self.chance.random() < SWALLOWED):
            self.swallowed += 1
            raise Cut("the answer is lost")
        return answer

    def _through(self):
        """Say whether a request leaves; the weather changes with each."""
        if self.held or self.fine:
            return not self.held
        self.up = self.chance.random() < (1 - CUT if self.up else MENDED)
        return self.up and self.chance.random() > LOST


@dataclass
class Kept:
    """What a phone has on its disk, apart from the manifest."""

    id: str
    token: str
    gate: str
    seq: int = 0
    offset_ms: int | None = None
    unsure_ms: float = float("inf")
    revoked: bool = False
    queue: list = field(default_factory=list)
    own: list = field(default_factory=list)
    """Its scans that the manifest may not tell yet."""


@dataclass(frozen=True)
class Read:
    """What a phone did with somebody: `scan` as it goes to the server, what was shown, by whom.

    `unsure_ms` is how far from the truth the phone may believe its clock to be.
    """

    scan: dict
    true_ms: int
    outcome: str
    alone: bool
    unsure_ms: float

    @property
    def id(self):
        return self.scan["id"]


class Phone:
    """A device at a gate. `error_ms` is by how much its clock is ahead."""

    def __init__(self, folder, line, *, kept=None, error_ms=0):
        self.folder = folder
        self.line = line
        self.error_ms = error_ms
        self.kept = kept or Kept(**json.loads((folder / "state.json").read_text()))
        self.reachable = False
        self.flying = set()
        self.answers = {}
        self.tickets, self.check_ins, self.head, self.by_h = {}, {}, None, {}
        if kept is None and (folder / "manifest.json").exists():
            head, tickets, check_ins = json.loads((folder / "manifest.json").read_text())
            self._know(head, tickets, check_ins)

    @classmethod
    async def enrol(cls, folder, line, code):
        """Trade a code for a token, and learn all that is needed to decide alone."""
        answer = await line.send("POST", "/api/devices", json={"code": code})
        assert answer.status_code == 201, answer.text
        told = answer.json()
        folder.mkdir()
        phone = cls(
            folder,
            line,
            kept=Kept(token=told["token"], id=told["device"]["id"], gate=told["device"]["gate"]),
        )
        phone.save()
        for _ in range(4):  # the quickest answer tells the time best
            await phone.manifest()
        phone.reachable = True
        return phone

    def restarted(self, *, error_ms=None):
        """Return the phone as it starts again: what was not on its disk is gone."""
        again = Phone(self.folder, self.line, error_ms=self.error_ms)
        again.answers = self.answers  # what the test knows is no memory of the phone's
        again.flying = self.flying
        if error_ms is not None:  # a battery pulled out: it does not know what its clock lacks
            again.error_ms = error_ms
            again.kept.offset_ms, again.kept.unsure_ms = None, float("inf")
        return again

    def save(self):
        (self.folder / "state.json").write_text(json.dumps(asdict(self.kept)))

    def wall(self):
        return true_ms() + self.error_ms

    async def quiet(self):
        """Wait until nothing of it is on its way any more."""
        while self.flying:
            await asyncio.wait(self.flying)

    # At the door

    async def read(self, token, direction="in"):
        """Read a badge; what is returned was shown, and is on the disk."""
        at = true_ms()
        scan, unsure = self._made(at, token=token, direction=direction), self.kept.unsure_ms
        here = at + self.error_ms + scan.get("clock_offset_ms", 0)
        known, outcome = self._judge(token, direction, here)
        own = {**known, "id": scan["id"], "direction": direction, "acked": None, "undone": False}
        own["let_in"] = outcome in LET_IN
        self.kept.queue.append(scan)
        self.kept.own.append(own)
        self.save()
        answer = await self._ask(scan) if self.reachable else None
        if answer is None:
            scan["shown"] = outcome
        else:
            outcome = answer["outcome"]
            own["let_in"] = outcome in LET_IN
        self.save()
        return Read(scan, at, outcome, alone=answer is None, unsure_ms=unsure)

    def undo(self, read):
        """Take back what was read."""
        at = true_ms()
        scan = self._made(at, token="", direction="in", undoes=read.id)
        for own in self.kept.own:
            if own["id"] == read.id:
                own["undone"] = True
        self.kept.queue.append(scan)
        self.save()
        return Read(scan, at, "undone", alone=False, unsure_ms=self.kept.unsure_ms)

    def _made(self, at, **said):
        self.kept.seq += 1
        scan = {
            "id": str(uuid.uuid4()),
            "gate": self.kept.gate,
            "scanned_at": written(at + self.error_ms),
            "seq": self.kept.seq,
            **said,
        }
        if self.kept.offset_ms is not None:
            scan["clock_offset_ms"] = self.kept.offset_ms
        return scan

    def _judge(self, token, direction, at):
        """Decide on what is known here; return of whom and in which period, and the outcome."""
        gate = self.rules.gates[self.kept.gate]
        rule = self.rules.lists[gate.check_in_list]
        where = place(rule, self.rules.days, at)
        claim = entry = None
        try:
            payload = tokens.verify(tokens.normalise(token), self.keys)
        except tokens.Forged:
            pass
        else:
            claim = claim_of(payload)
            salt = self.head["salt"]
            entry = self.by_h.get(Lock.of(token, salt).h)
            entry = entry or self.tickets.get(by_number(payload.ticket, salt))
        k = entry["k"] if entry else None
        question = Question(
            rules=self.rules,
            gate=self.kept.gate,
            at=at,
            direction=Direction(direction),
            claim=claim,
            holder=holder(entry),
        )
        known = {"k": k, "l": rule.slug, "p": where.period}
        return known, decide(question, where, self._standing(**known)).value

    def _standing(self, k, l, p):  # noqa: E741 -- names of the JSON
        known = self.check_ins.get((k, l, p))
        entered, inside = (known["a"] is not None, known["i"]) if known else (False, False)
        for one in self.kept.own:
            if (one["k"], one["l"], one["p"]) == (k, l, p) and one["let_in"] and not one["undone"]:
                inside = one["direction"] == "in"
                entered = entered or inside
        return Standing(entered=entered, inside=inside)

    # To the server

    async def _ask(self, scan):
        """Ask about somebody who waits; None where no answer comes in time."""
        task = asyncio.create_task(self._send([scan]))
        self.flying.add(task)
        task.add_done_callback(self._landed)
        done, _ = await asyncio.wait([task], timeout=PATIENCE_S)
        if not done:
            return None
        try:
            return task.result()[0]
        except (Cut, Dismissed):
            return None

    def _landed(self, task):
        self.flying.discard(task)
        if isinstance(task.exception(), Cut):
            self.reachable = False

    async def sync(self):
        """Hand over what waits and learn what is new; say whether all of it went through."""
        try:
            while self.kept.queue:
                await self._send(self.kept.queue[:BATCH])
            if not self.kept.revoked:
                await self.manifest()
                await self.tell_state()
        except Cut:
            self.reachable = False
        else:
            self.reachable = True
        return self.reachable

    async def _send(self, scans):
        sent = [dict(one) for one in scans]
        body = {
            "sent_at": written(self.wall()),
            "waiting": len(self.kept.queue) - len(sent),
            "scans": sent,
        }
        answer = await self.line.send("POST", "/api/device/scans", token=self.kept.token, json=body)
        if answer.status_code == 401 and answer.json()["code"] == "device_revoked":
            self.kept.revoked = True
            raise Dismissed
        assert answer.status_code == 200, answer.text
        told = answer.json()
        self.kept.revoked |= told.get("revoked", False)
        assert [one["id"] for one in told["outcomes"]] == [one["id"] for one in sent]
        self._take(sent, told["outcomes"])
        return told["outcomes"]

    def _take(self, sent, outcomes):
        """Let go of scans that were answered as they are now."""
        waits = {one["id"]: one for one in self.kept.queue}
        done = set()
        for one, answer in zip(sent, outcomes, strict=True):
            self.answers.setdefault(one["id"], []).append((one.get("shown"), answer))
            now = waits.get(one["id"])
            if now is not None and now.get("shown") == one.get("shown"):
                done.add(one["id"])
        self.kept.queue = [one for one in self.kept.queue if one["id"] not in done]
        for own in self.kept.own:
            if own["id"] in done:
                own["acked"] = time.monotonic()
        self.save()

    async def tell_state(self):
        told = {
            "sent_at": written(self.wall()),
            "gate": self.kept.gate,
            "waiting": len(self.kept.queue),
            "clock_offset_ms": self.kept.offset_ms,
            "version": "test",
        }
        answer = await self.line.send("PUT", "/api/device/state", token=self.kept.token, json=told)
        assert answer.status_code == 200, answer.text

    async def manifest(self):
        """Learn what changed; all of it where that does not add up."""
        asked = time.monotonic()
        since = {} if self.head is None else {"since": self.head["cursor"]}
        told = await self._ask_manifest(**since)
        if len(self.tickets) != told["count"]:
            told = await self._ask_manifest()
            assert len(self.tickets) == told["count"]
        self.kept.own = [
            one for one in self.kept.own
            if one["acked"] is None or one["acked"] > asked - SETTLED_S
        ]  # fmt: skip
        self.save()

    async def _ask_manifest(self, **query):
        asked, wall = time.monotonic(), self.wall()
        answer = await self.line.send(
            "GET", "/api/device/manifest", token=self.kept.token, params=query
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        self._measure(told["now"], wall, (time.monotonic() - asked) * 1000)
        tickets = {} if told["full"] else self.tickets
        check_ins = {} if told["full"] else self.check_ins
        tickets |= {one["k"]: one for one in told.pop("tickets")}
        check_ins |= {(one["k"], one["l"], one["p"]): one for one in told.pop("check_ins")}
        self._know(told, [*tickets.values()], [*check_ins.values()])
        self._save_manifest()
        return told

    def _save_manifest(self):
        held = [self.head, [*self.tickets.values()], [*self.check_ins.values()]]
        (self.folder / "manifest.json").write_text(json.dumps(held))

    def _know(self, head, tickets, check_ins):
        self.head = head
        self.rules = msgspec.convert(head["rules"], DoorRules)
        self.keys = {
            int(number): Ed25519PublicKey.from_public_bytes(plain(key))
            for number, key in head["keys"].items()
        }
        self.tickets = {one["k"]: one for one in tickets}
        self.by_h = {one["h"]: one for one in tickets}
        self.check_ins = {(one["k"], one["l"], one["p"]): one for one in check_ins}

    def _measure(self, now, wall, took_ms):
        """Learn what the clock lacks; a slow answer that agrees with a quick one says nothing."""
        said = datetime.fromisoformat(now).timestamp() * 1000
        unsure = took_ms / 2 + 1
        offset = said - took_ms / 2 - wall
        kept = self.kept
        agrees = abs(offset - (kept.offset_ms or 0)) <= unsure + kept.unsure_ms
        if kept.offset_ms is not None and agrees and unsure >= kept.unsure_ms:
            return
        kept.offset_ms, kept.unsure_ms = round(offset), unsure


def plain(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def holder(entry):
    if entry is None:
        return None
    return Holder(
        status=entry["s"],
        category=entry["c"],
        days=entry["d"],
        revision=entry["v"],
        ended_at=entry.get("e"),
        replaced_at=entry.get("p"),
        seats=entry.get("t", []),
    )
