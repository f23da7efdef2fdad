"""An organiser prints: door sheets of the draft in both languages, seen, turned, downloaded."""

from pathlib import Path

import pypdfium2

from tests.browser.axe import assert_clean


def pictures(page):
    """The pictures of pages that are shown, once they are there: the widths they really have."""
    found = page.locator("#made img")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#made img')].every(one => one.naturalWidth > 0)"
    )
    return [found.nth(n).evaluate("one => one.naturalWidth") for n in range(found.count())]


def test_door_sheets_are_chosen_by_keyboard_seen_and_downloaded(demo, organiser):
    page = organiser
    page.goto(f"{demo.base}/organiser/demo/programme")
    page.get_by_role("link", name="Sur papier").click()
    page.wait_for_url("**/programme/paper")
    assert page.locator("#made").count() == 0
    assert_clean(page)
    page.get_by_label("Livret").focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert page.get_by_label("Affiches de porte").is_checked()
    page.get_by_label("Version").select_option("draft")
    page.get_by_label("Langue").select_option("both")
    with page.expect_navigation():
        page.get_by_role("button", name="Afficher").press("Enter")
    assert "form=doors" in page.url
    pages = int(page.get_by_role("heading", level=2).inner_text().split()[0])
    assert pages > 2
    assert pictures(page) == [439, 439]
    assert_clean(page)
    page.get_by_role("link", name="Pages suivantes").click()
    page.wait_for_url("**page=3**")
    assert page.locator("#made figcaption").first.inner_text() == "Page 3"
    assert pictures(page)[0] == 439
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le PDF").click()
    assert download.value.suggested_filename == "demo-doors-draft-fr-en.pdf"
    with pypdfium2.PdfDocument(Path(download.value.path()).read_bytes()) as pdf:
        assert len(pdf) == pages
        assert "BROUILLON" in pdf[0].get_textpage().get_text_range()


def test_signs_of_the_version_and_a_form_that_does_not_fit(demo, organiser):
    page = organiser
    page.goto(f"{demo.base}/organiser/demo/programme/paper")
    page.get_by_label("Panneaux de séance").check()
    page.get_by_role("button", name="Afficher").click()
    page.wait_for_url("**form=signs**")
    assert pictures(page) == [620, 620]
    page.get_by_label("Livret").check()
    page.get_by_label("Papier").select_option("a3")
    page.get_by_role("button", name="Afficher").click()
    page.wait_for_url("**form=booklet**")
    alert = page.get_by_role("alert")
    assert "Ce document s’imprime sur A4." in alert.inner_text()
    alert.get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "paper"
    assert_clean(page)
