"""The list of who is in the building on paper: one click prints it, each page says what it is."""

import io
import subprocess

import pikepdf
import pytest

from tests.browser.chromium import SITE, serve_samples


@pytest.fixture
def page(browser):
    context = browser.new_context(locale="fr-FR")
    serve_samples(context)
    page = context.new_page()
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; }")
    page.goto(f"{SITE}/present")
    yield page
    context.close()


def test_one_click_prints(page):
    page.get_by_role("button", name="Imprimer cette liste").click()
    assert page.evaluate("window.printed") == 1


def test_without_a_script_there_is_no_dead_button(browser):
    context = browser.new_context(java_script_enabled=False)
    serve_samples(context)
    page = context.new_page()
    page.goto(f"{SITE}/present")
    assert page.get_by_role("button", name="Imprimer cette liste").count() == 0
    assert page.get_by_role("link", name="Enregistrer en CSV").is_visible()
    context.close()


def test_on_paper_there_are_names_boxes_count_and_instant_and_headings_on_each_page(page):
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Organisateurs").is_visible()
    paper = page.pdf(format="A4")
    with pikepdf.open(io.BytesIO(paper)) as document:
        pages = len(document.pages)
    assert pages > 3
    for number in range(1, pages + 1):
        which = ["-f", str(number), "-l", str(number), "-layout", "-", "-"]
        done = subprocess.run(["pdftotext", *which], input=paper, capture_output=True, check=True)
        text = done.stdout.decode()
        assert "Organisme" in text, number
        if number == 1:
            assert "156 personnes, et 5 vues seulement à une autre porte" in " ".join(text.split())
            assert "mardi 23 mars à 11 h" in " ".join(text.split())
    whole = subprocess.run(["pdftotext", "-", "-"], input=paper, capture_output=True, check=True)
    said = whole.stdout.decode()
    assert said.count("☐") == 161
    assert said.count("Maëlys") == 161
    assert "Imprimer" not in said
