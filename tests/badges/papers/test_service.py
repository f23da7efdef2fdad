"""What stands on papers of presence, as the doors and registrations have it."""

import re
import subprocess
from datetime import timedelta

import pytest

from badges.models import Direction
from badges.papers import service
from badges.papers.asking import EACH, Breaks, ListAsked, SignInAsked
from badges.papers.service import NobodyListed
from forum.core.context import Role
from tests.factories import DURING

NAMES = ["Zola", "Émile", "Dupont & <Fils", "Œuvrard", "Estève"]
SORTED = ["Dupont & <Fils", "Émile", "Estève", "Œuvrard", "Zola"]
LATER = DURING + timedelta(hours=8)


@pytest.fixture
async def people(site, edition):
    """Five who are confirmed: Zola came and went, one of another edition is on no paper."""
    found = [await site.register(edition, family_name=name) for name in NAMES]
    other = await site.edition()
    await site.register(other, family_name="Ailleurs")
    await site.was_there(edition, found[0], DURING, (LATER, Direction.OUT))
    return found


@pytest.fixture
def sign_in(site, edition):
    async def sign_in(**asked):
        async with site.pool.acquire() as db:
            return await service.sign_in(
                db, edition, SignInAsked(**{"language": "fr", **asked}), at=LATER
            )

    return sign_in


def names(rows):
    return [one.person.family_name for one in rows]


def rows_read(pdf):
    """Return the rows of a table as pdftotext reads them: number and name."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    lines = [" ".join(line.split()) for line in done.stdout.decode().splitlines()]
    return [line for line in lines if re.match(r"\d( \D|$)", line) and "personne" not in line]


async def test_a_sheet_for_each_day_lists_people_the_french_way(people, sign_in):
    paper = await sign_in(blank=3)
    assert [one.heading for one in paper.sheets] == [
        "mardi 23 mars 2027",
        "mercredi 24 mars 2027",
    ]
    for sheet in paper.sheets:
        assert names(sheet.rows) == SORTED
        assert [one.label for one in sheet.boxes] == ["Matin", "Après-midi"]
        assert sheet.blank == 3


async def test_one_half_day_has_one_box(people, sign_in):
    [sheet] = (await sign_in(half="2027-03-24_morning")).sheets
    assert [one.label for one in sheet.boxes] == ["Matin"]


async def test_a_filled_sheet_tells_what_the_doors_read(people, sign_in):
    [sheet] = (await sign_in(half="2027-03-23", filled=True)).sheets
    read = [[text.replace("\u00a0", " ") for text in one.filled] for one in sheet.rows]
    assert read == [["—", "—"]] * 4 + [
        ["entrée 10 h · sortie non lue", "entrée avant · sortie 18 h"]
    ]
    assert (sheet.present, sheet.blank) == ([1, 1], 0)


async def test_nobody_is_no_document_without_blank_rows(site, edition, sign_in):
    with pytest.raises(NobodyListed):
        await sign_in(blank=0)
    assert len((await sign_in(blank=1)).sheets) == 2
    with pytest.raises(NobodyListed):
        await sign_in(category=EACH)


async def test_the_pdf_has_every_row_in_order_and_is_known_again(site, client, edition, people):
    team = await site.signed_in(edition)
    path = f"/organiser/{edition.slug}/papers/sign-in.pdf"
    answer = await client.get(path, params={"half": "2027-03-23", "blank": "2"}, headers=team)
    assert answer.headers["content-type"] == "application/pdf"
    rows = rows_read(answer.content)
    assert [row.partition(" ")[0] for row in rows] == [*"1234567"]
    assert all(
        f"{n} {name}" in row
        for n, (name, row) in enumerate(zip(SORTED, rows, strict=False), start=1)
    )
    async with site.pool.acquire() as db:
        [kept] = await service.sheets_kept(db, edition)
        typed = kept.reference.lower().replace("-", " ")
        assert await service.sheets_kept(db, edition, typed) == [kept]
    assert kept.people == len(people)


@pytest.mark.parametrize("count", [1, 2, 3, 6])
async def test_queues_of_the_desk_share_whole_letters(site, edition, people, count):
    asked = ListAsked(language="fr", queues=count, breaks=Breaks.LINE)
    async with site.pool.acquire() as db:
        found = await service.desk_list(db, edition, asked, at=LATER)
    assert [one.family_name for queue in found.queues for one in queue.people] == SORTED
    assert len(found.queues) == min(count, 4)  # D, E, O, Z
    letters = [{one.letter for one in queue.people} for queue in found.queues]
    assert sum(map(len, letters)) == 4
    assert found.lines == ["5 personnes attendues · 0 badge imprimé"]


async def test_who_left_is_not_in_the_building(site, edition, people):
    await site.was_there(edition, people[1], DURING)
    site.clock.at = LATER + timedelta(minutes=1)
    found = await site.do(service.present_list, edition, language="fr", actor="organiser:x")
    assert [one.family_name for one in found.queues[0].people] == ["Émile"]
    assert found.lines[1] == "1 personne dans les locaux"


@pytest.mark.parametrize(
    ("role", "wanted"),
    [(Role.ORGANISER, 200), (Role.RECEPTION, 200), (Role.PROGRAMME_EDITOR, 403), (None, 403)],
)
async def test_the_team_alone_prints_them(site, client, edition, people, role, wanted):
    where = edition if role else await site.edition()
    team = await site.signed_in(where, role or Role.ORGANISER)
    for path in ("papers/sign-in.pdf?filled=yes", "papers/attendees.pdf", "doors/present.pdf"):
        answer = await client.get(f"/organiser/{edition.slug}/{path}", headers=team)
        assert answer.status_code == wanted, path
