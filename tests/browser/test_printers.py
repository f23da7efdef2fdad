"""Reception prints a label by the keyboard alone: the printer jams, is mended, and prints."""

import asyncio
import json
import threading
from contextlib import contextmanager

import pypdfium2

from tests.badges.printers.fake_printer import FakePrinter
from tests.browser.axe import assert_clean, sighted
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
        assert page.locator("#mistakes").evaluate("one => one === document.activeElement")
        keys.write("Address", printer.address)
        keys.press("Store the printer")
        desk = page.url.partition("?")[0]
        page.goto(f"{demo.base}/organiser/demo/registrations/{reference}")
        keys.press("Print a label: Desk")
        assert page.get_by_role("status").inner_text() == "The label is in the queue."
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
