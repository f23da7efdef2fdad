"""An organiser builds a form by keyboard alone, without JavaScript; the form asks what applies."""

import re
from pathlib import Path

import pytest

from tests.browser.chromium import SITE, serve_samples
from tests.browser.keyboard import Keyboard
from tests.installations import get

SCRIPT = Path(__file__).parents[2] / "forum" / "static" / "questions.js"


@pytest.fixture(scope="module")
def samples(browser):
    """A page of the samples with JavaScript, and one without."""
    opened = []
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        serve_samples(context)
        opened.append(context.new_page())
    return opened


def shown(page):
    """Return the codes of the questions that can be seen."""
    fields = page.locator("[name^='answers.']:visible").evaluate_all("all => all.map(a => a.name)")
    return list(dict.fromkeys(name.removeprefix("answers.") for name in fields))


REST = ["town", "arrival", "people", "line", "text", "file"]


def test_questions_appear_as_they_apply(samples):
    page, _ = samples
    page.goto(f"{SITE}/register-questions")
    assert shown(page) == ["comes", *REST]
    page.check("[name=category][value=agent]")
    assert shown(page) == ["comes", "visit", *REST]
    page.check("[name='answers.comes'][value=yes]")
    assert shown(page) == ["comes", "meal", "visit", *REST]
    page.check("[name=category][value=press]")
    page.check("[name='answers.comes'][value=no]")
    assert shown(page) == ["comes", *REST]
    assert page.locator(".rule:visible").count() == 0


def test_without_javascript_all_are_shown_each_with_its_rule(samples):
    _, page = samples
    page.goto(f"{SITE}/register-questions")
    assert shown(page) == ["comes", "meal", "visit", *REST]
    rules = page.locator(".rule:visible").all_inner_texts()
    assert [re.sub(r"\s+", " ", one).strip() for one in rules] == [
        "Si vous avez répondu “Oui” à « Serez-vous au dîner ? ».",
        "Seulement pour : Élu·e, Agent public.",
    ]


def test_what_was_answered_decides_at_once(samples):
    page, _ = samples
    page.goto(f"{SITE}/register-questions-errors")
    assert shown(page) == ["comes", "meal", "visit", *REST]
    assert page.is_checked("[name='answers.meal'][value=vegan]")


def test_the_script_is_short():
    assert len(SCRIPT.read_bytes()) <= 1024


def build_terms_and_category(keys):
    keys.press("The form")
    keys.write("Places", "100")
    keys.press("Store the terms")
    assert keys.page.get_by_role("status").inner_text().startswith("Stored")
    keys.press("Add a category")
    keys.write("Name – in French", "Presse")
    keys.write("Name – in English", "Press")
    keys.write("Places", "5")
    keys.press("Store the category")
    assert keys.page.get_by_role("link", name="Press", exact=True).is_visible()


def ask(keys, label, code, kind):
    """Begin a question whose kind is so many below the first."""
    keys.press("Add a question")
    keys.write("Question – in French", label)
    keys.write("Code", code)
    keys.tick("A line of text")
    for _ in range(kind):
        keys.page.keyboard.press("ArrowDown")


def asked(page):
    return page.locator("ol.rows > li > a").all_inner_texts()


def build_questions(keys):
    page = keys.page
    ask(keys, "Venez-vous ?", "comes", 4)
    keys.tick("An answer is required")
    keys.press("Store the question")
    ask(keys, "Quelle visite ?", "visit", 2)
    keys.press("Store the question")
    page.wait_for_selector("#mistakes:focus")
    keys.write("Answer 1 in French", "Le canal")
    keys.write("Places of answer 1", "2")
    keys.tick("Yes")
    keys.press("Store the question")
    assert asked(page) == ["Venez-vous ?", "Quelle visite ?"]
    keys.press("Down")  # the second depends on the first, which stays before it
    assert asked(page) == ["Venez-vous ?", "Quelle visite ?"]
    ask(keys, "Un mot", "word", 0)
    keys.press("Store the question")
    page.locator("#question-word").focus()
    keys.press("Up")
    assert asked(page) == ["Venez-vous ?", "Un mot", "Quelle visite ?"]


def test_a_form_is_built_by_keyboard_and_answered_by_keyboard(empty, browser):
    made = "--title Essai --starts 2027-03-22 --ends 2027-03-23".split()
    empty.run("edition", "create", "essai", *made)
    empty.start("serve")
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    keys = Keyboard(page)
    page.goto(empty.json("organiser", "add", "equipe@example.org")["link"])
    keys.press("Sign in")
    page.wait_for_url("**/organiser/essai")
    build_terms_and_category(keys)
    build_questions(keys)
    page.goto(f"{empty.base}/essai/register")
    keys.write("Given name", "Ada")
    keys.write("Family name", "Ferrand")
    keys.write("E-mail", "ada@example.org")
    keys.tick("Attendee")
    keys.tick("Yes")
    keys.to("No answer")
    page.keyboard.press("ArrowDown")  # from the last to the first
    keys.press("Send my registration")
    page.wait_for_url("**/essai/registered")
    told = get(f"{empty.base}/api/editions/essai").json()
    visit = next(one for one in told["questions"] if one["code"] == "visit")
    assert visit["options"][0]["places_left"] == 1
    context.close()
