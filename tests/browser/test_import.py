"""An organiser imports people by the keyboard alone, and each page on the way is accessible."""

import re

import pytest

from tests.browser.axe import AXE, RULES, RUN

NAME = """one => one.labels && one.labels.length
    ? one.labels[0].innerText : one.getAttribute("aria-label") || one.innerText"""
TABLE = """Prénom;Nom;Adresse du bureau;Qualité;Organisme
Maëlys;Quéméneur-Essai;maelys.essai@example.org;Maire;Ville de Foix
Yann;Quéméneur-Essai;yann.essai@example.org;agent;Ville de Foix
Yann;Quéméneur-Essai;yann.essai@mairie.example;agent;Ville de Foix
Zoé;Quéméneur-Essai;zoe.essai;agent;Ville de Foix
"""


@pytest.fixture
def keys(demo, browser):
    link = demo.json("organiser", "add", "import@example.org", "--role", "organiser")["link"]
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    page = context.new_page()
    page.goto(link)
    keys = Keyboard(page)
    keys.press("Se connecter")
    page.goto(f"{demo.base}/organiser/demo/registrations")
    yield keys
    context.close()


class Keyboard:
    """Somebody who has a keyboard alone."""

    def __init__(self, page):
        self.page = page

    def to(self, name):
        """Press Tab until the focus is on what begins with this name."""
        for _ in range(90):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            if focused.count() and (focused.evaluate(NAME) or "").strip().startswith(name):
                return
        pytest.fail(f"Tab never reaches {name}")

    def press(self, name):
        self.to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.page.evaluate(AXE)
        assert self.page.evaluate(RUN, RULES) == []

    def choose(self, name, wanted):
        """Type the beginning of what is wanted in a list; a mistake's link leads there too."""
        self.to(name)
        if self.page.locator("a:focus").count():
            self.page.keyboard.press("Enter")
            self.page.locator("select:focus").wait_for()
        self.page.keyboard.type(wanted)
        chosen = self.page.locator(":focus").evaluate("one => one.selectedOptions[0].innerText")
        assert chosen.startswith(wanted)


def test_people_of_a_table_are_imported_by_the_keyboard_alone(keys, tmp_path):
    page = keys.page
    page.on("filechooser", lambda _: None)  # from now on no dialog of the system opens
    file = tmp_path / "invités.csv"
    file.write_bytes(TABLE.encode("cp1252"))
    keys.press("Importer")
    keys.to("Fichier")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    keys.press("Continuer")
    keys.choose("Adresse du bureau", "Courriel")
    keys.choose("Qualité", "Catégorie")
    keys.press("Voir ce que cela ferait")
    page.wait_for_selector("#mistakes:focus")
    keys.choose("Maire", "Agent")
    keys.press("Voir ce que cela ferait")
    told = page.inner_text("main")
    assert "2 personnes seraient inscrites" in told
    assert "Une personne est peut-être déjà inscrite" in told
    assert "Adresse du bureau\xa0: Indiquez une adresse" in told
    keys.press("Inscrire 2 personnes")
    page.wait_for_selector("#mistakes:focus")
    keys.to("Laisser cette ligne de côté")
    page.keyboard.press("Space")
    keys.press("Inscrire 2 personnes")
    told = page.inner_text("main")
    assert re.search(r"2 personnes ont été inscrites\.\s+Personne ne reçoit de courriel\.", told)
    assert "2 lignes laissées de côté" in told
    with page.expect_download() as saved:
        keys.to("Enregistrer ces lignes")
        page.keyboard.press("Enter")
    assert "zoe.essai" in saved.value.path().read_text("utf-8-sig")
    keys.press("Voir les inscriptions")
    page.goto(f"{page.url}?q=quemeneur+essai")
    assert page.locator("tbody tr").count() == 2
