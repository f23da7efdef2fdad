"""Files that people sent: organisers alone save them, and no browser shows them."""

import uuid

import pytest

from forum.core.context import Role
from forum.questions import rules, service
from forum.questions.models import Upload

PDF = b"%PDF-1.7\n<script>alert(1)</script>%%EOF\n"


@pytest.fixture
async def held(site):
    """An edition, somebody with a file, and the path of the file."""
    edition = await site.edition()
    await site.ask(edition, "card", "file", sensitive=True)
    await site.ask(edition, "note", "text")
    sent = {"card": [Upload(name="Carte « A ».pdf", content=PDF)], "note": "x"}
    async with site.pool.acquire() as db:
        asked = await service.list_questions(db, edition.id)
    answers, _ = rules.read_answers(asked, category="elected", sent=sent)
    await service.keep_files(site.parts.blobs, sent, answers)
    person = await site.register(edition, answers=answers)
    return edition, person, f"/organiser/{edition.slug}/files/{person.id}"


async def test_an_organiser_saves_it(site, client, held):
    edition, _, path = held
    answer = await client.get(f"{path}/card", headers=await site.signed_in(edition))
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.DOOR, Role.PROGRAMME_EDITOR])
async def test_the_others_do_not(site, client, held, role):
    edition, _, path = held
    answer = await client.get(f"{path}/card", headers=await site.signed_in(edition, role))
    assert answer.status_code == 403


async def test_what_is_no_file_is_not_found(site, client, held):
    edition, _, path = held
    headers = await site.signed_in(edition)
    elsewhere = await site.edition()
    foreign = await site.signed_in(elsewhere)
    other = path.replace(edition.slug, elsewhere.slug)
    nobody = f"/organiser/{edition.slug}/files/{uuid.uuid4()}/card"
    got = [
        (await client.get(f"{path}/note", headers=headers)).status_code,
        (await client.get(f"{path}/none", headers=headers)).status_code,
        (await client.get(nobody, headers=headers)).status_code,
        (await client.get(f"{other}/card", headers=foreign)).status_code,
    ]
    assert got == [404, 404, 404, 404]


async def test_a_file_that_is_lost_is_not_found(site, client, held):
    edition, person, path = held
    digest = await site.value(
        "select value->>'digest' from private_answer where registration_id = $1", person.id
    )
    site.parts.blobs.path(digest).unlink()
    answer = await client.get(f"{path}/card", headers=await site.signed_in(edition))
    assert answer.status_code == 404
