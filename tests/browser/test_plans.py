"""An organiser sends a plan, places rooms on it and publishes: seen on page and on paper."""

import io

import httpx
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image
from playwright.sync_api import expect

from schedule.exports.schedule_json import schedule_v2
from tests.browser.axe import assert_clean, sighted
from tests.browser.keyboard import Keyboard
from tests.factories import plan_file
from tests.installations import HTTP, get, until
from tests.schedule import factory

RED, SKY, FIR = (200, 20, 20), (221, 237, 248), (10, 92, 74)
PLANS = "/organiser/essai/programme/plans"


@pytest.fixture
def house(empty, tmp_path):
    """A forum with rooms and sessions that are published, served."""
    made = "--title Essai --starts 2027-03-22 --ends 2027-03-23".split()
    empty.run("edition", "create", "essai", *made)
    file = tmp_path / "programme.json"
    programme = factory.programme(sessions=12)
    alone = [replace(one, people=[]) for one in programme.sessions]  # nobody is in two places
    file.write_bytes(schedule_v2(replace(programme, sessions=alone)))
    empty.run("import", "programme", file)
    empty.run("publish")
    for name, content in (
        ("red.png", plan_file(colour=RED, size=(1500, 1000))),
        ("sky.webp", plan_file("WEBP", colour=SKY, size=(1500, 1000), lossless=True)),
        ("plan.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ):
        (tmp_path / name).write_bytes(content)
    empty.start("serve")
    return empty


@pytest.fixture
def editor(house, browser):
    """A page of a programme editor who is signed in, with what its console said."""
    page = sighted(browser, locale="en-GB")
    page.set_default_timeout(60_000)
    role = ("--role", "programme_editor")
    page.goto(house.json("organiser", "add", "equipe@example.org", *role)["link"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/organiser/essai")
    yield page
    page.context.close()


def close_to(seen, wanted):
    return all(abs(a - b) < 14 for a, b in zip(seen, wanted, strict=True))


def test_a_plan_is_sent_marked_published_seen_and_printed(house, editor, browser, tmp_path):
    page, said = editor, []
    page.on("console", lambda one: said.append(one.text))
    page.goto(house.base + PLANS)
    assert_clean(page)
    page.get_by_role("link", name="Add a plan").click()
    page.get_by_label("Title – in French").fill("Niveau 0")
    page.get_by_label("What the plan shows, in words – in French").fill("L’entrée est en bas.")
    page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "plan.svg")
    page.get_by_role("button", name="Store").first.click()
    page.get_by_text("SVG and PDF are not taken").first.wait_for()
    assert page.get_by_label("Title – in French").input_value() == "Niveau 0"
    page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "red.png")
    page.get_by_role("button", name="Store").first.click()
    page.wait_for_url("**/plans?done=*")
    page.get_by_role("link", name="Niveau 0").click()

    # a room is chosen and its place pressed; the next one without a place is chosen by itself
    plan = page.locator("#plan img")
    expect(plan).to_have_js_property("naturalWidth", 1500)
    assert_clean(page)
    page.get_by_role("button", name="Place: Salle Garonne").click()
    box = plan.bounding_box()
    plan.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.5})
    typed = [
        page.get_by_label(f"Salle Garonne – From the {side}, in %").input_value()
        for side in ("left", "top")
    ]
    assert [abs(float(one) - share) < 0.3 for one, share in zip(typed, (25, 50), strict=True)] == (
        [True, True]
    )
    expect(page.locator("#plan svg text")).to_have_text(["2"])
    page.get_by_label("Grand auditorium – From the left, in %").fill("75,5")
    page.get_by_label("Grand auditorium – From the top, in %").fill("50")
    expect(page.locator("#plan svg text")).to_have_text(["1", "2"])
    assert page.locator("#plan circle").first.get_attribute("cx") == "75.5%"
    page.get_by_role("button", name="Store").first.click()
    page.wait_for_url("**/plans?done=*")

    # another picture: the markers stay
    page.get_by_role("link", name="Niveau 0").click()
    page.get_by_label("Choose another picture").set_input_files(tmp_path / "sky.webp")
    page.get_by_role("button", name="Store").first.click()
    page.wait_for_url("**/plans?done=*")
    assert page.locator("tbody tr td.num").all_inner_texts() == ["0", "2"]
    assert get(f"{house.base}/essai/rooms").text.count("<img") == 0  # nothing is published yet
    page.goto(f"{house.base}/organiser/essai/programme/publication")
    page.get_by_text("The plans of the venue change, no session does.").wait_for()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Version 2 is published.").wait_for()
    assert [one for one in said if "422" not in one] == []  # the drawing that was refused

    seen_by_attendees(house, browser)
    printed(house)


def seen_by_attendees(house, browser):
    """Look at the page of the rooms on a small telephone, light and dark, and under its policy."""
    context, said = browser.new_context(locale="fr-FR"), []
    page = context.new_page()
    page.on("console", lambda one: said.append(one.text))
    until(lambda: "<img" in get(f"{house.base}/essai/rooms").text)  # served within a second
    page.goto(f"{house.base}/essai/rooms")
    expect(page.locator(".plan-frame circle")).to_have_count(2)
    until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
    context.set_offline(True)
    page.goto(f"{house.base}/essai/rooms")
    assert "copie de la version 2" in page.locator("#copy").inner_text()
    expect(page.locator(".plan-frame img")).to_have_js_property("naturalWidth", 640)
    assert [one for one in said if "ERR_INTERNET_DISCONNECTED" not in one] == []
    context.close()
    page = sighted(browser, locale="fr-FR")
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{house.base}/essai/programme")
    page.get_by_role("link", name="Salles et plan").click()
    page.get_by_role("heading", name="Niveau 0", exact=True).first.wait_for()
    plan = page.get_by_role("img", name="L’entrée est en bas.")
    expect(plan).to_have_js_property("naturalWidth", 640)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("ol.key li").all_inner_texts() == [
        "Grand auditorium, 800 places",
        "Salle Garonne, 240 places",
    ]
    frame = plan.bounding_box()
    circle = page.locator(".plan-frame circle").nth(1).bounding_box()
    middle = (circle["x"] + circle["width"] / 2 - frame["x"]) / frame["width"]
    assert middle == pytest.approx(0.25, abs=0.01)
    shot = Image.open(io.BytesIO(page.locator(".plan-frame").screenshot())).convert("RGB")
    assert close_to(shot.getpixel((shot.width // 2, shot.height // 4)), SKY)
    assert_clean(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Ouvrir le plan en grand").last.click()
    assert page.evaluate("document.images[0].naturalWidth") == 1500
    page.context.close()


def printed(house):
    """Look at the page of the plan in the booklet that attendees download."""
    with httpx.Client(base_url=house.base, **HTTP) as client:
        pdf = client.get("/essai/programme.pdf").content
    with pypdfium2.PdfDocument(pdf) as opened:
        page = opened[len(opened) - 2]
        assert "Niveau 0" in page.get_textpage().get_text_range()
        seen = page.render(scale=2).to_pil().convert("RGB")
    columns = [x for x in range(seen.width) if close_to(seen.getpixel((x, seen.height // 4)), SKY)]
    left, right = min(columns), max(columns)
    rows = [y for y in range(seen.height) if close_to(seen.getpixel((left + 8, y)), SKY)]
    top, bottom = min(rows), max(rows)
    assert (right - left) / (bottom - top) == pytest.approx(1.5, abs=0.01)
    for share in (0.25, 0.755):
        x, y = left + share * (right - left), top + 0.5 * (bottom - top)
        assert close_to(seen.getpixel((round(x - 11), round(y))), FIR)
        assert close_to(seen.getpixel((round(x - 26), round(y))), SKY)


def test_a_plan_is_marked_by_the_keyboard_alone_without_javascript(
    house, editor, browser, tmp_path
):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    context.add_cookies(editor.context.cookies())
    page = context.new_page()
    keys = Keyboard(page)
    page.goto(f"{house.base}{PLANS}/new")
    keys.write("Title – in French", "Niveau 1")
    keys.write("What the plan shows, in words – in French", "Le palier est au milieu.")
    page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "red.png")
    keys.write("Salle Garonne – From the left, in %", "cent")
    keys.press("Store")
    assert "Give a number from 0 to 100, such as 12.5." in page.locator("main").inner_text()
    assert "This answer is needed." in page.locator("main").inner_text()
    assert page.get_by_label("Salle Garonne – From the left, in %").input_value() == "cent"
    keys.write("Salle Garonne – From the left, in %", "20")
    keys.write("Salle Garonne – From the top, in %", "12.5")
    page.get_by_label("Picture", exact=True).set_input_files(tmp_path / "red.png")
    keys.press("Store")
    page.wait_for_url("**/plans?done=*")
    keys.press("Niveau 1")
    assert page.locator("#plan circle").get_attribute("cy") == "12.5%"
    keys.press("Delete")
    page.wait_for_url("**/plans?done=*")
    keys.press("Take it back")
    assert page.locator("tbody th").inner_text() == "Niveau 1"
    context.close()
