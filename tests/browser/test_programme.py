"""The programme in a real browser: stars, a copy without a network, and without JavaScript."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest

from tests.installations import ROOT, Forum, get, until

EXAMPLE = ROOT / "docs" / "example"
PATIENCE_MS = 60_000
COPY = "#copy:not([hidden])"
KEPT = """async () => {
  const names = (await caches.keys()).filter(name => name.startsWith("programme "));
  const all = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
  return { names, urls: all.flat().map(request => request.url) };
}"""
CONTROLLED = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


@pytest.fixture(scope="module")
def site(folder):
    """The example of the documents, imported, published and served by the commands."""
    (folder / "programme").mkdir()
    forum = Forum(folder / "programme")
    forum.run("edition", "create", "essai", "--from", EXAMPLE / "edition.toml")
    forum.run("import", "programme", EXAMPLE / "programme.csv")
    forum.run("publish", "--no-tell")
    forum.start("serve")
    yield forum
    forum.stop()


@pytest.fixture
def page(browser):
    """A page of a browser that was never here, with what went wrong in it."""
    context = browser.new_context(locale="fr-FR")
    context.set_default_timeout(PATIENCE_MS)
    one = context.new_page()
    wrong = []
    one.on("pageerror", lambda error: wrong.append(str(error)))
    one.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)
    yield one
    context.close()
    assert wrong == []


def sessions(page):
    """Return the slugs of the sessions that a page lists."""
    return page.eval_on_selector_all(
        "#slots [data-session]", "all => all.map(one => one.dataset.session)"
    )


def test_a_star_set_by_the_keyboard_stays_and_becomes_a_programme(site, page):
    page.goto(f"{site.base}/essai/programme?day=all")
    chosen = sessions(page)[1]
    place = page.locator(f'[data-session="{chosen}"]')
    place.get_by_role("link").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    title = place.get_by_role("link").inner_text()
    page.reload()
    star = page.get_by_role("button", name=f"Dans mon programme : {title}", exact=True)
    assert star.get_attribute("aria-pressed") == "true"
    assert page.locator(".star[aria-pressed=true]").count() == 1
    page.get_by_role("link", name="Mon programme").click()
    page.wait_for_url("**/programme?view=mine&sessions=*")
    assert sessions(page) == [chosen]
    calendar = page.get_by_role("link", name="Ajouter à mon agenda").get_attribute("href")
    [event] = icalendar.Calendar.from_ical(get(site.base + calendar).content).walk("VEVENT")
    assert str(event["summary"]) == title


def test_a_programme_is_shared_by_its_address_and_kept_by_who_gets_it(site, page, browser):
    page.goto(f"{site.base}/essai/programme?day=all")
    slugs = sessions(page)[:2]
    address = f"{site.base}/essai/programme?view=mine&sessions={','.join(slugs)}"
    page.goto(address)
    page.get_by_role("button", name="Les garder dans mon programme").click()
    assert page.locator(".star[aria-pressed=true]").count() == 2
    assert page.get_by_role("button", name="Les garder").count() == 0
    page.locator(f'[data-session="{slugs[0]}"] .star').click()
    assert parse_qs(urlsplit(page.url).query)["sessions"] == [slugs[1]]
    assert page.locator("[data-session] .star").count() == 2  # to be taken back
    page.goto(f"{site.base}/essai/programme?view=mine")
    page.wait_for_url("**&sessions=*")
    assert sessions(page) == [slugs[1]]


def test_a_session_is_starred_on_its_own_page_and_found_while_searching(site, page):
    page.goto(f"{site.base}/essai/programme?day=all")
    slug = sessions(page)[0]
    page.goto(f"{site.base}/essai/sessions/{slug}")
    page.locator(".acts .star").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Programme", exact=True).first.click()
    word = page.locator(f'[data-session="{slug}"] a').inner_text().split()[0]
    page.fill("#q", word)
    page.wait_for_url(f"**q={word}**")
    page.locator(f'[data-session="{slug}"] .star[aria-pressed=true]').wait_for()
    assert page.get_by_role("link", name="Mon programme").is_visible()


def test_without_javascript_the_filters_work_and_there_are_no_stars(site, browser):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{site.base}/essai/programme?view=rooms&day=all")
    assert page.locator(".star").count() == 0
    assert not page.locator("[data-mine]").is_visible()
    page.get_by_text("Plus de filtres").click()
    room = page.locator("#room option").nth(1).get_attribute("value")
    name = page.locator("#room option").nth(1).inner_text()
    page.select_option("#room", room)
    page.get_by_role("button", name="Chercher").click()
    page.wait_for_url(f"**room={room}**")
    heads = {one.inner_text() for one in page.get_by_role("columnheader").all()}
    assert heads == {"Quand", name}
    assert page.locator("details").get_attribute("open") is not None
    context.close()


def test_the_day_stays_in_sight(site, page):
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(f"{site.base}/essai/programme?day=all")
    last = page.locator("#slots .slot").first
    last.evaluate("one => scrollTo(0, one.getBoundingClientRect().bottom + scrollY - 100)")
    assert page.locator("#slots h2").first.evaluate("one => one.getBoundingClientRect().top") == 0


def test_the_programme_is_read_without_a_network_and_never_an_old_one_with_it(site, page):
    base = f"{site.base}/essai"
    page.goto(f"{base}/programme?day=all")
    first, second, third = sessions(page)[:3]
    until(lambda: page.evaluate(CONTROLLED))
    page.goto(f"{base}/sessions/{first}")
    title = page.locator("h1").inner_text()
    for path in (f"{base}/register", f"{base}/programme?q=eau", f"{base}/programme?view=now",
                 f"{site.base}/organiser/sign-in", f"{site.base}/me/none"):  # fmt: skip
        page.goto(path)
    page.goto(f"{base}/programme?day=all")
    page.locator(f'[data-session="{second}"] .star').click()
    own = {f"{base}/programme?sessions={second}&view=mine", f"{base}/sessions/{second}"}
    until(lambda: own <= {*page.evaluate(KEPT)["urls"]})
    kept = page.evaluate(KEPT)
    ours = ("/essai/programme", "/essai/sessions/", "/essai/speakers", "/essai/rooms", "/static/")
    assert [one for one in kept["urls"] if not urlsplit(one).path.startswith(ours)] == []
    assert [one for one in kept["urls"] if "q=" in one or "now" in one] == []
    assert len(kept["names"]) == 1

    site.stop()
    answer = page.goto(f"{base}/sessions/{first}")
    assert page.locator("h1").inner_text() == title
    assert "copie de la version 1" in page.locator(COPY).inner_text()
    assert page.locator(f"{COPY} time").inner_text() != ""
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    family = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert "Bricolage" in family
    for path in ("programme", "programme?view=rooms&day=all", "speakers", f"sessions/{third}"):
        page.goto(f"{base}/{path}")
        assert page.locator(COPY).count() == 1, path
    page.wait_for_url(f"{base}/programme")  # a session never visited: the programme instead
    page.get_by_role("link", name="Mon programme").click()
    page.locator(f'[data-session="{second}"]').wait_for()
    assert sessions(page) == [second]

    site.run("publish", "--no-tell", "--note", "Deux")
    site.start("serve")
    page.goto(f"{base}/sessions/{first}")
    assert page.locator(COPY).count() == 0
    page.goto(f"{base}/programme")
    assert "Version 2" in page.inner_text("main")
    until(lambda: [one.split()[2] for one in page.evaluate(KEPT)["names"]] == ["2"])
    site.stop()
    page.goto(f"{base}/sessions/{first}")
    assert "copie de la version 2" in page.locator(COPY).inner_text()
    site.start("serve")


def test_a_network_that_asks_to_sign_in_is_not_kept(site, page):
    address = f"{site.base}/essai/programme?day=all"
    page.goto(address)
    until(lambda: page.evaluate(CONTROLLED))
    page.reload()
    site.stop()
    with portal(site.port):
        page.goto(address)
        assert page.locator("h1").inner_text() == "Wi-Fi"
    page.goto(address)
    assert page.locator("h1").inner_text() == "Programme"
    assert page.locator(COPY).count() == 1
    site.start("serve")


@contextmanager
def portal(port):
    """Answer every request to a port with a page that asks to sign in, as some networks do."""

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Wi-Fi</title><h1>Wi-Fi</h1>")

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Portal) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
