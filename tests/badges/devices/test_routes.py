"""The team's pages of devices: the table, new ones with their codes, one device and its changes."""

import asyncio
import re

import pytest

from badges.devices import service as devices
from forum.core.context import Role
from tests.factories import SAME_ORIGIN, sent, told

ONCE = re.compile(r'name="once" value="([\w-]+)"')
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}")


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition)
    async with site.client(headers={**SAME_ORIGIN, **headers, "accept-language": "fr"}) as client:
        client.path = f"/organiser/{edition.slug}/doors/devices"
        yield client


async def stored(site, edition, device_id):
    async with site.pool.acquire() as db:
        return await devices.find(db, edition.id, device_id)


async def listed(site, edition):
    async with site.pool.acquire() as db:
        return await devices.all_of(db, edition.id)


def codes(page):
    return CODE.findall(re.sub(r"<svg.*?</svg>", "", page))


async def test_a_device_is_added_and_its_code_shown_once(site, team, client, edition):
    new = {"name": "Phone", "gate": "garden", "gates": ["main", "garden"], "may_desk": "true"}
    answer = await team.post(team.path, data=new)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    [code] = codes(answer.text)
    [device] = await listed(site, edition)
    assert (device.gate, device.gates, device.may_desk) == ("garden", ["garden", "main"], True)
    for path in (team.path, f"{team.path}/{device.id}"):
        assert code not in (await team.get(path)).text
    assert (await client.post("/api/devices", json={"code": code})).status_code == 201


async def test_a_sheet_has_a_code_for_each_of_several_devices(site, team, edition):
    await site.announce(edition, name="Téléphone 2")
    answer = await team.post(team.path, data={"name": "Téléphone", "gate": "main", "count": "3"})
    assert len({*codes(answer.text)}) == 3
    assert answer.text.count("<svg") == 3
    assert [one.name for one in await listed(site, edition)] == [
        f"Téléphone {n}" for n in range(1, 5)
    ]


async def test_pressed_twice_the_same_codes_are_shown(site, team, edition):
    key = ONCE.findall((await team.get(team.path)).text)[-1]
    new = {"name": "Phone", "gate": "main", "count": "2", "once": key}
    pages = await asyncio.gather(*(team.post(team.path, data=new) for _ in range(3)))
    assert len({tuple(codes(page.text)) for page in pages}) == 1
    assert len(await listed(site, edition)) == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"count": "31"}, "count"),
        ({"count": "many"}, "count"),
        ({"gate": "attic"}, "gates"),
        ({"gates": ["attic"]}, "gates"),
    ],
)
async def test_a_mistake_is_said_beside_its_field_and_what_was_typed_stays(team, given, field):
    new = {"name": "Tablette", "gate": "dinner", "may_search": "true", **given}
    answer = await team.post(team.path, data=new)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'id="may_search" name="may_search" value="true" checked' in answer.text
    if "gate" not in given:
        assert '<option value="dinner" selected>' in answer.text


async def test_the_table_says_how_each_does(site, team, edition):
    _, headers = await site.device(edition, name="Phone")
    async with site.client(headers=headers) as phone:
        state = told(battery=57, charging=True, waiting=12, version="9.9", clock_offset_ms=-190_000)
        await phone.put("/api/device/state", json=state)
    site.clock.forward(minutes=2)
    headers = await site.signed_in(edition)
    page = (await team.get(team.path, headers=headers)).text
    row = re.sub(r"<[^>]+>", "|", page.partition("<tbody>")[2].partition("</tbody>")[0])
    assert [text.strip() for text in row.split("|") if text.strip()] == [
        "Phone",
        "✓ En service",
        "Entrée",
        "il y a\u00a02\u00a0min",
        "12",
        "57\u00a0%, en charge",
        "avance de 3\u00a0min",
        "9.9",
    ]


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.DOOR])
async def test_who_only_watches_sees_the_table_and_changes_nothing(site, edition, role):
    made = await site.announce(edition, name="Phone")
    headers = await site.signed_in(edition, role)
    path = f"/organiser/{edition.slug}/doors/devices"
    async with site.client(headers={**SAME_ORIGIN, **headers}) as client:
        page = (await client.get(path)).text
        assert "Phone" in page
        assert str(made.id) not in page
        assert f'action="{path}"' not in page
        assert (await client.post(f"{path}/{made.id}/revocation")).status_code == 403


async def test_a_device_is_changed_as_it_was_shown(site, team, edition):
    made = await site.announce(edition, name="Phone")
    path = f"{team.path}/{made.id}"
    form = {"revision": "1", "name": "Tablette", "gates": ["main", "dinner"], "may_desk": "true"}
    answer = await team.post(path, data=form)
    assert answer.headers["location"] == f"{team.path}?done=changed&who={made.id}"
    now = await stored(site, edition, made.id)
    assert (now.name, now.gates, now.may_desk) == ("Tablette", ["dinner", "main"], True)
    late = await team.post(path, data={**form, "name": "Autre"})
    assert late.status_code == 412
    assert "Quelqu’un d’autre a modifié cet appareil entre-temps" in late.text
    assert 'value="Autre"' in late.text
    assert 'name="revision" value="2"' in late.text
    assert (await stored(site, edition, made.id)).name == "Tablette"


async def test_the_gate_where_it_stands_cannot_be_left_out(site, team, edition):
    made = await site.announce(edition, "main", "garden")
    path = f"{team.path}/{made.id}"
    for gates, status in ((["garden"], 422), ([], 422)):
        form = {"revision": "1", "name": "Phone", "gates": gates}
        answer = await team.post(path, data=form)
        assert answer.status_code == status
        assert 'id="mistakes"' in answer.text
    assert (await stored(site, edition, made.id)).gates == ["garden", "main"]


async def test_a_device_is_moved(site, team, edition):
    device, _ = await site.device(edition)
    form = {"revision": "2", "gate": "dinner"}
    answer = await team.post(f"{team.path}/{device.id}/gate", data=form)
    page = (await team.get(answer.headers["location"])).text
    assert "L’appareil est à une autre porte" in page
    assert "(il ne le sait pas encore)" in page
    late = await team.post(f"{team.path}/{device.id}/gate", data=form)
    assert late.status_code == 412


async def test_a_revoked_device_is_offered_a_new_code_to_undo_it(site, team, edition, client):
    device, _ = await site.device(edition)
    answer = await team.post(f"{team.path}/{device.id}/revocation")
    page = (await team.get(answer.headers["location"])).text
    assert f'action="{team.path}/{device.id}/code"' in page
    [code] = codes((await team.post(f"{team.path}/{device.id}/code")).text)
    assert (await client.post("/api/devices", json={"code": code})).status_code == 201
    assert (await stored(site, edition, device.id)).revoked_at is None


async def test_a_code_is_withdrawn_once(site, team, edition):
    made = await site.announce(edition)
    path = f"{team.path}/{made.id}/code/withdrawal"
    assert (await team.post(path)).status_code == 303
    again = await team.post(path)
    assert again.status_code == 409
    assert "Aucun code de cet appareil n’est plus en attente" in again.text


async def test_a_device_is_removed_where_nothing_is_lost_with_it(site, team, edition):
    made = await site.announce(edition)
    answer = await team.post(f"{team.path}/{made.id}/delete")
    assert "L’appareil est retiré de la liste." in (await team.get(answer.headers["location"])).text
    device, headers = await site.device(edition)
    async with site.client(headers=headers) as phone:
        await phone.post("/api/device/scans", json={"scans": [sent("x")]})
    answer = await team.post(f"{team.path}/{device.id}/delete")
    assert answer.status_code == 409
    assert "Cet appareil a lu des badges" in answer.text


@pytest.mark.parametrize("name", ["x", "00000000-0000-4000-8000-000000000000"])
async def test_what_is_no_device_of_this_edition_is_not_found(site, team, name):
    other = await site.announce(await site.edition())
    for one in (name, other.id):
        answer = await team.get(f"{team.path}/{one}", headers={"accept": "text/html"})
        assert answer.status_code == 404
        assert "Il n’y a pas d’appareil de ce nom dans cette édition" in answer.text
        for deed in ("", "/gate", "/code", "/code/withdrawal", "/revocation", "/delete"):
            form = {"revision": "1", "name": "x", "gates": "main", "gate": "main"}
            if deed == "":
                form.pop("gate")
            if deed == "/gate":
                form = {"revision": "1", "gate": "main"}
            assert (await team.post(f"{team.path}/{one}{deed}", data=form)).status_code == 404


async def test_neither_codes_nor_tokens_are_in_the_log(site, team, edition, client, capsys):
    page = await team.post(team.path, data={"name": "Phone", "gate": "main"})
    [code] = codes(page.text)
    token = (await client.post("/api/devices", json={"code": code})).json()["token"]
    await client.put("/api/device/state", json=told(), headers={"authorization": f"Bearer {token}"})
    logged = "".join(capsys.readouterr())
    assert "/doors/devices" in logged
    assert code not in logged
    assert token not in logged
