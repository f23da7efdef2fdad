"""Registering and what follows, by keyboard alone and without JavaScript."""

import uuid

import pytest

from tests.browser.keyboard import Keyboard
from tests.installations import link, post


@pytest.fixture
def keys(browser):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    yield Keyboard(context.new_page())
    context.close()


@pytest.fixture
def address():
    return f"{uuid.uuid4().hex[:8]}@example.org"


@pytest.fixture
def own(demo, address):
    """The path of the page of somebody who is registered by `address`."""
    sent = {"given_name": "Ada", "family_name": "Ferrand", "email": address, "category": "agent"}
    post(f"{demo.base}/api/editions/demo/registrations", json={**sent, "language": "en"})
    return link(demo.letter(address))


def mistakes(page):
    """Return the fields that the summary names; it has the focus."""
    assert page.locator(":focus").get_attribute("id") == "mistakes"
    return [one.partition(":")[0] for one in page.locator("#mistakes li").all_inner_texts()]


def test_every_mistake_is_told_at_once_and_what_was_typed_stays(demo, keys, address):
    page = keys.page
    page.goto(f"{demo.base}/demo/register")
    keys.write("Given name", "Ada")
    keys.write("E-mail", "ada@")
    keys.write("Job title", "Mayor")
    keys.tick("English")
    keys.press("Send my registration")
    assert mistakes(page) == ["Family name", "E-mail", "You come as"]
    assert page.locator("[aria-invalid=true]").evaluate_all("all => all.map(one => one.id)") == [
        "family_name",
        "email",
    ]
    kept = [page.input_value(f"#{name}") for name in ("given_name", "email", "job_title")]
    assert kept == ["Ada", "ada@", "Mayor"]
    keys.press("Family name")  # the link of the summary leads to the field
    page.keyboard.type("Ferrand")
    keys.write("E-mail", address)
    keys.tick("Elected official")
    keys.press("Send my registration")
    page.wait_for_url("**/demo/registered")
    assert demo.letter(address)["Subject"].startswith("Your ticket")


def test_a_registration_is_corrected_then_passed_on(demo, keys, own, address):
    page = keys.page
    page.goto(f"{demo.base}{own}")
    keys.press("Correct my registration")
    keys.write("Family name", "")
    keys.write("Job title", "Mayor")
    keys.press("Save my corrections")
    assert mistakes(page) == ["Family name"]
    assert page.input_value("#job_title") == "Mayor"
    keys.write("Family name", "Lovelace")
    keys.press("Save my corrections")
    assert page.get_by_text("Ada Lovelace").is_visible()
    keys.press("Pass my place on")
    keys.write("Given name", "Grace")
    keys.press("Pass my place on")
    assert mistakes(page) == ["Family name", "E-mail"]
    assert page.input_value("#given_name") == "Grace"
    keys.write("Family name", "Hopper")
    keys.write("E-mail", f"grace.{address}")
    keys.press("Pass my place on")
    assert demo.letter(f"grace.{address}")["Subject"].startswith("Your ticket")


def test_a_lost_link_is_asked_for(demo, keys, address):
    page = keys.page
    page.goto(f"{demo.base}/demo/register")
    keys.press("Get my link again")
    keys.write("E-mail", "ada@")
    keys.press("Send me my link")
    assert mistakes(page) == ["E-mail"]
    assert page.input_value("#email") == "ada@"
    keys.write("E-mail", address)
    keys.press("Send me my link")
    assert page.get_by_role("status").inner_text().startswith("If somebody is registered")


def test_a_group_is_registered_and_its_bad_lines_are_named(demo, keys, address):
    page = keys.page
    page.goto(f"{demo.base}/demo/register")
    keys.press("Register a group")
    keys.write("Your name", "Anne Exemple")
    keys.write("Your e-mail", address)
    keys.tick("Elected official")
    keys.to("The people")
    page.keyboard.type(f"Ada; Ferrand; a.{address}\nGrace; Hopper; grace@")
    keys.press("Register the group")
    assert mistakes(page) == ["Line 2"]
    assert page.input_value("#people").endswith("grace@")
    keys.write("The people", f"Ada; Ferrand; a.{address}\nGrace; Hopper; g.{address}")
    keys.press("Register the group")
    for one in ("a", "g"):
        assert demo.letter(f"{one}.{address}")["Subject"].startswith(("Your ticket", "Votre"))
