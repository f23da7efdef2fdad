"""The table of registrations: what it finds, how it is sorted, its pages, many at once."""

import re
from datetime import date
from html import unescape
from urllib.parse import quote

import httpx
import pytest

from forum.app import create_app
from forum.core.context import Role
from forum.core.i18n import words
from forum.editions.models import NewCategory
from forum.registrations import bulk, listing
from forum.registrations.listing import Asked, Sort
from forum.registrations.models import CategoryFull, NotPossible
from tests.factories import SAME_ORIGIN, Counting


@pytest.fixture
async def team(site, edition):
    """A client of an organiser of the edition."""
    async with site.client(headers=await site.signed_in(edition)) as client:
        yield client


def names(answer):
    """Return the names that the table shows, in order."""
    assert answer.status_code == 200, answer.text
    return re.findall(r'registrations/[0-9A-Z-]{9}">([^<]+)</a></th>', answer.text)


@pytest.fixture
def table(team, edition):
    """Ask for a page of the table."""

    async def ask(query=""):
        return await team.get(f"/organiser/{edition.slug}/registrations{query}")

    return ask


@pytest.fixture
async def people(site, edition):
    """Four people, registered an hour apart."""
    made = []
    for given in (
        {"given_name": "Zoé", "family_name": "Lefèvre", "organisation": "Ville de Saint-Étienne"},
        {"given_name": "Jean-Paul", "family_name": "Œuvrard", "organisation": "Œuvre d’Ambert"},
        {"given_name": "Ada", "family_name": "Le Fèvre", "category": "press"},
        {
            "given_name": "Luc",
            "family_name": "Martin",
            "organisation": "ADRETS",
            "category": "agent",
        },
    ):
        made.append(await site.register(edition, **given))
        site.clock.forward(hours=1)
    return made


ALL = ["Le Fèvre Ada", "Lefèvre Zoé", "Martin Luc", "Œuvrard Jean-Paul"]


async def test_everybody_is_shown_by_name(table, people):
    answer = await table()
    assert names(answer) == ALL
    assert "4 inscriptions" in answer.text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lefevre", ["Lefèvre Zoé"]),
        ("LEFÈVRE", ["Lefèvre Zoé"]),
        ("lef", ["Lefèvre Zoé"]),
        ("zoe lef", ["Lefèvre Zoé"]),
        ("étienne  ZO", ["Lefèvre Zoé"]),
        ("saint-etienne", ["Lefèvre Zoé"]),
        ("fevre", ["Le Fèvre Ada"]),
        ("oeuvr", ["Œuvrard Jean-Paul"]),
        ("paul jean", ["Œuvrard Jean-Paul"]),
        ("efevre", []),
        ("luc lefevre", []),
        ("'; drop table registration; --", []),
        ("— !", ALL),
        # no reference holds an L, whatever chance makes of it
        ("l", ["Le Fèvre Ada", "Lefèvre Zoé", "Martin Luc"]),
    ],
)
async def test_the_search_finds_words_in_any_order_without_accents(table, people, typed, found):
    assert names(await table(f"?q={typed}")) == found


async def test_a_reference_is_found_with_its_hyphen_and_without(table, people):
    reference = people[0].reference
    first, second = reference.split("-")
    for typed in (reference, first + second, reference.lower(), f"{first} {second}", second):
        assert "Lefèvre Zoé" in names(await table(f"?q={typed}")), typed


async def test_an_address_is_found_whole(site, edition, table):
    await site.register(edition, email="zoe.1@ville.example", family_name="Un")
    await site.register(edition, email="zoe.12@ville.example", family_name="Douze")
    assert names(await table("?q=zoe.1@ville.example")) == ["Un Zoé"]
    assert names(await table("?q=ville.example")) == ["Douze Zoé", "Un Zoé"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?sort=-name", ALL[::-1]),
        ("?sort=date", ["Lefèvre Zoé", "Œuvrard Jean-Paul", "Le Fèvre Ada", "Martin Luc"]),
        ("?sort=-date", ["Martin Luc", "Le Fèvre Ada", "Œuvrard Jean-Paul", "Lefèvre Zoé"]),
        ("?sort=organisation", ["Martin Luc", "Œuvrard Jean-Paul", "Lefèvre Zoé", "Le Fèvre Ada"]),
        ("?sort=category", ["Martin Luc", "Lefèvre Zoé", "Œuvrard Jean-Paul", "Le Fèvre Ada"]),
        ("?sort=-category", ["Le Fèvre Ada", "Œuvrard Jean-Paul", "Lefèvre Zoé", "Martin Luc"]),
        ("?sort=status", ALL),
        ("?sort=nonsense", ALL),
        ("?category=press", ["Le Fèvre Ada"]),
        ("?category=nonsense", []),
        ("?status=confirmed", ALL),
        ("?status=cancelled", []),
        ("?status=cancelled,confirmed", ALL),
        ("?organisation=ville", ["Lefèvre Zoé"]),
        ("?organisation=Œuvre d'", ["Œuvrard Jean-Paul"]),
        ("?language=en", []),
        ("?language=fr&q=zoe lef", ["Lefèvre Zoé"]),
        ("?printed=yes", []),
        ("?printed=no", ALL),
        ("?since=2027-03-02", []),
        ("?since=2027-03-01&until=2027-03-01", ALL),
        ("?until=2027-02-28", []),
        ("?until=9999-12-31", ALL),
        ("?day=2027-03-23", ALL),
        ("?day=2030-01-01", ALL),
        ("?group=nonsense", ALL),
        ("?group=00000000-0000-4000-8000-000000000000", []),
        ("?status=&category=&day=&group=&language=&organisation=&printed=&since=&until=", ALL),
        ("?q=%00%ff&organisation=%00&category=%00", ALL),
    ],
)
async def test_filters_and_orders(table, people, query, found):
    assert names(await table(query)) == found


async def test_who_was_cancelled_or_printed_is_found_by_that(site, edition, table, people):
    await site.cancel(edition, people[0])
    await site.value(
        "update ticket set printed_at = now() where registration_id = $1", people[1].id
    )
    assert names(await table("?status=cancelled")) == ["Lefèvre Zoé"]
    assert names(await table("?printed=yes")) == ["Œuvrard Jean-Paul"]
    assert names(await table("?printed=no")) == ["Le Fèvre Ada", "Martin Luc"]


async def test_days_are_filtered_where_they_are_asked(site, team):
    edition = await site.edition(asks_days=True)
    for name, days in (("Un", ["2027-03-23"]), ("Deux", ["2027-03-24"]), ("Tous", [])):
        form = {"family_name": name, "days": [date.fromisoformat(day) for day in days]}
        await site.register(edition, **form)
    async with site.client(headers=await site.signed_in(edition)) as client:
        answer = await client.get(f"/organiser/{edition.slug}/registrations?day=2027-03-24")
    assert names(answer) == ["Deux Zoé", "Tous Zoé"]
    assert 'name="day"' in answer.text


async def test_a_date_that_cannot_be_read_is_told_beside_its_field(table, people):
    answer = await table("?since=demain")
    assert names(answer) == ALL
    assert 'id="since-error"' in answer.text


async def test_columns_are_chosen_and_stay_in_the_address(table, people):
    answer = await table("?column=email&column=reference&q=zoe lef")
    assert names(answer) == ["Lefèvre Zoé"]
    assert f"<td>{people[0].reference}</td>" in answer.text
    assert "sort=-name&amp;column=reference&amp;column=email" in answer.text


async def test_nobody_of_another_edition_is_found(site, table, people):
    other = await site.edition()
    await site.register(other, family_name="Ailleurs")
    assert names(await table("?q=ailleurs")) == []


def link(answer, rel):
    found = re.search(rf'href="[^"?]*(\?[^"]*)" rel="{rel}"', answer.text)
    return found and unescape(found[1])


@pytest.mark.parametrize("sort", [f"{sign}{sort}" for sort in Sort for sign in ("", "-")])
async def test_pages_hold_each_once_whatever_comes_between(site, edition, table, sort, monkeypatch):
    """Forwards to the end, then backwards to the start; people register meanwhile."""
    monkeypatch.setattr(listing, "ROWS", 3)
    organisations = [None, "Ville de Lyon", "Ville de Lyon", "ADRETS"]
    for n in range(10):
        family_name = f"Durand {n % 4:02}"
        await site.register(edition, family_name=family_name, organisation=organisations[n % 4])
        site.clock.forward(minutes=1)
    whole = {row[0] for row in await site.rows(
        "select reference from registration where edition_id = $1", edition.id)}  # fmt: skip
    seen, query = [], f"?sort={sort}"
    while query:
        answer = await table(query)
        seen.append(re.findall(r'name="reference" value="([^"]+)"', answer.text))
        await site.register(edition, family_name=f"Durand {len(seen):02}")
        before, query = link(answer, "prev"), link(answer, "next")
        assert (before is None) == (len(seen) == 1)
    flat = [reference for page in seen for reference in page]
    assert len(flat) == len(set(flat))
    assert whole <= set(flat)
    back, query = [], before
    while query:
        answer = await table(query)
        back = [*re.findall(r'name="reference" value="([^"]+)"', answer.text), *back]
        query = link(answer, "prev")
    assert len(back) == len(set(back))
    assert [one for one in back if one in flat] == flat[: -len(seen[-1])]


async def test_a_cursor_of_another_sort_or_of_nobody_begins_again(table, people):
    for after in ("x", "W10", "%C3%A9", quote(Asked().sort), "bnVsbA"):
        assert names(await table(f"?after={after}")) == ALL


async def test_a_page_takes_two_statements_with_the_right_to_see_it(site, edition, people):
    counting = Counting(site.pool)
    app = create_app(site.settings, counting, site.keyring, now=site.clock, ids=site.ids)
    headers = await site.signed_in(edition)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as one:
        path = f"/organiser/{edition.slug}/registrations?q=lef&sort=-date"
        await one.get(path)
        counting.statements.clear()
        answer = await one.get(path)
    assert names(answer) == ["Lefèvre Zoé"]
    assert len(counting.statements) == 2, counting.statements


async def test_reception_sees_the_table_without_the_deeds(site, edition, people):
    headers = await site.signed_in(edition, Role.RECEPTION)
    async with site.client(headers=headers) as client:
        answer = await client.get(f"/organiser/{edition.slug}/registrations")
    assert names(answer) == ALL
    assert 'type="checkbox" name="reference"' not in answer.text
    assert "/bulk" not in answer.text


# Many at once


@pytest.fixture
def many(team, edition):
    async def send(**given):
        return await team.post(f"/organiser/{edition.slug}/bulk", data=given, headers=SAME_ORIGIN)

    return send


def lines(answer):
    """Return what is told of each: the name and the verdict."""
    rows = re.findall(r"<li><a[^>]*>([^<]+)</a>([^<]+)</li>", answer.text)
    return dict(rows)


async def test_a_deed_is_asked_before_it_is_done(site, edition, many, people):
    chosen = [person.reference for person in people[:2]]
    answer = await many(deed="cancel", reference=chosen)
    assert answer.status_code == 200
    assert "2 inscriptions sont choisies. Cela en modifie 2" in answer.text
    assert f'value="{chosen[0]} {chosen[1]}"' in answer.text
    assert {(await site.registered(edition, one.id)).status for one in people} == {"confirmed"}


async def test_it_is_done_on_each_and_told_of_each(site, edition, many, people):
    await site.cancel(edition, people[0])
    chosen = " ".join([person.reference for person in people[:3]] + ["ZZZZ-ZZZZ"])
    answer = await many(deed="cancel", reference=chosen, reason="Salle fermée", sure="1")
    assert lines(answer) == {
        "Zoé Lefèvre": "= Inchangée\u00a0: Annulée",
        "Ada Le Fèvre": "✓ Annulée",
        "Jean-Paul Œuvrard": "✓ Annulée",
    }
    assert "2 inscriptions ont été modifiées." in answer.text
    told = await site.rows(
        "select data ->> 'reason' from outbox where edition_id = $1 and kind = 'cancelled'",
        edition.id,
    )
    assert [reason for (reason,) in told if reason] == ["Salle fermée"] * 2
    deeds = await site.rows(
        "select actor from audit where edition_id = $1 and action = 'cancelled'", edition.id
    )
    assert sum(actor.startswith("organiser:") for (actor,) in deeds) == 2


async def test_what_is_not_possible_is_told_and_the_others_are_done(site, team, many, edition):
    """One place in the new category, three who should move there, one of them cancelled."""
    narrow = await site.edition(
        categories=[
            NewCategory(code="agent", name={"fr": "Agent"}),
            NewCategory(code="press", name={"fr": "Presse"}, places=1),
        ]
    )
    people = [await site.register(narrow, category="agent", family_name=n) for n in ("A", "B", "C")]
    await site.cancel(narrow, people[2])
    data = {"deed": "move", "category": "press", "sure": "1"}
    data["reference"] = " ".join(one.reference for one in people)
    headers = {**SAME_ORIGIN, **await site.signed_in(narrow)}
    async with site.client(headers=headers) as client:
        answer = await client.post(f"/organiser/{narrow.slug}/bulk", data=data)
        assert lines(answer) == {
            "Zoé A": "✓ Confirmée",
            "Zoé B": f"✕ {words('fr').gettext(CategoryFull().message)}",
            "Zoé C": f"✕ {words('fr').gettext(NotPossible().message)}",
        }
        lacking = await client.post(f"/organiser/{narrow.slug}/bulk", data={**data, "category": ""})
    assert 'id="category-error"' in lacking.text


async def test_all_that_the_filter_lets_through(site, edition, many, people):
    answer = await many(deed="cancel", all="on", query="?q=fevre&sort=-name")
    assert f'value="{people[2].reference}"' in answer.text
    everybody = await many(deed="cancel", all="on", query="")
    assert "4 inscriptions sont choisies" in everybody.text


async def test_many_are_done_by_parts_that_can_be_sent_again(
    site, edition, many, people, monkeypatch
):
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    chosen = " ".join(person.reference for person in people)
    answer = await many(deed="cancel", reference=chosen, sure="1")
    assert len(lines(answer)) == 3
    assert "Il en reste une." in answer.text
    [left] = re.findall(r'name="reference" value="([^"]+)"', answer.text)
    await many(deed="cancel", reference=left, sure="1")
    again = await many(deed="cancel", reference=chosen, sure="1")
    assert set(lines(again).values()) == {"= Inchangée\u00a0: Annulée"}
    letters = await site.letters(edition)
    assert [kind for kind, _ in letters].count("cancelled") == 4


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ({"deed": "cancel"}, 422, "Personne n’est choisi"),
        ({"deed": "nonsense", "reference": "ZZZZ-ZZZZ"}, 422, "Personne n’est choisi"),
        ({"deed": "cancel", "reference": " ".join(["ZZZZ-ZZZZ"] * 9)}, 422, "Personne"),
        ({"deed": "cancel", "all": "1", "query": "?since=x"}, 422, '"since"'),
    ],
)
async def test_a_choice_of_nobody_does_nothing(many, people, given, status, told):
    answer = await many(**given)
    assert (answer.status_code, told in answer.text) == (status, True)


async def test_too_many_at_once_are_refused(many, people, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 3)
    answer = await many(deed="cancel", all="1", sure="1")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_chosen")
