"""The manifest in a real browser: found by hash, opened by the badge in hand, forgeries told."""

import json
from pathlib import Path

import pytest

from tests.browser.chromium import SITE, serve_samples

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "manifest.json").read_text("utf-8"))
CASES = VECTORS["cases"]
DERIVED = """async ({token, salt, reference: typed, n, module}) => {
  const { identify, openName } = await import(module);
  const [one, other] = [await identify(token, salt), await identify(typed, salt)];
  return {
    h: one.h, k: one.k, r: other.r, number: one.said.number, name: await openName(n, token, salt),
  };
}"""
CLAIM = """async ([token, keys, entry, module]) => {
  const { claimOf, identify } = await import(module);
  return claimOf(await identify(token, "salt"), keys, entry);
}"""
WITHOUT_ED25519 = """() => {
  crypto.subtle.verify = () => Promise.reject(new DOMException("unknown", "NotSupportedError"));
}"""
KINDS = """async ([text, module]) => {
  const { identify } = await import(module);
  const { kind, text: read } = await identify(text, "salt");
  return [kind, read];
}"""
MODULE = f"{SITE}/static/0/badges/manifest.js"
TOKEN = CASES[0]["token"]
FORGED = TOKEN[:30] + ("A" if TOKEN[30] != "A" else "B") + TOKEN[31:]
NOT_CANONICAL = TOKEN[:-1] + "B"
OTHER_VERSION = "E" + TOKEN[1:]
RIGHT = {"edition": 1, "days": 3, "revision": 0}
LINK = f" https://forum.example/t/{TOKEN.lower()} "


@pytest.fixture
def page(browser):
    """A page in which the scanner's modules are at hand."""
    context = browser.new_context(service_workers="block")
    serve_samples(context)
    page = context.new_page()
    page.goto(f"{SITE}/scan")
    yield page
    context.close()


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one['reference']}-{one['token'][:3]}")
def test_what_a_phone_makes_of_a_token_is_what_the_server_sealed(page, case):
    found = page.evaluate(DERIVED, {**case, "module": MODULE})
    assert found == {
        **{name: case[name] for name in ("h", "k", "r", "number")},
        "name": json.loads(case["plaintext"]),
    }


@pytest.mark.parametrize(
    ("token", "claim"),
    [(TOKEN, RIGHT), (FORGED, None), (NOT_CANONICAL, None), (OTHER_VERSION, None)],
    ids=["signed", "altered", "spelt otherwise", "of another version"],
)
def test_a_signature_is_verified_by_the_browser(page, token, claim):
    assert page.evaluate(CLAIM, [token, VECTORS["keys"], None, MODULE]) == claim


def test_a_key_that_is_not_there_signs_nothing(page):
    assert page.evaluate(CLAIM, [TOKEN, {"7": VECTORS["keys"]["7"]}, None, MODULE]) is None


@pytest.mark.parametrize(
    ("entry", "claim"),
    [(None, RIGHT), ({"h": "another", "v": 0}, None), ({"h": "another", "v": 1}, RIGHT)],
    ids=["unknown ticket", "another token of this issue", "a newer issue"],
)
def test_without_ed25519_the_list_of_tickets_is_the_proof(page, entry, claim):
    page.evaluate(WITHOUT_ED25519)
    assert page.evaluate(CLAIM, [TOKEN, VECTORS["keys"], entry, MODULE]) == claim


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        (TOKEN.lower(), "token", TOKEN),
        (LINK, "token", TOKEN),
        (" k7qm 4txv", "reference", "K7QM4TXV"),
        ("K7QM-4TXV", "reference", "K7QM-4TXV"),
        ("K7QM-4TXU", "nothing", "K7QM-4TXU"),
        (TOKEN + "A", "nothing", TOKEN + "A"),
        ("été", "nothing", "éTé"),
    ],
)
def test_what_is_read_is_told_apart(page, text, kind, read):
    assert page.evaluate(KINDS, [text, MODULE]) == [kind, read]
