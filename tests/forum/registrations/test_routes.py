"""Registering over HTTP: the page and the API, what they refuse, what they never tell."""

import re

import pypdfium2
import pytest
import zxingcpp

from forum.core.i18n import words
from forum.editions.models import NewCategory
from tests.factories import SAME_ORIGIN, Memory, answers, decoded

ACCEPTED = {
    "status": "accepted",
    "detail": "Look at your e-mail: it says what became of this.",
}


@pytest.fixture
def post(client, edition):
    """Register through the API."""

    async def post(**given):
        return await client.post(f"/api/editions/{edition.slug}/registrations", json=given)

    return post


@pytest.fixture
def send(client, edition):
    """Send the page's form."""

    async def send(**given):
        path = f"/{edition.slug}/register"
        return await client.post(path, data=given, headers=SAME_ORIGIN)

    return send


def bearer(person):
    return {"authorization": f"Bearer {person.key}"}


async def test_the_api_accepts(post):
    answer = await post(**answers())
    assert (answer.status_code, answer.json()) == (202, ACCEPTED)
    assert answer.headers["cache-control"] == "private, no-store"


async def test_who_is_registered_is_never_told(site, client, edition, post):
    person = answers()
    new = await post(**person)
    known = await post(**person)
    await site.value("update edition set places = 1 where id = $1", edition.id)
    known_when_full, waiting = await post(**person), await post(**answers())
    await site.value(
        "update registration set status = 'cancelled' where edition_id = $1"
        " and status = 'confirmed'",
        edition.id,
    )
    got = [new, known, known_when_full, waiting]
    ignored = {"date"}
    shapes = {
        (one.status_code, one.content, tuple(h for h in one.headers.items() if h[0] not in ignored))
        for one in got
    }
    assert len(shapes) == 1


async def test_the_page_tells_it_neither(send):
    person = answers()
    first, again = await send(**person), await send(**person)
    assert (first.status_code, first.headers["location"], first.content) == (
        again.status_code,
        again.headers["location"],
        again.content,
    )


async def test_every_mistake_is_told_at_once(post):
    answer = await post(given_name=" ", family_name="x" * 10_000, email="no", category="king", x=1)
    assert (answer.status_code, answer.json()["code"], answer.json()["fields"]) == (
        422,
        "invalid",
        {
            "given_name": "This answer is needed.",
            "family_name": "This answer is too long: shorten it.",
            "email": "Give an address such as name@example.org.",
            "category": "Choose one of the categories offered.",
            "x": "This field does not exist here.",
        },
    )


@pytest.mark.parametrize(
    "given",
    [{"status": "confirmed"}, {"edition_id": 1}, {"id": "x"}, {"turn": 1}, {"reference": "AAAA"}],
)
async def test_nobody_assigns_what_is_not_asked(site, edition, post, given):
    answer = await post(**answers(**given))
    assert answer.json()["fields"] == {next(iter(given)): "This field does not exist here."}
    assert (
        await site.value("select count(*) from registration where edition_id = $1", edition.id) == 0
    )


async def test_closed_is_said(site, edition, post, send):
    await site.value("update edition set state = 'closed' where id = $1", edition.id)
    api, page = await post(**answers()), await send(**answers())
    assert (api.status_code, api.json()["code"]) == (409, "registration_closed")
    assert page.status_code == 409


async def test_a_draft_is_nobodys_to_see(site, client):
    edition = await site.edition(state="draft")
    paths = (f"/{edition.slug}/", f"/{edition.slug}/register", f"/api/editions/{edition.slug}")
    assert [(await client.get(path)).status_code for path in paths] == [404] * 3


async def test_the_page_keeps_what_was_typed_and_marks_every_mistake(send):
    answer = await send(**answers(given_name="Zoé <b>", email="no", family_name=""))
    assert answer.status_code == 422
    assert 'value="Zoé &lt;b&gt;"' in answer.text
    assert words("fr").gettext("Give an address such as name@example.org.") in answer.text
    assert answer.text.count('aria-invalid="true"') == 2


async def test_the_summary_follows_the_form(post, send):
    wrong = answers(given_name="", family_name="", email="", category="", language="xx")
    order = ["given_name", "family_name", "email", "category", "language"]
    assert list((await post(**wrong)).json()["fields"]) == order
    summary = (await send(**wrong)).text.partition('id="mistakes"')[2].partition("</ul>")[0]
    assert re.findall(r'href="#([^"]+)', summary) == [
        "given_name", "family_name", "email", "category-1", "language-1",
    ]  # fmt: skip


async def test_the_registered_page_says_the_same_to_all(client, edition):
    answer = await client.get(f"/{edition.slug}/registered")
    assert answer.status_code == 200
    assert "@" not in re.sub(r"<[^>]+>", "", answer.text)


async def test_the_owner_sees_their_registration(site, client, edition):
    person = await site.register(
        edition, given_name="Ada", family_name="Ferrand", email="ada@example.org"
    )
    answer = await client.get("/api/me/registration", headers=bearer(person))
    assert answer.json() == {
        "reference": person.reference,
        "given_name": "Ada",
        "family_name": "Ferrand",
        "email": "ada@example.org",
        "organisation": None,
        "organisation_code": None,
        "job_title": None,
        "category": "elected",
        "category_name": {"fr": "Élu", "en": "Elected official"},
        "language": "fr",
        "status": "confirmed",
        "place_in_line": None,
        "days": ["2027-03-23", "2027-03-24"],
        "offer_until": None,
        "revision": 1,
    }


async def test_the_owner_cancels_and_the_next_is_promoted(site, client):
    edition = await site.edition(places=1)
    first, second = await site.register(edition), await site.register(edition)
    answer = await client.delete("/api/me/registration", headers=bearer(first))
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert (await site.registered(edition, second.id)).status == "confirmed"


@pytest.mark.parametrize("ending", ["png", "svg"])
async def test_the_ticket_is_a_picture_of_the_token(site, client, edition, ending):
    person = await site.register(edition)
    answer = await client.get(f"/api/me/ticket.{ending}", headers=bearer(person))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    if ending == "png":
        assert decoded(answer.content) == person.token
    else:
        assert answer.text.startswith("<svg")


async def test_the_ticket_is_a_page_to_print(site, client, edition):
    person = await site.register(edition, given_name="Zoé", language="en")
    for path, headers in (
        ("/api/me/ticket.pdf", bearer(person)),
        (f"/me/{person.key}/ticket.pdf", {}),
    ):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.headers["cache-control"] == "private, no-store"
        name = f"{edition.slug}-{person.reference}.pdf"
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        page = pypdfium2.PdfDocument(answer.content)[0]
        assert zxingcpp.read_barcode(page.render(scale=2).to_pil()).text == person.token
        assert "Elected official" in page.get_textpage().get_text_range()


async def test_who_waits_or_cancelled_has_no_ticket(site, client):
    edition = await site.edition(places=1)
    first, second = await site.register(edition), await site.register(edition)
    await client.delete("/api/me/registration", headers=bearer(first))
    await site.cancel(edition, second)
    for person in (first, second):
        answer = await client.get("/api/me/ticket.png", headers=bearer(person))
        assert answer.status_code == 404


async def test_looking_at_the_link_to_cancel_cancels_nothing(site, client, edition):
    person = await site.register(edition)
    assert (await client.get(f"/me/{person.key}/cancel")).status_code == 200
    assert (await site.registered(edition, person.id)).status == "confirmed"


async def test_who_waits_is_asked_about_a_turn_and_who_comes_about_a_place(site, client):
    edition = await site.edition(places=1)
    asked = {}
    for person in (await site.register(edition), await site.register(edition)):
        mine = (await client.get(f"/me/{person.key}?lang=en")).text
        page = (await client.get(f"/me/{person.key}/cancel?lang=en")).text
        offered = re.findall(r'/cancel">([^<]*)</a>', mine)
        asked[person.status] = (*offered, *re.findall(r"(?:<h1>|class=\"btn [^>]*>)([^<]*)<", page))
        assert ("your ticket" in page) is (person.status == "confirmed")
    assert asked == {
        "confirmed": ("Cancel my registration", "Cancel my registration", "Give up my place",
                      "Keep my place"),
        "waiting": ("Leave the waiting list", "Leave the waiting list", "Give up my turn",
                    "Keep my turn"),
    }  # fmt: skip


async def test_the_button_cancels(site, client, edition):
    person = await site.register(edition)
    answer = await client.post(f"/me/{person.key}/cancel", headers=SAME_ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/me/{person.key}")
    assert (await site.registered(edition, person.id)).status == "cancelled"


async def test_a_link_changed_by_one_letter_opens_nothing(site, client, edition):
    person = await site.register(edition)
    key = person.key[:-2] + ("AA" if person.key[-2:] != "AA" else "BB")
    assert (await client.get(f"/me/{key}")).status_code == 404
    assert (await client.post(f"/me/{key}/cancel", headers=SAME_ORIGIN)).status_code == 404


async def test_the_rate_is_limited_by_address_where_it_is_on(pool, settings):
    import msgspec  # noqa: PLC0415

    from forum.core.limits import Limits  # noqa: PLC0415
    from tests.factories import opened  # noqa: PLC0415

    limited = msgspec.structs.replace(settings, rate_limit=True)
    async with opened(pool, limited) as site:
        site.app.app.app.state.limits = Limits(clock=lambda: 7.0)
        edition = await site.edition()
        async with site.client() as client:
            path = f"/api/editions/{edition.slug}/registrations"
            got = [await client.post(path, json=answers()) for _ in range(31)]
    assert [one.status_code for one in got] == [202] * 30 + [429]
    assert got[-1].headers["retry-after"] == "60"
    assert got[-1].json()["code"] == "too_many_requests"


# Strange names, followed wherever they go

STRANGE = 'Dupont & <Fils> "d\'Oc" {{7*7}} =1+1'


async def test_a_strange_name_is_only_a_name(lone_site):
    site = lone_site
    edition = await site.edition(
        title={"fr": "<script>alert(1)</script> & co"},
        categories=[NewCategory(code="elected", name={"fr": "<b>Élu</b> & Cie"})],
    )
    person = await site.register(edition, given_name=STRANGE, family_name="<img src=x onerror=1>")
    delivery = Memory()
    await site.worker(delivery).send_due()
    (mail,) = delivery.mails
    async with site.client() as client:
        pages = [
            (await client.get(path, headers={"accept": "text/html"})).text
            for path in (
                f"/me/{person.key}",
                f"/me/{person.key}/cancel",
                f"/{edition.slug}/",
                f"/{edition.slug}/register",
            )
        ]
    for html in (*pages, mail.html):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>Élu" not in html
    assert "Dupont &amp; &lt;Fils&gt;" in mail.html
    assert STRANGE in mail.text
    assert "Dupont &amp; &lt;Fils&gt; &#34;d&#39;Oc&#34; {{7*7}} =1+1" in pages[0]
