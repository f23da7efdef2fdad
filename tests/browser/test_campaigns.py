"""An organiser writes to many by keyboard alone, watches them leave, stops and goes on."""

import pytest

from tests.browser.axe import AXE, RULES, RUN
from tests.browser.test_form import Keyboard
from tests.installations import post, until

PEOPLE = [f"ada-{n}@example.org" for n in range(4)]


@pytest.fixture
def team(empty, browser):
    """An edition of four people; open a context of an organiser who is signed in."""
    made = "--title Essai --starts 2027-03-22 --ends 2027-03-23".split()
    empty.run("edition", "create", "essai", *made)
    empty.start("serve")
    for n, address in enumerate(PEOPLE):
        sent = {
            "given_name": "Ada",
            "family_name": f"Ferrand {n}",
            "email": address,
            "category": "attendee",
            "language": ["fr", "en"][n % 2],
        }
        assert post(f"{empty.base}/api/editions/essai/registrations", json=sent).status_code == 202
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(empty.json("organiser", "add", "equipe@example.org")["link"])
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/organiser/essai")
    cookies = context.cookies()
    context.close()

    def opened(**options):
        context = browser.new_context(**{"locale": "en-GB", **options})
        context.add_cookies(cookies)
        return context.new_page()

    return opened


def write(keys, rate):
    """Write a campaign to all from the table, by keyboard."""
    page = keys.page
    keys.press("Write to these")
    assert page.get_by_text("4 people", exact=True).is_visible()
    keys.write("Subject", "Le car, {given_name}")
    keys.write("Text", "Il part à **8 h**.")
    keys.write("Subject", "The coach, {given_name}")
    keys.write("Text", "It leaves at **8**.")
    keys.to("Preview: English")
    page.keyboard.press("Enter")
    page.frame_locator("iframe[name=preview]").locator("strong", has_text="8").last.wait_for()
    keys.write("E-mails a minute", str(rate))


def axe(page):
    page.evaluate(AXE)
    return page.evaluate(RUN, RULES)


def test_a_campaign_by_keyboard_alone_without_javascript_then_watched_with_it(empty, team):
    page = team(java_script_enabled=False)
    keys = Keyboard(page)
    page.goto(f"{empty.base}/organiser/essai/registrations")
    write(keys, 1)
    keys.press("Start: 4 e-mails")
    assert page.get_by_role("status").inner_text().startswith("Started.")

    def sent():
        page.goto(f"{empty.base}/organiser/essai/campaigns/1")
        return page.get_by_text("1 of 4 sent").is_visible()

    until(sent)  # at one a minute three wait
    keys.press("Stop")
    assert page.get_by_role("status").inner_text().startswith("Stopped:")
    assert page.get_by_text("1 of 4 sent").is_visible()

    live = team(viewport={"width": 320, "height": 800}, bypass_csp=True)
    live.goto(f"{empty.base}/organiser/essai/campaigns/1")
    assert axe(live) == []
    live.get_by_label("E-mails a minute").fill("600")
    live.get_by_role("button", name="Continue").click()
    live.evaluate("window.stayed = true")
    live.get_by_text("4 of 4 sent").wait_for()  # the page moves by itself
    assert live.evaluate("window.stayed")
    live.get_by_role("button", name="Stop").wait_for(state="detached")
    assert [tag.inner_text() for tag in live.locator("#progress .tag").all()] == ["✓ Done"]
    for path in ("", "/1", "/1/recipients", "/new", "/new?from=1&status=confirmed"):
        live.goto(f"{empty.base}/organiser/essai/campaigns{path}")
        assert axe(live) == [], path
        assert live.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    got = [[one["Subject"] for one in empty.letters(address)] for address in PEOPLE]
    said = ["Le car, Ada", "The coach, Ada"]
    assert [[one for one in all_ if one in said] for all_ in got] == [[one] for one in said * 2]
