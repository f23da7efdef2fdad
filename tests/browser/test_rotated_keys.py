"""Keys rotated while two processes serve and a phone stands at the door: then, and offline."""

import json
from datetime import timedelta

import pytest

from badges import tokens
from forum.core import clock
from tests.browser.doors import checked, path_of
from tests.browser.test_scanner_offline import cut, mend, open_scanner, scan
from tests.installations import link, post, token
from tests.journeys.test_register_and_scan import outcome, person, reading


@pytest.fixture
def forum(empty):
    """A forum of today, served by two processes."""
    today = clock.now().date()
    empty.run(
        "edition", "create", "cles", "--title", "Clés", "--timezone", "UTC",
        "--starts", today, "--ends", today + timedelta(days=2),
    )  # fmt: skip
    empty.start("serve", "--workers", "2")
    yield empty
    empty.stop()


def registered(forum, name):
    """Register somebody; return their token, their link and their address."""
    one = person(name, "attendee")
    assert post(f"{forum.base}/api/editions/cles/registrations", json=one).status_code == 202
    letter = forum.letter(one["email"])
    return token(letter), link(letter), one["email"]


def shown(forum, path):
    """Return the token on somebody's page, read from its picture by a decoder."""
    from tests.factories import decoded  # noqa: PLC0415 -- beside its only use
    from tests.installations import get  # noqa: PLC0415

    return decoded(get(f"{forum.base}{path}/ticket.png").content)


def key_of(text):
    return tokens.unpack(tokens.decode(text)[:12]).key_id


def learn(page, *keys):
    """Have the phone ask for what is new until it holds these keys: each process learns in turn."""
    held = "async path => Object.keys((await (await import(path)).get('rules')).keys).map(Number)"
    path = path_of(page, "store")
    page.click("nav [data-panel=prepare]")
    checked(page, lambda: page.evaluate(held, path) == [*keys])
    page.click("nav [data-panel=scan]")


def test_a_rotated_key_reaches_every_process_and_phone_and_old_codes_end_as_told(forum, browser):
    ada, ada_page, ada_address = registered(forum, "Ada")
    bob, *_ = registered(forum, "Bob")
    context = browser.new_context(locale="fr-FR", permissions=["camera"])
    page = context.new_page()
    code = forum.json("device", "add", "Téléphone", "--gate", "main")["code"]
    open_scanner(page, f"{forum.base}/scan#code={code}")

    done = forum.json("keys", "rotate", "--resign", "all")
    assert done == {
        "key": 1,
        "reissued": [{"edition": "cles", "tickets": 2, "printed": 0, "told": 2}],
        "retired": [],
    }
    eve, *_ = registered(forum, "Eve")
    new = {shown(forum, ada_page) for _ in range(8)}  # whichever process answers
    assert len(new) == 1
    [ada_new] = new
    letter = forum.letter(ada_address, 2)
    assert letter["Subject"].startswith("Nouveau billet")
    assert token(letter) == ada_new
    assert [key_of(one) for one in (ada, bob, ada_new, eve)] == [0, 0, 1, 1]
    device = forum.device("cles")
    assert [outcome(one) for one in forum.scan(device, *map(reading, (bob, eve)))] == [
        "revoked", "admitted",
    ]  # fmt: skip

    learn(page, 0, 1)
    cut(page)
    assert scan(page, ada, "stop") == "Remplacé par un billet plus récent"
    assert scan(page, ada_new, "pass") == "Bienvenue"
    mend(page)

    assert "key_needed" not in forum.run("keys", "retire", "0")
    learn(page, 1)
    cut(page)
    assert scan(page, bob, "stop") == "Faux billet"
    context.close()
    listed = json.loads(forum.run("keys", "list", "--json"))
    assert [(one["id"], one["state"], one["tickets"]) for one in listed] == [
        (0, "retired", 0),
        (1, "signs", 3),
    ]
    assert "0  retired" in forum.run("keys", "list")
    assert "is to sign" in forum.run("keys", "retire", "1", status=1)
