"""The reception desk and the table in a browser: by the keyboard alone, Enter all the way."""

import json
import re

import pytest

from tests.browser.chromium import signed_in


@pytest.fixture(scope="module")
def cookies(demo, browser):
    """The cookies of somebody of reception."""
    link = demo.json("organiser", "add", "accueil@example.org", "--role", "reception")["link"]
    return signed_in(browser, link)


class Keys:
    """A keyboard that counts the keys pressed."""

    def __init__(self, page):
        self.page = page
        self.pressed = 0

    def type(self, text):
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def page(request, demo, browser, cookies):
    context = browser.new_context(locale="fr-FR", java_script_enabled=request.param)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{demo.base}/organiser/demo/desk")
    yield page
    context.close()


def focused(page, name):
    """Wait until what has the focus bears this name, and scripts ran, where they may."""
    page.wait_for_load_state()
    page.locator(f"[name={name}]:focus").wait_for()


def printed(page):
    """Press Enter on what has the focus; return the address of the badge that opens."""
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    address = opened.value.url
    opened.value.close()
    answer = page.context.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    return address


def test_a_walk_in_by_the_keyboard_alone(request, page, capsys):
    plain = "plain" in request.node.name
    keys = Keys(page)
    who = "Zylberstein" if plain else "Quintrec"
    focused(page, "q")
    keys.type(f"{who.lower()} ana")
    keys.press("Enter")
    focused(page, "organisation")
    keys.type("Ville de Brest")
    keys.press("Enter")
    if not plain:
        focused(page, "email")
        keys.press("Enter")
        focused(page, "category")
        keys.press("Enter")
    page.wait_for_url("**/desk?done=**")
    page.locator("a.btn:focus", has_text="Imprimer le badge").wait_for()
    address = printed(page)
    keys.pressed += 1
    with capsys.disabled():
        print(f"\na walk-in and its badge: {keys.pressed} keys ({request.node.name})")  # noqa: T201
    assert re.search(r"/registrations/[0-9A-Z-]{9}/badge\.pdf$", address)
    assert f"Ana {who} est inscrit·e." in page.inner_text("main")
    assert keys.pressed <= 40


def test_who_is_registered_is_found_and_printed_by_the_keyboard_alone(
    request, demo, page, tmp_path, capsys
):
    demo.run("export", "tickets", tmp_path / "tickets.json")
    ticket = next(
        one
        for one in json.loads((tmp_path / "tickets.json").read_text("utf-8"))
        if one["status"] == "confirmed"
    )
    keys = Keys(page)
    focused(page, "q")
    keys.type(ticket["reference"].replace("-", "").lower())
    keys.press("Enter")
    page.locator("a.btn:focus", has_text="Imprimer le badge").wait_for()
    address = printed(page)
    keys.pressed += 1
    with capsys.disabled():
        print(f"\na badge found and printed: {keys.pressed} keys ({request.node.name})")  # noqa: T201
    assert address.endswith(f"/registrations/{ticket['reference']}/badge.pdf")
    assert keys.pressed == 10


def test_an_export_by_the_keyboard_alone(demo, browser):
    """From the table to the file: two people ticked, a column more, without JavaScript."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.json("organiser", "add", "export@example.org", "--role", "organiser")["link"])
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/organiser/demo")
    page.goto(f"{demo.base}/organiser/demo/registrations")
    for number in (0, 1):
        page.locator("tbody input").nth(number).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Exporter").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/registrations/export?reference=*&reference=*")
    assert page.inner_text("#who strong") == "2 inscriptions"
    page.get_by_role("checkbox", name="Type d’organisme").focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="Classeur (XLSX)").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Garder ce choix dans l’adresse").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/registrations/export?**columns=organisation_kind**")
    assert page.get_by_role("radio", name="CSV").is_checked()
    assert page.get_by_role("checkbox", name="Type d’organisme").is_checked()
    with page.expect_download() as started:
        page.get_by_role("button", name="Télécharger").focus()
        page.keyboard.press("Enter")
    saved = started.value
    assert re.fullmatch(r"demo_registrations_[0-9-]{10}_chosen\.csv", saved.suggested_filename)
    lines = saved.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Référence,")
    assert "Type d’organisme" in lines[0]
    context.close()


def test_the_table_follows_what_is_typed(demo, browser, cookies):
    context = browser.new_context(locale="fr-FR")
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{demo.base}/organiser/demo/registrations?sort=-date")
    assert page.locator("tbody tr").count() == 50
    page.locator("#q").fill("zzzz")
    page.wait_for_url("**q=zzzz**")
    page.get_by_text("Personne n’a été trouvé.").wait_for()
    assert "sort=-date" in page.url
    page.locator("#q").fill("")
    page.locator("tbody tr").nth(49).wait_for()
    page.get_by_role("link", name="Page suivante").click()
    page.get_by_role("link", name="Page précédente").wait_for()
    assert "sort=-date" in page.url
    context.close()
