"""E-mails in a browser: accessible, light and dark, on a wide screen and on a narrow one."""

import pytest

from forum.letters.kinds import KINDS
from forum.registrations.mails import specimen_src
from tests.browser.axe import LEVELS, NARROW, assert_clean, show, sighted
from tests.pages.samples import letter, mail


@pytest.fixture(scope="module")
def page(browser):
    page = sighted(browser)
    page.context.route("**/*", lambda route: route.abort())
    yield page
    page.context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", [*KINDS, "sign_in", "team"])
def test_an_email_has_no_violation_fits_and_asks_for_nothing(page, kind, language):
    html = mail(kind, "body.html", language).replace("cid:ticket", specimen_src())
    asked = []

    def note(request):
        asked.append(request.url)

    page.on("request", note)
    page.set_content(html)
    assert_clean(page, LEVELS)
    page.remove_listener("request", note)
    assert [url for url in asked if not url.startswith("data:")] == []


def test_a_name_without_a_space_makes_no_phone_scroll(page):
    show(page, NARROW)
    page.set_content(letter("confirmed", family_name="Wolfeschlegelstein" * 6).html)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
