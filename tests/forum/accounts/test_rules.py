"""Decisions on accounts: ways back, browsers by name, who asks for passkeys, who organises."""

import uuid

import pytest

from forum.accounts.models import LastOrganiser, RelyingParty
from forum.accounts.rules import (
    ASKED_LIFE,
    ASKED_WINDOW,
    browser_of,
    keep_an_organiser,
    relying_party,
    way_back,
)
from forum.core.context import Role


@pytest.mark.parametrize(
    "wanted",
    [
        "/organiser/",
        "/organiser",
        "/organiser/toulouse-2027",
        "/organiser/toulouse-2027/team?done=added&who=0193",
        "/organiser/x/registrations?q=Lef%C3%A8vre+zo%C3%A9&sort=-name",
        "/organiser/account",
    ],
)
def test_a_page_of_the_organisers_may_be_led_back_to(wanted):
    assert way_back(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "/",
        "/demo/",
        "//evil.example",
        "//evil.example/organiser/",
        "/\\evil.example",
        "/organiser//evil.example",
        "/organiser/\\evil.example",
        "/organiser/../demo",
        "/organiser/./x",
        "/organiser/x/..",
        "/organiser/..?x",
        "/organiser@evil.example",
        "/organiserevil",
        "https://evil.example/organiser/",
        "javascript:alert(1)",
        "/organiser/\nset-cookie: x=y",
        "/organiser/\r\nlocation: //evil",
        "/organiser/\t/evil.example",
        "/organiser/é",
        "/organiser/x#fragment",
        "/organiser/sign-in?next=/organiser/",
        "/organiser/sign-in/token",
        "/organiser/sign-out",
        " /organiser/",
        "/organiser/" + "x" * 500,
    ],
)
def test_nothing_else_may(wanted):
    assert way_back(wanted) == ""


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
            "Firefox · Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/18.1 Safari/604.1", "Safari · iPhone"),
        ("(Linux; Android 10) SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet · Android"),
        ("(Macintosh; Intel Mac OS X 10_15_7) Chrome/142.0.0.0 Safari/537.36", "Chrome · macOS"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>Linux</script>", "Linux"),
    ],
)
def test_a_browser_is_known_by_words_of_ours(user_agent, browser):
    assert browser_of(user_agent) == browser


@pytest.mark.parametrize(
    ("base_url", "party"),
    [
        ("https://forum.example", ("forum.example", "https://forum.example")),
        ("https://Forum.example:443", ("forum.example", "https://forum.example")),
        ("https://forum.example:8443", ("forum.example", "https://forum.example:8443")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://localhost:80", ("localhost", "http://localhost")),
        ("http://forum.localhost:8000", ("forum.localhost", "http://forum.localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("https://127.0.0.1", None),
        ("https://[::1]:8000", None),
        ("http://forum.example", None),
        ("http://notlocalhost", None),
    ],
)
def test_passkeys_want_a_name_and_a_safe_way(base_url, party):
    made = None if party is None else RelyingParty(id=party[0], origin=party[1])
    assert relying_party(base_url) == made


def test_somebody_organises_still():
    one, other = uuid.uuid4(), uuid.uuid4()
    for roles in ([], [Role.RECEPTION, Role.DOOR]):
        with pytest.raises(LastOrganiser):
            keep_an_organiser([one], one, roles)
        keep_an_organiser([one, other], one, roles)
        keep_an_organiser([one], other, roles)
        keep_an_organiser([], one, roles)
    keep_an_organiser([one], one, [Role.ORGANISER])


def test_whoever_asks_in_anothers_name_leaves_them_a_good_link():
    assert 2 * ASKED_WINDOW <= ASKED_LIFE
