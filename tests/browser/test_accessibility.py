"""axe-core finds no violation on any page, light or dark, wide or 320 px narrow."""

import pytest

from tests.browser.axe import NARROW_DARK, WIDE, assert_clean, sighted
from tests.browser.chromium import served_samples
from tests.pages.samples import PAGES

OTHERS = {"api-docs"}  # a viewer that is not ours


VIEWS = (WIDE, NARROW_DARK)
"""Both widths and both schemes; pages of the demonstration are looked at in all four ways."""


@pytest.fixture(scope="module")
def page(browser):
    page = sighted(browser)
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def site():
    with served_samples() as site:
        yield site


@pytest.mark.parametrize("name", [name for name in PAGES if name not in OTHERS])
def test_a_page_has_no_violation_and_fits(page, site, name):
    assert page.goto(f"{site}/{name}").status == 200
    assert_clean(page, views=VIEWS)
