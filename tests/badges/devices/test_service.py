"""Devices: codes good once, for a week; tokens until they are revoked; changes, each recorded."""

import asyncio
import uuid

import pytest

from badges.devices import service as devices
from badges.devices.models import (
    CodeUnknown,
    DeviceChanged,
    DeviceEnrolled,
    DeviceNameShared,
    DeviceNotFound,
    DeviceRevoked,
    DeviceTerms,
    DeviceUsed,
    GateNotAllowed,
    GateUnknown,
    NewDevice,
    NoCodeWaits,
)
from forum.core.errors import Unauthenticated
from tests.factories import DURING, sent

ACTOR = "organiser:1"


@pytest.fixture
async def code(site, edition):
    async with site.pool.acquire() as db:
        return await devices.add(db, edition.id, "Phone", "main", at=site.clock.at, ids=site.ids)


async def enrol(client, code):
    return await client.post("/api/devices", json={"code": code})


async def found(site, edition, made):
    async with site.pool.acquire() as db:
        return await devices.find(db, edition.id, made.id)


async def terms_of(site, edition, made, **given):
    now = (await found(site, edition, made)).terms
    values = {name: getattr(now, name) for name in DeviceTerms.__struct_fields__}
    return DeviceTerms(**{**values, **given})


async def change(site, edition, made, *, revision=None, **given):
    terms = await terms_of(site, edition, made, **given)
    return await site.do(devices.change, edition.id, made.id, terms, revision=revision, actor=ACTOR)


async def deeds(site, made):
    """Return what was recorded of a device, as it was stored: the clock stands still here."""
    return await site.rows(
        "select action, actor, detail from audit where subject_id = $1 order by ctid", made.id
    )


def bearer(headers):
    return headers["authorization"].removeprefix("Bearer ")


async def known_as(site, headers):
    async with site.pool.acquire() as db:
        return await devices.identify(db, bearer(headers))


# Enrolling


async def test_a_code_is_traded_for_a_token(site, client, edition):
    made = await site.announce(edition, "garden", "main", name="Phone", may_desk=True)
    answer = await enrol(client, made.code)
    assert answer.status_code == 201
    assert answer.json()["device"] == {
        "id": str(made.id),
        "edition_id": edition.id,
        "name": "Phone",
        "gate": "garden",
        "gates": ["garden", "main"],
        "may_search": False,
        "may_desk": True,
        "may_evacuate": False,
        "revoked": False,
    }
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    body = {"scans": [sent("x")]}
    assert (await client.post("/api/device/scans", json=body, headers=headers)).status_code == 200


async def test_a_code_works_once(client, code):
    await enrol(client, code)
    again = await enrol(client, code)
    assert (again.status_code, again.json()["code"]) == (404, "device_code_unknown")


async def test_a_code_that_was_used_and_one_that_never_was_are_refused_alike(client, code):
    await enrol(client, code)
    used, never = await enrol(client, code), await enrol(client, "ZZZZ-ZZZZ-ZZZZ")
    assert (used.status_code, used.content) == (never.status_code, never.content)


async def test_of_two_at_once_one_enrols(client, code):
    got = await asyncio.gather(*(enrol(client, code) for _ in range(6)))
    assert sorted(answer.status_code for answer in got) == [201, 404, 404, 404, 404, 404]


@pytest.mark.parametrize(
    "dress",
    [
        str.lower,
        lambda c: c.replace("-", ""),
        lambda c: f" {c[:2]} {c[2:]} ",
        lambda c: c.replace("0", "O").replace("1", "l"),
    ],
)
async def test_a_code_is_read_as_people_type_it(client, code, dress):
    assert (await enrol(client, dress(code))).status_code == 201


async def test_a_code_lasts_a_week(site, client, code):
    site.clock.forward(days=7)
    assert (await enrol(client, code)).status_code == 404


async def test_a_code_has_sixty_bits_in_groups_to_read(code):
    assert [len(group) for group in code.split("-")] == [4, 4, 4]


async def test_a_token_that_nobody_has_is_not_known(site, edition):
    with pytest.raises(Unauthenticated) as refused:
        await known_as(site, {"authorization": "Bearer nobody"})
    assert refused.value.code == "unauthenticated"


async def test_neither_code_nor_token_is_stored(site, client, code):
    token = (await enrol(client, code)).json()["token"]
    stored = await site.rows("select encode(token_digest, 'escape'), d::text from device d")
    told = await site.rows("select detail from audit")
    for secret in (token, code, code.replace("-", "").lower()):
        assert secret not in str(stored) + str(told)


async def revoked(site, edition):
    """Enrol a device and revoke it; return the headers by which it is known."""
    device, headers = await site.device(edition)
    await site.value("update device set revoked_at = now() where id = $1", device.id)
    return headers


async def deliver(client, headers, *scans, **told):
    return await client.post("/api/device/scans", json={"scans": scans, **told}, headers=headers)


async def test_a_revoked_device_is_revoked_within_a_second(site, client, edition, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(site.parts.devices, "clock", lambda: now[0])
    device, headers = await site.device(edition)
    assert "revoked" not in (await deliver(client, headers, sent("x"))).json()
    await site.value("update device set revoked_at = now() where id = $1", device.id)
    now[0] += 1.0
    assert (await deliver(client, headers, sent("x"))).json()["revoked"] is True


async def test_a_revoked_device_hands_over_what_it_holds_and_is_told_no_name(site, client, edition):
    site.clock.at = DURING
    person, other = await site.register(edition), await site.register(edition)
    headers = await revoked(site, edition)
    batch = [sent(person.token, shown="admitted"), sent(other.reference)]
    answer = await deliver(client, headers, *batch, waiting=3)
    assert answer.json() == {
        "outcomes": [
            {"id": one["id"], "outcome": "admitted", "conflict": "device_revoked"} for one in batch
        ],
        "revoked": True,
    }
    assert await site.gates(edition) == {"main": 2, "garden": 2, "dinner": 0}
    kinds = await site.rows(
        "select kind::text from scan_conflict where edition_id = $1", edition.id
    )
    assert kinds == [("device_revoked",)] * 2


@pytest.mark.parametrize("last", [{}, {"waiting": 0}])
async def test_a_revoked_device_is_heard_until_it_holds_nothing_more(site, client, edition, last):
    person = await site.register(edition)
    headers = await revoked(site, edition)
    for told in ({"waiting": 1}, last):
        answer = await deliver(client, headers, sent(person.token), **told)
        assert (answer.status_code, answer.json()["revoked"]) == (200, True)
    refused = await deliver(client, headers, sent(person.token), waiting=1)
    assert (refused.status_code, refused.json()["code"]) == (401, "device_revoked")
    drained = await site.rows("select drained_at from device where edition_id = $1", edition.id)
    assert drained == [(site.clock.at,)]
    assert await site.value("select count(*) from scan where edition_id = $1", edition.id) == 2


async def test_a_revoked_device_may_do_nothing_else(site, client, edition):
    device, headers = await site.device(edition)
    await site.value("update device set revoked_at = now() where id = $1", device.id)
    token = headers["authorization"].split()[1]
    async with site.pool.acquire() as db:
        with pytest.raises(DeviceRevoked):
            await devices.identify(db, token)
        assert (await devices.identify_to_deliver(db, token)).revoked


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer"}, {"authorization": "Bearer x"}])
async def test_who_has_no_token_delivers_nothing(client, edition, header):
    answer = await deliver(client, header, sent("x"))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


# Announcing


async def test_a_device_stands_at_a_gate_that_there_is(site, edition):
    async with site.pool.acquire() as db:
        with pytest.raises(GateUnknown, match="There is no gate attic: choose one of main, garden"):
            await devices.add(db, edition.id, "x", "attic", at=site.clock.at, ids=site.ids)


async def test_of_several_devices_all_are_announced_or_none(site, edition):
    news = [NewDevice(name="A", gates=["main"]), NewDevice(name="B", gates=["main", "attic"])]
    with pytest.raises(GateUnknown):
        await site.do(devices.announce, edition.id, news, actor=ACTOR)
    for table in ("device", "audit"):
        counted = f"select count(*) from {table} where edition_id = $1"
        assert await site.value(counted, edition.id) == 0


async def test_announcing_is_recorded_without_the_code(site, edition):
    made = await site.announce(edition, "main", "garden", name="Phone", may_search=True)
    [(action, actor, detail)] = await deeds(site, made)
    assert (action, actor) == ("device announced", "organiser:test")
    assert detail == {
        "name": "Phone",
        "gates": ["main", "garden"],
        "may_search": True,
        "may_desk": False,
        "may_evacuate": False,
    }


@pytest.mark.parametrize(
    ("name", "count", "taken", "names"),
    [
        ("Phone", 1, [], ["Phone"]),
        ("Phone", 1, ["phone"], ["Phone 2"]),
        ("Phone", 3, [], ["Phone 1", "Phone 2", "Phone 3"]),
        ("Phone", 2, ["Phone 1", "PHONE 3"], ["Phone 2", "Phone 4"]),
    ],
)
def test_several_are_numbered_and_no_name_comes_twice(name, count, taken, names):
    assert devices.numbered(name, count, taken) == names


# Changing


async def test_a_device_is_renamed_and_its_gates_and_rights_are_set(site, edition):
    made = await site.announce(edition, "main", name="Phone")
    changed = await change(
        site, edition, made, revision=1, name="Tablet", gates=["main", "dinner"], may_evacuate=True
    )
    assert (changed.name, changed.gate, changed.gates) == ("Tablet", "main", ["dinner", "main"])
    assert (changed.may_evacuate, changed.may_desk, changed.revision) == (True, False, 2)
    assert (await deeds(site, made))[1:] == [
        (
            "device changed",
            ACTOR,
            {"name": "Tablet", "gates": ["dinner", "main"], "may_evacuate": True},
        )
    ]


async def test_what_is_the_same_is_no_change(site, edition):
    made = await site.announce(edition)
    assert (await change(site, edition, made)).revision == 1
    assert len(await deeds(site, made)) == 1


async def test_of_two_changes_at_once_the_later_sees_that_it_was_changed(site, edition):
    made = await site.announce(edition)
    got = await asyncio.gather(
        *(change(site, edition, made, revision=1, name=name) for name in "ABCD"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in got) == ["DeviceChanged"] * 3 + ["StoredDevice"]


async def test_a_device_cannot_stand_where_it_may_not(site, edition):
    made = await site.announce(edition)
    with pytest.raises(GateNotAllowed):
        await change(site, edition, made, gates=["dinner"])
    with pytest.raises(GateUnknown):
        await change(site, edition, made, gates=["main", "attic"])


async def test_a_device_is_moved_and_may_stand_there_from_then_on(site, edition):
    device, headers = await site.device(edition)
    moved = await site.do(devices.move, edition.id, device.id, "dinner", revision=None, actor=ACTOR)
    assert (moved.gate, moved.gates, moved.moved) == ("dinner", ["dinner", "main"], True)
    assert (await known_as(site, headers)).gate == "dinner"
    with pytest.raises(DeviceChanged):
        await site.do(devices.move, edition.id, device.id, "main", revision=1, actor=ACTOR)


async def test_who_is_not_enrolled_has_nothing_to_hear_of_a_move(site, edition):
    made = await site.announce(edition)
    moved = await site.do(devices.move, edition.id, made.id, "dinner", revision=1, actor=ACTOR)
    assert (moved.gate, moved.moved) == ("dinner", False)


async def test_the_device_of_another_edition_is_none_of_this_one(site, edition):
    other = await site.edition()
    made = await site.announce(other)
    for verb in (devices.revoke, devices.remove, devices.renew_code, devices.withdraw_code):
        with pytest.raises(DeviceNotFound):
            await site.do(verb, edition.id, made.id, actor=ACTOR)
    with pytest.raises(DeviceNotFound):
        await found(site, edition, made)


# Codes


async def test_a_new_code_ends_the_token_of_before_as_it_is_used(site, edition):
    device, headers = await site.device(edition)
    made = await site.do(devices.renew_code, edition.id, device.id, actor=ACTOR)
    assert (await known_as(site, headers)).id == device.id
    enrolled = await site.do(devices.enrol, made.code)
    assert enrolled.device.id == device.id
    with pytest.raises(Unauthenticated):
        await known_as(site, headers)


async def test_a_new_code_takes_the_place_of_the_one_that_waits(site, edition):
    first = await site.announce(edition)
    second = await site.do(devices.renew_code, edition.id, first.id, actor=ACTOR)
    with pytest.raises(CodeUnknown):
        await site.do(devices.enrol, first.code)
    await site.do(devices.enrol, second.code)


async def test_a_code_that_nobody_used_is_withdrawn(site, edition):
    made = await site.announce(edition)
    await site.do(devices.withdraw_code, edition.id, made.id, actor=ACTOR)
    with pytest.raises(CodeUnknown):
        await site.do(devices.enrol, made.code)
    with pytest.raises(NoCodeWaits):
        await site.do(devices.withdraw_code, edition.id, made.id, actor=ACTOR)


async def test_a_code_is_used_or_withdrawn_whoever_comes_first(site, edition):
    for _ in range(5):
        made = await site.announce(edition)
        got = await asyncio.gather(
            site.do(devices.enrol, made.code),
            site.do(devices.withdraw_code, edition.id, made.id, actor=ACTOR),
            return_exceptions=True,
        )
        assert sum(isinstance(one, CodeUnknown | NoCodeWaits) for one in got) == 1
        now = await found(site, edition, made)
        assert (now.token, now.code_until) == (isinstance(got[1], NoCodeWaits), None)


# The end


async def test_two_revoke_a_device_and_it_is_recorded_once(site, edition):
    device, headers = await site.device(edition)
    await asyncio.gather(
        *(site.do(devices.revoke, edition.id, device.id, actor=ACTOR) for _ in range(4))
    )
    with pytest.raises(DeviceRevoked):
        await known_as(site, headers)
    assert [action for action, _, _ in await deeds(site, device)] == [
        "device announced",
        "device enrolled",
        "device revoked",
    ]


async def test_revoking_ends_the_code_that_waits(site, edition):
    made = await site.announce(edition)
    await site.do(devices.revoke, edition.id, made.id, actor=ACTOR)
    with pytest.raises(CodeUnknown):
        await site.do(devices.enrol, made.code)


async def test_a_new_code_undoes_a_revocation_once_it_is_used(site, edition):
    device, headers = await site.device(edition)
    await site.do(devices.revoke, edition.id, device.id, actor=ACTOR)
    made = await site.do(devices.renew_code, edition.id, device.id, actor=ACTOR)
    with pytest.raises(DeviceRevoked):
        await known_as(site, headers)
    enrolled = await site.do(devices.enrol, made.code)
    now = await known_as(site, {"authorization": f"Bearer {enrolled.token}"})
    assert (now.id, now.revoked) == (device.id, False)


async def test_revoked_again_the_code_that_waits_is_gone(site, edition):
    device, _ = await site.device(edition)
    await site.do(devices.revoke, edition.id, device.id, actor=ACTOR)
    made = await site.do(devices.renew_code, edition.id, device.id, actor=ACTOR)
    await site.do(devices.revoke, edition.id, device.id, actor=ACTOR)
    with pytest.raises(CodeUnknown):
        await site.do(devices.enrol, made.code)


async def test_a_device_that_never_enrolled_is_removed(site, edition):
    made = await site.announce(edition)
    await site.do(devices.remove, edition.id, made.id, actor=ACTOR)
    with pytest.raises(DeviceNotFound):
        await found(site, edition, made)
    assert (await deeds(site, made))[1:] == [("device removed", ACTOR, {"name": made.name})]


async def test_a_device_that_may_hold_scans_or_has_sent_some_stays(site, edition):
    device, headers = await site.device(edition)
    with pytest.raises(DeviceEnrolled):
        await site.do(devices.remove, edition.id, device.id, actor=ACTOR)
    async with site.client(headers=headers) as phone:
        await phone.post("/api/device/scans", json={"scans": [sent("x")]})
    await site.do(devices.revoke, edition.id, device.id, actor=ACTOR)
    with pytest.raises(DeviceUsed):
        await site.do(devices.remove, edition.id, device.id, actor=ACTOR)


async def test_a_revoked_device_that_never_scanned_is_removed(site, edition):
    device, _ = await site.device(edition)
    await site.do(devices.revoke, edition.id, device.id, actor=ACTOR)
    await site.do(devices.remove, edition.id, device.id, actor=ACTOR)
    counted = "select count(*) from device_gate where edition_id = $1"
    assert await site.value(counted, edition.id) == 0


# Naming


async def test_a_device_is_meant_by_its_name_or_its_id(site, edition):
    one = await site.announce(edition, name="Élan")
    two, other = [await site.announce(edition, name="Phone") for _ in range(2)]
    async with site.pool.acquire() as db:
        assert (await devices.named(db, edition.id, "elan")).id == one.id
        assert (await devices.named(db, edition.id, str(two.id).upper())).id == two.id
        with pytest.raises(DeviceNotFound):
            await devices.named(db, edition.id, str(uuid.uuid4()))
        with pytest.raises(DeviceNameShared, match=str(other.id)):
            await devices.named(db, edition.id, "phone")
