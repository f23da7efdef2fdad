"""The programme's search answers as one types, and as a plain form without JavaScript."""

from datetime import UTC, datetime, timedelta

from tests.browser.chromium import SITE, serve_samples
from tests.pages.samples import page as sample

SEARCH = f"{SITE}/toulouse-2027/programme"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def opened(browser, **options):
    """Return the programme's page, whose clock stands still, and what was asked of its server."""
    context = browser.new_context(**options)
    serve_samples(context)
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(body=sample("programme-search"), content_type="text/html; charset=utf-8")

    context.route(f"{SEARCH}**", answer)
    page = context.new_page()
    page.clock.install(time=NOON - timedelta(hours=1))
    page.goto(f"{SITE}/programme")
    page.clock.pause_at(NOON)
    return page, asked


def test_the_list_follows_what_is_typed(browser):
    page, asked = opened(browser)
    assert page.inner_text("#count") == "23 séances"
    assert page.locator(".days [aria-current]").count() == 1
    page.locator("#q").press_sequentially("données")
    page.clock.run_for(249)
    assert asked == []
    page.clock.run_for(1)
    page.locator("#count", has_text="12").wait_for()
    assert asked == [f"{SEARCH}?q=donn%C3%A9es&track="]
    assert page.url == asked[0]
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.locator("#slots .ses").count() == 12
    assert page.locator(".days [aria-current]").count() == 0  # found on every day
    assert page.locator("[aria-busy]").count() == 0


def test_a_server_that_fails_is_shown_rather_than_hidden(browser):
    page, _ = opened(browser)
    page.context.route(f"{SEARCH}**", lambda route: route.fulfill(status=503, body="En panne"))
    page.locator("#q").press_sequentially("x")
    page.clock.run_for(250)
    page.wait_for_url(f"{SEARCH}?q=x&track=")
    assert page.inner_text("body") == "En panne"


def test_without_javascript_the_form_is_sent(browser):
    page, asked = opened(browser, java_script_enabled=False)
    page.fill("#q", "données")
    page.click(".filters button")
    page.wait_for_url(f"{SEARCH}?**")
    assert asked == [f"{SEARCH}?q=donn%C3%A9es&track="]
    assert page.inner_text("#count") == "12 séances"
