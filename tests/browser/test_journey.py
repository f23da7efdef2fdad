"""The demonstration in a real browser: by mouse, by keyboard without JavaScript, at the door."""

import re
import uuid

from tests.browser.axe import AXE, RULES, RUN
from tests.installations import until


def fill(page, address):
    page.fill("#given_name", "Maëlle")
    page.fill("#family_name", "Le Goff-d’Hérouville")
    page.fill("#email", address)


def shown_in_outbox(page, demo, address, subject):
    """Open the e-mail that an address got, from the outbox's page, as soon as it is there."""
    until(lambda: any(subject in one["Subject"] for one in demo.letters(address)))
    page.goto(f"{demo.base}/outbox")
    row = page.locator("tr", has_text=address).filter(has_text=subject)
    with page.expect_navigation():
        row.get_by_role("link").first.click()


def test_register_read_the_e_mail_show_the_ticket_cancel(demo, browser):
    address = f"{uuid.uuid4().hex}@example.org"
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{demo.base}/demo/")
    page.get_by_role("link", name=re.compile("S’inscrire")).last.click()
    fill(page, "maelle@")
    page.check("input[name=category][value=press]")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_selector("#mistakes:focus")
    assert page.input_value("#family_name") == "Le Goff-d’Hérouville"
    assert page.locator("#email").get_attribute("aria-invalid") == "true"
    assert page.is_checked("input[name=category][value=press]")
    page.fill("#email", address)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/demo/registered")
    shown_in_outbox(page, demo, address, "Votre billet")
    with page.expect_navigation():
        page.locator("pre a[href*='/me/']").first.click()
    assert page.get_by_role("img", name="Code QR de votre billet").is_visible()
    assert page.get_by_text("Confirmée").is_visible()
    page.get_by_role("link", name="Annuler mon inscription").click()
    page.get_by_role("main").get_by_role("button").click()
    page.get_by_text("Annulée", exact=False).first.wait_for()
    assert page.get_by_role("img", name="Code QR de votre billet").count() == 0
    context.close()


def test_register_by_keyboard_alone_without_javascript(demo, browser):
    address = f"{uuid.uuid4().hex}@example.org"
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{demo.base}/demo/register")
    page.focus("#given_name")
    page.keyboard.type("Ada")
    page.keyboard.press("Tab")
    page.keyboard.type("Ferrand")
    page.keyboard.press("Tab")
    page.keyboard.type(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/demo/registered")
    assert page.get_by_role("heading", level=1).inner_text() == "Look at your e-mail"
    assert demo.letter(address)["Subject"].startswith("Your ticket")
    context.close()


def test_consents_are_given_and_withdrawn_by_keyboard_without_javascript(demo, browser):
    address = f"{uuid.uuid4().hex}@example.org"
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{demo.base}/demo/register")
    fill(page, address)
    page.check("input[name=category][value=agent]")
    page.get_by_role("main").get_by_role("button").press("Enter")
    page.wait_for_url("**/demo/registered")
    shown_in_outbox(page, demo, address, "Your ticket")
    page.locator("pre a[href*='/me/']").first.press("Enter")
    page.wait_for_url("**/me/*")
    consents = page.get_by_role("region", name="Your consents")
    asked = consents.get_by_role("button", name="I agree")
    count = asked.count()
    assert count >= 1
    assert consents.get_by_role("checkbox").count() == 0
    asked.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=agreed")
    assert page.get_by_role("status").inner_text().startswith("It is stored that you agree.")
    assert asked.count() == count - 1
    consents.get_by_role("button", name="Withdraw my consent").focus()
    page.keyboard.press("Space")
    page.wait_for_url("**?done=withdrawn")
    assert asked.count() == count
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert consents.get_by_text(re.compile("^from .* until ")).is_visible()
    address = page.url
    context.close()
    context = browser.new_context(locale="en-GB", bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    page.evaluate(AXE)
    assert page.evaluate(RUN, RULES) == []
    context.close()


def test_a_chosen_language_stays(demo, browser):
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"{demo.base}/demo/")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Guides", exact=True).first.click()
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()


def test_the_cookie_of_the_team_is_kept_by_the_browser(demo, browser):
    link = demo.json("organiser", "add", "navigateur@example.org")["link"]
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/organiser/demo")
    cookies = {one["name"]: one for one in context.cookies()}
    assert cookies["session"]["httpOnly"]
    assert cookies["session"]["sameSite"] == "Lax"
    context.close()
