"""QR codes: the fast ones equal those of `qrcode`, and every form is read back."""

import random
import re
from io import BytesIO

import pytest
import qrcode
import zxingcpp
from lxml import etree
from PIL import Image
from qrcode.util import ALPHA_NUM, MODE_ALPHA_NUM, QRData

from badges import qr

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LINK = "https://forum.example/fr/2027/guides/accueillir?lang=fr&page=2"


def some_tokens(count, letters=LETTERS, seed=20270322):
    print(f"seed {seed}")  # noqa: T201  # shown when a test fails
    chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
    return ["".join(chance.choices(letters, k=qr.LENGTH)) for _ in range(count)]


def reference_rows(token):
    code = qrcode.QRCode(version=5, error_correction=qr.LEVEL, border=0, mask_pattern=qr.MASK)
    code.add_data(QRData(token.encode(), mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=False)
    return ["".join("1" if dark else "0" for dark in row) for row in code.modules]


def read(image):
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("letters", [LETTERS, ALPHA_NUM.decode()])
def test_a_fast_symbol_is_the_one_that_qrcode_makes(letters):
    tokens = some_tokens(40, letters)
    assert [qr.ticket_qr(t).rows() for t in tokens] == [reference_rows(t) for t in tokens]


@pytest.mark.parametrize("token", ["A" * 122, "7" * 122, "0" * 122])
def test_a_uniform_token_is_read_back(token):
    assert read(Image.open(BytesIO(qr.png(token))).convert("L")) == [token]


@pytest.mark.parametrize("token", ["", "A" * 121, "A" * 123, "a" * 122, "É" * 122, "Œ" * 122])
def test_what_is_no_token_has_no_symbol(token):
    with pytest.raises(ValueError, match="a token has"):
        qr.ticket_qr(token)


def test_a_png_is_read_back_at_every_scale():
    token = some_tokens(1)[0]
    for scale in (1, 3, 8):
        image = Image.open(BytesIO(qr.png(token, scale=scale)))
        assert (image.size, image.mode) == ((45 * scale, 45 * scale), "1")
        assert read(image.convert("L")) == [token]


def test_an_svg_has_the_same_modules_a_title_and_its_own_white():
    token = some_tokens(1)[0]
    root = etree.fromstring(qr.svg(token, title="Billet de Léa <& Cie>"))
    names = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("viewBox") == "0 0 45 45"
    assert root.findtext("s:title", namespaces=names) == "Billet de Léa <& Cie>"
    white, black = root.findall("s:path", names)
    assert (white.get("fill"), black.get("fill")) == ("#fff", "#000")
    dark = [["0"] * 45 for _ in range(45)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", black.get("d")):
        for n in range(int(length)):
            dark[int(y)][int(x) + n] = "1"
    assert ["".join(row) for row in dark] == qr.ticket_qr(token).framed()


def test_the_symbol_on_a_terminal_is_read_back():
    lines = qr.any_qr(LINK).terminal().split("\n")
    light = {" ": (0, 0), "▀": (255, 0), "▄": (0, 255), "█": (255, 255)}
    pixels = b"".join(
        bytes(light[char][half] for char in line) for line in lines for half in (0, 1)
    )
    image = Image.frombytes("L", (len(lines[0]), 2 * len(lines)), pixels)
    assert read(image.resize((image.width * 4, image.height * 4))) == [LINK]


@pytest.mark.parametrize("text", [LINK, "7K2M-XQ4T", "Élus & partenaires — 100 %", "x" * 2331])
def test_any_text_has_a_symbol(text):
    code = qr.any_qr(text)
    assert read(Image.open(BytesIO(code.png(scale=2))).convert("L")) == [text]


def test_a_text_too_long_is_refused():
    with pytest.raises(ValueError, match="too long for a QR code: 2332 characters"):
        qr.any_qr("x" * 2332)
