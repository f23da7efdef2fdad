"""axe-core finds no violation on any page, light or dark, wide or 320 px narrow."""

from pathlib import Path

import pytest

from tests.browser.chromium import SITE, chromium, serve_samples
from tests.pages.samples import PAGES

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OTHERS = {"api-docs"}  # a viewer that is not ours
VIEWS = [(1280, "light"), (1280, "dark"), (320, "light")]


@pytest.fixture(scope="module")
def pages():
    with chromium() as browser:
        opened = {}
        for width, scheme in VIEWS:
            size = {"width": width, "height": 900}
            context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
            serve_samples(context)
            opened[width, scheme] = context.new_page()
        yield opened


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", [name for name in PAGES if name not in OTHERS])
def test_a_page_has_no_violation_and_fits(pages, name, view):
    page = pages[view]
    page.goto(f"{SITE}/{name}")
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    told = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
    assert told == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
