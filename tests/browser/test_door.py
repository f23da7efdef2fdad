"""A camera sees a badge cut from our own PDF: let in, and not a second time."""

import pypdfium2
from PIL import Image

LATER_MS = 120_000


def test_a_badge_of_our_own_pdf_is_read_by_the_camera_but_not_let_in_twice(
    demo, browser, film, tmp_path
):
    demo.run("badges", tmp_path / "badges.pdf")
    write_film(tmp_path / "badges.pdf", film)
    code = demo.json("device", "add", "Caméra", "--gate", "main")["code"]
    context = browser.new_context(locale="fr-FR", permissions=["camera"])
    page = context.new_page()
    page.goto(f"{demo.base}/scan#code={code}")
    admitted = scanned(page, "pass")
    assert admitted["outcome"] == "admitted"
    assert admitted["name"] in page.get_by_role("alert").inner_text()
    page.reload()
    refused = scanned(page, "look")
    assert (refused["outcome"], refused["gate"]) == ("already_in", "main")
    context.close()


def scanned(page, kind):
    """Start the camera; return what the site answers to what it sees, shown as this kind."""
    with page.expect_response("**/scans", timeout=LATER_MS) as response:
        page.get_by_role("button", name="Démarrer la caméra").click()
    page.wait_for_selector(f"body[data-verdict={kind}]", timeout=LATER_MS)
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
