"""The programme inside another site's page: another origin, a strict policy, the keyboard."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.axe import assert_clean
from tests.installations import get

PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Mairie</title>
<script type="module" src="{base}/forum-programme.js"></script></head><body><main><h1>Mairie</h1>
<forum-programme src="{base}/api/editions/demo/programme"{more}><a href="{base}/demo/programme">
Programme</a></forum-programme></main></body></html>"""


@pytest.fixture
def host(demo):
    """Another site: a page with the widget, under the strictest policy that lets it in."""
    policy = (
        f"default-src 'none'; script-src {demo.base}; connect-src {demo.base};"
        " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )

    class Host(BaseHTTPRequestHandler):
        def do_GET(self):
            _, _, query = self.path.partition("?")
            more = " " + query.replace("&", " ") if query else ""
            body = PAGE.format(base=demo.base, more=more).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser):
    """A page, with all that its console said."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()


def test_another_site_shows_the_programme_under_a_strict_policy(demo, host, page):
    told = get(f"{demo.base}/api/editions/demo/programme").json()
    page.goto(f"{host}/")
    tabs = page.get_by_role("tab")
    tabs.first.wait_for()
    days = sorted({one["starts_at"][:10] for one in told["sessions"] if one["starts_at"]})
    assert tabs.count() == len(days)
    first = [one for one in told["sessions"] if (one["starts_at"] or "")[:10] == days[0]]
    assert page.locator("forum-programme li").count() == len(first)
    link = page.locator("forum-programme li a").first.get_attribute("href")
    assert link.startswith(f"{demo.base}/demo/sessions/")
    assert get(link).status_code == 200
    colour = page.locator("forum-programme").evaluate("one => getComputedStyle(one).paddingTop")
    assert colour == "16px"  # its own style holds, though the page allows no style at all
    assert [line for line in page.said if "favicon" not in line] == []
    assert page.context.cookies() == []


def test_days_tracks_and_languages_are_chosen_by_keyboard(demo, host, page):
    told = get(f"{demo.base}/api/editions/demo/programme").json()
    page.goto(f"{host}/")
    tabs = page.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    focused = "document.querySelector('forum-programme').shadowRoot.activeElement.id"
    assert page.evaluate(focused) == tabs.nth(1).get_attribute("id")
    page.keyboard.press("Home")
    assert tabs.first.get_attribute("aria-selected") == "true"
    track = told["tracks"][0]
    page.get_by_label("Thème").select_option(track["slug"])
    day = tabs.first.get_attribute("id")[1:]
    wanted = [
        one
        for one in told["sessions"]
        if (one["starts_at"] or "")[:10] == day and one["track_id"] == track["id"]
    ]
    assert page.locator("forum-programme li").count() == len(wanted)
    page.get_by_role("button", name="English").press("Enter")
    assert page.get_by_label("Track").input_value() == track["slug"]
    assert page.evaluate(focused) == "len"


def test_its_example_on_our_page_is_accessible_and_obeys_our_policy(demo, page, visitor):
    page.goto(f"{demo.base}/demo/embed")
    page.get_by_role("tab").first.wait_for()
    assert page.said == []
    visitor.goto(f"{demo.base}/demo/embed")
    visitor.get_by_role("tab").first.wait_for()
    assert_clean(visitor)


def test_data_for_programs_in_a_page_runs_nothing_and_is_let_through(demo, page):
    told = get(f"{demo.base}/api/editions/demo/programme").json()
    slug = next(one["slug"] for one in told["sessions"] if one["people"])
    page.goto(f"{demo.base}/demo/sessions/{slug}")
    data = page.evaluate("JSON.parse(document.querySelector('[type$=ld\\\\+json]').text)")
    assert data["@type"] == "Event"
    assert page.said == []


def test_when_the_programme_cannot_be_had_it_says_so_and_the_link_stays(demo, host, page):
    page.route("**/api/editions/demo/programme?*", lambda route: route.abort())
    page.goto(f"{host}/")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("link", name="Programme").is_visible()
    page.unroute("**/api/editions/demo/programme?*")
    page.get_by_role("button", name="Réessayer").click()
    page.get_by_role("tab").first.wait_for()
