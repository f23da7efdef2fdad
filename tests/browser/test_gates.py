"""An organiser lays down the doors and settles a conflict by the keyboard alone."""

import json
import uuid
from datetime import UTC, datetime, timedelta

from tests.browser.axe import assert_clean, sighted
from tests.browser.keyboard import Keyboard
from tests.installations import post


def let_in_twice(empty):
    """Have two devices that had no network let somebody in."""
    empty.run("import", "registrations", write_people(empty))
    tickets = empty.var / "tickets.json"
    empty.run("export", "tickets", tickets)
    token = json.loads(tickets.read_text("utf-8"))[0]["token"]
    for ago in (2, 1):
        code = empty.json("device", "add", f"Phone {ago}", "--gate", "main")["code"]
        device = post(f"{empty.base}/api/devices", json={"code": code}).json()["token"]
        at = datetime.now(UTC) - timedelta(minutes=ago)
        read = {
            "id": str(uuid.uuid4()),
            "token": token,
            "gate": "main",
            "scanned_at": at.isoformat(),
            "shown": "admitted",
        }
        answer = post(
            f"{empty.base}/api/device/scans",
            json={"scans": [read]},
            headers={"authorization": f"Bearer {device}"},
        )
        assert answer.status_code == 200


def write_people(empty):
    path = empty.var / "people.csv"
    path.write_text("given_name,family_name,email\nAda,Ferrand,ada@example.org\n", "utf-8")
    return path


def lay_down(keys):
    """Add lunch at once, and close its list to the second day."""
    page = keys.page
    keys.press("Lunch")
    assert page.get_by_role("status").inner_text() == "Added."
    keys.press("The rules of its check-in list")
    assert "11:45 to 14:30" in page.locator("dl.facts").inner_text()
    keys.tick("Monday 22 March")
    keys.write("To, as in 12:00, line 1", "late")
    keys.press("Store the list")
    page.wait_for_selector("#mistakes:focus")
    keys.write("To, as in 12:00, line 1", "14:00")
    keys.press("Store the list")
    assert page.get_by_role("status").first.inner_text() == "Stored."
    assert page.locator("dl.facts dt").all_inner_texts() == ["Monday 22 March"]
    keys.press("Try it")
    assert "May come in" in page.locator("#answer").inner_text()


def settle(keys):
    """Settle the one conflict, take it back, and settle all of its kind."""
    page = keys.page
    assert "Neither device had a network then" in page.locator("#found").inner_text()
    keys.to("What it was", field=True)
    page.keyboard.type("The same")
    keys.write("Note", "Seen")
    keys.press("Settle")
    assert "Settled: The same person, twice." in page.get_by_role("status").inner_text()
    keys.press("Take the decision back")
    assert page.locator("#count").inner_text() == "One conflict is open."


def test_the_doors_are_laid_down_and_a_conflict_settled_by_keyboard(empty, browser):
    made = "--title Essai --starts 2027-03-22 --ends 2027-03-23".split()
    empty.run("edition", "create", "essai", *made)
    empty.start("serve")
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    keys = Keyboard(page)
    page.goto(empty.json("organiser", "add", "equipe@example.org")["link"])
    keys.press("Sign in")
    page.wait_for_url("**/organiser/essai")
    doors = f"{empty.base}/organiser/essai/doors"
    page.goto(f"{doors}/gates")
    lay_down(keys)
    let_in_twice(empty)
    page.goto(f"{doors}/conflicts")
    settle(keys)
    cookies = context.cookies()
    context.close()

    seen = sighted(browser)
    seen.context.add_cookies(cookies)
    for place in ("gates", "gates/main", "lists", "lists/lunch", "conflicts"):
        seen.goto(f"{doors}/{place}")
        assert_clean(seen)
    seen.context.close()
