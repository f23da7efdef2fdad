"""Seats in sessions in a browser: taken and given back by the keyboard alone, without a script."""

import uuid

import httpx
import pytest

from tests.browser.keyboard import Keyboard
from tests.installations import link


@pytest.fixture
def own(demo):
    """The path of the link of somebody who has just registered."""
    address = f"{uuid.uuid4().hex}@example.org"
    answer = httpx.post(
        f"{demo.base}/api/editions/demo/registrations",
        json={
            "given_name": "Ada",
            "family_name": "Ferrand",
            "email": address,
            "category": "agent",
        },
        timeout=60,
    )
    assert answer.status_code == 202
    return link(demo.letter(address))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_seat_is_taken_and_given_back_by_keyboard(demo, browser, own, javascript):
    context = browser.new_context(
        locale="en-GB", java_script_enabled=javascript, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    keys = Keyboard(page)
    page.goto(f"{demo.base}{own}")
    keys.press("Sign up for sessions")
    page.wait_for_url("**/sessions")
    page.goto(page.locator("ul.days a").last.evaluate("one => one.href"))  # still to come
    keys.press("Take a seat")
    note = page.get_by_role("status")
    note.wait_for()
    assert note.inner_text().startswith("You have a seat: ")
    assert page.get_by_text("✓ You have a seat").count() == 2  # in one's list, and by time
    page.goto(f"{demo.base}{own}")
    assert page.get_by_text("✓ You have a seat").count() == 1
    keys.press("Change my sessions")
    page.wait_for_url("**/sessions")
    page.goto(page.locator("ul.days a").last.evaluate("one => one.href"))
    keys.press("Give the seat back")
    note = page.get_by_role("status")
    note.wait_for()
    assert note.inner_text().startswith("Given back: ")
    assert page.get_by_text("✓ You have a seat").count() == 0
    context.close()
