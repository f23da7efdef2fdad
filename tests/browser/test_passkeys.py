"""Passkeys and the team in a real browser, with a virtual authenticator that verifies its user."""

import re

import pytest

from tests.browser.axe import assert_clean, sighted
from tests.browser.ecoindex import TEAM, Scale, assert_within
from tests.installations import Forum

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def forum(folder):
    """A site at localhost, which is a name: passkeys work there without https."""
    place = folder / "passkeys"
    place.mkdir()
    forum = Forum(place)
    forum.base = f"http://localhost:{forum.port}"
    forum.environ["FORUM_BASE_URL"] = forum.base
    dates = ("--starts", "2027-03-23", "--ends", "2027-03-24")
    forum.run("edition", "create", "essai", "--title", "Forum d’essai", *dates)
    forum.start("serve")
    yield forum
    forum.stop()


@pytest.fixture
def page(browser):
    context = browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield page
    context.close()


class Device:
    """A virtual authenticator of a page (WebDriver's, through the DevTools protocol)."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.named = {"authenticatorId": made["authenticatorId"]}

    def verifies(self, *, user):
        self.session.send("WebAuthn.setUserVerified", {**self.named, "isUserVerified": user})

    def credentials(self):
        return self.session.send("WebAuthn.getCredentials", self.named)["credentials"]

    def put_back(self, credential):
        """Have the device as it was when `credential` was read: a copy made then."""
        self.session.send("WebAuthn.clearCredentials", self.named)
        self.session.send("WebAuthn.addCredential", {**self.named, "credential": credential})


def sign_in(forum, page, address):
    page.goto(forum.json("organiser", "add", address)["link"])
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/organiser/essai")


def registered(page, name):
    page.goto("/".join([*page.url.split("/")[:3], "organiser", "account"]))
    page.get_by_label("Nom de cet appareil").fill(name)
    page.get_by_role("button", name="Enregistrer une clé d’accès").click()
    page.wait_for_url("**/account?done=registered")


def test_a_passkey_is_registered_and_signs_in_by_keyboard(forum, page):
    sign_in(forum, page, "anne@example.org")
    device = Device(page)
    registered(page, "Ordinateur du bureau")
    assert page.get_by_text("Ordinateur du bureau").is_visible()
    (stored,) = device.credentials()
    assert (stored["isResidentCredential"], stored["rpId"]) == (True, "localhost")
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto(f"{forum.base}/organiser/essai/team")
    page.wait_for_url("**/organiser/sign-in?next=*")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{forum.base}/organiser/essai/team")
    assert page.get_by_role("heading", level=1).inner_text() == "Équipe"
    page.goto(f"{forum.base}/organiser/account")
    assert page.get_by_text("Dernier usage").is_visible()
    assert {one["name"] for one in page.context.cookies()} == {"session"}


def test_a_device_that_verifies_nobody_is_refused_and_the_page_says_so(forum, page):
    sign_in(forum, page, "berthe@example.org")
    device = Device(page)
    registered(page, "Téléphone")
    page.context.clear_cookies()
    page.goto(f"{forum.base}/organiser/sign-in")
    device.verifies(user=False)
    button = page.get_by_role("button", name="Se connecter avec une clé d’accès")
    button.click()
    page.get_by_role("alert").filter(has_text="Cela n’a pas marché").wait_for()
    assert button.is_enabled()
    device.verifies(user=True)
    button.click()
    page.wait_for_url("**/organiser/essai")


def test_a_device_is_registered_once_and_removed(forum, page):
    sign_in(forum, page, "chloe@example.org")
    device = Device(page)
    registered(page, "Tablette")
    page.get_by_role("button", name="Enregistrer une clé d’accès").click()
    page.get_by_role("alert").filter(has_text="Cela n’a pas marché").wait_for()
    page.get_by_text("Renommer").first.click()
    page.get_by_label("Nouveau nom").fill("Vieille tablette")
    page.get_by_role("button", name="Renommer").click()
    page.wait_for_url("**/account?done=renamed")
    page.get_by_role("button", name="Retirer Vieille tablette").click()
    page.wait_for_url("**/account?done=removed")
    assert len(device.credentials()) == 1
    page.context.clear_cookies()
    page.goto(f"{forum.base}/organiser/sign-in")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.get_by_role("alert").filter(has_text="Cela n’a pas marché").wait_for()


def test_a_copied_passkey_is_found_out_by_its_count(forum, page):
    sign_in(forum, page, "diane@example.org")
    device = Device(page)
    registered(page, "Original")
    (copy,) = device.credentials()
    for path in ("sign-in", "sign-in"):
        page.goto(f"{forum.base}/organiser/{path}")
        page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
        page.wait_for_url("**/organiser/essai")
    device.put_back(copy)
    page.context.clear_cookies()
    page.goto(f"{forum.base}/organiser/sign-in")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.get_by_role("alert").filter(has_text="Cela n’a pas marché").wait_for()


def test_without_javascript_links_by_e_mail_are_left(forum, browser):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{forum.base}/organiser/essai")
    page.wait_for_url("**/organiser/sign-in?next=*")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    forum.run("organiser", "add", "emma@example.org")
    page.get_by_label("E-mail").fill("emma@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/organiser/sign-in/sent")
    body = forum.letter("emma@example.org").get_body(("plain",)).get_content()
    page.goto(re.search(r"https?://\S+/organiser/sign-in/[\w-]{43}", body)[0])
    assert page.get_by_text("emma@example.org").is_visible()
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/organiser/essai")
    page.goto(f"{forum.base}/organiser/account")
    assert page.get_by_text("This browser knows no passkeys").is_visible()
    context.close()


def test_an_organiser_takes_in_changes_removes_and_undoes(forum, page):
    sign_in(forum, page, "fanny@example.org")
    page.goto(f"{forum.base}/organiser/essai/team")
    main = page.get_by_role("main")
    main.get_by_role("button", name="Faire entrer").click()
    page.wait_for_selector("#mistakes:focus")
    page.get_by_label("Courriel").fill("gilles@example.org")
    page.get_by_label(re.compile("^Accueil")).check()
    main.get_by_role("button", name="Faire entrer").click()
    page.wait_for_url("**/team?done=added&*")
    page.get_by_role("link", name="Changer gilles@example.org").click()
    page.get_by_label(re.compile("^Portes")).check()
    main.get_by_role("button", name="Changer les rôles").click()
    page.wait_for_url("**/team?done=changed&*")
    row = page.get_by_role("row", name=re.compile("gilles@example.org"))
    assert "Accueil, Portes" in row.inner_text()
    row.get_by_role("link").click()
    main.get_by_role("button", name="Retirer").click()
    page.wait_for_url("**/team?done=removed&*")
    assert row.count() == 0
    page.get_by_role("button", name="Annuler ce retrait").click()
    page.wait_for_url("**/team?done=restored&*")
    assert "Accueil, Portes" in row.inner_text()
    letter = forum.letter("gilles@example.org")
    assert letter["Subject"] == "Vous êtes dans l’équipe : Forum d’essai"


@pytest.fixture(scope="module")
def looking(browser):
    """A page made to be looked at by axe."""
    page = sighted(browser, locale="fr-FR")
    yield page
    page.context.close()


def test_pages_with_passkeys_have_no_violation_fit_and_are_light(forum, looking):
    sign_in(forum, looking, "helene@example.org")
    Device(looking)
    registered(looking, "Ordinateur")
    scale = Scale(looking)
    for name in ("sign-in", "account"):
        assert_within(scale.visit(f"{forum.base}/organiser/{name}"), TEAM)
        assert_clean(looking)
