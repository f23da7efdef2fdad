"""The scanner's own decisions in a real browser: as the server's, in every case that there is."""

import json
from pathlib import Path

import pytest

from tests.browser.chromium import SITE, serve_samples

DATA = Path(__file__).parents[1] / "data"
ALL_CASES = """async ([data, module]) => {
  const { decide, place } = await import(module);
  const values = Object.fromEntries(data.dimensions.map(one => [one.name, one.values]));
  const spread = names => names.reduce((all, name) => all.flatMap(
    one => values[name].map(value => ({ ...one, [name]: value }))), [{}]);
  const list = one => ({
    slug: "list", windows: one.list.windows, counts: one.counts.counts,
    categories: one.categories?.categories ?? null, reentry: one.reentry?.reentry ?? true,
  });
  const wrong = [];
  const differs = (said, expected, one) => {
    if (said !== expected && wrong.length < 5) wrong.push([said, expected, JSON.stringify(one)]);
  };
  const places = {};
  spread(data.places_by).forEach((one, n) => {
    const where = place(list(one), one.day.days, data.at);
    places[[one.list.name, one.day.name, one.counts.name]] = where;
    differs(`${where.day}:${where.period}`, data.places[n], one);
  });
  const expected = data.outcomes.matchAll(/([a-z])(\\d*)/g);
  let letter, left = 0, cases = 0;
  const next = () => {
    if (!left) {
      const [, found, number] = expected.next().value;
      [letter, left] = [data.letters[found], Number(number || 1)];
    }
    left -= 1;
    return letter;
  };
  const names = data.dimensions.map(one => one.name);
  for (const first of spread(names.slice(0, 4))) {
    for (const rest of spread(names.slice(4))) {
      const one = { ...first, ...rest };
      const { directions } = one.gate;
      const gates = { gate: { slug: "gate", directions, check_in_list: "list" } };
      const question = {
        rules: { edition: data.edition, days: one.day.days, gates, lists: { list: list(one) } },
        gate: "gate", at: data.at, direction: one.direction.direction,
        claim: one.claim.claim && { ...one.claim.claim, days: one["ticket days"].bits },
        holder: one.holder.holder && { ...one.holder.holder, seats: one.list.seats },
      };
      const where = places[[one.list.name, one.day.name, one.counts.name]];
      differs(decide(question, where, one.standing.standing), next(), one);
      cases += 1;
    }
  }
  return { wrong, cases, rest: left + [...expected].length };
}"""

STANDINGS = """async ([check_in, own, rule, module]) => {
  const { standingOf } = await import(module);
  return standingOf(check_in, own, rule);
}"""

IN, OUT, TWICE = (
    {"id": name, "at": at, "seq": at, "direction": way, "let_in": let_in, "refusal": None}
    for name, at, way, let_in in (
        ("a", 1, "in", True),
        ("b", 2, "out", True),
        ("c", 3, "in", False),
    )
)
NEVER, INSIDE, LEFT = (
    {"entered": entered, "inside": inside}
    for entered, inside in ((False, False), (True, True), (True, False))
)
AGAIN = {"counts": "day", "reentry": True}
ONCE = {"counts": "day", "reentry": False}
UNDONE = {"undone": True, "before": NEVER}


@pytest.fixture(scope="module")
def page(browser):
    """A page in which the scanner's modules are at hand."""
    context = browser.new_context(service_workers="block")
    serve_samples(context)
    page = context.new_page()
    page.goto(f"{SITE}/scan")
    yield page
    context.close()


def module(name):
    return f"{SITE}/static/0/badges/{name}.js"


def test_the_scanner_decides_each_case_as_the_server_does(page):
    data = json.loads((DATA / "decisions.json").read_text("utf-8"))
    number = 1
    for dimension in data["dimensions"]:
        number *= len(dimension["values"])
    found = page.evaluate(ALL_CASES, [data, module("decide")])
    assert found == {"wrong": [], "cases": number, "rest": 0}


@pytest.mark.parametrize(
    ("check_in", "own", "rule", "standing"),
    [
        (None, [], AGAIN, NEVER),
        ({"a": 5, "i": True}, [], AGAIN, INSIDE),
        ({"a": 5, "i": False}, [], AGAIN, LEFT),
        ({"a": None, "i": False}, [], AGAIN, NEVER),
        (None, [IN], AGAIN, INSIDE),
        (None, [OUT, IN], AGAIN, LEFT),
        (None, [IN, OUT, TWICE], AGAIN, INSIDE),
        (None, [IN, OUT, TWICE], ONCE, LEFT),
        (None, [IN | {"let_in": False, "refusal": "cancelled"}], AGAIN, NEVER),
        ({"a": 1, "i": True}, [IN | UNDONE], AGAIN, NEVER),
        ({"a": 1, "i": False}, [IN, OUT | {"undone": True, "before": INSIDE}], AGAIN, INSIDE),
        (None, [IN | UNDONE, OUT | {"at": 0}], AGAIN, NEVER),
    ],
)
def test_where_somebody_stands(page, check_in, own, rule, standing):
    assert page.evaluate(STANDINGS, [check_in, own, rule, module("decide")]) == standing
