"""Lists in clear: for devices with the right, for a day at most, each use recorded."""

from datetime import UTC, datetime, timedelta

import pytest

from badges.devices.in_clear import expires_at
from badges.models import Direction
from badges.scans import scanning
from tests.factories import DURING, scan


@pytest.fixture(autouse=True)
def fresh(shared_site, monkeypatch):
    """Nothing of devices and rules is kept for the next who asks."""
    parts = shared_site.parts
    for shelf in (parts.devices, parts.device_editions, parts.together._doors):
        monkeypatch.setattr(shelf, "fresh_s", 0)


@pytest.fixture
async def device(site, edition):
    return await site.device(edition)


@pytest.fixture
def ask(client, device):
    async def ask(path):
        return await client.get(f"/api/device/{path}", headers=device[1])

    return ask


async def allow(site, device, right):
    await site.value(f"update device set {right} = true where id = $1", device[0].id)


async def recorded(site, edition):
    return await site.rows(
        """
        select actor, action, at, detail from audit
         where edition_id = $1 and action like 'device took %' order by at, ctid
        """,
        edition.id,
    )


async def enter(site, edition, device, *scans):
    async with site.pool.acquire() as db:
        await scanning.scan(db, device[0], edition, site.keyring, scans, at=DURING)


@pytest.mark.parametrize(
    ("path", "others"),
    [("people", ["may_desk", "may_evacuate"]), ("present", ["may_desk", "may_search"])],
)
async def test_a_device_without_the_right_is_refused(site, edition, device, ask, path, others):
    for right in others:
        await allow(site, device, right)
    answer = await ask(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "device_may_not")
    assert await recorded(site, edition) == []


async def test_everybody_is_listed_as_names_are_sorted(site, edition, device, ask):
    await allow(site, device, "may_search")
    agent = await site.register(
        edition, given_name="Zoé", family_name="Œuvrard", category="agent", organisation="Ville"
    )
    gone = await site.register(edition, given_name="Ada", family_name="Zola")
    first = await site.register(edition, given_name="Éric", family_name="Éluard")
    await site.cancel(edition, gone)
    answer = await ask("people")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json() == {
        "expires_at": "2027-03-02T00:00:00Z",
        "people": [
            {
                "reference": one.reference,
                "given_name": given_name,
                "family_name": family_name,
                "organisation": organisation,
                "category": category,
                "status": status,
            }
            for one, given_name, family_name, organisation, category, status in [
                (first, "Éric", "Éluard", None, "Élu", "confirmed"),
                (agent, "Zoé", "Œuvrard", "Ville", "Agent public", "confirmed"),
                (gone, "Ada", "Zola", None, "Élu", "cancelled"),
            ]
        ],
    }


async def test_who_is_in_is_listed_with_gate_and_time(site, edition, device, ask):
    await allow(site, device, "may_evacuate")
    site.clock.at = DURING
    names = ("Ada", "Bea", "Cid", "Dan")
    ada, bea, cid, dan = [await site.register(edition, given_name=one) for one in names]
    later = DURING - timedelta(minutes=5)
    await enter(
        site,
        edition,
        device,
        scan(ada.token, at=later, gate="garden"),
        scan(bea.token, at=DURING - timedelta(minutes=9)),
        scan(bea.token, at=DURING - timedelta(minutes=1), direction=Direction.OUT),
        scan(cid.token, gate="dinner"),  # a list that does not count who is in the house
        scan(dan.token, at=DURING - timedelta(days=1)),  # of the day before
    )
    assert (await ask("present")).json() == {
        "expires_at": "2027-03-23T21:00:00Z",
        "at": "2027-03-23T09:00:00Z",
        "people": [
            {
                "family_name": ada.family_name,
                "given_name": "Ada",
                "organisation": None,
                "category": "Élu",
                "gate": "garden",
                "since": "2027-03-23T08:55:00Z",
            }
        ],
    }


async def test_who_is_in_by_two_lists_is_listed_once(site, edition, device, ask):
    await allow(site, device, "may_evacuate")
    site.clock.at = DURING
    await site.value(
        "update check_in_list set building = true, counts = 'forum' where edition_id = $1",
        edition.id,
    )
    ada = await site.register(edition)
    await enter(
        site,
        edition,
        device,
        scan(ada.token, at=DURING - timedelta(minutes=5)),
        scan(ada.token, gate="dinner"),
    )
    people = (await ask("present")).json()["people"]
    assert [(one["gate"], one["since"]) for one in people] == [("dinner", "2027-03-23T09:00:00Z")]


async def test_each_list_is_recorded_once_an_hour_and_device(site, edition, device, ask, client):
    for right in ("may_search", "may_evacuate"):
        await allow(site, device, right)
    await site.register(edition)
    begun = site.clock.at
    for _ in range(3):
        await ask("people")
    await ask("present")
    site.clock.forward(minutes=59)
    await ask("people")
    site.clock.forward(minutes=1)
    await ask("people")
    actor = f"device:{device[0].id}"
    assert sorted(await recorded(site, edition), key=lambda row: (row[2], row[1])) == [
        (actor, "device took people", begun, {"people": 1}),
        (actor, "device took present", begun, {"people": 0}),
        (actor, "device took people", begun + timedelta(hours=1), {"people": 1}),
    ]
    other = await site.device(edition)
    await allow(site, other, "may_search")
    await client.get("/api/device/people", headers=other[1])
    assert len(await recorded(site, edition)) == 4


async def test_a_right_that_is_taken_back_is_gone_at_once(site, edition, device, ask, monkeypatch):
    await allow(site, device, "may_search")
    monkeypatch.setattr(site.parts.devices, "fresh_s", 60)
    assert (await ask("people")).status_code == 200
    await site.value("update device set may_search = false where id = $1", device[0].id)
    assert (await ask("people")).status_code == 403


@pytest.mark.parametrize("path", ["people", "present", "manifest"])
async def test_a_revoked_device_is_refused(site, edition, device, ask, path):
    for right in ("may_search", "may_evacuate"):
        await allow(site, device, right)
    assert (await ask(path)).status_code == 200
    await site.value("update device set revoked_at = now() where id = $1", device[0].id)
    answer = await ask(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "device_revoked")


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ((23, 5, 0), (23, 17, 0)),  # twelve hours
        ((23, 20, 0), (24, 3, 0)),  # four in the morning where it is held
        ((24, 2, 59), (24, 3, 0)),
        ((24, 3, 0), (24, 15, 0)),
    ],
)
async def test_a_list_lasts_a_day_at_most(edition, at, until):
    instant = [datetime(2027, 3, *one, tzinfo=UTC) for one in (at, until)]
    assert expires_at(edition, instant[0]) == instant[1]
