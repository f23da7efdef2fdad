"""Devices in a browser: announced by keyboard, their codes read by a decoder, watched live."""

from io import BytesIO

import zxingcpp
from PIL import Image

from tests.browser.axe import assert_clean, sighted
from tests.browser.keyboard import Keyboard
from tests.installations import post

DEVICES = "/organiser/demo/doors/devices"


def test_devices_are_announced_by_keyboard_without_javascript_and_their_codes_enrol(
    demo, browser, team
):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    context.add_cookies(team)
    page = context.new_page()
    page.goto(demo.base + DEVICES)
    keys = Keyboard(page)
    keys.write("Nom de l’appareil", "Prêté")
    keys.write("Combien", "2")
    keys.press("Ajouter et montrer les codes")
    page.get_by_role("heading", name="Codes pour associer 2 appareils").wait_for()
    shown = page.locator(".ticket .ref").all_inner_texts()
    picture = Image.open(BytesIO(page.screenshot(full_page=True)))
    read = {one.text for one in zxingcpp.read_barcodes(picture)}
    assert read == {f"{demo.base}/scan#code={code}" for code in shown}
    keys.press("Retour aux appareils")
    keys.press("Prêté 1")
    page.get_by_role("heading", name="Prêté 1", exact=True).wait_for()
    for link in read:
        other = browser.new_context(locale="fr-FR")
        phone = other.new_page()
        with phone.expect_response("**/api/devices") as enrolled:
            phone.goto(link)
        assert enrolled.value.status == 201
        other.close()
    states = {one["name"]: one["state"] for one in demo.json("device", "list")}
    assert (states["Prêté 1"], states["Prêté 2"]) == ("active", "active")
    keys.press("Révoquer")
    page.get_by_role("button", name="Annuler").wait_for()
    assert page.get_by_role("row", name="Prêté 1").get_by_text("Révoqué").is_visible()
    context.close()


def test_the_page_of_codes_is_accessible_and_fits_on_a_phone(demo, browser, team):
    page = sighted(browser, locale="fr-FR")
    page.context.add_cookies(team)
    page.goto(demo.base + DEVICES)
    page.get_by_label("Nom de l’appareil").fill("Regardé")
    page.get_by_role("button", name="Ajouter et montrer les codes").click()
    page.wait_for_selector(".ticket svg")
    assert_clean(page)
    page.context.close()


def test_the_table_moves_by_itself(demo, browser, team):
    code = demo.json("device", "add", "Suivie", "--gate", "main")["code"]
    context = browser.new_context(locale="fr-FR")
    context.add_cookies(team)
    page = context.new_page()
    page.goto(demo.base + DEVICES)
    row = page.get_by_role("row", name="Suivie")
    assert row.get_by_text("À associer").is_visible()
    post(f"{demo.base}/api/devices", json={"code": code})
    row.get_by_text("En service").wait_for()
    context.close()
