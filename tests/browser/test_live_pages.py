"""The served demonstration: every page accessible and light."""

import json
import re
import uuid
from pathlib import Path

import pytest

from forum.app import create_app
from forum.core.settings import Settings
from tests.browser.axe import assert_clean
from tests.browser.ecoindex import PUBLIC, TEAM, Scale, assert_within
from tests.installations import get, link, post

# Every page by its name, where `addresses` fills in what is in braces. A page of the organisers'
# begins with /organiser/, and has their budget; what needs no signing in has that of the public.
PAGES = {
    "home": "/demo/",
    "programme": "/demo/programme",
    "programme-rooms": "/demo/programme?view=rooms",
    "rooms": "/demo/rooms",
    "programme-tracks": "/demo/programme?view=tracks",
    "programme-now": "/demo/programme?view=now",
    "programme-mine": "/demo/programme?view=mine&sessions={session}",
    "session": "/demo/sessions/{session}",
    "speakers": "/demo/speakers",
    "speaker": "/demo/speakers/{speaker}",
    "guides": "/demo/guides",
    "register": "/demo/register",
    "mistakes": "/demo/register",
    "registered": "/demo/registered",
    "group": "/demo/register/group",
    "link": "/demo/link",
    "manage": "{person}",
    "edit": "{person}/edit",
    "transfer": "{person}/transfer",
    "cancel": "{person}/cancel",
    "verify": "/verify",
    "verified": "/verify/AAAA-BBBB-CCCC-DDDD",
    "nowhere": "/demo/nowhere",
    "ask": "/organiser/sign-in",
    "asked": "/organiser/sign-in/sent",
    "sign-in": "/organiser/sign-in/{token}",
    "account": "/organiser/account",
    "embed": "/demo/embed",
    "programme-import": "/organiser/demo/programme/import",
    "organiser": "/organiser/demo",
    "team": "/organiser/demo/team",
    "member": "/organiser/demo/team/{member}",
    "table": "/organiser/demo/registrations",
    "one": "/organiser/demo/registrations/{reference}",
    "export": "/organiser/demo/registrations/export",
    "import": "/organiser/demo/import",
    "campaigns": "/organiser/demo/campaigns",
    "campaign-new": "/organiser/demo/campaigns/new?category=elected",
    "devices": "/organiser/demo/doors/devices",
    "device": "/organiser/demo/doors/devices/{device}",
    "editor": "/organiser/demo/programme",
    "move": "/organiser/demo/programme/move/{moved}",
    "printers": "/organiser/demo/badges/printers",
    "printer": "/organiser/demo/badges/printers/{printer}",
    "printer-new": "/organiser/demo/badges/printers/new?kind=sheets",
    "gates": "/organiser/demo/doors/gates",
    "gate": "/organiser/demo/doors/gates/main",
    "gate-new": "/organiser/demo/doors/gates/new",
    "lists": "/organiser/demo/doors/lists",
    "list": "/organiser/demo/doors/lists/garonne?when=2027-03-22T10:00",
    "list-new": "/organiser/demo/doors/lists/new",
    "conflicts": "/organiser/demo/doors/conflicts",
    "desk": "/organiser/demo/desk",
    "walk-in": "/organiser/demo/desk?q=zzz",
    "invitations": "/organiser/demo/invitations",
    "sign-ups": "/organiser/demo/sign-ups",
    "doors": "/organiser/demo/doors",
    "doors-wall": "/organiser/demo/doors/wall",
    "door-list": "/organiser/demo/door-list?session={seated}",
    "attendance": "/organiser/demo/doors/attendance",
    "present": "/organiser/demo/doors/present",
    "scans": "/organiser/demo/doors/scans",
    "badges": "/organiser/demo/badges",
    "papers": "/organiser/demo/papers",
    "papers-attendees": "/organiser/demo/papers/attendees",
    "papers-attestations": "/organiser/demo/papers/attestations",
    "papers-certificates": "/organiser/demo/papers/certificates",
    "paper-preview": "/organiser/demo/papers/sign-in?half={day}_morning",
    "publication": "/organiser/demo/programme/publication",
    "programme-paper": "/organiser/demo/programme/paper?form=grid&language=both",
    "changes": "/demo/programme/changes",
    "own-sessions": "{person}/sessions",
    "speakers-asked": "/organiser/demo/programme/speakers/invitations",
    "texts": "/organiser/demo/letters",
    "text": "/organiser/demo/letters/confirmed",
    "send": "/organiser/demo/letters/reminder/send",
    "form": "/organiser/demo/form",
    "form-question": "/organiser/demo/form/questions/visit",
    "form-new-question": "/organiser/demo/form/question",
    "form-category": "/organiser/demo/form/categories/press",
    "form-new-category": "/organiser/demo/form/category",
    "form-consent": "/organiser/demo/form/consents/photo",
    "form-new-consent": "/organiser/demo/form/consent",
    "form-preview": "/organiser/demo/form/preview/agent",
    "parts-sessions": "/organiser/demo/programme/sessions",
    "parts-session": "/organiser/demo/programme/sessions/{session_id}",
    "parts-new-session": "/organiser/demo/programme/sessions/new",
    "parts-rooms": "/organiser/demo/programme/rooms",
    "parts-room": "/organiser/demo/programme/rooms/{room_id}",
    "parts-new-room": "/organiser/demo/programme/rooms/new",
    "parts-walks": "/organiser/demo/programme/rooms/travel",
    "parts-plans": "/organiser/demo/programme/plans",
    "parts-plan": "/organiser/demo/programme/plans/{plan_id}",
    "parts-new-plan": "/organiser/demo/programme/plans/new",
    "parts-tracks": "/organiser/demo/programme/tracks",
    "parts-track": "/organiser/demo/programme/tracks/{track_id}",
    "parts-new-track": "/organiser/demo/programme/tracks/new",
    "parts-people": "/organiser/demo/programme/speakers",
    "parts-person": "/organiser/demo/programme/speakers/{speaker_id}",
    "parts-new-person": "/organiser/demo/programme/speakers/new",
    "parts-conflicts": "/organiser/demo/programme/conflicts",
    "layouts": "/organiser/demo/badges/layouts",
    "layout-shipped": "/organiser/demo/badges/layouts/a6",
    "layout": "/organiser/demo/badges/layouts/{layout}",
    "layout-face": "/organiser/demo/badges/layouts/{layout}?part=face.front",
    "layout-images": "/organiser/demo/badges/layouts/{layout}?part=images",
    "layout-toml": "/organiser/demo/badges/layouts/{layout}?part=toml",
    "outbox": "/outbox",
    "letter": "/outbox/{letter}",
    "scan": "/scan",
}
SIGNING_IN = {"ask", "asked", "sign-in"}  # as light as what is public
STATUSES = {"verified": 404, "nowhere": 404}
"""What pages answer that are looked at because of what they refuse; all others answer 200."""
UNWEIGHED = {
    "outbox": "the demonstration's alone: it lists every e-mail",
    "letter": "the demonstration's alone: it carries pictures of the e-mail",
    "scan": "it has a budget of its own: test_scanner_offline",
}
NO_PAGES = {
    "/": "leads to the edition that is open; with several, a sample page is looked at",
    "/organiser": "leads to one's edition",
    "/api/docs": "a viewer that is not ours",
    "/health/live": "JSON",
    "/health/ready": "JSON",
    "/static/{version}/{path}": "files",
    "/{edition_slug}/guides/{slug}/download": "a file, or somewhere else",
    "/organiser/{slug}/files/{registration}/{question}": "a file",
    "/organiser/{slug}/registrations/export/file": "a file",
    "/organiser/{slug}/doors/attendance/file": "a file",
    "/organiser/{slug}/doors/scans/file": "a file",
    "/organiser/{slug}/badges/runs/{run}": "one must have begun: test_print_runs looks at it",
    "/organiser/{slug}/doors/attendance/{session_number}": "names: a sample is looked at",
    "/organiser/{slug}/programme/speakers/{part}/photo": "a picture",
    "/{edition_slug}/photos/{photo}": "a picture",
    "/{edition_slug}/plans/{picture}": "a picture",
    "/organiser/{slug}/programme/plans/{part}/picture": "a picture",
    "/organiser/{slug}/programme/paper/pages/{number}": "a picture",
    "/speaker/{key}/photo": "a picture",
    "/speaker/{key}": "its link is in an e-mail: test_speakers looks at it",
    "/me/{key}/sessions/{session_name}": "two must be at one time: a sample page is looked at",
    "/{edition_slug}/preview/{token}": "no link is made yet: a sample page is looked at",
    "/organiser/{slug}/programme/publication/comparison": "of one version there is none: a sample",
    "/organiser/{slug}/import/{import_id}": "a file must rest: test_import looks at it",
    "/organiser/{slug}/import/{import_id}/check": "a file must rest: test_import looks at it",
    "/organiser/{slug}/programme/import/{file_id}": "test_programme_import looks at it",
    "/organiser/{slug}/campaigns/{number}": "one must have begun: test_campaigns looks at it",
    "/organiser/{slug}/campaigns/{number}/recipients": "as the page of the campaign",
    "/organiser/{slug}/badges/layouts/{layout}/images/{image}": "a picture",
    "/organiser/{slug}/papers/attestations/letter": "an e-mail in a frame, as those of letters",
    "/organiser/{slug}/papers/certificates/letter": "an e-mail in a frame, as those of letters",
    "/organiser/{slug}/letters/{kind}/preview": "an e-mail in a frame: test_letters looks at them",
}
"""Routes that answer no page of ours, and why; .pdf and the like are files, /api/ for programs."""


def routes_of_pages():
    """Return every route of the application that answers a page."""
    nowhere = Path("/nonexistent")
    site = create_app(Settings(secret_key=b"s" * 32, var=nowhere, storage=nowhere, demo=True))
    found = {
        re.sub(r":(str|path|uuid|int)", "", route.path_format) or "/"
        for route in site.app.app.routes
        if any("GET" in handler.http_methods for handler in route.route_handlers)
    }
    return {
        route
        for route in found
        if not route.startswith("/api/") and not re.search(r"\.[a-z]+$", route)
    } | {"/api/docs"}


def route_to(path, routes):
    """Return the route that answers this path: of those that fit, the one with the most words."""
    path = path.replace("{person}", "/me/{key}").partition("?")[0].rstrip("/") or "/"
    fitting = [one for one in routes if re.fullmatch(re.sub(r"{\w+}", "[^/]+", one), path)]
    return min(fitting, key=lambda one: one.count("{"), default=None)


def test_every_page_of_the_application_is_visited_here():
    routes = routes_of_pages()
    visited = {route_to(path, routes) for name, path in PAGES.items() if name != "nowhere"}
    assert None not in visited
    assert routes - visited == NO_PAGES.keys()


@pytest.fixture(scope="module")
def person(demo):
    """The path by which somebody registered, who answered what was asked, manages that."""
    address = f"{uuid.uuid4().hex}@example.org"
    sent = {
        "given_name": "Zoé",
        "family_name": "Ferrand",
        "email": address,
        "category": "elected",
        "answers": {"diet": ["vegan"], "visit": "canal"},
    }
    answer = post(f"{demo.base}/api/editions/demo/registrations", json=sent)
    assert answer.status_code == 202
    return link(demo.letter(address))


@pytest.fixture(scope="module")
def addresses(demo, person, organiser, tmp_path_factory):
    """The address of each page, by its name."""
    tickets = tmp_path_factory.mktemp("tickets") / "tickets.json"
    demo.run("export", "tickets", tickets)
    told = get(f"{demo.base}/api/editions/demo/programme").json()
    outbox = get(f"{demo.base}/outbox").text
    other = demo.json("organiser", "add", "autre@example.org")["link"]
    organiser.goto(f"{demo.base}/organiser/demo/team")
    member = organiser.get_by_role("link", name="Changer autre@example.org").get_attribute("href")
    organiser.goto(f"{demo.base}/organiser/demo/badges/layouts/a6-double")
    organiser.get_by_role("button", name="En faire un à vous sur ce modèle").click()
    organiser.wait_for_url("**?done=added")
    layout = organiser.url.rpartition("/")[2].partition("?")[0]
    organiser.goto(f"{demo.base}/organiser/demo/badges/printers/new?kind=label")
    organiser.get_by_label("Nom de l’imprimante").fill("Accueil")
    organiser.get_by_label("Adresse", exact=True).fill("192.168.1.50")
    organiser.get_by_role("button", name="Enregistrer l’imprimante").click()
    organiser.wait_for_url("**?done=added")
    values = {
        "layout": layout,
        "person": person,
        "printer": organiser.url.partition("?")[0].rpartition("/")[2],
        "speaker": told["speakers"][0]["slug"],
        "session": next(one["slug"] for one in told["sessions"] if len(one["people"]) > 2),
        "moved": told["sessions"][0]["id"],
        "session_id": next(one["id"] for one in told["sessions"] if len(one["people"]) > 2),
        "seated": next(one["id"] for one in told["sessions"] if one["sign_up"]),
        "room_id": told["rooms"][0]["id"],
        "plan_id": told["plans"][0]["id"],
        "track_id": told["tracks"][0]["id"],
        "speaker_id": told["speakers"][0]["id"],
        "reference": json.loads(tickets.read_text("utf-8"))[0]["reference"],
        "letter": outbox.split('href="/outbox/')[1].split('"')[0],
        "token": other.rpartition("/")[2],
        "member": member.rpartition("/")[2],
        "day": min(one["starts_at"] for one in told["sessions"])[:10],
        "device": demo.json("device", "add", "Regardée", "--gate", "main")["id"],
    }
    return {name: demo.base + path.format(**values) for name, path in PAGES.items()}


@pytest.fixture(scope="module")
def scales(visitor, organiser):
    """What weighs the pages of a visitor, and those of an organiser."""
    return {"visitor": Scale(visitor), "organiser": Scale(organiser)}


@pytest.mark.parametrize("name", PAGES)
def test_a_served_page_has_no_violation_fits_and_is_light(addresses, scales, name):
    of_team = PAGES[name].startswith("/organiser/") and name not in SIGNING_IN
    scale = scales["organiser" if of_team else "visitor"]
    weight = scale.visit(addresses[name], status=STATUSES.get(name, 200))
    if name not in UNWEIGHED:
        assert_within(weight, TEAM if of_team else PUBLIC)
    if name == "mistakes":
        with scale.page.expect_navigation():
            scale.page.get_by_role("main").get_by_role("button").click()
        scale.page.wait_for_selector("#mistakes:focus")
    assert_clean(scale.page)


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


def test_cancelling_by_keyboard_alone_without_javascript(demo, browser):
    address = f"{uuid.uuid4().hex}@example.org"
    sent = {"given_name": "Ada", "family_name": "Ferrand", "email": address, "category": "agent"}
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
    frame.locator("strong", has_text="très").wait_for()
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
