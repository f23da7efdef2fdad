"""The live board of the doors in a browser: it moves by itself, and says when nothing comes."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.axe import assert_clean, sighted
from tests.browser.chromium import signed_in
from tests.browser.ecoindex import TEAM, assert_within, measure
from tests.factories import sent
from tests.installations import Forum

LATER_MS = 60_000


class Doors:
    """A served edition of today with somebody at its door, and an organiser signed in."""

    def __init__(self, forum, browser, place):
        day = datetime.now(UTC).date()
        forum.run("edition", "create", "now", "--title", "Forum", "--starts", day - timedelta(1),
                  "--ends", day + timedelta(1))  # fmt: skip
        table = place / "people.csv"
        table.write_text("given_name,family_name,email\nZoé,Lefèvre,z@example.org\n", "utf-8")
        forum.run("import", "registrations", table, "--edition", "now")
        forum.run("export", "tickets", place / "tickets.json", "--edition", "now")
        self.token = json.loads((place / "tickets.json").read_text("utf-8"))[0]["token"]
        self.forum = forum
        forum.start("serve")
        self.device = forum.device("now")
        self.address = f"{forum.base}/organiser/now/doors"
        link = forum.json("organiser", "add", "portes@example.org", "--edition", "now")["link"]
        self.cookies = signed_in(browser, link)

    def scan(self, direction):
        scan = sent(self.token, at=datetime.now(UTC), direction=direction)
        [answer] = self.forum.scan(self.device, scan)
        return answer["outcome"]


@pytest.fixture(scope="module")
def doors(folder, browser):
    place = folder / "board"
    place.mkdir()
    place.chmod(0o711)
    forum = Forum(place)
    yield Doors(forum, browser, place)
    forum.stop()


@pytest.fixture
def page(doors, browser):
    context = browser.new_context(locale="fr-FR")
    context.add_cookies(doors.cookies)
    yield context.new_page()
    context.close()


def shows(page, path, number):
    page.wait_for_selector(f'[data-count="{path}"]:text-is("{number}")', timeout=LATER_MS)


def test_numbers_change_without_a_reload_when_another_reads_a_badge(doors, page):
    page.goto(doors.address)
    page.evaluate("window.stayed = true")
    shows(page, "inside", 0)
    assert page.get_by_text("Personne n’est encore entré aujourd’hui.").is_visible()
    assert doors.scan("in") == "admitted"
    shows(page, "inside", 1)
    shows(page, "gates/main/entries", 1)
    shows(page, "categories/attendee/inside", 1)
    page.wait_for_selector("#arrivals svg.curves rect", timeout=LATER_MS)
    assert page.locator("[data-said]").inner_text() == ""  # a change a minute is said, at most
    assert doors.scan("out") == "left"
    shows(page, "inside", 0)
    assert page.evaluate("window.stayed")
    page.locator("#arrivals summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#arrivals tbody tr").count() >= 1


def test_a_change_is_said_politely_once_a_minute(doors, page):
    page.clock.install()
    page.goto(doors.address)
    assert doors.scan("in") == "admitted"
    shows(page, "inside", 1)  # numbers have come: the next change is told
    page.clock.fast_forward(61_000)
    assert doors.scan("out") == "left"
    page.wait_for_function(
        "() => document.querySelector('[data-said]').textContent", timeout=LATER_MS
    )
    assert page.locator("[data-said]").inner_text().startswith("Dans le bâtiment\xa0: ")


def test_the_wall_says_since_when_nothing_comes_and_goes_on_after(doors, page):
    page.goto(f"{doors.address}/wall")
    before = int(page.inner_text("[data-count=inside]"))
    doors.forum.stop()
    page.wait_for_selector("[data-lost]:not([hidden])", timeout=LATER_MS)
    assert page.inner_text("[data-lost]").startswith("Pas de connexion depuis ")
    doors.forum.start("serve")
    page.wait_for_selector("[data-lost]", state="hidden", timeout=LATER_MS)
    assert doors.scan("out" if before else "in") in {"admitted", "left"}
    shows(page, "inside", 0 if before else 1)


def test_the_board_is_read_without_javascript(doors, browser):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    context.add_cookies(doors.cookies)
    page = context.new_page()
    page.goto(doors.address)
    page.get_by_role("link", name="Refresh").click()
    page.wait_for_url("**/doors")
    assert page.locator("dl.figures dd").count() == 5
    context.close()


@pytest.mark.parametrize("path", ["", "/wall"])
def test_the_board_is_accessible_and_light(doors, organiser_of_doors, browser, path):
    organiser_of_doors.goto(doors.address + path)
    assert_clean(organiser_of_doors)
    assert_within(measure(browser, doors.address + path, doors.cookies), TEAM)


@pytest.fixture(scope="module")
def organiser_of_doors(doors, browser):
    """A page of the organiser of `doors`, made to be looked at by axe."""
    page = sighted(browser, locale="fr-FR")
    page.context.add_cookies(doors.cookies)
    yield page
    page.context.close()
