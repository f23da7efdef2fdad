"""The organisers' pages of check-in lists, without a script, and what a list would answer."""

import re
from datetime import timedelta

import pytest

from badges.doors import lists
from badges.models import Direction
from forum.core.context import Role
from tests.factories import DURING, draft, scan

BY = {"actor": "organiser:test"}
N = "\u00a0"


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def names(site, edition, table):
    rows = await site.rows(f"select slug from {table} where edition_id = $1 order by 1", edition.id)
    return [slug for (slug,) in rows]


WORKSHOPS = {
    "name.fr": "Ateliers",
    "name.en": "Workshops",
    "categories": ["press"],
    "days": ["2027-03-23"],
    "hours.0.opens": "9h",
    "hours.0.closes": "12:00",
    "hours.2.day": "2027-03-23",
    "hours.2.opens": "14:00",
    "hours.2.closes": "18h30",
    "hours.1.day": "2027-03-24",
    "counts": "day",
    "reentry": "yes",
}


async def test_a_list_is_added_and_says_day_by_day_when_it_is_open(site, edition, team, doors):
    done = await team.post(f"{doors}/lists/new", data=WORKSHOPS)
    assert done.headers["location"] == f"{doors}/lists/ateliers?done=added"
    page = (await team.get(f"{doors}/lists/ateliers")).text
    assert "Tuesday 23 March 09:00 to 12:00 14:00 to 18:30 What would be answered" in words_of(page)
    assert 'name="hours.1.opens" value="14:00"' in page
    assert '<option value="2027-03-23" selected>' in page
    french = await team.get(f"{doors}/lists/ateliers", headers={"accept-language": "fr"})
    assert f"mardi 23 mars 9{N}h – 12{N}h 14{N}h – 18{N}h{N}30".replace(N, " ") in words_of(
        french.text
    ).replace(N, " ")
    listed = words_of((await team.get(f"{doors}/lists")).text)
    assert "Workshops Once a day · Press · Tuesday 23 March · 09:00–12:00 · 14:00–18:30" in listed


async def test_a_list_of_a_room_is_open_for_its_sessions(site, edition, team, doors):
    await site.programme(edition, draft(sign_up=True, capacity=20))
    await team.post(f"{doors}/gates/presets", data={"preset": "rooms"})
    page = words_of((await team.get(f"{doors}/lists/salle-garonne")).text)
    assert (
        "Tuesday 23 March 08:30 to 09:25: “Ouverture”, with a seat until 09:05, then everybody"
        " 09:25 to 10:00: “Eau et communes”, with a seat until 09:35, then everybody"
    ) in page


async def test_a_list_that_is_always_or_never_open_says_so(site, edition, team, doors):
    page = (await team.get(f"{doors}/lists/main")).text
    assert "Always, before the forum too: devices can be tried." in page
    hours = [{"opens": "9:00", "closes": "10:00", "days": ["2027-03-24"]}]
    sent = {"days": ["2027-03-23"], "hours": hours}
    await site.do(lists.change, edition, "main", sent, seen=None, **BY)
    assert (
        "Never: no hours and no session leave it open."
        in (await team.get(f"{doors}/lists/main")).text
    )


async def test_every_mistake_of_a_list_is_named_and_lines_stay(team, doors):
    typed = {**WORKSHOPS, "name.fr": "", "hours.2.closes": "late", "counts": "session"}
    answer = await team.post(f"{doors}/lists/new", data={**typed, "building": "yes"})
    assert answer.status_code == 422
    page = words_of(answer.text)
    assert "4 answers need a correction" in page
    assert "Hours, line 2, To, as in 12:00: Give a time such as 9:30." in page
    assert 'name="hours.1.closes" value="late"' in answer.text
    assert 'href="#hours.1.closes"' in answer.text


async def test_a_list_is_changed_copied_and_removed(site, edition, team, doors):
    await team.post(f"{doors}/lists/new", data=WORKSHOPS)
    copy = (await team.get(f"{doors}/lists/new?like=ateliers")).text
    assert 'value="Ateliers"' in copy
    assert f'action="{doors}/lists/new"' in copy
    changed = {**WORKSHOPS, "revision": "1", "categories": []}
    done = await team.post(f"{doors}/lists/ateliers", data=changed)
    assert done.headers["location"] == f"{doors}/lists/ateliers?done=stored"
    late = {**WORKSHOPS, "revision": "1", "counts": "forum"}
    second = await team.post(f"{doors}/lists/ateliers", data=late)
    assert second.status_code == 412
    assert "Who may pass: nothing" in words_of(second.text)
    assert "What counts once: Once a day" in words_of(second.text)
    refused = await team.post(f"{doors}/lists/main/delete", data={"revision": "1"})
    assert (refused.status_code, "give them another one first (main, garden)" in refused.text) == (
        409,
        True,
    )
    done = await team.post(f"{doors}/lists/ateliers/delete", data={"revision": "2"})
    assert done.headers["location"] == f"{doors}/lists?done=removed"
    assert await names(site, edition, "check_in_list") == ["dinner", "main"]


# What would be answered


async def answered(team, place, **asked):
    page = await team.get(place, params={"when": "2027-03-23T10:00", **asked})
    assert page.status_code == 200
    found = re.search(r'id="answer">(.*?)</div>', page.text, re.DOTALL)
    return words_of(found[1]) if found else words_of(page.text)


@pytest.mark.parametrize(
    ("rules", "asked", "said"),
    [
        ({}, {"category": "press"}, "May come in The list is always open."),
        (
            {"categories": ["press"]},
            {"category": "agent"},
            "Not on the list The category “Public agent” is not on the list.",
        ),
        (
            {"hours": [{"opens": "11:00", "closes": "12:00"}]},
            {},
            "Not yet The list opens on Tuesday 23 March at 11:00.",
        ),
        (
            {"hours": [{"opens": "8:00", "closes": "9:00"}]},
            {},
            "Too late The list closed on Tuesday 23 March at 09:00.",
        ),
        (
            {"hours": [{"opens": "8:00", "closes": "12:00"}]},
            {},
            "May come in Open until 12:00.",
        ),
        ({"days": ["2027-03-24"]}, {}, "Another day The list is not open that day."),
        ({}, {"direction": "out"}, "Goes out Whoever holds a ticket may go out."),
        ({}, {"who": "ZZZZ-ZZZZ"}, "Nobody has this reference, or no ticket was ever issued"),
        ({}, {"when": "soon"}, "Give a day and a time, such as 2027-03-15T18:00."),
    ],
)
async def test_a_category_is_tried_and_the_reason_is_said(
    site, edition, team, doors, rules, asked, said
):
    await site.do(lists.change, edition, "main", rules, seen=None, **BY)
    assert said in await answered(team, f"{doors}/lists/main", **asked)


async def test_a_seat_and_a_room_are_tried(site, edition, team, doors):
    await site.programme(edition, draft(sign_up=True, capacity=20))
    await team.post(f"{doors}/gates/presets", data={"preset": "rooms"})
    place = f"{doors}/lists/salle-garonne"
    early, late = {"when": "2027-03-23T08:45"}, {"when": "2027-03-23T09:10"}
    assert await answered(team, place, **early) == (
        "Not on the list Has no seat in “Ouverture”; seats are kept until 09:05."
    )
    assert await answered(team, place, **early, seat="yes") == (
        "May come in Holds a seat in “Ouverture”."
    )
    assert await answered(team, place, **late) == (
        "May come in Seats in “Ouverture” were kept until 09:05: now everybody comes in."
    )


async def test_somebody_is_tried_by_their_reference(site, edition, team, doors):
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    place, who = f"{doors}/lists/main", person.reference.replace("-", " ").lower()
    assert await answered(team, place, who=who) == (
        "May come in – Zoé Lefèvre The list is always open."
    )
    await site.was_there(edition, person, (DURING, Direction.IN))
    assert await answered(team, place, who=who, when="2027-03-23T11:00") == (
        "In already – Zoé Lefèvre Let in already, on Tuesday 23 March at 10:00: the list counts"
        " once a day."
    )
    await site.was_there(edition, person, (DURING + timedelta(hours=1), Direction.OUT))
    assert await answered(team, place, who=who, when="2027-03-23T12:00") == (
        "May come in – Zoé Lefèvre In before, on Tuesday 23 March at 10:00, and may come in again."
    )
    await site.cancel(edition, person)
    assert await answered(team, place, who=who, when="2027-03-23T23:00") == (
        "Registration cancelled – Zoé Lefèvre The registration is cancelled."
    )


async def test_the_gate_that_leads_out_only_is_tried(site, edition, team, doors):
    typed = {"name.fr": "Jardin", "kind": "exit", "directions": "out", "check_in_list": "main"}
    await team.post(f"{doors}/gates/garden", data={**typed, "revision": "1"})
    place = f"{doors}/lists/main"
    assert await answered(team, place, gate="garden") == (
        "Not on the list This gate leads out only."
    )
    assert await answered(team, place, gate="main") == "May come in The list is always open."


async def test_the_door_team_sees_none_of_it(site, edition, doors):
    headers = await site.signed_in(edition, Role.DOOR)
    async with site.client(headers=headers) as client:
        for place in ("gates", "gates/main", "lists", "lists/main"):
            assert (await client.get(f"{doors}/{place}")).status_code == 403


async def test_scans_go_by_a_changed_list(site, edition, team, doors):
    person = await site.register(edition)
    await site.do(lists.change, edition, "main", {"categories": ["press"]}, seen=None, **BY)
    device, headers = await site.device(edition)
    site.clock.at = DURING
    read = scan(person.token)
    sent = {"id": str(read.id), "token": read.token, "gate": "main"}
    async with site.client(headers=headers) as client:
        answer = await client.post(
            "/api/device/scans",
            json={"scans": [{**sent, "scanned_at": read.scanned_at.isoformat()}]},
        )
    assert answer.json()["outcomes"][0]["outcome"] == "not_on_list"
    assert device.gate == "main"
