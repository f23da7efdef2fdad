"""Check-in lists as organisers lay them down: each field, each mistake by its name, audited."""

import uuid
from datetime import date

import pytest

from badges.doors import gates, lists
from badges.doors.lists import ListChanged, ListNotFound, ListUsed
from badges.models import CheckInList, Counting, Hours
from forum.core.errors import Invalid
from tests.factories import DURING, draft, sent

BY = {"actor": "organiser:test"}
NEW = {"name": {"fr": "Ateliers", "en": "Workshops"}}


async def read_badge(site, edition, person, gate):
    site.clock.at = DURING
    _, headers = await site.device(edition, gate)
    async with site.client(headers=headers) as client:
        scans = [sent(person.token, gate=gate)]
        answer = await client.post("/api/device/scans", json={"scans": scans})
    return answer.json()["outcomes"][0]["outcome"]


async def test_all_of_a_list_is_kept(site, edition):
    programme = await site.programme(edition, draft())
    room = programme.rooms[0].id
    made = await site.do(
        lists.add,
        edition,
        {
            **NEW,
            "slug": "workshops",
            "categories": ["press", "elected"],
            "days": ["2027-03-24"],
            "hours": [
                {"opens": "9h", "closes": "12:30"},
                {"opens": "20:00", "closes": "24:00", "days": ["2027-03-24"]},
            ],
            "rooms": [str(room)],
            "lead_minutes": 15,
            "seats": True,
            "seats_kept_minutes": -10,
            "counts": "session",
            "reentry": False,
        },
        **BY,
    )
    assert made == CheckInList(
        slug="workshops",
        name={"fr": "Ateliers", "en": "Workshops"},
        categories=["press", "elected"],
        days=0b10,
        hours=[
            Hours(opens="09:00", closes="12:30"),
            Hours(opens="20:00", closes="00:00", days=[1]),
        ],
        rooms=[room],
        lead_minutes=15,
        seats=True,
        seats_kept_minutes=-10,
        counts=Counting.SESSION,
        reentry=False,
    )
    async with site.pool.acquire() as db:
        assert await lists.find(db, edition.id, "workshops") == made


async def test_what_is_empty_restricts_nothing(site, edition):
    made = await site.do(
        lists.add, edition, {**NEW, "categories": [], "days": [], "rooms": []}, **BY
    )
    assert made == CheckInList(slug="ateliers", name=NEW["name"])


async def test_every_mistake_is_named_in_the_order_of_the_page(site, edition):
    wrong = {
        "name": {"en": "Workshops"},
        "slug": "A b",
        "categories": ["nobles"],
        "days": ["2027-03-26"],
        "hours": [
            {"opens": "9:75", "closes": "10:00"},
            {"opens": "10:00", "closes": ""},
            {"opens": "8:00", "closes": "8h", "days": ["2027-01-01"]},
            {"opens": "8:00", "closes": "9:00", "door": 1, "days": "Monday"},
        ],
        "rooms": [str(uuid.uuid4())],
        "lead_minutes": 241,
        "seats_kept_minutes": "soon",
        "counts": "hourly",
        "hat": True,
    }
    with pytest.raises(Invalid) as caught:
        await site.do(lists.add, edition, wrong, **BY)
    assert caught.value.fields == {
        "name.fr": "This answer is needed.",
        "slug": "Give small letters without accents, digits and hyphens, as in “main-door”.",
        "categories": "There is no category “nobles”: choose among those of the edition.",
        "days": "This is no day of the edition: 2027-03-26.",
        "hours.0.opens": "Give a time such as 9:30.",
        "hours.1.closes": "This answer is needed.",
        "hours.2.closes": "The end is the beginning: give another.",
        "hours.2.days": "This is no day of the edition: 2027-01-01.",
        "hours.3.door": "This field does not exist here.",
        "hours.3.days": "Give days of the edition, as in 2027-03-23.",
        "rooms": "A room that was chosen is not in the published programme.",
        "lead_minutes": "Give whole minutes, from 0 to 240.",
        "seats_kept_minutes": "Give whole minutes, from -60 to 240.",
        "counts": "Choose one of the answers offered.",
        "hat": "This field does not exist here.",
    }
    assert [*caught.value.fields][:4] == ["name.fr", "slug", "categories", "days"]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"counts": "session"}, ["counts"]),
        ({"seats": True}, ["seats"]),
        ({"building": True, "counts": "never"}, ["building"]),
        ({"building": True, "counts": "session"}, ["counts", "building"]),
        ({"hours": "9"}, ["hours"]),
        ({"hours": [{"opens": "9:00", "closes": "10:00"}] * 41}, ["hours"]),
        ({"slug": "main"}, ["slug"]),
        ({"name": "x" * 101}, ["name.fr"]),
        ({"name": 5}, ["name.fr"]),
    ],
)
async def test_what_does_not_go_together_is_named(site, edition, given, fields):
    with pytest.raises(Invalid) as caught:
        await site.do(lists.add, edition, {**NEW, **given}, **BY)
    assert [*caught.value.fields] == fields


async def test_a_list_of_rooms_counts_nobody_in_the_building(site, edition):
    programme = await site.programme(edition, draft())
    given = {**NEW, "rooms": [str(programme.rooms[0].id)], "building": True}
    with pytest.raises(Invalid) as caught:
        await site.do(lists.add, edition, given, **BY)
    assert [*caught.value.fields] == ["building"]


async def test_a_change_touches_what_is_sent_and_is_audited(site, edition):
    changed = await site.do(
        lists.change, edition, "dinner", {"days": [date(2027, 3, 23)]}, seen={1}, **BY
    )
    assert (changed.days, changed.name, changed.revision) == (0b01, {"fr": "Dîner"}, 2)
    [(detail,)] = await site.rows(
        "select detail from audit where edition_id = $1 and action = 'check_in_list_changed'",
        edition.id,
    )
    assert detail == {"list": "dinner", "changes": {"days": [None, ["2027-03-23"]]}}
    same = await site.do(lists.change, edition, "dinner", {}, seen={2}, **BY)
    assert same.revision == 2


async def test_the_second_of_two_organisers_is_told(site, edition):
    await site.do(lists.change, edition, "dinner", {"reentry": False}, seen={1}, **BY)
    with pytest.raises(ListChanged):
        await site.do(lists.change, edition, "dinner", {"reentry": True}, seen={1}, **BY)
    with pytest.raises(ListChanged):
        await site.do(lists.remove, edition, "dinner", seen={1}, **BY)
    with pytest.raises(ListNotFound):
        await site.do(lists.remove, edition, "attic", seen=None, **BY)


async def test_the_name_for_programs_stays(site, edition):
    for verb, name in ((lists.change, "dinner"), (gates.change, "dinner")):
        with pytest.raises(Invalid) as caught:
            await site.do(verb, edition, name, {"slug": "supper"}, seen=None, **BY)
        assert [*caught.value.fields] == ["slug"]


async def test_a_room_that_is_published_no_more_may_stay(site, edition):
    programme = await site.programme(edition, draft())
    room = str(programme.rooms[0].id)
    await site.do(lists.add, edition, {**NEW, "rooms": [room]}, **BY)
    await site.programme(edition, draft())  # another room
    changed = await site.do(lists.change, edition, "ateliers", {"reentry": False}, seen=None, **BY)
    assert [str(one) for one in changed.rooms] == [room]


async def test_what_counts_once_changes_until_somebody_was_counted(site, edition):
    await site.do(lists.change, edition, "dinner", {"counts": "forum"}, seen=None, **BY)
    person = await site.register(edition)
    assert await read_badge(site, edition, person, "dinner") == "admitted"
    with pytest.raises(Invalid) as caught:
        await site.do(lists.change, edition, "dinner", {"counts": "day"}, seen=None, **BY)
    assert caught.value.fields == {"counts": lists.COUNTED}
    changed = await site.do(lists.change, edition, "dinner", {"reentry": False}, seen=None, **BY)
    assert changed.counts is Counting.FORUM


async def test_a_list_goes_when_no_gate_uses_it_and_nothing_was_read(site, edition):
    with pytest.raises(ListUsed, match=r"Gates use this list.*\(dinner\)"):
        await site.do(lists.remove, edition, "dinner", seen=None, **BY)
    await site.do(gates.change, edition, "dinner", {"check_in_list": "main"}, seen=None, **BY)
    await site.do(lists.remove, edition, "dinner", seen={1}, **BY)
    async with site.pool.acquire() as db:
        assert [one.slug for one in await lists.all_of(db, edition.id)] == ["main"]


async def test_a_list_for_which_badges_were_read_stays(site, edition):
    person = await site.register(edition)
    await read_badge(site, edition, person, "dinner")
    await site.do(gates.change, edition, "dinner", {"check_in_list": "main"}, seen=None, **BY)
    with pytest.raises(ListUsed, match="Badges were read for this list"):
        await site.do(lists.remove, edition, "dinner", seen=None, **BY)
