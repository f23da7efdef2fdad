"""Reception prints a label by the keyboard alone: the printer jams, is mended, and prints."""

import asyncio
import json
import threading
from contextlib import contextmanager

import pypdfium2
import pytest

from tests.badges.printers.fake_printer import FakePrinter
from tests.browser.axe import AXE, RULES, RUN, assert_clean, sighted
from tests.browser.keyboard import Keyboard
from tests.installations import until


@contextmanager
def label_printer():
    """A label printer in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    printer = FakePrinter()
    asyncio.run_coroutine_threadsafe(printer.on(), loop).result()
    try:
        yield printer
    finally:
        asyncio.run_coroutine_threadsafe(printer.off(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def bearer(demo, folder, number):
    """Somebody of the demonstration who has a badge."""
    demo.run("export", "tickets", folder / "tickets.json")
    return json.loads((folder / "tickets.json").read_text("utf-8"))[number]


def add_label_printer(page, base, name, address):
    """Add a label printer; return its page."""
    page.goto(f"{base}/organiser/demo/badges/printers/new?kind=label")
    page.get_by_label("Name of the printer").fill(name)
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Store the printer").click()
    page.wait_for_url("**done=added")
    return page.url.partition("?")[0]


def shows(page, text):
    """Load the page again until it says something."""

    def said():
        page.reload()
        return text in page.get_by_role("main").inner_text()

    until(said)


def test_a_printer_is_added_measured_jams_is_mended_and_prints(demo, browser, team, tmp_path):
    demo.run("export", "tickets", tmp_path / "tickets.json")
    reference = json.loads((tmp_path / "tickets.json").read_text("utf-8"))[0]["reference"]
    home = f"{demo.base}/organiser/demo/badges/printers"
    page = sighted(browser, locale="en-GB")
    context = page.context
    context.add_cookies(team)
    keys = Keyboard(page)

    page.goto(home)
    keys.press("Add a printer of sheets")
    keys.write("Name of the printer", "Office")
    keys.press("Store the printer")
    link = page.get_by_role("link", name="Test page:").first.get_attribute("href")
    sheet = context.request.get(demo.base + link)
    assert len(pypdfium2.PdfDocument(sheet.body())) == 1
    keys.write("From the left edge", "21.5")
    keys.write("From the upper edge", "19")
    keys.press("Set the offsets by these measures")
    assert "-1.5 mm, 1 mm" in page.locator("dl.facts").inner_text()

    with label_printer() as printer:
        printer.paper_out = True
        page.goto(home)
        keys.press("Add a label printer")
        keys.write("Name of the printer", "Desk")
        keys.write("Address", "8.8.8.8")
        keys.press("Store the printer")
        page.wait_for_selector("#mistakes:focus")
        keys.write("Address", printer.address)
        keys.press("Store the printer")
        desk = page.url.partition("?")[0]
        page.goto(f"{demo.base}/organiser/demo/registrations/{reference}")
        keys.press("Print a label: Desk")
        assert page.get_by_role("status").first.inner_text() == "The label is in the queue."
        shows(page, "The printer is out of paper. Put in a roll of labels")
        page.goto(desk)
        assert_clean(page)
        assert page.locator("#fault h2").inner_text() == "The printer is out of paper."
        printer.paper_out = False
        keys.press("Try at once")
        shows(page, "printed")
        assert page.locator("#fault").count() == 0
        assert len(printer.printed) == 1
        assert_clean(page)
        page.goto(home)
        assert_clean(page)
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["javascript", "plain"])
def test_the_desk_prints_labels_by_the_keyboard_alone(demo, browser, team, tmp_path, scripts):
    person = bearer(demo, tmp_path, 3 + scripts)
    context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
    context.set_default_timeout(60_000)
    context.add_cookies(team)
    page = context.new_page()
    with label_printer() as printer:
        its_page = add_label_printer(page, demo.base, f"Desk {scripts}", printer.address)
        page.goto(f"{demo.base}/organiser/demo/desk")
        choice = page.get_by_label("Printer", exact=True)
        if choice.is_visible():  # with one printer there is nothing to choose
            choice.select_option(f"Desk {scripts} (labels)")
            page.get_by_role("button", name="Choose for this desk").click()
        page.get_by_text(f"Printer of this desk: Desk {scripts}").wait_for()
        page.locator("[name=q]").focus()
        page.keyboard.type(person["reference"].replace("-", "").lower())
        page.keyboard.press("Enter")
        page.locator("button:focus", has_text="Print the label").wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**label=**")
        page.locator("[name=q]:focus").wait_for()  # for the next one
        printed = page.locator("#label", has_text=f"Desk {scripts}: printed")
        if scripts:
            printed.wait_for()  # by itself
        else:
            until(lambda: page.reload() and printed.count())
        assert len(printer.printed) == 1
        if scripts:
            page.evaluate(AXE)
            assert page.evaluate(RUN, RULES) == []
        page.goto(its_page)
        page.get_by_role("button", name="Remove the printer").click()
    context.close()


def test_a_phone_of_the_help_desk_prints_a_label(demo, browser, team, tmp_path):
    person = bearer(demo, tmp_path, 7)
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(60_000)
    context.add_cookies(team)
    page = context.new_page()
    with label_printer() as printer:
        its_page = add_label_printer(page, demo.base, "Hall", printer.address)
        rights = ("--search", "--desk")
        code = demo.json("device", "add", "Help", "--gate", "main", *rights)["code"]
        phone = browser.new_context(locale="en-GB").new_page()
        phone.goto(f"{demo.base}/scan#code={code}")
        phone.get_by_role("button", name="Lists").click()
        phone.set_default_timeout(60_000)
        phone.get_by_label("Printer of this desk").select_option("Hall (Label)")
        phone.fill("#desk-q", person["reference"])
        name = f"{person['family_name']} {person['given_name']}"
        printer.paper_out = True
        phone.get_by_role("button", name=f"Label: {name}").click()
        told = phone.locator("#desk-label")
        told.filter(has_text="The printer is out of paper. Put in a roll").wait_for()
        printer.paper_out = False
        told.filter(has_text=f"Label: {name}, Hall, printed.").wait_for()
        assert len(printer.printed) == 1
        phone.context.close()
        page.goto(f"{demo.base}/organiser/demo/registrations/{person['reference']}")
        assert "Help" in page.get_by_role("main").inner_text()  # who printed it is in the log
        page.goto(its_page)
        page.get_by_role("button", name="Remove the printer").click()
    context.close()
