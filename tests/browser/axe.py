"""axe-core in a page: no violation, nothing to scroll sideways; light or dark, wide or narrow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*LEVELS, "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
WIDE, DARK, NARROW, NARROW_DARK = VIEWS = [
    (1280, "light"),
    (1280, "dark"),
    (320, "light"),
    (320, "dark"),
]
HEIGHT = 900
# Only what is wrong crosses to the test, and what stylesheets say is known without fetching them.
RUN = """rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"], preload: false})
  .then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.html)]))"""


def sighted(browser: Any, **options: Any) -> Any:
    """Return a page of a new context in which every document can be looked at."""
    size = {"width": WIDE[0], "height": HEIGHT}
    context = browser.new_context(viewport=size, bypass_csp=True, **options)
    context.add_init_script(AXE)
    return context.new_page()


def show(page: Any, view: tuple[int, str]) -> None:
    """Show the page that is there in another width or colour scheme, without loading it again."""
    width, scheme = view
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.emulate_media(color_scheme=scheme)


def assert_clean(
    page: Any, rules: Sequence[str] = RULES, views: Sequence[tuple[int, str]] = VIEWS
) -> None:
    """Hold the page against axe and its width in each view; leave it in the first.

    Between light and dark nothing but colours differs, so that only their rules are asked again.
    """
    asked: set[int] = set()
    try:
        for view in views:
            show(page, view)
            width, _ = view
            found = page.evaluate(RUN, COLOURS if width in asked else rules)
            asked.add(width)
            assert found == [], (view, found)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
    finally:
        show(page, WIDE)
