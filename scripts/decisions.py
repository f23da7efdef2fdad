"""Make the cases by which the server and the scanner prove that they decide alike, or check them.

    .venv/bin/python -m scripts.decisions            write tests/data/decisions.json
    .venv/bin/python -m scripts.decisions --check    the file is what this script makes

The file holds every combination of what `badges.deciding` looks at. `dimensions` are the questions
(who claims what, whose ticket it is, which way, …), each with its values; a value has a name and
the parts that it puts into the question. A case takes one value of each dimension; the cases stand
in the order of nested loops, the last dimension turning fastest. `outcomes` has a letter for each
case, told in `letters`; a number after a letter says how many cases in a row have it ("f120u": 120
times forged, once unknown). `places` has, in the same order and for the dimensions `places_by`
alone, the day and the period of each, as "day:period".

How a case becomes a question, at the instant `at`, at the one gate of the edition `edition`, whose
check-in list has the slug "list":

    claim      {edition, days, revision} as the token says it, or null; `days` is of "ticket days"
    holder     {status, category, days, revision, ended_at?, replaced_at?, seats} or null; `seats`
               is of "list"
    direction  of the scan; directions: of the gate
    windows    of the list, or null; days: the instants at which the days of the edition begin and
               the last one ends
    categories, counts, reentry: of the list
    standing   {entered, inside}: what earlier scans come to
"""

import json
import sys
from collections.abc import Iterator
from itertools import groupby, product
from typing import Any

from msgspec import convert

from badges.doors import deciding
from badges.doors.deciding import (
    Claim,
    DoorRules,
    GateRule,
    Holder,
    ListRule,
    Place,
    Question,
    Standing,
    Window,
)
from badges.models import Counting, Direction, Directions, Outcome
from scripts.vendor import ROOT

FILE = ROOT / "tests" / "data" / "decisions.json"

Value = dict[str, Any]

AT = 1_806_138_000_000
HOUR = 3_600_000
DAY = 24 * HOUR
EDITION = 7
SESSION = 12

LETTERS = {
    Outcome.ADMITTED: "a",
    Outcome.ALREADY_IN: "i",
    Outcome.LEFT: "l",
    Outcome.NOT_YET: "y",
    Outcome.TOO_LATE: "t",
    Outcome.WRONG_DAY: "d",
    Outcome.NOT_ON_LIST: "n",
    Outcome.REVOKED: "r",
    Outcome.CANCELLED: "c",
    Outcome.WAITING: "w",
    Outcome.FORGED: "f",
    Outcome.UNKNOWN: "u",
    Outcome.WRONG_EDITION: "e",
}


def _holder(name: str, status: str = "confirmed", **ended: int) -> Value:
    return {
        "name": name,
        "holder": {"status": status, "category": 1, "days": 3, "revision": 2, **ended},
    }


def _hours(name: str, *windows: tuple[int, int]) -> Value:
    """Return a list with hours; each window is told as milliseconds from `AT`."""
    listed = [{"opens": AT + opens, "closes": AT + closes} for opens, closes in windows]
    return {"name": name, "windows": listed, "seats": []}


def _session(name: str, *, seats: list[int], kept: int | None = None) -> Value:
    """Return a list that is open for a session with seats."""
    window = {"opens": AT - HOUR, "closes": AT + HOUR, "session": SESSION, "seat": True}
    kept_until = {} if kept is None else {"seat_until": AT + kept}
    return {"name": name, "windows": [window | kept_until], "seats": seats}


def _other_session(name: str, opens: int) -> Value:
    """Return a list that is open for a session at another time, and the seat in it."""
    window = {"opens": AT + opens, "closes": AT + opens + HOUR, "session": SESSION, "seat": True}
    return {"name": name, "windows": [window], "seats": [SESSION]}


DIMENSIONS: dict[str, list[Value]] = {
    "claim": [
        {"name": "none", "claim": None},
        {"name": "another edition", "claim": {"edition": EDITION + 1, "revision": 2}},
        {"name": "right", "claim": {"edition": EDITION, "revision": 2}},
        {"name": "older revision", "claim": {"edition": EDITION, "revision": 1}},
    ],
    "holder": [
        {"name": "none", "holder": None},
        _holder("confirmed"),
        _holder("waiting", "waiting"),
        _holder("cancelled, nobody knows when", "cancelled"),
        _holder("cancelled before", "cancelled", ended_at=AT - 1),
        _holder("cancelled at this instant", "cancelled", ended_at=AT),
        _holder("cancelled later", "cancelled", ended_at=AT + 1),
        _holder("revoked before", ended_at=AT - 1),
        _holder("revoked later", ended_at=AT + 1),
        _holder("replaced before", replaced_at=AT - 1),
        _holder("replaced at this instant", replaced_at=AT),
        _holder("replaced later", replaced_at=AT + 1),
    ],
    "direction": [{"name": "in", "direction": "in"}, {"name": "out", "direction": "out"}],
    "gate": [{"name": one, "directions": one} for one in ("in", "out", "both")],
    "list": [
        {"name": "always", "windows": None, "seats": []},
        {"name": "never", "windows": [], "seats": []},
        _hours("before its hours", (HOUR, 2 * HOUR)),
        _hours("as it opens", (0, HOUR)),
        _hours("open", (-2 * HOUR, -HOUR), (-HOUR, HOUR)),
        _hours("between its hours", (-2 * HOUR, -HOUR), (HOUR, 2 * HOUR)),
        _hours("as it closes", (-HOUR, 0)),
        _hours("hours of another day", (2 * DAY, 2 * DAY + HOUR)),
        _session("session, seat held", seats=[SESSION]),
        _session("session, seat of another", seats=[SESSION + 1]),
        _session("session, seat kept a moment longer", seats=[], kept=1),
        _session("session, seat kept no longer", seats=[], kept=0),
        {
            "name": "session without seats",
            "windows": [{"opens": AT - HOUR, "closes": AT + HOUR, "session": SESSION}],
            "seats": [],
        },
        _other_session("session later", HOUR),
        _other_session("session of another day", -3 * DAY),
    ],
    "day": [
        {"name": "before the edition", "days": [AT + 1, AT + DAY + 1, AT + 2 * DAY + 1]},
        {"name": "first day", "days": [AT, AT + DAY, AT + 2 * DAY]},
        {"name": "second day", "days": [AT - DAY - 8 * HOUR, AT - 8 * HOUR, AT + 16 * HOUR]},
    ],
    "ticket days": [{"name": "both", "bits": 0b11}, {"name": "the second", "bits": 0b10}],
    "categories": [
        {"name": "all", "categories": None},
        {"name": "this one too", "categories": [0, 1]},
        {"name": "others", "categories": [2]},
    ],
    "counts": [{"name": one, "counts": one} for one in ("forum", "day", "session", "never")],
    "reentry": [{"name": "again", "reentry": True}, {"name": "once", "reentry": False}],
    "standing": [
        {"name": "never seen", "standing": {"entered": False, "inside": False}},
        {"name": "inside", "standing": {"entered": True, "inside": True}},
        {"name": "left", "standing": {"entered": True, "inside": False}},
    ],
}
PLACES_BY = ["list", "day", "counts"]


def document() -> Value:
    """Return the whole file as a value."""
    return {
        "about": "Made by scripts/decisions.py, where it is described.",
        "at": AT,
        "edition": EDITION,
        "letters": {letter: outcome.value for outcome, letter in LETTERS.items()},
        "dimensions": [{"name": name, "values": DIMENSIONS[name]} for name in DIMENSIONS],
        "places_by": PLACES_BY,
        "places": [f"{one.day}:{one.period}" for one in places().values()],
        "outcomes": packed(LETTERS[outcome] for outcome in outcomes()),
    }


def packed(letters: Iterator[str]) -> str:
    """Return letters in a row as one, with their number."""
    return "".join(f"{one}{_number(len([*some]))}" for one, some in groupby(letters))


def _number(count: int) -> str:
    return "" if count == 1 else str(count)


def unpacked(text: str) -> Iterator[str]:
    """Yield the letters that `packed` wrote."""
    letter, number = "", ""
    for one in [*text, ""]:
        if one.isdigit():
            number += one
            continue
        yield from letter * int(number or 1)
        letter, number = one, ""


def list_rule(windows: Value, categories: Value, counts: Value, reentry: Value) -> ListRule:
    """Return the check-in list of a case."""
    listed = windows["windows"]
    return ListRule(
        slug="list",
        windows=None if listed is None else [Window(**one) for one in listed],
        categories=categories["categories"],
        counts=Counting(counts["counts"]),
        reentry=reentry["reentry"],
    )


def places() -> dict[tuple[str, ...], Place]:
    """Return where the instant falls, by the names of the values of `PLACES_BY`."""
    found = {}
    for windows, day, counts in product(*(DIMENSIONS[name] for name in PLACES_BY)):
        any_of = list_rule(windows, {"categories": None}, counts, {"reentry": True})
        names = windows["name"], day["name"], counts["name"]
        found[names] = deciding.place(any_of, day["days"], AT)
    return found


def outcomes() -> Iterator[Outcome]:
    """Yield what is decided in each case."""
    where = places()
    *asked, standings = DIMENSIONS.values()
    standing = [convert(one["standing"], Standing) for one in standings]
    for claim, holder, way, gate, windows, day, bits, categories, counts, reentry in product(
        *asked
    ):
        said, held = claim["claim"], holder["holder"]
        question = Question(
            rules=_rules(gate, day, list_rule(windows, categories, counts, reentry)),
            gate="gate",
            at=AT,
            direction=Direction(way["direction"]),
            claim=None if said is None else Claim(days=bits["bits"], **said),
            holder=None if held is None else Holder(seats=windows["seats"], **held),
        )
        place = where[windows["name"], day["name"], counts["name"]]
        yield from (deciding.decide(question, place, one) for one in standing)


def _rules(gate: Value, day: Value, listed: ListRule) -> DoorRules:
    rule = GateRule(
        slug="gate", name={}, directions=Directions(gate["directions"]), check_in_list="list"
    )
    return DoorRules(
        edition=EDITION, days=day["days"], gates={"gate": rule}, lists={"list": listed}
    )


def text() -> str:
    """Return the file, one value of a dimension a line."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file, or check it with `--check`: exit 1 when it is another."""
    if sys.argv[1:] != ["--check"]:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text(), "utf-8")
        print(f"decisions: wrote {FILE.relative_to(ROOT)}")
    elif FILE.read_text("utf-8") != text():
        sys.exit("decisions: the file differs: run scripts.decisions")


if __name__ == "__main__":
    main()
