"""What README.md tells an organiser: from an empty installation to an open registration."""

import re

import pytest


@pytest.fixture
def pages(untouched, browser):
    """The page of an organiser who begins, and that of a guest who does not know them."""
    dates = ("--starts", "2027-03-22", "--ends", "2027-03-23")
    untouched.run("edition", "create", "essai", "--title", "Forum d’essai", *dates, "--draft")
    link = untouched.run("organiser", "add", "you@example.org").strip()
    untouched.start("serve")
    contexts = [browser.new_context(locale="en-GB") for _ in range(2)]
    organiser, guest = [context.new_page() for context in contexts]
    organiser.goto(link)
    yield organiser, guest
    for context in contexts:
        context.close()


def press(page, name):
    """Press the button of a form, and wait for what it answers."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def field(page, name):
    return page.get_by_role("main").get_by_label(name).first


def set_terms_and_categories(page):
    follow(page, "The form")
    field(page, "Places").fill("200")
    field(page, "Registration closes").fill("2027-03-15T18:00")
    press(page, "Store the terms")
    follow(page, "Attendee")
    field(page, "Name – in French").fill("Agent public")
    field(page, "Name – in English").fill("Public agent")
    press(page, "Store the category")
    follow(page, "Add a category")
    field(page, "Name – in French").fill("Partenaire")
    field(page, "Name – in English").fill("Partner")
    field(page, "Places").fill("20")
    field(page, "Closes").fill("2027-03-01T18:00")
    field(page, "An organiser approves each registration").check()
    press(page, "Store the category")


def ask(page):
    follow(page, "Add a question")
    field(page, "Question – in French").fill("Venez-vous au dîner ?")
    field(page, "Question – in English").fill("Do you come to the dinner?")
    field(page, "Yes or no").check()
    press(page, "Store the question")
    follow(page, "Add a consent")
    field(page, "Wording – in French").fill("J’accepte d’être photographié.")
    field(page, "Wording – in English").fill("I agree to be photographed.")
    press(page, "Store the consent")


def write(page):
    follow(page, "E-mails")
    follow(page, "Place confirmed")
    words = page.get_by_label("Text", exact=True).nth(1)
    words.fill("Hello {given_name},\n\nSee you soon!")
    field(page, "Preview: English").click()
    page.frame_locator("iframe[name=preview]").get_by_text("See you soon!").wait_for()
    press(page, "Send me a test: English")
    press(page, "Save")


def register(guest, untouched, address, category):
    guest.goto(f"{untouched.base}/essai/")
    guest.get_by_role("main").get_by_role("link", name=re.compile("^Register")).first.click()
    field(guest, "Given name").fill("Ada")
    field(guest, "Family name").fill("Ferrand")
    field(guest, "E-mail").fill(address)
    field(guest, category).check()
    press(guest, "Send my registration")
    assert guest.get_by_role("heading", level=1).inner_text() == "Look at your e-mail"


def test_an_organiser_begins(untouched, pages):
    page, guest = pages
    press(page, "Sign in")
    assert page.get_by_text("A draft: nobody sees this edition but its team.").is_visible()
    assert guest.goto(f"{untouched.base}/essai/").status == 404
    set_terms_and_categories(page)
    ask(page)
    follow(page, "Preview Partner")
    assert page.get_by_text("Do you come to the dinner?").is_visible()
    write(page)
    follow(page, "The form")
    field(page, "State").select_option("Open")
    press(page, "Store the terms")
    follow(page, "Overview")
    assert page.get_by_role("link", name=f"{untouched.base}/essai/register").is_visible()
    register(guest, untouched, "ada@example.org", "Partner")
    assert untouched.letter("ada@example.org")["Subject"] == "Registration received: Forum d’essai"
    follow(page, "Registrations")
    follow(page, "Ferrand Ada")
    press(page, "Approve")
    letter = untouched.letter("ada@example.org", 2)
    assert letter["Subject"] == "Your registration is approved: Forum d’essai"
    register(guest, untouched, "emmy@example.org", "Public agent")
    letter = untouched.letter("emmy@example.org")
    assert "See you soon!" in letter.get_body(("plain",)).get_content()
    assert untouched.letter("you@example.org")["Subject"] == "[Test] Your ticket: Forum d’essai"
    follow(page, "Invitations")
    field(page, "Guests").fill("Grace; Hopper; grace@example.org")
    field(page, "No approval is needed").check()
    press(page, "Make the invitations")
    letter = untouched.letter("grace@example.org").get_body(("plain",)).get_content()
    path = re.search(r"/essai/register\?code=\S+", letter)[0]
    guest.goto(f"{untouched.base}{path}")
    assert path.endswith(field(guest, "Invitation code").input_value())
