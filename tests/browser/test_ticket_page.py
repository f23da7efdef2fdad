"""The ticket as people have it: on their page, as a picture, to print; read by two decoders."""

import io

import pypdfium2
import pytest
from PIL import Image

from tests.documents.decoding import by_zbar, by_zxing
from tests.installations import get, link, post, token
from tests.journeys.test_register_and_scan import person

READERS = (by_zxing, by_zbar)


@pytest.fixture(scope="module")
def ticket(demo):
    """Somebody's token and the path of their page."""
    one = person("Maëlys", "agent")
    assert post(f"{demo.base}/api/editions/demo/registrations", json=one).status_code == 202
    letter = demo.letter(one["email"])
    return token(letter), link(letter)


def picture(content):
    return Image.open(io.BytesIO(content)).convert("L")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_on_the_page_is_read_whatever_the_colours(demo, browser, ticket, scheme):
    said, path = ticket
    size = {"width": 390, "height": 844}
    context = browser.new_context(locale="fr-FR", color_scheme=scheme, viewport=size)
    page = context.new_page()
    page.goto(demo.base + path)
    code = page.get_by_role("img", name="Code QR de votre billet")
    assert code.count() == 1
    seen = picture(code.screenshot())
    context.close()
    assert [set(read([seen])) for read in READERS] == [{said}] * 2


def test_the_picture_the_drawing_and_the_page_to_print_are_read(demo, browser, ticket):
    said, path = ticket
    mine = {"authorization": f"Bearer {path.removeprefix('/me/')}"}
    saved = get(f"{demo.base}{path}/ticket.png")
    assert saved.headers["cache-control"] == "private, no-store"
    drawn = get(f"{demo.base}/api/me/ticket.svg", headers=mine)
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "<title>Code QR de votre billet</title>" in drawn.text
    context = browser.new_context(viewport={"width": 400, "height": 400})
    page = context.new_page()
    page.set_content(drawn.text)
    shown = page.locator("svg").screenshot()
    context.close()
    printed = pypdfium2.PdfDocument(get(f"{demo.base}{path}/ticket.pdf").content)
    sheet = printed[0].render(scale=150 / 72, grayscale=True).to_pil()
    printed.close()
    for seen in (picture(saved.content), picture(shown), sheet):
        assert [set(read([seen])) for read in READERS] == [{said}] * 2
