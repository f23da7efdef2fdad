"""What stands on papers of presence, as the doors and registrations have it."""

import re
import subprocess
from datetime import timedelta
from io import BytesIO

import page
import pikepdf
import pytest
from msgspec.structs import replace

from badges.models import Direction
from badges.papers import service
from badges.papers.asking import EACH, Breaks, ListAsked, SignInAsked, Who
from badges.papers.service import NobodyListed
from forum.core.context import Role
from tests.badges.rooms import OUT, after, reads, takes_seat, with_rooms
from tests.factories import DURING, FIRST_DAY, draft, pdf_text

NAMES = ["Zola", "Émile", "Dupont & <Fils", "Œuvrard", "Estève"]
SORTED = ["Dupont & <Fils", "Émile", "Estève", "Œuvrard", "Zola"]
BOX = re.compile(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re S")
SECOND_DAY = FIRST_DAY + timedelta(days=1)
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


# Sheets of a session


@pytest.fixture
async def workshop(site):
    """A workshop with sign-up, where Ada and Œuvrard hold seats, and a plenary without.

    Zola is registered without a seat; Noël comes on the second day alone.
    """
    made = draft("Atelier", "Plénière", capacity=20, sign_up=True)
    first, second = made.sessions
    made = replace(made, sessions=[first, replace(second, sign_up=False)])
    edition, programme = await with_rooms(site, made)
    people = {
        name: await site.register(edition, family_name=name, category=category, days=days)
        for name, category, days in (
            ("Zola", "press", []),
            ("Œuvrard", "elected", []),
            ("Noël", "elected", [SECOND_DAY]),
            ("Ada", "press", []),
        )
    }
    for name in ("Œuvrard", "Ada"):
        await takes_seat(site, edition, people[name], programme.sessions[0])
    return edition, programme, people


async def sheets_of(site, edition, number, **asked):
    async with site.pool.acquire() as db:
        asked = SignInAsked(**{"language": "fr", "session": number, "blank": 2, **asked})
        paper = await service.sign_in(db, edition, asked, at=LATER)
    return paper.sheets


@pytest.mark.parametrize(
    ("number", "asked", "listed"),
    [
        (1, {}, [["Ada", "Œuvrard"]]),
        (1, {"who": Who.ALL}, [["Ada", "Œuvrard", "Zola"]]),
        (1, {"category": EACH}, [["Œuvrard"], ["Ada"]]),
        (1, {"category": "press"}, [["Ada"]]),
        (2, {}, [["Ada", "Œuvrard", "Zola"]]),
        (2, {"category": "elected"}, [["Œuvrard"]]),
    ],
    ids=["seats", "all", "each category", "one category", "no sign-up", "no sign-up, one category"],
)
async def test_a_session_lists_seats_or_who_comes_that_day(site, workshop, number, asked, listed):
    found = await sheets_of(site, workshop[0], number, **asked)
    assert [names(one.rows) for one in found] == listed
    for sheet in found:
        assert [one.label for one in sheet.boxes] == ["Signature"]
        assert all(one.filled == [""] for one in sheet.rows)
        assert sheet.blank == 2
        title = "Atelier" if number == 1 else "Plénière"
        assert ("Séance", title) in sheet.facts
        assert ("Salle", "Salle Garonne") in sheet.facts


async def test_who_gave_their_seat_back_or_waits_is_not_listed(site):
    edition, programme = await with_rooms(site, draft("Atelier", capacity=1, sign_up=True))
    session = programme.sessions[0]
    holds, waits = [await site.register(edition, family_name=name) for name in ("Un", "Deux")]
    for one in (holds, waits):
        await takes_seat(site, edition, one, session)
    assert [names(one.rows) for one in await sheets_of(site, edition, 1)] == [["Un"]]
    await site.cancel(edition, holds)
    assert [names(one.rows) for one in await sheets_of(site, edition, 1)] == [["Deux"]]


async def test_a_filled_sheet_of_a_session_has_who_came_without_a_seat_too(site, workshop):
    edition, _, people = workshop
    await reads(
        site, edition, people["Zola"], after(minutes=1), (after(minutes=20), OUT), gate="room"
    )
    await reads(site, edition, people["Ada"], after(minutes=2), gate="room")
    [sheet] = await sheets_of(site, edition, 1, filled=True)
    read = [(one.person.family_name, one.filled[0].replace("\u00a0", " ")) for one in sheet.rows]
    assert read == [
        ("Ada", "entrée 9 h 02 · sortie non lue"),
        ("Œuvrard", "—"),
        ("Zola", "entrée 9 h 01 · sortie 9 h 20"),
    ]
    assert (sheet.present, sheet.blank) == ([2], 0)


async def test_the_sheet_of_a_session_is_seen_and_taken_with_a_box_to_sign_for_each(
    site, client, workshop, tmp_path
):
    edition, _, _ = workshop
    team = await site.signed_in(edition)
    asked = {"session": "1", "who": "seated", "blank": "3", "language": "fr"}
    page_ = await client.get(f"/organiser/{edition.slug}/papers", headers=team)
    assert 'name="session"' in page_.text
    seen = await client.get(f"/organiser/{edition.slug}/papers/sign-in", params=asked, headers=team)
    assert (seen.status_code, "data:image/png;base64," in seen.text) == (200, True)
    answer = await client.get(
        f"/organiser/{edition.slug}/papers/sign-in.pdf", params=asked, headers=team
    )
    assert rows_read(answer.content) == ["1 Ada Zoé", "2 Œuvrard Zoé", "3", "4", "5"]
    assert boxes_to_sign(answer.content) == 5
    told = pdf_text(answer.content)
    for text in (
        "Feuille d’émargement mardi 23 mars 2027, de 9 h à 9 h 30",
        "Séance : Atelier",
        "Salle : Salle Garonne",
        "2 personnes sur la liste",
    ):
        assert text in told
    path = tmp_path / "sheet.pdf"
    path.write_bytes(answer.content)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []
    refused = await client.get(
        f"/organiser/{edition.slug}/papers/sign-in", params={"session": "99"}, headers=team
    )
    assert refused.status_code == 422


def boxes_to_sign(pdf):
    """Count the empty boxes at the right end of rows, their head left out."""
    with pikepdf.open(BytesIO(pdf)) as document:
        drawn = b"".join(one.Contents.read_bytes() for one in document.pages).decode("latin-1")
    boxes = [tuple(map(float, one)) for one in BOX.findall(drawn)]
    right = max(x + wide for x, _, wide, _ in boxes)
    rows = [one for one in boxes if abs(one[0] + one[2] - right) < 0.1 and one[2] < 300]
    return len(rows) - 1
