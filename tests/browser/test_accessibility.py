"""axe-core finds no violation on any page, light or dark, wide or 320 px narrow."""

import pytest

from tests.browser.axe import assert_clean, sighted
from tests.browser.chromium import SITE, serve_samples
from tests.pages.samples import PAGES

OTHERS = {"api-docs"}  # a viewer that is not ours


@pytest.fixture(scope="module")
def page(browser):
    page = sighted(browser)
    serve_samples(page.context)
    yield page
    page.context.close()


@pytest.mark.parametrize("name", [name for name in PAGES if name not in OTHERS])
def test_a_page_has_no_violation_and_fits(page, name):
    page.goto(f"{SITE}/{name}")
    assert_clean(page)
