"""Gates, check-in lists and conflicts for programs: told, changed with `If-Match`, settled."""

import uuid
from datetime import timedelta

import pytest

from forum.core.context import Role
from tests.factories import DURING, SAME_ORIGIN, sent


@pytest.fixture
async def program(site, edition):
    headers = await site.signed_in(edition, address="anne@example.org")
    base = f"{site.settings.base_url}/api/editions/{edition.slug}/"
    async with site.client(headers={**SAME_ORIGIN, **headers}, base_url=base) as client:
        yield client


async def test_gates_are_told_added_changed_and_removed(program, edition):
    told = (await program.get("gates")).json()["items"]
    assert [one["slug"] for one in told] == ["main", "garden", "dinner"]
    assert told[0] == {
        "slug": "main",
        "revision": 1,
        "name": {"fr": "Entrée", "en": "Entrance"},
        "kind": "door",
        "directions": "both",
        "check_in_list": "main",
        "position": 0,
        "checked_in": 0,
    }
    new = {"name": {"fr": "Cantine"}, "kind": "meal", "directions": "in"}
    added = await program.post("gates", json=new, headers={"idempotency-key": "a"})
    again = await program.post("gates", json=new, headers={"idempotency-key": "a"})
    assert (added.status_code, added.json()) == (201, again.json())
    assert added.headers["location"] == f"/api/editions/{edition.slug}/gates/cantine"
    assert (added.headers["etag"], added.json()["check_in_list"]) == ('"1"', "cantine")
    assert (await program.get("gates/cantine")).json() == added.json()
    changed = await program.patch(
        "gates/cantine", json={"position": 9}, headers={"if-match": '"7", "1"'}
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json() == {**added.json(), "position": 9, "revision": 2}
    stale = await program.patch("gates/cantine", json={}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "gate_changed")
    stale = await program.delete("gates/cantine", headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert (await program.delete("gates/cantine")).status_code == 204
    gone = await program.get("gates/cantine")
    assert (gone.status_code, gone.json()["code"]) == (404, "gate_not_found")


async def test_lists_are_told_added_changed_and_removed(program, edition):
    new = {
        "name": {"fr": "Ateliers"},
        "categories": ["press"],
        "days": ["2027-03-24"],
        "hours": [{"opens": "9:00", "closes": "12:00", "days": ["2027-03-24"]}],
        "counts": "forum",
    }
    added = await program.post("lists", json=new)
    assert added.status_code == 201
    assert added.json() == {
        "slug": "ateliers",
        "revision": 1,
        "name": {"fr": "Ateliers"},
        "categories": ["press"],
        "days": ["2027-03-24"],
        "hours": [{"opens": "09:00", "closes": "12:00", "days": ["2027-03-24"]}],
        "rooms": None,
        "lead_minutes": 30,
        "seats": False,
        "seats_kept_minutes": None,
        "counts": "forum",
        "reentry": True,
        "building": False,
    }
    changed = await program.patch(
        "lists/ateliers",
        json={"categories": None, "hours": None},
        headers={"if-match": added.headers["etag"]},
    )
    assert changed.json() == {**added.json(), "categories": None, "hours": [], "revision": 2}
    stale = await program.patch("lists/ateliers", json={}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "check_in_list_changed")
    slugs = [one["slug"] for one in (await program.get("lists")).json()["items"]]
    assert slugs == ["ateliers", "dinner", "main"]
    used = await program.delete("lists/main")
    assert (used.status_code, used.json()["code"]) == (409, "check_in_list_used")
    assert (await program.delete("lists/ateliers", headers={"if-match": "*"})).status_code == 204
    assert (await program.get("lists/ateliers")).status_code == 404


async def test_every_mistake_is_told_by_its_field(program):
    wrong = {"name": {}, "hours": [{"opens": "late", "closes": "9:00"}], "counts": "session"}
    answer = await program.post("lists", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [*answer.json()["fields"]] == ["name.fr", "hours.0.opens", "counts"]
    answer = await program.post("gates", json={"kind": "window", "check_in_list": "main"})
    assert [*answer.json()["fields"]] == ["name.fr", "kind"]


# Conflicts


@pytest.fixture
async def twice(site, edition):
    """Somebody let in twice by two devices without a network; the second scan's id."""
    before, site.clock.at = site.clock.at, DURING + timedelta(hours=8)
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    scans = []
    for gate, minutes in (("main", 0), ("garden", 2)):
        _, headers = await site.device(edition, gate)
        one = sent(person.token, gate=gate, at=DURING + timedelta(minutes=minutes))
        scans.append(one["id"])
        async with site.client(headers=headers) as client:
            body = {"scans": [{**one, "shown": "admitted"}]}
            assert (await client.post("/api/device/scans", json=body)).status_code == 200
    site.clock.at = before
    return scans[1], person


async def test_conflicts_are_told_settled_and_opened_again(site, edition, program, twice):
    second, person = twice
    told = (await program.get("conflicts")).json()
    assert (told["open"], told["next"], len(told["items"])) == (1, None, 1)
    one = told["items"][0]
    assert one["scan"]["id"] == second
    assert (one["kind"], one["revision"], one["settlement"]) == ("admitted_twice", 0, None)
    assert one["person"] == {
        "reference": person.reference,
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "category": {"fr": "Élu", "en": "Elected official"},
    }
    assert (one["other"]["gate"], one["other"]["at"]) == ("main", "2027-03-23T09:00:00Z")
    assert one["explanation"]["en"].startswith("Let in a first time on Tuesday 23 March at 10:00")
    assert one["explanation"].keys() == {"fr", "en"}
    place = f"conflicts/{second}/admitted_twice/settlement"
    wrong = await program.put(place, json={"decision": "time_right"})
    assert (wrong.status_code, [*wrong.json()["fields"]]) == (422, ["decision"])
    settled = await program.put(
        place, json={"decision": "same_person", "note": "Vu"}, headers={"if-match": '"0"'}
    )
    assert (settled.status_code, settled.headers["etag"]) == (200, '"1"')
    said = settled.json()["settlement"]
    assert (said["decision"], said["note"], said["by"]) == ("same_person", "Vu", "anne@example.org")
    late = await program.put(place, json={"decision": "copied_ticket"}, headers={"if-match": '"0"'})
    assert (late.status_code, late.json()["code"]) == (412, "conflict_changed")
    assert (await program.get("conflicts")).json()["items"] == []
    found = (await program.get("conflicts", params={"settled": True})).json()["items"]
    assert [each["settlement"]["decision"] for each in found] == ["same_person"]
    assert (await program.delete(place)).json()["settlement"] is None
    assert (await program.get("conflicts")).json()["open"] == 1


async def test_what_is_no_conflict_is_not_there(program):
    for kind in ("admitted_twice", "earthquake"):
        place = f"conflicts/{uuid.uuid4()}/{kind}/settlement"
        answer = await program.put(place, json={"decision": "same_person"})
        assert (answer.status_code, answer.json()["code"]) == (404, "conflict_not_found")


# The page


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition, address="zoe@example.org")
    base = f"{site.settings.base_url}/organiser/{edition.slug}/doors/"
    headers = {**SAME_ORIGIN, **headers, "accept-language": "en"}
    async with site.client(headers=headers, base_url=base) as client:
        yield client


def after(done):
    """Return where the browser goes after a form was sent."""
    return done.headers["location"].partition("/doors/")[2]


async def test_the_page_settles_and_takes_back(site, edition, team, twice):
    second, person = twice
    page = (await team.get("conflicts")).text
    assert "One conflict is open." in page
    assert f'/organiser/{edition.slug}/registrations/{person.reference}"' in page
    assert "Neither device had a network then: neither could know of the other." in page
    place = f"conflicts/{second}/admitted_twice"
    typed = {"decision": "same_person", "note": "Vue", "revision": "0", "filter.gate": "garden"}
    done = await team.post(f"{place}/settlement", data=typed)
    home = f"/organiser/{edition.slug}/doors/conflicts"
    assert done.headers["location"] == f"{home}?gate=garden&done={second}/admitted_twice/1"
    page = (await team.get(after(done))).text
    assert "Settled: The same person, twice." in page
    assert "No conflict is open." in page
    assert "Vue" in (await team.get("conflicts?state=settled")).text
    back = await team.post(f"{place}/reopening", data={"revision": "1"})
    assert back.headers["location"] == f"{home}?done=reopened"
    assert "Taken back: the conflict is open again." in (await team.get(after(back))).text


async def test_the_second_organiser_is_told_what_the_first_decided(program, team, twice):
    second, _ = twice
    place = f"conflicts/{second}/admitted_twice/settlement"
    await program.put(place, json={"decision": "copied_ticket"})
    late = await team.post(place, data={"decision": "same_person", "revision": "0"})
    assert late.status_code == 412
    said = "anne@example.org decided on this conflict meanwhile: A copied ticket: two people."
    assert said in late.text
    await program.delete(place)
    late = await team.post(place, data={"decision": "same_person", "revision": "1"})
    assert "Somebody else took the decision on this conflict back meanwhile." in late.text


async def test_without_a_decision_the_page_says_so_beside_the_field(team, twice):
    second, _ = twice
    typed = {"decision": "", "note": "Qui ?", "revision": "0"}
    answer = await team.post(f"conflicts/{second}/admitted_twice/settlement", data=typed)
    assert answer.status_code == 422
    assert f'href="#decision-{second}-admitted_twice"' in answer.text
    assert f'id="decision-{second}-admitted_twice-error"' in answer.text
    assert 'value="Qui ?"' in answer.text
    answer = await team.post(
        "conflicts/settlements", data={"kind": "admitted_twice", "filter.kind": "admitted_twice"}
    )
    assert (answer.status_code, 'href="#decision-all"' in answer.text) == (422, True)


async def test_all_of_one_kind_are_settled_from_the_page(site, edition, team, twice):
    assert "Settle all of this kind" not in (await team.get("conflicts")).text
    page = (await team.get("conflicts?kind=admitted_twice")).text
    assert "Settle all of this kind" in page
    found_until = (DURING + timedelta(hours=9)).isoformat()
    typed = {"kind": "admitted_twice", "decision": "let_in_rightly", "found_until": found_until}
    done = await team.post("conflicts/settlements", data=typed)
    assert done.headers["location"].endswith("/doors/conflicts?done=all/1")
    assert "One conflict was settled." in (await team.get(after(done))).text


async def test_who_watches_the_doors_sees_conflicts_and_settles_none(site, edition, twice):
    second, person = twice
    headers = await site.signed_in(edition, Role.DOOR)
    async with site.client(headers={**SAME_ORIGIN, **headers}) as client:
        base = f"/organiser/{edition.slug}/doors/conflicts"
        page = (await client.get(base)).text
        assert "Zoé Lefèvre" in page
        assert person.reference not in page
        assert "/settlement" not in page
        refused = await client.post(f"{base}/{second}/admitted_twice/settlement", data={})
        assert refused.status_code == 403
