"""An organiser makes a badge layout: by the keyboard without a script, and beside its picture."""

from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.installations import until

WORDS = {"locale": "en-GB"}
MOST_MS = 60_000
LARGE = "document.querySelector('#preview img').naturalWidth > 700"


def own_layout(page, base):
    """Make a layout like the usual one; return its address."""
    page.goto(f"{base}/organiser/demo/badges/layouts/a6")
    page.get_by_role("button", name="Make one of your own like this").click()
    page.wait_for_url("**?done=added")
    return page.url.partition("?")[0]


def test_the_picture_follows_what_is_typed_and_what_is_stored_is_chosen_and_printed(
    demo, browser, team
):
    context = browser.new_context(**WORDS)
    context.add_cookies(team)
    page = context.new_page()
    page.set_default_timeout(MOST_MS)
    said = []
    page.on("console", lambda one: said.append(one.text))
    at = own_layout(page, demo.base)
    page.goto(f"{at}?part=face.front")
    picture = page.locator("#preview img")
    before = picture.get_attribute("src")
    names = page.locator("#preview figcaption").inner_text()
    code = page.get_by_label("Code 1, From the left (mm)")
    was = code.input_value()
    code.fill("900")
    page.locator("#remarks li", has_text="Code 1, From the left (mm)").wait_for()
    assert picture.get_attribute("src") == before
    code.fill(was)
    expect(page.locator("#remarks li")).to_have_count(0, timeout=MOST_MS)
    page.get_by_label("Place 3, text 1, Colour").first.fill("#8a1c16")
    expect(picture).not_to_have_attribute("src", before, timeout=MOST_MS)
    assert page.locator("#preview figcaption").inner_text() == names
    until(lambda: page.evaluate(LARGE))
    page.get_by_role("button", name="Store the layout").click()
    page.wait_for_url("**done=stored")
    name = at.rpartition("/")[2]
    page.goto(f"{demo.base}/organiser/demo/badges/layouts")
    page.get_by_label("Press", exact=True).select_option(name)
    page.get_by_role("button", name="Store the choice").click()
    page.wait_for_url("**?done=chosen")
    assert page.get_by_label("Press", exact=True).input_value() == name
    sheet = page.request.get(f"{at}/sheet.pdf?category=press", timeout=MOST_MS)
    assert sheet.body().startswith(b"%PDF")
    page.get_by_label("Press", exact=True).select_option("")
    page.get_by_role("button", name="Store the choice").click()
    assert said == []
    context.close()


def test_a_layout_is_changed_by_the_keyboard_alone_without_javascript(demo, browser, team):
    context = browser.new_context(java_script_enabled=False, **WORDS)
    context.add_cookies(team)
    page = context.new_page()
    page.set_default_timeout(MOST_MS)
    keys = Keyboard(page)
    at = own_layout(page, demo.base)
    keys.write("Width of a card (mm)", "110")
    keys.press("Preview")
    page.wait_for_url("**/preview")
    assert "The cards need a width of 220 mm" in page.locator("#remarks").inner_text()
    keys.write("Width of a card (mm)", "105")
    keys.press("Store the layout")
    page.wait_for_url("**done=stored")
    assert page.url.startswith(at)
    assert page.locator("#preview img").is_visible()
    context.close()
