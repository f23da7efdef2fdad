"""E-mails in a browser: accessible, light and dark, on a wide screen and on a narrow one."""

import pytest

from forum.letters.kinds import KINDS
from forum.registrations.mails import specimen_src
from tests.browser.chromium import chromium
from tests.browser.test_accessibility import AXE, VIEWS
from tests.pages.samples import letter, mail

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def pages():
    with chromium() as browser:
        opened = {}
        for width, scheme in [*VIEWS, (320, "dark")]:
            size = {"width": width, "height": 900}
            context = browser.new_context(viewport=size, color_scheme=scheme)
            context.route("**/*", lambda route: route.abort())
            opened[width, scheme] = context.new_page()
        yield opened


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", [*KINDS, "sign_in", "team"])
def test_an_email_has_no_violation_fits_and_asks_for_nothing(pages, kind, language):
    html = mail(kind, "body.html", language).replace("cid:ticket", specimen_src())
    for (width, scheme), page in pages.items():
        asked = []
        page.on("request", lambda one, asked=asked: asked.append(one.url))
        page.set_content(html)
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        told = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
        assert told == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert [url for url in asked if not url.startswith("data:")] == []


def test_a_name_without_a_space_makes_no_phone_scroll(pages):
    page = pages[320, "light"]
    page.set_content(letter("confirmed", family_name="Wolfeschlegelstein" * 6).html)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
