"""The page of the programme on paper: choices, pictures, PDF; versions, the draft; odd ones."""

import io
import re

import pikepdf
import pytest
from PIL import Image

from forum.core.context import Role
from schedule import editing, publishing
from schedule.papers import asked
from schedule.papers.orders import Form, Order, Paper
from tests.factories import MORNING, draft


@pytest.fixture
async def team(site, edition):
    return await site.signed_in(edition, Role.PROGRAMME_EDITOR)


@pytest.fixture
def get(client, team, edition):
    async def get(rest="", spoken="fr", **headers):
        path = f"/organiser/{edition.slug}/programme/paper{rest}"
        sent = {**team, "accept-language": spoken, "accept": "text/html", **headers}
        return await client.get(path, headers=sent)

    return get


@pytest.fixture
async def published(site, edition):
    """A version of one session, and a draft of another title."""
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft("Ouverture"), at=MORNING)
        await publishing.publish(
            db, edition, base_url="https://forum.example", at=MORNING, ids=site.ids
        )
        await editing.replace(db, edition, draft("Une autre ouverture"), at=MORNING)


def shown(answer):
    return re.sub(r"[\s\u00a0]+", " ", answer.text)


def text_of(pdf):
    import subprocess  # noqa: PLC0415

    out = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(out.stdout.decode().split())


async def code_of(get, rest):
    return (await get(rest, accept="application/json")).json()["code"]


async def test_the_first_visit_offers_and_draws_nothing(published, get):
    answer = await get()
    assert answer.status_code == 200
    page = shown(answer)
    assert "<h1>Le programme sur papier</h1>" in page
    assert re.findall(r'name="form" value="(\w+)"', page) == [*Form]
    assert "Version 1, la dernière" in page
    assert "/pages/1" not in page


async def test_what_is_chosen_is_shown_page_by_page(published, get, edition):
    page = shown(await get("?form=booklet&language=both"))
    pages = int(re.search(r'id="pages">(\d+) pages<', page)[1])
    assert pages > 6
    assert [*re.findall(r'src="[^"]*/pages/(\d+)\?', page)] == ["1", "2"]
    assert f"/organiser/{edition.slug}/programme/paper.pdf?form=booklet&amp;language=both" in page
    later = shown(await get(f"?form=booklet&language=both&page={pages}"))
    assert re.findall(r'src="[^"]*/pages/(\d+)\?', later)[-1] == str(pages)
    assert "Pages suivantes" not in later


async def test_a_picture_is_a_small_png_of_the_page(published, get):
    answer = await get("/pages/1?form=doors&paper=a3")
    assert answer.headers["content-type"] == "image/png"
    assert len(answer.content) < 30_000
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, max(picture.size), picture.size[1] > picture.size[0]) == (
        "PNG",
        620,
        True,
    )
    again = await get("/pages/1?form=doors&paper=a3", **{"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert (await get("/pages/2?form=doors", accept="application/json")).json()[
        "code"
    ] == "page_not_found"
    assert (await get("/pages/0?form=doors")).status_code == 404


async def test_the_pdf_is_of_the_version_or_of_the_draft_which_says_so(published, get, edition):
    latest = await get(".pdf?form=doors")
    assert latest.headers["content-type"] == "application/pdf"
    name = f"{edition.slug}-doors-v1-fr.pdf"
    assert name in latest.headers["content-disposition"]
    assert (await get(".pdf?form=doors&version=1")).content == latest.content
    text = text_of(latest.content)
    assert "Ouverture" in text
    assert "autre" not in text
    drafted = await get(".pdf?form=doors&version=draft&language=both")
    assert f"{edition.slug}-doors-draft-fr-en.pdf" in drafted.headers["content-disposition"]
    text = text_of(drafted.content)
    assert "BROUILLON · DRAFT" in text
    assert "Une autre ouverture" in text
    with pikepdf.open(io.BytesIO(drafted.content)) as pdf:
        assert "BROUILLON" in str(pdf.docinfo.Title)
    assert (await get(".pdf?form=doors&version=draft&language=both")).content == drafted.content


async def test_without_a_version_the_draft_is_what_there_is(site, edition, get):
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft("Ouverture"), at=MORNING)
    page = shown(await get())
    assert re.findall(r'<option value="([^"]*)"', page)[0] == "draft"
    assert (await get(".pdf?form=grid", accept="application/json")).json()[
        "code"
    ] == "version_not_found"
    assert (await get(".pdf?form=grid&version=draft")).status_code == 200


async def test_what_is_wrong_is_named_beside_its_field(published, get):
    answer = await get("?form=booklet&paper=a3&day=2001-01-01&room=nowhere", spoken="en")
    assert answer.status_code == 422
    page = shown(answer)
    for said in (
        "This form is printed on A4.",
        "The programme has no session on this day.",
        "The programme has no such room.",
    ):
        assert page.count(said) == 2
    answer = await get("?form=novel&language=eo&version=-1&day=tomorrow&paper=letter")
    assert answer.status_code == 422
    refused = await get(".pdf?form=novel", accept="application/json")
    assert (refused.status_code, [*refused.json()["fields"]]) == (422, ["form"])
    assert (await get("?form=grid&version=99")).status_code == 404


async def test_nothing_to_print_is_said_on_the_page(published, get):
    answer = await get("?form=signs")
    assert answer.status_code == 200
    assert "Il n’y a rien à imprimer" in shown(answer)
    assert (await get(".pdf?form=signs", accept="application/json")).json()[
        "code"
    ] == "nothing_to_print"


def test_an_address_is_read_as_it_is_written():
    sent = {
        "form": ["doors"],
        "language": ["both"],
        "version": ["7"],
        "day": ["2027-03-23", "2027-03-22", "2027-03-23"],
        "room": ["b", "a"],
    }
    found = asked.read(sent, ["en", "fr"])
    assert found.number == 7
    assert found.order.languages == ("en", "fr")
    assert found.order.paper is Paper.A4
    assert [day.day for day in found.order.days] == [23, 22]
    address = dict.fromkeys(asked.address(found).split("&"))
    assert [*address] == [
        "form=doors",
        "language=both",
        "paper=a4",
        "version=7",
        "day=2027-03-23",
        "day=2027-03-22",
        "room=b",
        "room=a",
    ]
    assert asked.read({}, ["fr", "en"]).order == Order()
    assert asked.read({"form": ["grid"]}, ["fr"]).order.paper is Paper.A3
