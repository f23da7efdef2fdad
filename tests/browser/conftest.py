"""One Chromium for all of this folder: it is started once, its camera sees what a test films."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import sighted
from tests.browser.chromium import chromium, signed_in

PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package")
def film(tmp_path_factory):
    """The file that the camera shows; whoever starts the camera writes it before (.y4m)."""
    return tmp_path_factory.mktemp("camera") / "camera.y4m"


@pytest.fixture(scope="package")
def browser(film):
    """The browser. No test here may run an event loop: Playwright's own runs meanwhile."""
    camera = "--use-fake-device-for-media-stream"
    allowed = "--use-fake-ui-for-media-stream"
    with chromium(camera, allowed, f"--use-file-for-fake-video-capture={film}") as browser:
        yield browser


@pytest.fixture(scope="package")
def team(demo, browser):
    """The cookies of an organiser of the demonstration, who signed in by their link."""
    return signed_in(browser, demo.json("organiser", "add", "equipe@example.org")["link"])


@pytest.fixture(scope="package")
def visitor(browser):
    """A page of somebody who is not signed in, made to be looked at by axe."""
    return sighted(browser, locale="fr-FR")


@pytest.fixture(scope="package")
def organiser(browser, team):
    """A page of a signed-in organiser, made to be looked at by axe."""
    page = sighted(browser, locale="fr-FR")
    page.context.add_cookies(team)
    return page
