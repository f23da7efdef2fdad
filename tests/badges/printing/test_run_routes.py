"""Print runs over HTTP for programs: started once, watched, taken, cancelled; badges at a desk."""

import asyncio
from datetime import timedelta

import pytest

from forum.core.context import Role
from tests.badges.printing.deeds import asked, codes, corrected, logged
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


async def test_a_program_starts_watches_takes_and_deletes(lone_site, hall, team, tmp_path):
    guests = [await lone_site.register(hall, category="press") for _ in range(2)]
    await lone_site.register(hall, category="agent")
    path = f"/api/editions/{hall.slug}/badges"
    key = {"idempotency-key": "print-1"}
    body = {"categories": ["press"], "letters": "A-Z", "sort": "organisation"}
    answers = [await team.post(path, json=body, headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    job = answers[0].json()
    assert answers[1].json() == job
    assert answers[0].headers["location"] == f"{path}/{job['id']}"
    assert (job["state"], job["done"], job["total"], job["file"]) == ("waiting", 0, 2, None)
    early = await team.get(f"{path}/{job['id']}/file")
    assert (early.status_code, early.json()["code"]) == (409, "not_drawn_yet")
    assert await lone_site.worker(Memory()).prints.draw_due()
    done = (await team.get(f"{path}/{job['id']}")).json()
    assert (done["state"], done["done"], done["pages"]) == ("done", 2, 1)
    taken = await team.get(done["file"])
    asked_for = await team.get(f"{path}/{job['id']}", headers={"accept": "application/pdf"})
    assert taken.content == asked_for.content
    assert taken.headers["content-type"] == "application/pdf"
    assert int(taken.headers["content-length"]) == done["file_bytes"] == len(taken.content)
    (tmp_path / "badges.pdf").write_bytes(taken.content)
    assert {*codes(tmp_path / "badges.pdf", tmp_path)} == {one.token for one in guests}
    assert [one["id"] for one in (await team.get(path)).json()["items"]] == [job["id"]]
    deleted = await team.delete(f"{path}/{job['id']}")
    assert (deleted.status_code, deleted.json()["state"]) == (200, "done")
    gone = await team.get(f"{path}/{job['id']}/file")
    assert (gone.status_code, gone.json()["code"]) == (410, "file_gone")


async def test_a_program_is_told_every_mistake_and_cancels(lone_site, hall, team):
    await lone_site.register(hall)
    path = f"/api/editions/{hall.slug}/badges"
    wrong = await team.post(path, json={"sheet": "a9", "sort": "age", "colour": "red"})
    assert (wrong.status_code, sorted(wrong.json()["fields"])) == (422, ["colour", "sheet", "sort"])
    nobody = await team.post(path, json={"categories": ["press"]})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody_to_print")
    job = (await team.post(path, json={})).json()
    cancelled = (await team.delete(f"{path}/{job['id']}")).json()
    assert cancelled["state"] == "cancelled"
    assert (await team.delete(f"{path}/{job['id']}")).json() == cancelled
    assert await lone_site.worker(Memory()).prints.draw_due() is False
    other = await lone_site.edition()
    strange = await asked(lone_site, hall)
    foreign = await lone_site.signed_in(other, Role.ORGANISER)
    async with lone_site.client(headers={**SAME_ORIGIN, **foreign}) as client:
        answer = await client.get(f"/api/editions/{other.slug}/badges/{strange.id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "run_not_found")
    assert (await team.get(f"{path}/nothing")).status_code == 404


async def test_a_badge_at_a_desk_is_drawn_by_the_process_kept_for_it_and_logged(
    lone_site, hall, team, tmp_path
):
    person = await lone_site.register(hall)
    path = f"/organiser/{hall.slug}/registrations/{person.reference}"
    drawn = await asyncio.gather(*(team.get(f"{path}/badge.pdf") for _ in range(3)))
    assert {one.status_code for one in drawn} == {200}
    (tmp_path / "badge.pdf").write_bytes(drawn[0].content)
    assert codes(tmp_path / "badge.pdf", tmp_path) == [person.token]
    assert len(await logged(lone_site, hall)) == 3
    page = (await team.get(path)).text
    assert page.count("anne@example.org · layout a6, revision 0 of the ticket") == 3
    assert "print it again" not in page
    await corrected(lone_site, hall, person, family_name="Martin")
    assert (
        "Printed before something on the badge changed: print it again."
        in (await team.get(path)).text
    )
    await lone_site.parts.desk_drawer.end()  # as if it had died: another takes its place
    lone_site.clock.at += timedelta(minutes=1)
    again = await team.get(f"{path}/badge.pdf")
    assert again.content.startswith(b"%PDF-")
    assert "print it again" not in (await team.get(path)).text
