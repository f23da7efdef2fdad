"""Gates as organisers lay them down: added, changed, removed, at once from presets; audited."""

import asyncio

import pytest

from badges.doors import gates, lists, presets
from badges.doors.gates import GateChanged, GateNotFound, GateUsed
from badges.doors.presets import NoRoomLeft, Preset
from badges.models import CheckInList, Counting, Directions, GateKind, Hours
from forum.core.errors import Invalid
from tests.factories import draft, scan

BY = {"actor": "organiser:test"}
NEW = {"name": {"fr": "Porte du quai"}}


@pytest.fixture
async def audited(site, edition):
    async def read():
        return await site.rows(
            "select action, detail from audit where edition_id = $1 and action like any($2)"
            " order by at, ctid",
            edition.id,
            ["gate_%", "check_in_list_%"],
        )

    return read


async def slugs(site, edition):
    async with site.pool.acquire() as db:
        return [one.slug for one in await gates.all_of(db, edition.id)]


async def test_a_gate_comes_after_the_others_with_the_usual_list_of_its_kind(site, edition):
    made = await site.do(gates.add, edition, {**NEW, "kind": "meal"}, **BY)
    assert (made.slug, made.position, made.check_in_list) == ("porte-du-quai", 3, "porte-du-quai")
    assert (made.kind, made.directions) == (GateKind.MEAL, Directions.BOTH)
    async with site.pool.acquire() as db:
        found = await lists.find(db, edition.id, "porte-du-quai")
    assert found == CheckInList(
        slug="porte-du-quai",
        name={"fr": "Porte du quai"},
        hours=[Hours(opens="11:45", closes="14:30")],
        reentry=False,
    )


async def test_a_name_that_is_taken_gets_a_number(site, edition):
    for expected in ("porte-du-quai", "porte-du-quai-2", "porte-du-quai-3"):
        made = await site.do(gates.add, edition, {**NEW, "check_in_list": "main"}, **BY)
        assert made.slug == expected
    made = await site.do(gates.add, edition, {"name": {"fr": "New"}}, **BY)
    assert made.slug == "new-2"  # the name of a page


async def test_every_mistake_is_named(site, edition):
    sent = {
        "name": {"en": "x" * 101, "de": "Tor"},
        "slug": "Grande porte",
        "kind": "window",
        "directions": "up",
        "position": -1,
        "hat": 1,
    }
    with pytest.raises(Invalid) as caught:
        await site.do(gates.add, edition, sent, **BY)
    assert caught.value.fields == {
        "name.en": "This answer is too long: shorten it.",
        "name.de": "This field does not exist here.",
        "name.fr": "This answer is needed.",
        "slug": "Give small letters without accents, digits and hyphens, as in “main-door”.",
        "kind": "Choose one of the answers offered.",
        "directions": "Choose one of the answers offered.",
        "position": "Give a whole number from 0 to 999.",
        "hat": "This field does not exist here.",
    }


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"check_in_list": "none"}, "check_in_list", "There is no such check-in list"),
        ({"slug": "main"}, "slug", "This name is taken"),
        ({"slug": "presets"}, "slug", "This name is taken"),
    ],
)
async def test_what_is_not_there_or_taken_is_named(site, edition, sent, field, said):
    with pytest.raises(Invalid) as caught:
        await site.do(gates.add, edition, {**NEW, **sent}, **BY)
    assert [*caught.value.fields] == [field]
    assert caught.value.fields[field].startswith(said)
    assert await slugs(site, edition) == ["main", "garden", "dinner"]


async def test_a_change_touches_what_is_sent_and_is_audited(site, edition, audited):
    changed = await site.do(gates.change, edition, "garden", {"directions": "out"}, seen={1}, **BY)
    assert (changed.directions, changed.name, changed.revision) == ("out", {"fr": "Jardin"}, 2)
    assert await audited() == [
        ("gate_changed", {"gate": "garden", "changes": {"directions": ["both", "out"]}})
    ]


async def test_nothing_changed_is_no_change(site, edition, audited):
    same = await site.do(
        gates.change, edition, "garden", {"name": {"fr": "Jardin"}}, seen={1}, **BY
    )
    assert same.revision == 1
    assert await audited() == []


async def test_the_second_of_two_organisers_is_told(site, edition):
    await site.do(gates.change, edition, "garden", {"kind": "exit"}, seen={1}, **BY)
    with pytest.raises(GateChanged):
        await site.do(gates.change, edition, "garden", {"kind": "door"}, seen={1}, **BY)
    with pytest.raises(GateChanged):
        await site.do(gates.remove, edition, "garden", seen={1}, **BY)
    with pytest.raises(GateNotFound):
        await site.do(gates.change, edition, "attic", {}, seen=None, **BY)


async def test_a_gate_without_devices_and_scans_is_removed_and_its_list_stays(
    site, edition, audited
):
    device, _ = await site.device(edition)
    await site.value(
        "insert into device_gate (edition_id, device_id, gate) values ($1, $2, 'dinner')",
        edition.id,
        device.id,
    )
    await site.do(gates.remove, edition, "dinner", seen={1}, **BY)
    assert await slugs(site, edition) == ["main", "garden"]
    async with site.pool.acquire() as db:
        assert [one.slug for one in await lists.all_of(db, edition.id)] == ["dinner", "main"]
    [(action, detail)] = await audited()
    assert (action, detail["gate"]) == ("gate_removed", "dinner")


async def test_a_gate_where_a_device_stands_stays(site, edition):
    device, _ = await site.device(edition, "dinner")
    with pytest.raises(GateUsed, match=f"Devices stand at this gate.*{device.name}"):
        await site.do(gates.remove, edition, "dinner", seen=None, **BY)


async def test_a_gate_where_badges_were_read_stays(site, edition):
    person = await site.register(edition)
    _, headers = await site.device(edition, "dinner")
    async with site.client(headers=headers) as client:
        read = scan(person.token, gate="garden")
        sent = {"id": str(read.id), "token": read.token, "gate": "garden"}
        sent["scanned_at"] = read.scanned_at.isoformat()
        await client.post("/api/device/scans", json={"scans": [sent]})
    with pytest.raises(GateUsed, match="Badges were read at this gate"):
        await site.do(gates.remove, edition, "garden", seen=None, **BY)


# Presets


@pytest.mark.parametrize(
    ("preset", "slug", "kind", "directions", "check_in_list"),
    [
        (Preset.DOOR, "main-door", "door", "both", "main"),
        (Preset.MEAL, "lunch", "meal", "in", "lunch"),
        (Preset.CLOAKROOM, "cloakroom", "cloakroom", "both", "cloakroom"),
        (Preset.EXIT, "exit", "exit", "out", "main"),
    ],
)
async def test_a_preset_makes_a_gate_with_its_list(
    site, preset, slug, kind, directions, check_in_list
):
    edition = await site.edition(languages=["en", "fr"])
    [made] = await site.do(presets.lay_down, edition, preset, **BY)
    got = (made.slug, made.kind, made.directions, made.check_in_list)
    assert got == (slug, kind, directions, check_in_list)
    assert made.name.keys() == {"en", "fr"}


async def test_rooms_without_a_gate_get_one_each_and_then_none_is_left(site, edition, audited):
    with pytest.raises(NoRoomLeft):
        await site.do(presets.lay_down, edition, Preset.ROOMS, **BY)
    programme = await site.programme(edition, draft())
    [made] = await site.do(presets.lay_down, edition, Preset.ROOMS, **BY)
    assert (made.slug, made.name, made.kind) == ("salle-garonne", {"fr": "Salle Garonne"}, "room")
    async with site.pool.acquire() as db:
        found = await lists.find(db, edition.id, "salle-garonne")
    assert found == CheckInList(
        slug="salle-garonne",
        name={"fr": "Salle Garonne"},
        rooms=[programme.rooms[0].id],
        counts=Counting.SESSION,
        seats=True,
        seats_kept_minutes=5,
    )
    assert [action for action, _ in await audited()] == ["check_in_list_added", "gate_added"]
    with pytest.raises(NoRoomLeft):
        await site.do(presets.lay_down, edition, Preset.ROOMS, **BY)


# At once


async def test_gates_added_at_once_all_get_a_name_and_a_place(site, edition):
    made = await asyncio.gather(
        *(site.do(gates.add, edition, {**NEW, "check_in_list": "main"}, **BY) for _ in range(5))
    )
    assert len({one.slug for one in made}) == 5
    assert sorted(one.position for one in made) == [3, 4, 5, 6, 7]


async def test_of_changes_at_once_one_is_stored_and_the_others_are_told(site, edition):
    ways = ["in", "out", "in", "out"]
    done = await asyncio.gather(
        *(
            site.do(gates.change, edition, "garden", {"directions": way}, seen={1}, **BY)
            for way in ways
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Gate", *["GateChanged"] * 3]
