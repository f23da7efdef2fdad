"""A speaker of the demonstration answers by the keyboard alone, and each page is accessible."""

import re

import pytest

from tests.browser.chromium import chromium
from tests.browser.test_import import Keyboard
from tests.browser.test_journey import shown_in_outbox
from tests.forum.speakers.test_routes import located

LINK = re.compile(r"/speaker/[\w-]+")


@pytest.fixture
def keys(demo):
    link = demo.json("organiser", "add", "speakers@example.org", "--role", "organiser")["link"]
    with chromium() as browser:
        context = browser.new_context(locale="fr-FR", bypass_csp=True)
        page = context.new_page()
        page.goto(link)
        keys = Keyboard(page)
        keys.press("Se connecter")
        yield keys


def test_a_speaker_is_invited_and_answers_by_the_keyboard_alone(keys, demo, tmp_path):
    page = keys.page
    page.goto(f"{demo.base}/organiser/demo/programme/speakers/invitations")
    name = page.locator("tbody th label").first.inner_text()
    address = page.locator("tbody th small").nth(1).inner_text()
    keys.to(name)
    page.keyboard.press("Space")
    keys.press("Envoyer l’invitation")
    assert "Un courriel est en route." in page.inner_text("main")
    shown_in_outbox(page, demo, address, "Votre intervention")
    page.goto(demo.base + LINK.search(page.inner_text("main"))[0])
    assert name in page.inner_text("main")
    keys.press("Je confirme")
    assert "les organisateurs savent que vous venez" in page.inner_text("[role=status]")
    send_photo(keys, tmp_path / "moi.jpg")
    change_profile(keys)
    decline(keys)
    page.goto(f"{demo.base}/organiser/demo/programme/speakers/invitations?only=declined")
    assert name in page.inner_text("tbody")
    assert "toujours inscrit" in page.inner_text("tbody")


def send_photo(keys, file):
    page = keys.page
    file.write_bytes(located())
    keys.to("Photo")
    page.locator("#photo:focus").set_input_files(file)
    keys.to("J’accepte que cette photo")
    assert not page.locator(":focus").is_checked()
    page.keyboard.press("Space")
    keys.press("Envoyer la photo")
    assert page.locator("img[alt='Votre photo telle qu’elle est gardée']").evaluate(
        "one => one.complete && one.naturalHeight === 800"
    )


def change_profile(keys):
    page = keys.page
    keys.to("Fonction")
    page.keyboard.press("Control+a")
    page.keyboard.type("Maire de Foix")
    keys.to("Lien 1\u00a0: son adresse")
    page.keyboard.type("nowhere")
    keys.press("Enregistrer mon profil")
    page.wait_for_selector("#mistakes:focus")
    keys.to("Lien 1")
    page.keyboard.press("Enter")
    page.wait_for_selector("#link-0-url:focus")
    page.keyboard.press("Control+a")
    page.keyboard.type("example.org")
    keys.press("Enregistrer mon profil")
    assert "Votre profil est enregistré." in page.inner_text("[role=status]")
    assert page.input_value("#job_title") == "Maire de Foix"
    assert page.input_value("#link-0-url") == "https://example.org"


def decline(keys):
    page = keys.page
    keys.to("Je ne peux pas venir")
    page.keyboard.press("Enter")
    keys.press("Dire aux organisateurs")
    page.wait_for_selector("#mistakes:focus")
    keys.to("La garder")
    page.keyboard.press("Space")
    keys.press("Dire aux organisateurs")
    assert "Vous ne venez pas" in page.inner_text("#answer")
