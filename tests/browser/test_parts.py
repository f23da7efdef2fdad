"""An editor keeps the parts of a programme by the keyboard alone, without JavaScript."""

import re

from tests.browser.axe import assert_clean, sighted
from tests.browser.keyboard import Keyboard


def add(keys, path, button, **typed):
    """Open a list, add a part, and return to the list."""
    page = keys.page
    keys.press(path)
    keys.press(button)
    for label, text in typed.items():
        keys.write(label.replace("__", " – ").replace("_", " "), text)
    keys.press("Store")
    assert page.get_by_role("status").first.inner_text().startswith("Stored: ")


def add_session(keys, title, clock):
    """Add a session of ours in the room at a time of the first day."""
    page = keys.page
    keys.press("Sessions")
    keys.press("Add a session")
    keys.to("Type of session", field=True)
    page.keyboard.type("Round")
    keys.write("Title – in French", title)
    keys.to("Day", field=True)
    page.keyboard.press("ArrowDown")
    keys.write("Begins at", clock)
    keys.to("Room", field=True)
    page.keyboard.press("ArrowDown")
    keys.write("Person, line 1", "ada ferrand")
    keys.to("Role, line 1", field=True)
    page.keyboard.type("moderator")
    keys.press("Store")


def arrange_without_a_new_page(page):
    """Fill two lines of partners, and move them by the script; what was typed elsewhere stays."""
    page.goto(page.url.rpartition("/programme/")[0] + "/programme/sessions/new")
    page.evaluate("document.body.dataset.same = 'page'")
    page.fill("[id='title.fr']", "Atelier")
    for n, name in enumerate(("Brest", "Nantes")):
        page.fill(f"[id='partners.{n}.name']", name)
    page.get_by_role("button", name="More lines : Partners").press("Enter")
    page.locator("[id='partners.7.name']").wait_for()
    assert page.evaluate("document.activeElement.id") == "partners.2.name"
    page.locator("[value='partners.1.up']").press("Enter")
    page.locator("[id='partners.0.name'][value=Nantes]").wait_for()
    assert page.evaluate("document.activeElement.name") == "partners.0.name"
    page.locator("[value='partners.0.down']").press("Enter")
    page.locator("[id='partners.1.name'][value=Nantes]").wait_for()
    page.locator("[value='partners.0.away']").press("Enter")
    page.locator("[id='partners.0.name'][value=Nantes]").wait_for()
    assert page.input_value("[id='title.fr']") == "Atelier"
    assert page.evaluate("document.body.dataset.same") == "page"


def test_parts_are_kept_by_keyboard_and_a_clash_is_told(empty, browser):
    made = "--title Essai --starts 2027-03-22 --ends 2027-03-23".split()
    empty.run("edition", "create", "essai", *made)
    empty.start("serve")
    role = ("--role", "programme_editor")
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    keys = Keyboard(page)
    page.goto(empty.json("organiser", "add", "equipe@example.org", *role)["link"])
    keys.press("Sign in")
    page.wait_for_url("**/organiser/essai")
    page.goto(f"{empty.base}/organiser/essai/programme/sessions")
    add(keys, "Rooms", "Add a room", Room_name="Salle Garonne")
    add(keys, "Tracks", "Add a track", Track_name__in_French="Eau")
    add(keys, "People", "Add a person", Name="Ada Ferrand")
    add_session(keys, "Ouverture", "9:30")
    assert page.locator("tbody tr").count() == 1
    add_session(keys, "Débat", "10h00")
    refusal = page.locator("#refusal:focus")
    refusal.wait_for()
    assert "Salle Garonne is taken by “Ouverture”, Monday 22 March at 09:30" in re.sub(
        r"\s+", " ", refusal.inner_text()
    )
    assert page.input_value("[id='title.fr']") == "Débat"
    keys.write("Begins at", "11:00")
    keys.press("Store")
    assert page.locator("tbody tr").count() == 2
    keys.press("Débat")
    keys.press("Delete")
    assert page.locator("tbody tr").count() == 1
    keys.press("Take it back")
    assert page.locator("tbody tr").count() == 2
    keys.write("Title, name, room or number", "debat")
    keys.press("Search")
    assert page.locator("tbody th").inner_text().startswith("Débat")
    cookies = context.cookies()
    context.close()

    seen = sighted(browser)
    seen.context.add_cookies(cookies)
    for place in ("sessions", "sessions/new", "rooms", "speakers", "conflicts", "rooms/travel"):
        seen.goto(f"{empty.base}/organiser/essai/programme/{place}")
        assert_clean(seen)
    arrange_without_a_new_page(seen)
    seen.goto(f"{empty.base}/organiser/essai/programme/sessions")
    seen.fill("#q", "ouver")
    seen.locator("tbody tr").nth(1).wait_for(state="detached")
    assert seen.locator("tbody th").inner_text().startswith("Ouverture")
    seen.context.close()
