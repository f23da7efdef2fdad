"""Choosing an organisation: by keyboard, by mouse, without an answer, without JavaScript."""

import gzip
import json

import httpx
import pytest

from forum.core.pages import static_file
from tests.browser.axe import AXE, RULES, RUN

FIELD = "#organisation"
OPTIONS = "[role=option]"


@pytest.fixture
def page(demo, browser):
    """The form of the demonstration in French, with its script."""
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    page = context.new_page()
    page.goto(f"{demo.base}/demo/register")
    yield page
    context.close()


def typed(page, text):
    """Write into the field at once, so that one text is asked for, and wait for its suggestions."""
    page.locator(FIELD).fill(text)
    page.wait_for_selector(f"{OPTIONS} >> nth=0")


def shown(page):
    return page.get_attribute(FIELD, "aria-expanded")


def test_the_keyboard_alone_chooses_a_suggestion(page):
    typed(page, "saint-denis")
    assert shown(page) == "true"
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    marked = page.locator(f"#{page.get_attribute(FIELD, 'aria-activedescendant')}")
    assert marked.get_attribute("aria-selected") == "true"
    assert marked.inner_text().splitlines() == ["Saint-Denis (93)", "Seine-Saint-Denis (93)"]
    page.keyboard.press("Enter")
    assert page.input_value(FIELD) == "Saint-Denis (93)"
    assert (shown(page), page.locator(OPTIONS).first.is_visible()) == ("false", False)
    assert page.url.endswith("/register")


def test_up_goes_to_the_last_and_around(page):
    typed(page, "nantes")
    page.keyboard.press("ArrowUp")
    assert page.locator("[aria-selected=true]").inner_text().startswith("Nantes-en-Ratier")
    page.keyboard.press("ArrowDown")
    assert page.locator("[aria-selected=true]").inner_text().startswith("Nantes\n")
    assert page.locator("[aria-selected=true]").count() == 1


def marked(page, name):
    """Wait until the suggestion of this name is the marked one."""
    page.wait_for_selector(f"[aria-selected=true]:text('{name}')")


def test_arrows_wait_for_the_suggestions_of_all_that_is_typed(page):
    typed(page, "nan")
    marked_before = page.locator(OPTIONS).last.inner_text()
    page.locator(FIELD).press_sequentially("tes")
    page.keyboard.press("ArrowUp")
    marked(page, "Nantes-en-Ratier")
    assert not marked_before.startswith("Nantes-en-Ratier")
    assert page.locator(OPTIONS).count() == 3


def test_faster_than_the_suggestions(page):
    page.locator(FIELD).press_sequentially("nantes")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("document.getElementById('organisation').value === 'Nantes'")
    assert (shown(page), page.url.endswith("/register")) == ("false", True)


def test_a_text_changed_meanwhile_marks_nothing(page):
    typed(page, "nantes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    page.wait_for_selector("[role=status]:text('0')", state="attached")
    assert (page.input_value(FIELD), page.locator(OPTIONS).count()) == ("nants", 0)
    assert page.get_attribute(FIELD, "aria-activedescendant") == ""


def test_an_arrow_asks_again_when_there_was_no_answer(page):
    page.route("**/api/organisations*", lambda route: route.abort(), times=1)
    page.locator(FIELD).fill("nantes")
    page.wait_for_selector("[role=status]:text('0')", state="attached")
    page.keyboard.press("ArrowDown")
    marked(page, "Nantes")
    assert page.locator(OPTIONS).count() == 3


def test_escape_closes_the_list_and_keeps_what_was_typed(page):
    typed(page, "nantes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert (shown(page), page.input_value(FIELD)) == ("false", "nantes")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"{OPTIONS} >> nth=0")
    assert shown(page) == "true"


def test_leaving_the_field_closes_the_list(page):
    typed(page, "nantes")
    page.keyboard.press("Tab")
    assert (shown(page), page.input_value(FIELD)) == ("false", "nantes")


def test_a_click_chooses_too(page):
    typed(page, "rennes")
    page.locator(OPTIONS).first.click()
    assert page.input_value(FIELD) == "Rennes"
    assert shown(page) == "false"


def test_how_many_there_are_is_said(page):
    typed(page, "nantes")
    assert page.inner_text("[role=status]") == "Suggestions\u00a0: 3"


def test_the_open_list_has_no_violation(page):
    typed(page, "nantes")
    page.keyboard.press("ArrowDown")
    page.evaluate(AXE)
    assert page.evaluate(RUN, RULES) == []


def test_without_an_answer_it_is_a_plain_field(page):
    page.route("**/api/organisations*", lambda route: route.abort())
    with page.expect_request("**/api/organisations*"):
        page.locator(FIELD).press_sequentially("nantes")
    page.wait_for_selector("[role=status]:text('0')", state="attached")
    assert (shown(page), page.input_value(FIELD)) == ("false", "nantes")


@pytest.mark.parametrize(
    ("script", "language"), [(True, "fr-FR"), (False, "en-GB")], ids=["with", "without"]
)
def test_what_is_chosen_or_written_is_known_by_the_overview(demo, browser, script, language):
    address = f"organisme-{script}@example.org".lower()
    context = browser.new_context(locale=language, java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{demo.base}/demo/register")
    page.fill("#given_name", "Zoé")
    page.fill("#family_name", "Ferrand")
    page.fill("#email", address)
    page.check("input[name=category][value=elected]")
    if script:
        typed(page, "plougastel")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    else:
        page.fill(FIELD, "Mairie de Plougastel-Daoulas")
    page.locator("main form button").click()
    page.wait_for_url("**/registered")
    context.close()
    stored = demo.var / f"{script}.json"
    demo.run("export", "registrations", stored)
    [row] = [one for one in json.loads(stored.read_text("utf-8")) if one["email"] == address]
    assert row["organisation_code"] == "COM-29189"


def test_the_script_is_light(demo):
    script = static_file("organisation.js").read_bytes()
    assert len(gzip.compress(script, 9)) <= 2048
    answer = httpx.get(f"{demo.base}/api/organisations", params={"q": "saint"})
    assert len(answer.content) <= 2048
