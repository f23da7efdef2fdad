"""A person registers, gets a ticket, is let in, cancels; the next in line is promoted."""

import re
import uuid
from datetime import datetime

import pytest

from forum.core import clock
from tests.installations import delete, get, link, post, token


def reading(text, **given):
    values = {
        "id": str(uuid.uuid4()),
        "token": text,
        "gate": "main",
        "direction": "in",
        "scanned_at": clock.now().isoformat(),
    }
    return {**values, **given}


def person(name, category="agent"):
    return {
        "given_name": name,
        "family_name": "d’Ornano-Lefèvre",
        "email": f"{uuid.uuid4().hex}@example.org",
        "category": category,
        "language": "fr",
    }


def outcome(answer):
    return answer["outcome"]


def test_from_the_page_to_the_door_and_out_again(demo):
    zoe = person("Zoé")
    with demo.client() as browser:
        page = browser.post("/demo/register", data={**zoe, "consents": ["photo"]})
        assert (page.status_code, page.headers["location"]) == (303, "/demo/registered")
        letter = demo.letter(zoe["email"])
        assert letter["Subject"].startswith("Votre billet")
        ticket = token(letter)
        assert re.fullmatch("[A-Z2-7]{122}", ticket)
        mine = browser.get(link(letter))
        assert mine.status_code == 200
        assert "Zoé d’Ornano-Lefèvre" in mine.text
        assert "Confirmée" in mine.text

        device = demo.device("demo")
        first = reading(ticket)
        let_in = demo.scan(device, first)[0]
        assert let_in == {
            "id": first["id"],
            "outcome": "admitted",
            "name": "Zoé d’Ornano-Lefèvre",
            "category": "Agent public",
        }
        assert demo.scan(device, first)[0] == let_in
        again = demo.scan(device, reading(ticket))[0]
        assert (again["outcome"], again["gate"]) == ("already_in", "main")
        scanned_at = datetime.fromisoformat(first["scanned_at"])
        to_the_millisecond = scanned_at.microsecond // 1000 * 1000
        told = datetime.fromisoformat(again["at"])
        assert told == scanned_at.replace(microsecond=to_the_millisecond)
        altered = ("B" if ticket[0] != "B" else "C") + ticket[1:]
        assert outcome(demo.scan(device, reading(altered))[0]) == "forged"

        assert browser.get(f"{link(letter)}/cancel").status_code == 200
        assert outcome(demo.scan(device, reading(ticket))[0]) == "already_in"
        gone = browser.post(f"{link(letter)}/cancel")
        assert (gone.status_code, gone.headers["location"]) == (303, link(letter))
        assert "Annulée" in browser.get(link(letter)).text
        assert outcome(demo.scan(device, reading(ticket))[0]) == "cancelled"
        assert demo.letter(zoe["email"], 2)["Subject"].startswith("Inscription annulée")


def test_the_next_in_line_gets_the_place_that_is_freed(empty):
    empty.run(
        "edition", "create", "petit", "--title", "Petit", "--places", "1",
        "--starts", "2027-03-22", "--ends", "2027-03-23",
    )  # fmt: skip
    empty.start("serve")
    ada, bob, eve = (person(name, "attendee") for name in ("Ada", "Bob", "Eve"))
    for one in (ada, bob, eve):
        answer = post(f"{empty.base}/api/editions/petit/registrations", json=one)
        assert answer.status_code == 202
        assert answer.json()["status"] == "accepted"
        empty.letter(one["email"])
    assert empty.letter(bob["email"])["Subject"].startswith("Vous êtes en liste d’attente")
    key = link(empty.letter(ada["email"])).removeprefix("/me/")
    mine = {"authorization": f"Bearer {key}"}
    told = get(f"{empty.base}/api/me/registration", headers=mine).json()
    assert (told["status"], told["place_in_line"]) == ("confirmed", None)
    told = delete(f"{empty.base}/api/me/registration", headers=mine).json()
    assert told["status"] == "cancelled"

    promoted = empty.letter(bob["email"], 2)
    device = empty.device("petit")
    assert outcome(empty.scan(device, reading(token(promoted)))[0]) == "admitted"
    key = link(promoted).removeprefix("/me/")
    mine = {"authorization": f"Bearer {key}"}
    assert get(f"{empty.base}/api/me/registration", headers=mine).json()["status"] == "confirmed"
    key = link(empty.letter(eve["email"])).removeprefix("/me/")
    mine = {"authorization": f"Bearer {key}"}
    told = get(f"{empty.base}/api/me/registration", headers=mine).json()
    assert (told["status"], told["place_in_line"]) == ("waiting", 1)
    assert len(empty.letters(eve["email"])) == 1


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"email": "zoe@"}, {"email"}),
        ({"given_name": "", "family_name": "X" * 10_000}, {"given_name", "family_name"}),
        ({"category": "astronaut"}, {"category"}),
        ({"given_name": "", "email": "zoe", "category": "no"}, {"given_name", "email", "category"}),
        ({"colour": "green"}, {"colour"}),
    ],
)
def test_every_mistake_of_a_registration_is_named(demo, wrong, fields):
    answer = post(f"{demo.base}/api/editions/demo/registrations", json={**person("Zoé"), **wrong})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["code"], set(told["fields"])) == ("invalid", fields)


def test_a_ticket_of_another_edition_opens_no_door_here(empty):
    for slug in ("un", "deux"):
        empty.run(
            "edition", "create", slug, "--title", slug,
            "--starts", "2027-03-22", "--ends", "2027-03-23",
        )  # fmt: skip
    empty.start("serve")
    ada = person("Ada", "attendee")
    post(f"{empty.base}/api/editions/un/registrations", json=ada)
    ticket = token(empty.letter(ada["email"]))
    assert outcome(empty.scan(empty.device("deux"), reading(ticket))[0]) == "wrong_edition"
