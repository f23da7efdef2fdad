"""The scanner in Firefox: decides alike, keeps what it read without a network, hands it over."""

import json
from pathlib import Path

import pytest

from tests.browser.doors import NOTE_VERDICTS
from tests.browser.firefox import firefox
from tests.browser.test_scanner_decides import ALL_CASES
from tests.browser.test_scanner_offline import told
from tests.installations import until

DECISIONS = Path(__file__).parents[1] / "data" / "decisions.json"
MODULE = 'document.querySelector("#scanner").src.replace("scan.js", "%s.js")'
WAITING = f"async () => (await import({MODULE % 'store'})).waiting()"
READY = "body[data-ready][data-tickets]:not([data-tickets=''])"


@pytest.fixture(scope="module")
def fox(tmp_path_factory):
    with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


@pytest.fixture
def tickets(demo, tmp_path):
    """Some tickets of the demonstration that no other test takes."""
    demo.run("export", "tickets", tmp_path / "tickets.json")
    held = json.loads((tmp_path / "tickets.json").read_text("utf-8"))
    return held[-8:]


def enrol(fox, demo):
    """Enrol the phone, and wait until it works without a network."""
    code = demo.json("device", "add", "Firefox", "--gate", "main")["code"]
    fox.goto(f"{demo.base}/scan#code={code}")
    fox.wait_for(READY)
    fox.click("nav [data-panel=prepare]")

    def kept():
        fox.click("#check-again")
        return fox.evaluate(
            "() => Boolean(document.querySelector('[data-check=assets][data-good=true]'))"
        )

    until(kept)
    fox.click("nav [data-panel=scan]")


def type_code(fox, code):
    fox.fill("#code", code)
    fox.click("#typed button")


def wedge(fox, code):
    """Read a badge with a scanner that is a keyboard, whatever has the focus."""
    fox.evaluate("() => document.activeElement.blur()")
    fox.keys(f"{code}\ue007")


def read(fox, how, code, kind):
    """Read a code; return the word of the verdict and the name that the badge opened."""
    fox.wait_for("body[data-verdict=idle]")
    fox.evaluate(NOTE_VERDICTS)
    how(fox, code)
    fox.wait_for(f"html[data-seen={kind}]")
    return fox.text("#verdict"), fox.text("#who").partition(" · ")[0]


def name(ticket):
    return f"{ticket['given_name']} {ticket['family_name']}"


def test_scans_without_a_site_outlive_a_reload_and_arrive_once(fox, demo, tickets):
    enrol(fox, demo)
    typed, wedged, later = tickets[:3]
    demo.stop()
    try:
        assert read(fox, type_code, typed["token"], "pass") == ("Bienvenue", name(typed))
        assert read(fox, wedge, wedged["token"], "pass") == ("Bienvenue", name(wedged))
        fox.reload()
        fox.wait_for(READY)
        assert fox.text("#n-waiting") == "2"
        assert read(fox, type_code, typed["token"], "look") == ("Déjà entré", name(typed))
        assert read(fox, wedge, later["token"], "pass") == ("Bienvenue", name(later))
        assert fox.evaluate(WAITING) == 4
    finally:
        demo.start("demo")
    fox.evaluate("() => { dispatchEvent(new Event('online')); }")
    until(lambda: fox.evaluate(WAITING) == 0)
    assert told(demo, typed["token"]) == ["admitted", "already_in"]
    assert told(demo, wedged["token"]) == ["admitted"]
    assert told(demo, later["token"]) == ["admitted"]


def test_each_case_is_decided_as_by_the_server(fox, demo):
    fox.goto(f"{demo.base}/scan")
    data = json.loads(DECISIONS.read_text("utf-8"))
    number = 1
    for dimension in data["dimensions"]:
        number *= len(dimension["values"])
    module = fox.evaluate(f"() => {MODULE % 'decide'}")
    found = fox.evaluate(ALL_CASES, [data, module])
    assert found == {"wrong": [], "cases": number, "rest": 0}
