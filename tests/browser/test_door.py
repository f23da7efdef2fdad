"""A camera sees a badge cut from our own PDF: let in, not twice, and neither without a network."""

import pypdfium2
import pytest
from PIL import Image

from tests.browser.doors import all_sent, keep_page

LATER_MS = 120_000


@pytest.fixture
def phone(demo, browser, film, tmp_path):
    """An enrolled phone before whose camera lies the first badge of the sheet."""
    demo.run("badges", tmp_path / "badges.pdf")
    write_film(tmp_path / "badges.pdf", film)
    code = demo.json("device", "add", "Caméra", "--gate", "main")["code"]
    context = browser.new_context(locale="fr-FR", permissions=["camera"])
    page = context.new_page()
    page.goto(f"{demo.base}/scan#code={code}")
    keep_page(page)
    yield page
    context.close()


def test_a_badge_of_our_own_pdf_is_read_by_the_camera_but_not_let_in_twice(phone):
    admitted = scanned(phone, "Bienvenue")
    assert admitted["outcome"] == "admitted"
    assert admitted["name"] in phone.get_by_role("alert").first.inner_text()
    all_sent(phone)
    phone.reload()
    refused = scanned(phone, "Déjà entré")
    assert (refused["outcome"], refused["gate"]) == ("already_in", "main")
    undo(phone)  # taken back, the one before counts still
    phone.get_by_role("button", name="Dernières lectures").click()
    phone.locator("#last li").nth(1).get_by_role("button").click()
    phone.locator("#last li").nth(1).get_by_text("Lecture annulée").wait_for()
    all_sent(phone)

    phone.context.set_offline(True)
    phone.wait_for_selector("body[data-net=off]")
    phone.reload()
    start(phone)
    wait_for(phone, "Bienvenue")
    assert "Décidé par ce téléphone" in phone.inner_text("#detail")
    assert admitted["name"] in phone.inner_text("#who")
    phone.reload()
    start(phone)
    wait_for(phone, "Déjà entré")

    with phone.expect_response("**/scans", timeout=LATER_MS) as response:
        phone.context.set_offline(False)
    outcomes = [one["outcome"] for one in response.value.json()["outcomes"]]
    assert outcomes == ["admitted", "already_in"]
    assert not any("conflict" in one for one in response.value.json()["outcomes"])


def start(page):
    page.wait_for_selector("body[data-ready]")
    page.get_by_role("button", name="Démarrer la caméra").click()


def wait_for(page, word):
    """Wait for the word of a verdict: it stays when its colour goes."""
    page.wait_for_selector(f"#verdict:text-is('{word}')", timeout=LATER_MS)


def undo(page):
    page.click("#undo")
    page.wait_for_selector("#verdict:text-is('Lecture annulée')")


def scanned(page, word):
    """Start the camera; return what the site answers to what it sees, shown by this word."""
    with page.expect_response("**/scans", timeout=LATER_MS) as response:
        start(page)
    wait_for(page, word)
    page.get_by_role("button", name="Arrêter la caméra").click()
    [outcome] = response.value.json()["outcomes"]
    return outcome


def write_film(pdf, film):
    """Write a still film of the first badge of a PDF, as a camera near it would see it."""
    sheet = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().convert("L")
    card = sheet.crop((0, 0, sheet.width // 2, sheet.height // 2))
    picture = Image.new("L", (640, 480), 200)
    code = card.crop((card.width // 2, int(card.height * 0.6), card.width, card.height))
    code.thumbnail((440, 440))
    picture.paste(code, (100, 20))
    flat = bytes([128]) * (640 * 480 // 2)
    with film.open("wb") as out:
        out.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for _ in range(10):
            out.write(b"FRAME\n" + picture.tobytes() + flat)
