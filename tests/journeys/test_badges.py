"""Badges of all 800: every code read by two real decoders, every name found."""

import html
import json
import re
import subprocess

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

DPI = 150
ZBAR = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]
QR = zxingcpp.BarcodeFormat.QRCode


@pytest.fixture(scope="module")
def tickets(demo, tmp_path_factory):
    """The tickets by token, those of a PDF that was made at the same moment, and the PDF."""
    folder = tmp_path_factory.mktemp("badges")
    demo.run("badges", folder / "badges.pdf")
    demo.run("export", "tickets", folder / "tickets.json")
    found = json.loads((folder / "tickets.json").read_text("utf-8"))
    return {one["token"]: one for one in found}, folder / "badges.pdf"


def test_every_code_is_read_by_zxing_and_by_zbar(tickets, tmp_path):
    wanted, pdf = tickets
    assert len(wanted) >= 800
    by_zxing, by_zbar = set(), set()
    document = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(document):
        picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
        by_zxing |= {one.text for one in zxingcpp.read_barcodes(picture, QR)}
        codes_of(picture).save(tmp_path / f"{number:03}.png")
    files = sorted(tmp_path.glob("*.png"))
    for first in range(0, len(files), 40):
        said = subprocess.run(
            [
                "zbarimg",
                "--quiet",
                "--raw",
                "-Sdisable",
                "-Sqrcode.enable",
                *files[first : first + 40],
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        by_zbar |= set(said.stdout.split())
    assert by_zxing == set(wanted)
    assert by_zbar == set(wanted)


def codes_of(page):
    """Return the right half of each card, where its code is: zbar is slow on white paper."""
    quarter = page.width // 4
    strips = [page.crop((x, 0, x + quarter, page.height)) for x in (quarter, 3 * quarter)]
    whole = Image.new("L", (2 * quarter, page.height), 255)
    for n, strip in enumerate(strips):
        whole.paste(strip, (n * quarter, 0))
    return whole


def test_every_name_is_found_with_its_accents(tickets, tmp_path):
    wanted, pdf = tickets
    subprocess.run(["pdftotext", "-bbox", pdf, tmp_path / "words.html"], check=True)
    found = re.findall(r"<word [^>]*>([^<]*)</word>", (tmp_path / "words.html").read_text("utf-8"))
    words = {piece for word in found for piece in html.unescape(word).split("-")}
    missing = [
        (one["reference"], piece)
        for one in wanted.values()
        for name in (one["given_name"], one["family_name"].upper())
        for piece in re.split(r"[\s-]+", name)
        if piece not in words
    ]
    assert missing == []
    references = {one["reference"] for one in wanted.values()}
    assert references - {html.unescape(word) for word in found} == set()


def test_some_badges_by_reference_and_then_only_those_not_printed(demo, tickets, tmp_path):
    wanted, _ = tickets
    some = sorted(one["reference"] for one in wanted.values())[:3]
    words = [word for reference in some for word in ("--registration", reference)]
    made = demo.json("badges", tmp_path / "three.pdf", *words)
    assert (made["badges"], made["pages"], made["problems"]) == (3, 1, [])
    assert "no badge" in demo.run("badges", tmp_path / "none.pdf", "--only-unprinted", status=1)
    error = demo.run("badges", tmp_path / "no.pdf", "--registration", "AAAA-0000", status=1)
    assert "AAAA-0000" in error
    assert not (tmp_path / "no.pdf").exists()
