"""Registering on a phone of 360 by 740, slow, on a slow network: what it asks of a thumb."""

import uuid

import pytest

from tests.browser.phone import SCREEN, Phone
from tests.installations import link, token

UNTIL_TICKET = {"fr-FR": "Votre billet", "en-GB": "Your ticket"}


@pytest.fixture(params=UNTIL_TICKET)
def phone(request, browser):
    phone = Phone(browser, request.param)
    yield phone
    phone.context.close()


def test_registering_takes_seven_taps_four_answers_and_four_pages(demo, phone):
    address = f"{uuid.uuid4().hex[:8]}@example.org"
    shown = phone.register(
        f"{demo.base}/demo/", address, lambda: demo.base + link(demo.letter(address))
    )
    letter = demo.letter(address)
    assert shown == token(letter)
    language = phone.page.locator("html").get_attribute("lang")
    assert letter["Subject"].startswith(UNTIL_TICKET[{"fr": "fr-FR", "en": "en-GB"}[language]])
    counted = (phone.taps, phone.fields, phone.pages, phone.keys)
    assert counted == (7, 4, 4, len("MaëlleLe Goff") + len(address))


def test_what_is_wrong_is_seen_without_scrolling(demo, browser):
    context = browser.new_context(viewport=SCREEN, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(f"{demo.base}/demo/register")
    with page.expect_event("load"):
        page.locator("main form button").tap()
    box = page.locator("#mistakes").bounding_box()
    assert page.evaluate("scrollY") == 0
    assert box["y"] + box["height"] <= SCREEN["height"]
    context.close()


def test_a_phone_offers_the_right_keyboard_and_what_it_knows_of_its_owner(demo, browser):
    page = browser.new_page()
    page.goto(f"{demo.base}/demo/register")
    told = {
        field: [page.locator(f"#{field}").get_attribute(name) for name in ("type", "autocomplete")]
        for field in ("given_name", "family_name", "email", "organisation", "job_title")
    }
    assert told == {
        "given_name": ["text", "given-name"],
        "family_name": ["text", "family-name"],
        "email": ["email", "email"],
        "organisation": ["text", "organization"],
        "job_title": ["text", "organization-title"],
    }
    page.close()
