"""The served demonstration: every page accessible and light, the scanner truthful offline."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.chromium import chromium
from tests.browser.ecoindex import measure
from tests.browser.test_accessibility import AXE, RULES, VIEWS
from tests.installations import get, link, post

PAGES = [
    "home", "programme", "session", "register", "mistakes", "registered", "guides", "manage",
    "cancel", "sign-in", "organiser", "table", "one", "desk", "walk-in", "texts", "text", "send",
    "outbox", "letter", "scan",
    "nowhere",
    "programme-editor", "programme-move",
    "form", "form-question", "form-new-question", "form-category", "form-consent", "form-preview",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def person(demo):
    """The path by which somebody registered manages that."""
    address = f"{uuid.uuid4().hex}@example.org"
    sent = {"given_name": "Zoé", "family_name": "Ferrand", "email": address, "category": "press"}
    answer = post(f"{demo.base}/api/editions/demo/registrations", json=sent)
    assert answer.status_code == 202
    return link(demo.letter(address))


@pytest.fixture(scope="module")
def team(demo, browser):
    """The cookies of an organiser who has signed in by their link."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(demo.json("organiser", "add", "equipe@example.org")["link"])
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/organiser/demo")
    cookies = context.cookies()
    context.close()
    return cookies


@pytest.fixture(scope="module")
def addresses(demo, person, tmp_path_factory):
    """The address of each page, by its name."""
    tickets = tmp_path_factory.mktemp("tickets") / "tickets.json"
    demo.run("export", "tickets", tickets)
    reference = json.loads(tickets.read_text("utf-8"))[0]["reference"]
    told = get(f"{demo.base}/api/editions/demo/programme").json()
    session = next(one for one in told["sessions"] if len(one["people"]) > 2)
    outbox = get(f"{demo.base}/outbox").text
    paths = {
        "home": "/demo/",
        "session": f"/demo/sessions/{session['slug']}",
        "manage": person,
        "cancel": f"{person}/cancel",
        "sign-in": demo.json("organiser", "add", "autre@example.org")["link"][len(demo.base) :],
        "organiser": "/organiser/demo",
        "programme-editor": "/organiser/demo/programme",
        "programme-move": f"/organiser/demo/programme/move/{session['id']}",
        "form": "/organiser/demo/form",
        "form-question": "/organiser/demo/form/questions/visit",
        "form-new-question": "/organiser/demo/form/question",
        "form-category": "/organiser/demo/form/categories/press",
        "form-consent": "/organiser/demo/form/consents/photo",
        "form-preview": "/organiser/demo/form/preview/agent",
        "table": "/organiser/demo/registrations",
        "one": f"/organiser/demo/registrations/{reference}",
        "desk": "/organiser/demo/desk",
        "walk-in": "/organiser/demo/desk?q=zzz",
        "texts": "/organiser/demo/letters",
        "text": "/organiser/demo/letters/confirmed",
        "send": "/organiser/demo/letters/reminder/send",
        "outbox": "/outbox",
        "letter": "/outbox/" + outbox.split('href="/outbox/')[1].split('"')[0],
        "scan": "/scan",
        "nowhere": "/demo/nowhere",
        "mistakes": "/demo/register",
    }
    return {name: demo.base + paths.get(name, f"/demo/{name}") for name in PAGES}


@pytest.fixture(scope="module")
def views(browser, team):
    """A page of a signed-in organiser for each width and colour scheme, by these."""
    opened = {}
    for width, scheme in VIEWS:
        size = {"width": width, "height": 900}
        context = browser.new_context(
            viewport=size, color_scheme=scheme, bypass_csp=True, locale="fr-FR"
        )
        context.add_cookies(team)
        opened[width, scheme] = context.new_page()
    return opened


@pytest.mark.parametrize("name", PAGES)
def test_a_served_page_has_no_violation_and_fits(addresses, views, name):
    for (width, _), page in views.items():
        page.goto(addresses[name])
        if name == "mistakes":
            page.get_by_role("main").get_by_role("button").click()
            page.wait_for_selector("#mistakes")
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        told = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
        assert told == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.parametrize("name", ["outbox"])
def test_a_table_is_seen_whole_on_a_phone(addresses, browser, team, name):
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    context.add_cookies(team)
    page = context.new_page()
    page.goto(addresses[name])
    cut = "all => all.map(one => [one.clientWidth > 0, one.scrollWidth - one.clientWidth])"
    assert page.eval_on_selector_all(".scroll", cut) == [[True, 0]]
    context.close()


@pytest.mark.parametrize(("language", "says"), [
    ("fr", r"[a-z]+ \d+(er)? [a-zéû]+ \d{4}, \d+\xa0h"),
    ("en", r"[A-Z][a-z]+day \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d"),
])  # fmt: skip
def test_the_outbox_says_when_in_words(addresses, language, says):
    for name in ("outbox", "letter"):
        page = get(addresses[name], params={"lang": language}).text
        assert re.search(f"<(td|dd)>({says})", page), name
        assert "+0000" not in page


@pytest.mark.parametrize("name", ["manage", "cancel", "session", "sign-in"])
def test_a_page_of_an_attendee_stays_within_its_budget(addresses, browser, name):
    weight = measure(browser, addresses[name])
    assert weight.requests <= 6
    assert weight.kilobytes <= 60
    assert weight.nodes <= 380
    assert weight.score >= 80


@pytest.mark.parametrize(
    "name",
    [
        "organiser",
        "table",
        "one",
        "desk",
        "walk-in",
        "texts",
        "text",
        "send",
        "programme-editor",
        "programme-move",
        *(n for n in PAGES if n.startswith("form")),
    ],
)
def test_an_organisers_page_stays_within_its_budget(addresses, browser, team, name):
    weight = measure(browser, addresses[name], team)
    assert weight.requests <= 8
    assert weight.kilobytes <= 100
    assert weight.nodes <= 600
    assert weight.score >= 70


def test_the_scanner_is_light_before_its_camera_starts(addresses, browser):
    weight = measure(browser, addresses["scan"])
    assert weight.kilobytes <= 30


def test_a_scanner_that_is_cut_off_never_lets_in_and_sends_again_after(demo, browser, tmp_path):
    demo.run("export", "tickets", tmp_path / "tickets.json")
    ticket = json.loads((tmp_path / "tickets.json").read_text("utf-8"))[-1]
    code = demo.json("device", "add", "Coupée", "--gate", "main")["code"]
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.clock.install()
    page.goto(f"{demo.base}/scan#code={code}")
    page.wait_for_selector("#door:not([hidden])")
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # no verdict goes by itself
    assert page.url == f"{demo.base}/scan"
    context.set_offline(True)
    page.fill("#code", ticket["token"])
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-verdict=stop]")
    assert page.inner_text("#verdict") == "Sans réponse\u00a0: ne laissez pas encore entrer"
    context.set_offline(False)
    page.get_by_role("button", name="Renvoyer").click()
    page.wait_for_selector("body[data-verdict=pass]")
    assert ticket["family_name"] in page.inner_text("#who")
    page.fill("#code", ticket["token"].lower())
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-verdict=look]")
    assert page.inner_text("#verdict") == "Déjà entré"
    context.close()


def test_cancelling_by_keyboard_alone_without_javascript(demo, browser):
    address = f"{uuid.uuid4().hex}@example.org"
    sent = {"given_name": "Ada", "family_name": "Ferrand", "email": address, "category": "press"}
    post(f"{demo.base}/api/editions/demo/registrations", json={**sent, "language": "en"})
    path = link(demo.letter(address))
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(demo.base + path)
    tab_to(page, "Cancel my registration")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}/cancel")
    tab_to(page, "Give up my place")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    assert page.get_by_text("no ticket of it opens the doors").is_visible()
    assert demo.letter(address, 2)["Subject"].startswith("Registration cancelled")
    context.close()


def test_words_are_tried_and_saved_by_keyboard_alone_without_javascript(demo, browser, team):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    context.add_cookies(team)
    page = context.new_page()
    page.goto(f"{demo.base}/organiser/demo/letters/thanks")
    frame = page.frame_locator("iframe[name=preview]")
    assert frame.get_by_text("Merci d’avoir été des nôtres.").is_visible()
    page.get_by_label("Texte").first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Bonjour {given_name},\n\nÀ **très** bientôt.")
    tab_to(page, "Aperçu")
    page.keyboard.press("Enter")
    frame.get_by_text("Bonjour Camille,").wait_for()
    assert frame.locator("strong", has_text="très").is_visible()
    assert page.get_by_label("Texte").first.input_value().startswith("Bonjour {given_name}")
    page.get_by_label("Objet").first.focus()
    page.keyboard.press("Enter")  # as every form, it is sent by its first button: Save
    page.wait_for_url("**/letters/thanks?saved=1")
    assert page.get_by_text("Enregistré.").is_visible()
    context.close()


def test_a_preview_runs_nothing_and_leads_nowhere(demo, browser, team):
    context = browser.new_context(locale="fr-FR")
    context.add_cookies(team)
    page = context.new_page()
    said = []
    page.on("console", lambda one: said.append(one.text))
    page.goto(f"{demo.base}/organiser/demo/letters/confirmed")
    frame = page.frame_locator("iframe[name=preview]")
    frame.get_by_role("link", name="Mon inscription").wait_for()
    assert said == []
    assert frame.locator("img").evaluate("one => one.naturalWidth") > 100
    page.get_by_label("Texte").first.fill("<script>parent.document.title = 'x'</script>")
    page.get_by_role("button", name="Aperçu : Français", exact=True).click()
    frame.get_by_text("<script>").wait_for()
    assert page.title() != "x"
    context.close()


def tab_to(page, name):
    """Press Tab until the focus is on what has this name."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(":focus").count() and page.locator(":focus").inner_text() == name:
            return
    pytest.fail(f"Tab never reaches {name}")
