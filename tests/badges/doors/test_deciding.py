"""What a gate answers: every combination, as the scanner's file has it and as words say it."""

import json
from itertools import product
from math import prod

import pytest

from badges.doors.deciding import day_at
from scripts import decisions
from scripts.decisions import DIMENSIONS, FILE, LETTERS, PLACES_BY, packed, unpacked

EITHER = ["before the edition", "first day", "second day"]
CLOSED = {
    "never": ["wrong_day", "wrong_day", "wrong_day"],
    "before its hours": ["not_yet", "not_yet", "not_yet"],
    "between its hours": ["not_yet", "not_yet", "not_yet"],
    "as it closes": ["too_late", "wrong_day", "too_late"],
    "hours of another day": ["not_yet", "wrong_day", "wrong_day"],
    "session later": ["not_yet", "not_yet", "not_yet"],
    "session of another day": ["too_late", "wrong_day", "wrong_day"],
}
"""Why these lists let in nobody, before the edition, on its first and on its second day."""
SEATLESS = {"session, seat of another", "session, seat kept a moment longer"}
AT_A_SESSION = {
    "session, seat held",
    *SEATLESS,
    "session, seat kept no longer",
    "session without seats",
}
ENDED = {
    "waiting": "waiting",
    "cancelled, nobody knows when": "cancelled",
    "cancelled before": "cancelled",
    "cancelled at this instant": "cancelled",
    "revoked before": "revoked",
}


@pytest.fixture(scope="module")
def told():
    return json.loads(FILE.read_text("utf-8"))


def test_the_file_is_what_the_script_makes():
    assert FILE.read_text("utf-8") == decisions.text()


def test_every_combination_has_its_outcome(told):
    count = prod(len(one["values"]) for one in told["dimensions"])
    assert [one["name"] for one in told["dimensions"]] == [*DIMENSIONS]
    assert sum(1 for _ in unpacked(told["outcomes"])) == count > 1_000_000
    assert {*unpacked(told["outcomes"])} == {*told["letters"]} == {*LETTERS.values()}


def test_every_outcome_is_the_one_that_the_rules_in_words_give(told):
    letters = {name: letter for letter, name in told["letters"].items()}
    names = [[one["name"] for one in values] for values in DIMENSIONS.values()]
    *asked, standings = names
    wanted = (
        letters[passes(*case[-2:], standing) if refused is None else refused]
        for case in product(*asked)
        for refused in [refusal(*case)]
        for standing in standings
    )
    assert packed(wanted) == told["outcomes"]


def refusal(claim, holder, direction, gate, listed, day, ticket_days, categories, *_):
    """Say in words why somebody may not pass; "left" and None: they may, outwards and inwards."""
    outwards = direction == "out"
    reasons = [
        {"none": "forged", "another edition": "wrong_edition"}.get(claim),
        "unknown" if holder == "none" else None,
        {"in": "not_on_list"}.get(gate, "left") if outwards else None,
        ended(claim, holder),
        "not_on_list" if gate == "out" else None,
        "wrong_day" if (day, ticket_days) == ("first day", "the second") else None,
        "not_on_list" if categories == "others" else None,
        CLOSED[listed][EITHER.index(day)] if listed in CLOSED else None,
        "not_on_list" if listed in SEATLESS else None,
    ]
    return next(filter(None, reasons), None)


def ended(claim, holder):
    """Say whether the ticket opens nothing any more, and why."""
    if holder in ENDED and ENDED[holder] != "waiting":
        return ENDED[holder]
    if claim == "older revision" and holder != "replaced later":
        return "revoked"
    return ENDED.get(holder)


def passes(counts, reentry, standing):
    """Say whether somebody passes in whose way nothing stands but that they were here before."""
    if counts == "never" or standing == "never seen":
        return "admitted"
    return "admitted" if reentry == "again" and standing == "left" else "already_in"


def test_every_day_and_period_is_the_one_that_the_rules_in_words_give(told):
    assert told["places_by"] == PLACES_BY == ["list", "day", "counts"]
    names = [[one["name"] for one in DIMENSIONS[name]] for name in PLACES_BY]
    assert told["places"] == [
        f"{EITHER.index(day) - 1}:{period(listed, day, counts)}"
        for listed, day, counts in product(*names)
    ]


def period(listed, day, counts):
    """Say in what a scan counts once."""
    if counts == "day":
        return {"before the edition": "2027-03-27", "first day": "0", "second day": "1"}[day]
    return "12" if counts == "session" and listed in AT_A_SESSION else ""


@pytest.mark.parametrize("letters", ["", "a", "aaab", "abab", "a" * 1000 + "b"])
def test_letters_are_packed_and_unpacked(letters):
    assert "".join(unpacked(packed(iter(letters)))) == letters


@pytest.mark.parametrize(
    ("at", "day"), [(9, -1), (10, 0), (19, 0), (20, 1), (29, 1), (30, -1), (10**18, -1)]
)
def test_a_day_begins_as_it_begins_and_ends_before_the_next(at, day):
    assert day_at([10, 20, 30], at) == day
