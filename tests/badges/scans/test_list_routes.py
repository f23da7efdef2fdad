"""Scans over HTTP: listed with explanations, page by page, as files, for programs."""

import csv
import io
import re
import uuid
from datetime import timedelta

import pytest

from forum.core import exports, tables
from forum.core.context import Role
from tests.badges.rooms import OUT, after, reads, takes_back, with_rooms
from tests.factories import SAME_ORIGIN, sent
from tests.pages.test_pages import text_of


@pytest.fixture
async def doors(site):
    """Ada goes in, again, and out; Bo is refused at the room and taken back; a phone lets Cy in."""
    edition, _ = await with_rooms(site)
    ada, bo, cy = [
        await site.register(edition, family_name=name, given_name="Zoé")
        for name in ("Àda", "=Bo", "Cy")
    ]
    await reads(site, edition, ada, after(), after(minutes=1), (after(minutes=2), OUT))
    device, [first] = await reads(site, edition, bo, after(minutes=3), gate="room")
    await takes_back(site, edition, device, first, at=after(minutes=4), gate="room")
    await site.cancel(edition, cy)
    _, headers = await site.device(edition, "garden")
    site.clock.at = after(hours=1)
    alone = sent(cy.token, at=after(minutes=5), gate="garden", shown="admitted", seq=7)
    async with site.client() as client:
        answer = await client.post("/api/device/scans", json={"scans": [alone]}, headers=headers)
    assert answer.status_code == 200, answer.text
    site.clock.forward(minutes=1)
    return edition, (ada, bo, cy)


@pytest.fixture
async def ask(site, doors):
    edition, _ = doors
    clients = {}
    for role in Role:
        headers = {**SAME_ORIGIN, **await site.signed_in(edition, role)}
        clients[role] = site.client(headers=headers)

    async def get(path="", role=Role.ORGANISER):
        here = f"/organiser/{edition.slug}/doors/scans"
        if path.startswith("api"):
            here = f"/api/editions/{edition.slug}/scans"
            path = path.removeprefix("api")
        return await clients[role].get(here + path)

    yield get
    for client in clients.values():
        await client.aclose()


def lines(answer):
    """Return the rows of the table as texts."""
    return [text_of(row) for row in re.findall("<tr>(.*?)</tr>", answer.text)[1:]]


async def test_the_latest_come_first_each_with_its_explanation(ask):
    device = r"Phone \d+"
    said = lines(await ask())
    expected = """
23/03 09:05:00 Cy Zoé Jardin D Admis L’appareil a décidé seul.
 Selon les règles : l’inscription avait été annulée. Conflit : admis avec un billet qui ne valait
 plus. Elle est arrivée le mardi 23 mars à 10 h.
23/03 09:04:00 =Bo Zoé Salle · Ouverture D Lecture annulée L’appareil a annulé une de ses
 lectures précédentes.
23/03 09:03:00 =Bo Zoé Salle · Ouverture D Admis Rien ne s’y opposait. Annulée à 9 h 04 :
 elle ne compte pas.
23/03 09:02:00 Àda Zoé Entrée (sortie) D Sorti La personne est sortie.
23/03 09:01:00 Àda Zoé Entrée D Déjà entré Une lecture précédente avait déjà fait entrer
 la personne.
23/03 09:00:00 Àda Zoé Entrée D Admis Rien ne s’y opposait.
"""
    expected = expected.replace("\n ", " ").strip().splitlines()
    assert [re.sub(device, "D", one) for one in said] == expected


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("gate=garden", 1),
        ("gate=nowhere", 0),
        ("outcome=admitted", 3),
        ("person=zoe+ada", 3),
        ("person=bo", 2),
        ("person=%25", 6),
        ("day=2027-03-23", 6),
        ("day=2027-03-24", 0),
        ("outcome=left&person=ada", 1),
        ("outcome=left&person=bo", 0),
    ],
)
async def test_filters(ask, query, count):
    assert len(lines(await ask(f"?{query}"))) == count
    assert len((await ask(f"api?{query}")).json()["items"]) == count


async def test_a_reference_without_a_digit_is_found_and_so_is_a_name_of_eight_letters(
    site, ask, doors
):
    _, (ada, *_) = doors
    await site.value(
        "update registration set reference = 'BCDF-GHJK' where id = $1 returning 1", ada.id
    )
    for typed in ("BCDF-GHJK", "bcdfghjk", "bcdf ghjk"):
        assert len(lines(await ask(f"?person={typed}"))) == 3
    await site.value(
        "update registration set sort_key = 'lovelace ada' where id = $1 returning 1", ada.id
    )
    assert len(lines(await ask("?person=LOVELACE"))) == 3


async def test_a_reference_and_a_device_are_found(site, ask, doors):
    _, (ada, *_) = doors
    for typed in (ada.reference, ada.reference.replace("-", "").lower()):
        assert len(lines(await ask(f"?person={typed}"))) == 3
    device = await site.value(
        "select device_id from scan where edition_id = $1 and gate = 'garden'", doors[0].id
    )
    assert len(lines(await ask(f"?device={device}"))) == 1


async def test_what_cannot_be_read_is_said(ask):
    assert "Indiquez une date comme 2027-03-23." in (await ask("?day=demain")).text
    answer = await ask("api?day=demain&device=x&outcome=x")
    assert answer.status_code == 422
    assert answer.json()["fields"].keys() == {"day", "device", "outcome"}
    for path in ("?after=x", "api?after=x", "api?after=MjAyNy0wMy0yMyB4"):
        assert (await ask(path)).status_code == 422


async def test_pages_follow_each_other_without_loss(site, ask, doors, monkeypatch):
    monkeypatch.setattr("badges.scans.list_routes.ROWS", 2)
    seen, path = [], ""
    while path is not None:
        page = await ask(path)
        seen.append([line[:14] for line in lines(page)])
        following = re.search(r'href="[^"?]*(\?[^"]*)" rel="next"', page.text)
        path = following[1] if following else None
    assert seen == [
        ["23/03 09:05:00", "23/03 09:04:00"],
        ["23/03 09:03:00", "23/03 09:02:00"],
        ["23/03 09:01:00", "23/03 09:00:00"],
    ]


async def test_programs_read_in_order_of_arrival_and_follow(site, ask, doors):
    edition, (ada, *_) = doors
    first = (await ask("api?limit=4")).json()
    outcomes = [one["outcome"] for one in first["items"]]
    assert outcomes == ["admitted", "already_in", "left", "admitted"]
    assert first["next"] == first["cursor"]
    rest = (await ask(f"api?limit=4&after={first['next']}")).json()
    assert [one["outcome"] for one in rest["items"]] == ["undone", "admitted"]
    assert rest["next"] is None
    assert rest["items"][1] == {
        **rest["items"][1],
        "at": "2027-03-23T08:05:00Z", "received_at": "2027-03-23T09:00:00Z", "gate": "garden",
        "decided_by": "device", "refusal": "cancelled", "seq": 7, "family_name": "Cy",
        "conflicts": ["admitted_after_cancellation"], "check_in_list": "main", "period": "0",
    }  # fmt: skip
    nothing = (await ask(f"api?after={rest['cursor']}")).json()
    assert nothing == {"items": [], "next": None, "cursor": rest["cursor"]}
    await reads(site, edition, ada, site.clock.at)
    assert (await ask(f"api?after={rest['cursor']}")).json()["items"] == []  # it may be overtaken
    site.clock.forward(seconds=6)
    [late] = (await ask(f"api?after={rest['cursor']}")).json()["items"]
    assert late["reference"] == ada.reference


async def test_who_watches_may_not_see_scans(ask):
    for path in ("", "/file", "api"):
        assert (await ask(path, Role.DOOR)).status_code == 403
        assert (await ask(path, Role.RECEPTION)).status_code == 200


async def test_a_file_reads_back_and_no_name_is_a_formula(site, ask, doors):
    answer = await ask("/file?format=csv&person=bo")
    assert answer.headers["content-disposition"].startswith(
        f'attachment; filename="{doors[0].slug}_scans_2027-03-23.csv"'
    )
    assert "'=Bo" in answer.text
    [taken, undo] = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {**taken, "id": "", "device": "", "device_id": ""} == {
        "at": "2027-03-23 09:03:00", "gate": "room", "gate_name": "Salle", "device": "",
        "direction": "in", "outcome": "admitted", "reference": doors[1][1].reference,
        "explanation": "Rien ne s’y opposait. Annulée à 9\xa0h\xa004\xa0: elle ne compte pas.",
        "family_name": "'=Bo", "given_name": "Zoé", "organisation": "", "category": "elected",
        "check_in_list": "rooms", "period": "1", "session": "1", "session_title": "Ouverture",
        "refusal": "", "decided_by": "server", "undone_at": "2027-03-23 09:04:00", "undoes": "",
        "conflicts": "", "scanned_at": "2027-03-23 09:03:00",
        "received_at": "2027-03-23 09:03:00", "clock_offset_ms": "", "seq": "0",
        "device_id": "", "id": "",
    }  # fmt: skip
    assert undo["undoes"] == taken["id"]
    book = await ask("/file?format=xlsx&person=bo")
    rows = [one for _, one in tables.read_table(book.content, "a.xlsx")]
    assert [(one["family_name"], one["outcome"]) for one in rows] == [
        ("=Bo", "admitted"), ("=Bo", "undone"),
    ]  # fmt: skip
    told = (await ask("/file?format=json&outcome=left")).json()
    assert [(one["at"], one["direction"], one["conflicts"]) for one in told] == [
        ("2027-03-23T08:02:00Z", "out", [])
    ]
    assert (await ask("/file?format=pdf")).status_code == 404


async def test_who_takes_a_file_is_recorded_without_the_name_that_was_searched(site, ask, doors):
    await ask("/file?format=json&gate=main&person=ada")
    rows = "select detail from audit where edition_id = $1 and action = 'exported scans'"
    assert await site.rows(rows, doors[0].id) == [
        ({"format": "json", "filter": {"gate": "main", "searched": True}, "count": 3},)
    ]


async def test_a_busy_site_says_when_to_come_back(ask, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    answer = await ask("/file")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_scan_of_nobody_is_listed(site, ask, doors):
    edition, _ = doors
    _, headers = await site.device(edition)
    strange = {**sent("NOBODY"), "id": str(uuid.uuid4())}
    site.clock.forward(hours=1)
    strange["scanned_at"] = (site.clock.at - timedelta(seconds=90)).isoformat()
    strange["clock_offset_ms"] = 60_000
    async with site.client() as client:
        await client.post("/api/device/scans", json={"scans": [strange]}, headers=headers)
    said = lines(await ask("?outcome=unknown"))
    assert len(said) == 1
    assert said[0].startswith("23/03 11:00:30 – Entrée")
    assert said[0].endswith("ou cette référence. L’horloge de l’appareil indiquait 10:59:30.")
