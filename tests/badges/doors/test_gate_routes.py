"""The organisers' pages of gates, without a script."""

import re

import pytest

from tests.factories import SAME_ORIGIN, draft


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def names(site, edition, table):
    rows = await site.rows(f"select slug from {table} where edition_id = $1 order by 1", edition.id)
    return [slug for (slug,) in rows]


async def test_the_list_of_gates_says_what_each_is_and_whom_it_let_in(site, edition, team, doors):
    page = words_of((await team.get(f"{doors}/gates")).text)
    assert "Entrance The building In and out Entrance – check-in list 0" in page
    assert "No room of the published programme is without one." in page


@pytest.mark.parametrize(
    ("preset", "place"),
    [("door", "/gates/main-door"), ("meal", "/gates/lunch"), ("exit", "/gates/exit")],
)
async def test_a_button_adds_a_gate_with_its_list(site, team, preset, place):
    edition = await site.edition(languages=["en", "fr"])
    headers = await site.signed_in(edition)
    async with site.client(headers={**SAME_ORIGIN, **headers}) as client:
        doors = f"/organiser/{edition.slug}/doors"
        done = await client.post(f"{doors}/gates/presets", data={"preset": preset})
    assert (done.status_code, done.headers["location"]) == (303, f"{doors}{place}?done=added")


async def test_rooms_are_added_by_one_button_once(site, edition, team, doors):
    refused = await team.post(f"{doors}/gates/presets", data={"preset": "rooms"})
    assert refused.status_code == 409
    assert "No room of the published programme is without a gate." in refused.text
    await site.programme(edition, draft())
    assert "One room has none: Salle Garonne." in (await team.get(f"{doors}/gates")).text
    done = await team.post(f"{doors}/gates/presets", data={"preset": "rooms"})
    assert done.headers["location"] == f"{doors}/gates/salle-garonne?done=added"
    assert (await team.post(f"{doors}/gates/presets", data={"preset": "x"})).status_code == 422


async def test_a_gate_is_added_changed_and_removed(site, edition, team, doors):
    typed = {
        "name.fr": " Porte  nord ",
        "name.en": "North door",
        "kind": "door",
        "directions": "in",
        "check_in_list": "main",
        "position": "",
    }
    done = await team.post(f"{doors}/gates/new", data=typed)
    assert (done.status_code, done.headers["location"]) == (
        303,
        f"{doors}/gates/porte-nord?done=added",
    )
    shown = (await team.get(done.headers["location"])).text
    assert "Added." in shown
    assert 'name="revision" value="1"' in shown
    typed |= {"directions": "both", "position": "0", "revision": "1"}
    done = await team.post(f"{doors}/gates/porte-nord", data=typed)
    assert done.headers["location"] == f"{doors}/gates?done=stored"
    refused = await team.post(f"{doors}/gates/porte-nord/delete", data={"revision": "1"})
    assert refused.status_code == 412
    done = await team.post(f"{doors}/gates/porte-nord/delete", data={"revision": "2"})
    assert done.headers["location"] == f"{doors}/gates?done=removed"
    assert await names(site, edition, "gate") == ["dinner", "garden", "main"]


async def test_every_mistake_stands_beside_its_field_and_what_was_typed_stays(team, doors):
    typed = {"name.fr": "", "name.en": "North", "kind": "x", "directions": "in", "position": "-"}
    answer = await team.post(f"{doors}/gates/new", data=typed)
    assert answer.status_code == 422
    for field in ("name.fr", "kind", "position"):
        assert f'id="{field}-error"' in answer.text
        assert f'href="#{field}"' in answer.text
    assert 'value="North"' in answer.text
    assert '<option value="in" selected>' in answer.text


async def test_who_stores_second_sees_what_the_first_stored(site, edition, team, doors):
    typed = {"name.fr": "Jardin", "kind": "door", "directions": "out", "check_in_list": "main"}
    first = await team.post(f"{doors}/gates/garden", data={**typed, "revision": "1"})
    assert first.status_code == 303
    typed["directions"] = "in"
    second = await team.post(f"{doors}/gates/garden", data={**typed, "revision": "1"})
    assert second.status_code == 412
    page = words_of(second.text)
    assert "Somebody changed this meanwhile" in page
    assert "Which way people pass: Out only" in page
    assert '<option value="in" selected>' in second.text
    assert 'name="revision" value="2"' in second.text
    again = await team.post(f"{doors}/gates/garden", data={**typed, "revision": "2"})
    assert again.status_code == 303


async def test_a_gate_where_a_device_stands_says_which(site, edition, team, doors):
    device, _ = await site.device(edition, "garden")
    refused = await team.post(f"{doors}/gates/garden/delete", data={"revision": "1"})
    assert refused.status_code == 409
    assert f"move them to another one first ({device.name})." in refused.text
