"""Who is in the building: by its doors, apart who was seen elsewhere only; looking is recorded."""

import csv
import io
import re
from datetime import timedelta

import pypdfium2
import pytest

from badges.attendance.present_models import InBuilding
from badges.attendance.present_routes import GROUPED_FROM, by_letter
from forum.core.context import Role
from tests.badges.rooms import OUT, after, reads, with_rooms
from tests.factories import SAME_ORIGIN
from tests.pages.test_pages import text_of


@pytest.fixture
async def house(site):
    """Ada is in by the door, Bo by the garden; Cy has left, Di too and sits in the room again.

    El is in the room without a door, Fo was there before Fo left, Gy was refused.
    """
    edition, _ = await with_rooms(site)
    people = {
        name: await site.register(edition, family_name=name, given_name="Zoé")
        for name in ("Ada", "Bo", "Cy", "Di", "El", "Fo", "Gy")
    }
    await reads(site, edition, people["Ada"], after())
    await reads(site, edition, people["Bo"], after(minutes=1), gate="garden")
    await reads(site, edition, people["Cy"], after(), (after(minutes=9), OUT))
    await reads(site, edition, people["Di"], after(), (after(minutes=9), OUT))
    await reads(site, edition, people["Di"], after(minutes=20), gate="room")
    await reads(site, edition, people["El"], after(minutes=5), after(minutes=31), gate="room")
    await reads(site, edition, people["Fo"], after(minutes=5), gate="room")
    await reads(site, edition, people["Fo"], after(minutes=6), (after(minutes=7), OUT))
    await site.cancel(edition, people["Gy"])
    await reads(site, edition, people["Gy"], after(minutes=8), gate="room")
    site.clock.at = after(hours=2)
    return edition, people


@pytest.fixture
async def ask(site, house):
    edition, _ = house

    async def get(path="", role=Role.RECEPTION):
        headers = {**SAME_ORIGIN, **await site.signed_in(edition, role)}
        async with site.client(headers=headers) as client:
            return await client.get(f"/organiser/{edition.slug}/doors/present{path}")

    return get


def rows(answer):
    told = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return [(one["family_name"], one["gate"], one["since"], one["seen"]) for one in told]


async def test_the_page_has_who_is_in_and_apart_who_was_seen_elsewhere(ask):
    text = text_of((await ask()).text)
    assert "2 personnes , et 2 vues seulement à une autre porte · mardi 23 mars à 11 h" in text
    assert "à cocher ☐ Ada Zoé Élu 9 h, Entrée à cocher ☐ Bo Zoé Élu 9 h 01, Jardin" in text
    assert "à cocher ☐ Di Zoé Élu 9 h 20, Salle à cocher ☐ El Zoé Élu 9 h 31, Salle" in text
    assert not [name for name in ("Cy Zoé", "Fo Zoé", "Gy Zoé") if name in text]


async def test_the_page_leads_to_its_list_on_paper_in_its_language(ask):
    [link] = re.findall(r'href="[^"]*/doors/present(\.pdf[^"]*)"', (await ask()).text)
    answer = await ask(link)
    assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as document:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
    listed = re.findall(r"\b(Ada|Bo|Cy|Di|El|Fo|Gy)\b", text)
    assert sorted(listed) == ["Ada", "Bo", "Di", "El"]


async def test_the_list_reads_back(ask):
    answer = await ask(".csv")
    assert 'filename="' in answer.headers["content-disposition"]
    assert rows(answer) == [
        ("Ada", "main", "2027-03-23 09:00", "door"),
        ("Bo", "garden", "2027-03-23 09:01", "door"),
        ("Di", "room", "2027-03-23 09:20", "elsewhere"),
        ("El", "room", "2027-03-23 09:31", "elsewhere"),
    ]


async def test_on_the_next_day_nobody_is_in_who_was_not_read_since(site, ask, house):
    edition, people = house
    site.clock.at = after(days=1)
    assert rows(await ask(".csv")) == []
    await reads(site, edition, people["Cy"], after(days=1))
    assert [one[0] for one in rows(await ask(".csv"))] == ["Cy"]


async def test_a_list_of_the_whole_forum_holds_over_night(site, ask, house):
    edition, people = house
    await site.value(
        "update check_in_list set counts = 'forum' where edition_id = $1 and slug = 'main'",
        edition.id,
    )
    await reads(site, edition, people["El"], after(hours=3))
    site.clock.at = after(days=1, hours=1)
    assert "El" in [one[0] for one in rows(await ask(".csv")) if one[3] == "door"]


async def test_who_looks_is_recorded_and_who_watches_may_not(site, ask, house):
    for path in ("", ".csv"):
        assert (await ask(path, Role.DOOR)).status_code == 403
        assert (await ask(path)).status_code == 200
    told = await site.rows(
        "select action, detail from audit where edition_id = $1 and action like '%building'"
        " order by action",
        house[0].id,
    )
    seen = {"inside": 2, "elsewhere": 2}
    assert told == [("exported who is in the building", seen), ("saw who is in the building", seen)]


def person(number, key):
    return InBuilding(
        reference=str(number),
        family_name=key,
        given_name="",
        organisation=None,
        category="elected",
        sort_key=key,
        gate=None,
        gate_name=None,
        since=after() + timedelta(minutes=number),
    )


def test_a_long_list_is_by_letter_and_a_short_one_whole():
    people = [person(n, key) for n, key in enumerate(["", "42", *["a"] * 20, *["bo"] * 8])]
    assert [(letter, len(some)) for letter, some in by_letter(people)] == [
        ("#", 2), ("A", 20), ("B", 8),
    ]  # fmt: skip
    assert by_letter(people[: GROUPED_FROM - 1]) == [("", people[: GROUPED_FROM - 1])]
    assert by_letter([]) == []
