"""Print runs begun over HTTP: of all, of those ticked, of those whom the table's filter shows."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from forum.core.context import Role
from tests.factories import SAME_ORIGIN, Memory


@pytest.fixture
async def hall(lone_site):
    return await lone_site.edition()


@pytest.fixture
async def team(lone_site, hall):
    headers = await lone_site.signed_in(hall, Role.RECEPTION, address="anne@example.org")
    async with lone_site.client(
        headers={**SAME_ORIGIN, **headers, "accept-language": "en"}
    ) as client:
        yield client


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_the_page_counts_starts_once_and_leads_to_the_run(lone_site, hall, team):
    for n in range(5):
        await lone_site.register(hall, category="press" if n else "agent")
    here = f"/organiser/{hall.slug}/badges"
    page = (await team.get(f"{here}?category=press")).text
    assert "4 badges" in page
    assert "one sheet" in page
    key = page.partition('name="once" value="')[2].partition('"')[0]
    form = {"once": key, "category": "press"}
    sent = [await team.post(here, data=form) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert await lone_site.value("select count(*) from print_run") == 1
    run = (await team.get(sent[0].headers["location"])).text
    assert 'data-live="#progress' in run
    assert "0 of 4 badges drawn" in run
    await lone_site.worker(Memory()).prints.draw_due()
    run = (await team.get(sent[0].headers["location"])).text
    assert "data-live" not in run
    assert "4 of 4 badges drawn" in run
    file = await team.get(f"{sent[0].headers['location']}/badges.pdf")
    assert file.content.startswith(b"%PDF-")
    over = "update print_run set file_until = $1"
    await lone_site.value(over, lone_site.clock.at)
    assert (await team.get(f"{sent[0].headers['location']}/badges.pdf")).status_code == 410
    assert "anne@example.org" in (await team.get(here)).text


async def test_the_page_names_what_is_wrong_and_keeps_what_was_chosen(lone_site, hall, team):
    await lone_site.register(hall)
    here = f"/organiser/{hall.slug}/badges"
    wrong = await team.post(here, data={"reference": "AAAA-AAAA", "sort": "category"})
    assert wrong.status_code == 422
    assert "No confirmed registration is called AAAA-AAAA" in wrong.text
    assert '<option value="category" selected>' in wrong.text
    nobody = await team.post(here, data={"category": "press"})
    assert nobody.status_code == 409
    old = await team.get(f"/organiser/{hall.slug}/badges.pdf")
    assert (old.status_code, old.headers["location"]) == (302, here)


@pytest.fixture
async def crowd(lone_site, hall):
    """Press: two confirmed, one who waits, one cancelled; and an agent. By their given names."""
    people = {
        name: await lone_site.register(
            hall, given_name=name, category=category, organisation="Le Télégramme"
        )
        for name, category in (
            ("Zoé", "press"), ("Ana", "press"), ("Wim", "press"), ("Cid", "press"),
            ("Ota", "agent"),
        )
    }  # fmt: skip
    await lone_site.cancel(hall, people["Cid"])
    await lone_site.value(
        "update registration set status = 'waiting', turn = 1 where id = $1", people["Wim"].id
    )
    await lone_site.value(
        "update ticket set revoked_at = $2 where registration_id = $1",
        people["Wim"].id,
        lone_site.clock.at,
    )
    return people


async def whose(site, run_path):
    """Return the given names of those on a run."""
    rows = await site.rows(
        "select r.given_name from print_run p join registration r on r.id = any(p.registrations)"
        " where p.id = $1::uuid order by 1",
        run_path.rpartition("/")[2],
    )
    return [name for (name,) in rows]


async def test_the_table_leads_to_the_badges_of_all_whom_its_filter_shows(
    lone_site, hall, team, crowd
):
    table = f"/organiser/{hall.slug}/registrations"
    page = (await team.get(f"{table}?category=press&sort=-date&column=email")).text
    [link] = re.findall(r'<a class="btn" href="([^"]+)">Print the badges of the 4 found</a>', page)
    assert link == f"/organiser/{hall.slug}/badges?filter=category%3Dpress"
    form = await team.get(link)
    said = words_of(form.text)
    assert "2 people found have a badge · Press" in said
    assert "2 of those found have no badge (On the waiting list: 1, Cancelled: 1)" in said
    assert "2 badges · one sheet" in said
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text))
    done = await team.post(f"/organiser/{hall.slug}/badges", data=fields)
    run = done.headers["location"]
    assert await whose(lone_site, run) == ["Ana", "Zoé"]
    assert await lone_site.worker(Memory()).prints.draw_due()
    told = (await team.get(run)).text
    assert "found by a filter of the table" in told
    assert "2 of those found have no badge (On the waiting list: 1, Cancelled: 1)" in words_of(told)
    assert f'href="{table}?category=press"' in told
    assert re.findall(r"href=\"([^\"]+)\">Print these again", told) == [link]
    assert "found by a filter" in (await team.get(f"/organiser/{hall.slug}/badges")).text


async def test_other_choices_narrow_the_filter(lone_site, hall, team, crowd):
    filter_ = urlencode({"filter": "q=telegramme"})
    here = f"/organiser/{hall.slug}/badges"
    narrowed = words_of((await team.get(f"{here}?{filter_}&category=agent")).text)
    assert "3 people found have a badge · “telegramme”" in narrowed
    assert "Print this badge" in narrowed
    form = {"filter": "q=telegramme", "category": "press", "reference": crowd["Zoé"].reference}
    done = await team.post(here, data=form)
    assert await whose(lone_site, done.headers["location"]) == ["Zoé"]


async def test_the_form_around_the_table_means_those_ticked_or_all_found(hall, team, crowd):
    here = f"/organiser/{hall.slug}/badges"

    async def led(**sent):
        answer = await team.get(here, params=sent)
        assert answer.status_code == 303
        place = urlsplit(answer.headers["location"])
        assert place.path == here
        return parse_qs(place.query)

    ticked = [crowd["Zoé"].reference, crowd["Ana"].reference]
    query = "?category=press&sort=-date"
    assert await led(query=query, reference=ticked, deed="approve") == {
        "reference": [" ".join(ticked)]
    }
    found = {"filter": ["category=press"]}
    assert await led(query=query, reference=ticked, all="on") == found
    assert await led(query=query) == found
    assert await led(query="") == {}


@pytest.mark.parametrize(
    ("filter_", "named"),
    [
        ("status=confirmed,gone", "status"),
        ("printed=perhaps", "printed"),
        ("day=2027-01-01", "day"),
        ("since=yesterday", "since"),
        ("group=7", "group"),
        ("language=xx", "language"),
        ("colour=red", "colour"),
    ],
)
async def test_what_the_table_does_not_filter_by_prints_nobody(
    lone_site, hall, team, crowd, filter_, named
):
    here = f"/organiser/{hall.slug}/badges"
    message = f"The table has no filter “{named}” of this value: print from the table."
    page = await team.get(here, params={"filter": filter_})
    assert message in page.text
    assert "Print these" not in page.text
    refused = await team.post(here, data={"filter": filter_})
    assert refused.status_code == 422
    assert message in refused.text
    name, _, value = filter_.partition("=")
    path = f"/api/editions/{hall.slug}/badges"
    program = await team.post(path, json={"filter": {name: value}, "sort": "age"})
    assert program.status_code == 422
    assert program.json()["fields"].keys() == {"filter", "sort"}
    assert program.json()["fields"]["filter"] == message
    assert await lone_site.value("select count(*) from print_run") == 0


async def test_a_program_prints_whom_its_filter_finds(lone_site, hall, team, crowd):
    path = f"/api/editions/{hall.slug}/badges"
    body = {"filter": {"category": "press", "status": ["confirmed", "cancelled"]}}
    answer = await team.post(path, json=body)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert (job["total"], job["without_badge"]) == (2, {"cancelled": 1})
    assert job["filter"] == "status=confirmed&status=cancelled&category=press"
    assert await whose(lone_site, answer.headers["location"]) == ["Ana", "Zoé"]
    nobody = await team.post(path, json={"filter": {"q": "nobody"}})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody_to_print")
    everybody = (await team.post(path, json={"filter": {}})).json()
    assert (everybody["total"], everybody["filter"], everybody["without_badge"]) == (3, None, {})
    for wrong in ("q=zoe", ["q"], {"q": 7}):
        refused = await team.post(path, json={"filter": wrong})
        assert refused.status_code == 422
        assert refused.json()["fields"].keys() == {"filter"}


async def test_a_printer_that_is_gone_is_named(lone_site, hall, team, crowd):
    here = f"/organiser/{hall.slug}/badges"
    headers = await lone_site.signed_in(hall)
    async with lone_site.client(headers={**SAME_ORIGIN, **headers}) as client:
        made = await client.post(
            f"{here}/printers/new",
            data={"kind": "sheets", "name": "Office", "offset_x_mm": "1.5", "offset_y_mm": "0"},
        )
        assert "<option>Office</option>" in (await team.get(here)).text
        run = (await team.post(here, data={"printer": "Office"})).headers["location"]
        told = words_of((await team.get(run)).text)
        assert "Printer Office" in told
        assert "1.5 mm to the right, 0 mm down" in told
        await client.post(made.headers["location"].partition("?")[0] + "/delete")
    message = "No printer of sheets is called Office: it may have been removed. Choose another one."
    again = (await team.get(f"{here}?printer=Office&filter=colour%3Dred")).text
    assert message in again
    assert "The table has no filter “colour” of this value" in again
    assert "Print these" not in again
    refused = await team.post(here, data={"printer": "Office"})
    assert (refused.status_code, message in refused.text) == (422, True)
    program = await team.post(f"/api/editions/{hall.slug}/badges", json={"printer": "Office"})
    assert program.json()["fields"] == {"printer": message}
    assert await lone_site.value("select count(*) from print_run") == 1
