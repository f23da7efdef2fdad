"""A form with mistakes puts the reader before them; the keyboard reaches everything."""

import pytest

from tests.browser.chromium import SITE, serve_samples


@pytest.fixture(scope="module")
def page(browser):
    context = browser.new_context()
    serve_samples(context)
    yield context.new_page()
    context.close()


def test_the_summary_of_mistakes_has_the_focus(page):
    page.goto(f"{SITE}/register-errors")
    page.wait_for_selector("#mistakes:focus")


def test_a_link_of_the_summary_leads_to_its_field(page):
    page.goto(f"{SITE}/register-errors")
    page.wait_for_selector("#mistakes:focus")
    page.click("#mistakes a[href='#email']")
    page.wait_for_selector("#email:focus")


def test_the_first_tab_reaches_the_skip_link_and_it_shows(page):
    page.goto(f"{SITE}/home")
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Aller au contenu"
    assert page.locator(":focus").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#content:focus")


@pytest.mark.parametrize(
    "name", ["home", "register", "register-errors", "registered", "manage-confirmed", "cancel"]
)
def test_every_target_is_large_enough_for_a_finger(page, name):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{SITE}/{name}")
    small = page.evaluate(
        """() => [...document.querySelectorAll(
               "nav a, .brand, button, .btn, .choice, select, textarea, .field input")]
             .filter(one => one.getBoundingClientRect().height < 44)
             .map(one => one.outerHTML)"""
    )
    assert small == []


def test_a_choice_is_taken_wherever_its_box_is_touched(page):
    page.goto(f"{SITE}/register")
    box = page.locator(".choice", has_text="Presse")
    place = box.bounding_box()
    for x, y in [(3, 3), (place["width"] - 4, place["height"] - 4)]:
        page.reload()
        box.click(position={"x": x, "y": y})
        assert page.is_checked("input[name=category][value=press]")
