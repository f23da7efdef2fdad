"""The demonstration's guides: a valid, readable PDF of about 2 MB, and a link."""

import subprocess
from datetime import date
from io import BytesIO

import page
import pikepdf
import pytest

from forum.core.pdf import missing_glyphs
from forum.core.text import Text
from forum.demo.contents import FOLDER, read
from forum.demo.guides import guides
from forum.guides.service import check_pdf

FIRST_DAY = date(2027, 3, 22)


@pytest.fixture(scope="module")
def both():
    return guides(FIRST_DAY)


@pytest.fixture(scope="module")
def content(both) -> bytes:
    return both[0].content


@pytest.fixture(scope="module")
def path(content, tmp_path_factory):
    place = tmp_path_factory.mktemp("guide") / "guide.pdf"
    place.write_bytes(content)
    return place


@pytest.fixture(scope="module")
def text(path) -> str:
    made = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    return " ".join(made.stdout.decode().replace("\u00ad\n", "").split())


def test_it_weighs_about_two_megabytes(content):
    assert 1_600_000 < len(content) < 2_400_000


def test_the_same_seed_gives_the_same_bytes(content):
    assert guides(FIRST_DAY)[0].content == content


def test_another_seed_gives_other_pictures(content):
    assert guides(FIRST_DAY, seed=1)[0].content != content


def test_it_is_accepted_as_a_guide(content):
    assert check_pdf(content) == 25


def test_qpdf_finds_no_fault(path):
    made = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    assert (made.returncode, made.stderr) == (0, b"")


def test_it_passes_pdf_ua_1(path):
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert [(one.rule_id, one.message) for one in found.failures] == []


def test_it_says_that_it_is_fictitious(text):
    assert "Ce guide est fictif" in text


def test_every_heading_is_in_the_outline_and_on_its_page(content):
    table = read("guide")
    with pikepdf.open(BytesIO(content)) as document, document.open_outline() as outline:
        titles = [entry.title.replace("\u00a0", " ") for entry in outline.root]
    assert titles[:2] == [table["foreword"]["title"], table["chapters"][0]["title"]]
    assert titles[-2:] == [table["grid"]["title"], table["glossary"]["title"]]
    assert len(titles) == 1 + 6 + 8 + 2


def test_the_contents_name_the_right_pages(text):
    assert "Glossaire 25" in text
    assert "Fiche 1. Faire l\u2019inventaire du parc en deux semaines 16" in text


def test_no_paragraph_is_lost(text):
    for chapter in read("guide")["chapters"]:
        for block in chapter["blocks"]:
            if block["kind"] == "paragraph":
                last = block["text"].split()[-3:]
                assert " ".join(last) in text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_fonts_hold_every_character():
    assert missing_glyphs((FOLDER / "guide.toml").read_text(encoding="utf-8")) == ""


def test_both_guides_are_named_in_both_languages(both):
    for guide in both:
        texts: list[Text] = [guide.title, guide.description]
        assert all(one.keys() == {"fr", "en"} and all(one.values()) for one in texts)


def test_the_link_leads_to_a_public_site(both):
    assert both[1].url == "https://ecoresponsable.numerique.gouv.fr/"
