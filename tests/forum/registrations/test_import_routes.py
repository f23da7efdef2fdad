"""The pages of an import: a file, its columns, what it would do, what it did."""

import csv
import io
import re

import pytest

from forum.core import tables
from forum.core.context import Role
from forum.core.text import Filled
from forum.editions.models import NewCategory
from tests.factories import SAME_ORIGIN

ADA = "Ada;Ferrand;ada@example.org;Maire"
BO = "Bo;Li;bo@example.org;Élu"
HEADER = "Prénom;Nom;Courriel;Rôle"


@pytest.fixture
async def desk(site, edition):
    """An organiser's browser at the import of an edition."""
    headers = await site.signed_in(edition)
    async with site.client(headers={**headers, **SAME_ORIGIN, "accept-language": "en"}) as client:
        yield Browser(site, edition, client)


class Browser:
    def __init__(self, site, edition, client):
        self.site, self.edition, self.client = site, edition, client
        self.start = f"/organiser/{edition.slug}/import"

    async def send(self, *lines, name="people.csv", data=None):
        data = "\n".join(lines).encode() if data is None else data
        return await self.client.post(self.start, files={"file": (name, data)})

    async def bring(self, *lines, **given):
        answer = await self.send(*lines, **given)
        assert answer.status_code == 303, told(answer)
        return answer.headers["location"]

    async def plan(self, path, *targets, **given):
        columns = {f"column.{n}": target for n, target in enumerate(targets)}
        return await self.client.post(path, data={**columns, **given})

    async def registered(self):
        return await self.site.rows(
            """select email, category, language, status::text from registration
                where edition_id = $1 order by email""",
            self.edition.id,
        )


def told(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def selected(answer):
    """Return what each list of a page has chosen, by its name."""
    return {
        name: (re.findall(r'<option value="([^"]*)"[^>]* selected', options) or [""])[0]
        for name, options in re.findall(
            r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', answer.text, re.DOTALL
        )
    }


async def test_the_whole_way(desk):
    path = await desk.bring(HEADER, ADA, BO, "Cy;;cy;Visiteur")
    page = await desk.client.get(path)
    assert selected(page) == {
        "column.0": "given_name",
        "column.1": "family_name",
        "column.2": "email",
        "column.3": "",
        "category": "",
        "language": "fr",
    }
    assert "people.csv · 3 rows" in told(page)
    assert "ada@example.org · bo@example.org · cy" in told(page)
    fields = ("given_name", "family_name", "email", "category")
    page = await desk.plan(path, *fields)
    assert page.status_code == 422
    assert "2 answers need a correction" in told(page)
    mayor, visitor = [name for name in selected(page) if name.startswith("value.")]
    sent = {mayor: "elected", visitor: "-", "language": "en"}
    answer = await desk.plan(path, *fields, **sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/check")
    page = await desk.client.get(f"{path}/check")
    assert "2 people would be registered Category Confirmed" in told(page)
    assert "Elected official 2 0 0" in told(page)
    assert "One row cannot be registered" in told(page)
    assert (
        "4 Nom: This answer is needed. Courriel: Give an address such as name@example.org."
        " Rôle: “Visiteur” is none of the categories: write one of them, or its code."
    ) in told(page)
    assert await desk.registered() == []
    page = await desk.client.post(f"{path}/check", data={})
    assert page.status_code == 422
    assert "Say that the bad rows are left out, or mend them first." in told(page)
    answer = await desk.client.post(f"{path}/check", data={"skip_bad": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = await desk.client.get(path)
    assert "2 people were registered. Nobody is written to." in told(page)
    assert "0 registered before · one row left out" in told(page)
    assert await desk.registered() == [
        ("ada@example.org", "elected", "en", "confirmed"),
        ("bo@example.org", "elected", "en", "confirmed"),
    ]
    page = await desk.client.get(desk.start)
    assert "2 people registered, 0 registered before, one row left out" in told(page)
    assert "people.csv" in told(page)


async def test_the_rows_left_out_are_mended_and_imported_again(desk):
    path = await desk.bring("given_name,family_name,email,category", 'Bo,"=Li",no,agent')
    await desk.plan(path, "given_name", "family_name", "email", "category")
    saved = await desk.client.get(f"{path}/bad.csv")
    assert saved.headers["content-type"] == "text/csv; charset=utf-8"
    assert "people-rows.csv" in saved.headers["content-disposition"]
    assert [*csv.reader(io.StringIO(saved.content.decode("utf-8-sig")))] == [
        ["given_name", "family_name", "email", "category", "Reason"],
        ["Bo", "'=Li", "no", "agent", "email → Give an address such as name@example.org."],
    ]
    mended = saved.content.replace(b",no,", b",li@example.org,")
    again = await desk.bring(data=mended, name="people-rows.csv")
    assert selected(await desk.client.get(again))["column.4"] == ""
    await desk.plan(again, "given_name", "family_name", "email", "category", "")
    await desk.client.post(f"{again}/check", data={})
    assert [one[0] for one in await desk.registered()] == ["li@example.org"]
    names = "select family_name from registration where edition_id = $1"
    assert await desk.site.value(names, desk.edition.id) == "=Li"


async def test_a_column_of_reasons_is_not_kept_twice(desk):
    path = await desk.bring(
        "given_name,family_name,email,category,Motif", "Bo,Li,no,agent,Courriel", "A,B,,agent,x"
    )
    await desk.plan(path, "given_name", "family_name", "email", "category")
    saved = (await desk.client.get(f"{path}/bad.csv")).content.decode("utf-8-sig").splitlines()
    assert saved[0] == "given_name,family_name,email,category,Reason"
    assert saved[2] == "A,B,,agent,email → This answer is needed."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"data": b"", "name": ""}, "Choose a file: CSV, XLSX or ODS."),
        ({"data": b"a" * 5_000_001}, "people.csv is over 5 MB: split it, and import its parts."),
        (
            {"data": b"A,B\n" + b"1,2\n" * 10_001},
            "people.csv has over 10000 rows: split it, and import its parts.",
        ),
        ({"data": b"A,B\n1,\x00"}, "Row 2: people.csv is not a text: save it as CSV"),
        ({"data": b"PK\x03\x04", "name": "x.xlsx"}, "x.xlsx is a broken workbook: save it again"),
        ({"data": b'A,B\n"1,2\n'}, "Row 2: unexpected end of data (line 2): close each quoted"),
        ({"data": b"", "name": "../../etc/<b>.csv"}, "is empty: give a table whose first row"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_told_why(desk, given, said):
    page = await desk.send(**given)
    assert page.status_code == 422
    assert said in told(page)
    assert "<b>" not in page.text
    held = "select count(*) from registration_import where edition_id = $1"
    assert await desk.site.value(held, desk.edition.id) == 0


async def test_a_refusal_speaks_french(site, edition):
    headers = {**await site.signed_in(edition), **SAME_ORIGIN, "accept-language": "fr"}
    async with site.client(headers=headers) as client:
        desk = Browser(site, edition, client)
        page = await desk.send(data=b"A,B\n1,\x00")
        assert "Ligne 2\xa0: people.csv n’est pas un texte\xa0: enregistrez-le" in page.text
        path = await desk.bring("Prénom,Nom,Courriel", "A,B,c")
        await desk.plan(path, "given_name", "family_name", "email", category="agent")
        page = await client.get(f"{path}/check")
        assert "Courriel\xa0: Indiquez une adresse comme nom@exemple.fr." in page.text


async def test_a_body_beyond_all_limits_names_the_limit_of_this_form(desk):
    page = await desk.client.post(
        desk.start,
        files={"file": ("x.csv", b"a" * 12_000_001)},
        headers={"accept": "text/html"},
    )
    assert page.status_code == 413
    assert "12 MB" in told(page)


async def test_what_is_lacking_is_said_beside_its_field(desk):
    path = await desk.bring("a,b,c,d", "Ada,Ferrand,ada@example.org,x")
    page = await desk.plan(path, "given_name", "given_name", "nothing", "")
    assert page.status_code == 422
    text = told(page)
    for said in (
        "Family name: Say which column holds this: nobody is registered without it.",
        "E-mail: Say which column holds this",
        "b: Two columns hold this: choose one of them.",
        "Category of whoever has none: No column holds the category: choose one for all.",
    ):
        assert said in text
    assert selected(page)["column.1"] == "given_name"
    answer = await desk.client.get(f"{path}/check")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    answer = await desk.client.post(f"{path}/check", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, path)


async def test_too_many_values_are_no_categories(desk):
    lines = [f"A,B{n},{n}@example.org,{n}" for n in range(41)]
    path = await desk.bring("given_name,family_name,email,x", *lines)
    page = await desk.plan(path, "given_name", "family_name", "email", "category")
    assert "Over 40 different values: is this the column of the categories?" in told(page)


async def test_confirmations_leave_where_that_is_chosen(desk):
    path = await desk.bring("given_name,family_name,email", "Ada,Ferrand,ada@example.org")
    fields = ("given_name", "family_name", "email")
    await desk.plan(path, *fields, category="agent", announce="yes")
    assert "Each new person is written to." in told(await desk.client.get(f"{path}/check"))
    await desk.client.post(f"{path}/check", data={})
    assert await desk.site.letters(desk.edition) == [("confirmed", "ada@example.org")]


async def test_people_still_to_approve_where_that_is_chosen(site):
    edition = await site.edition(
        categories=[NewCategory(code="press", name={"en": "Press"}, approval=True)]
    )
    headers = {**await site.signed_in(edition), **SAME_ORIGIN, "accept-language": "en"}
    async with site.client(headers=headers) as client:
        desk = Browser(site, edition, client)
        path = await desk.bring("given_name,family_name,email", "Ada,Ferrand,ada@example.org")
        assert "Categories that are approved by you" in told(await client.get(path))
        await desk.plan(path, "given_name", "family_name", "email", approve="no")
        assert "Press 0 0 1" in told(await client.get(f"{path}/check"))
        await client.post(f"{path}/check", data={})
        assert [one[3] for one in await desk.registered()] == ["pending"]


async def test_doubtful_rows_are_ticked(desk):
    lines = [f"Ada,Ferrand,{n}@example.org" for n in range(3)]
    path = await desk.bring("given_name,family_name,email", *lines)
    await desk.plan(path, "given_name", "family_name", "email", category="agent")
    page = await desk.client.get(f"{path}/check")
    assert "2 may be registered already" in told(page)
    assert "Row 3 · as in row 2" in told(page)
    await desk.client.post(f"{path}/check", data={"other": ["4", "x", "99"]})
    assert [one[0] for one in await desk.registered()] == ["0@example.org", "2@example.org"]


async def test_a_workbook_with_answers_is_imported(desk):
    await desk.site.ask(desk.edition, "dinner", "yes_no", required=True)
    await desk.site.ask(desk.edition, "arrival", "date")
    book = tables.write_xlsx(
        ["given_name", "family_name", "email", "category", "Dinner?", "arrival"],
        [
            ["Ada", "Ferrand", "ada@example.org", "agent", "oui", "23/03/2027"],
            ["Bo", "Li", "b@example.org", "agent", "", 46469],
        ],
        sheet="x",
    )
    path = await desk.bring(data=book, name="people.xlsx")
    page = await desk.client.get(path)
    assert selected(page)["column.4"] == "answers.dinner"
    fields = ("given_name", "family_name", "email", "category", "answers.dinner", "answers.arrival")
    await desk.plan(path, *fields)
    page = await desk.client.get(f"{path}/check")
    assert "Dinner?: The form asks for this: it can be answered later. One row (3)" in told(page)
    await desk.client.post(f"{path}/check", data={})
    assert await desk.site.rows(
        """select r.given_name, a.question, a.value from answer a
             join registration r on r.edition_id = a.edition_id and r.id = a.registration_id
            where a.edition_id = $1 order by 1, 2""",
        desk.edition.id,
    ) == [
        ("Ada", "arrival", "2027-03-23"),
        ("Ada", "dinner", True),
        ("Bo", "arrival", "2027-03-23"),
    ]


async def test_a_table_that_is_done_shows_what_was_done_whatever_is_pressed(desk):
    path = await desk.bring("given_name,family_name,email", "Ada,Ferrand,ada@example.org")
    await desk.plan(path, "given_name", "family_name", "email", category="agent")
    for _ in range(2):
        answer = await desk.client.post(f"{path}/check", data={})
        assert answer.headers["location"] == path
    for answer in (
        await desk.plan(path, "email"),
        await desk.client.get(f"{path}/check"),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "One person was registered." in told(await desk.client.get(path))
    assert len(await desk.registered()) == 1


async def test_a_file_is_deleted_and_nobody_else_opens_it(desk):
    path = await desk.bring("given_name,family_name,email", "Ada,Ferrand,ada@example.org")
    headers = await desk.site.signed_in(desk.edition, Role.ORGANISER)
    async with desk.site.client(headers={**headers, **SAME_ORIGIN}) as other:
        for answer in (
            await other.get(path),
            await other.get(f"{path}/check"),
            await other.get(f"{path}/bad.csv"),
            await other.post(path, data={}),
            await other.post(f"{path}/check", data={}),
        ):
            assert answer.status_code == 404
        assert (await other.post(f"{path}/delete", data={})).status_code == 303
    assert (await desk.client.get(path)).status_code == 200
    answer = await desk.client.post(f"{path}/delete", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, desk.start)
    assert (await desk.client.get(path)).status_code == 404


async def test_the_history_of_a_person_shows_the_import(desk):
    path = await desk.bring("given_name,family_name,email", "Ada,Ferrand,ada@example.org")
    await desk.plan(path, "given_name", "family_name", "email", category="agent")
    await desk.client.post(f"{path}/check", data={})
    reference = await desk.site.value(
        "select reference from registration where edition_id = $1", desk.edition.id
    )
    person = await desk.client.get(f"/organiser/{desk.edition.slug}/registrations/{reference}")
    assert "Registered by an import" in told(person)
    table = await desk.client.get(f"/organiser/{desk.edition.slug}/registrations")
    assert f'href="{desk.start}"' in table.text


async def test_what_was_refused_meanwhile_is_told_by_row(desk, monkeypatch):
    path = await desk.bring("given_name,family_name,email", "Ada,Ferrand,ada@example.org")
    await desk.plan(path, "given_name", "family_name", "email", category="agent")
    from forum.core.errors import Invalid  # noqa: PLC0415
    from forum.registrations import service  # noqa: PLC0415

    async def refused(*_, **__):
        raise Invalid(
            fields={
                "category": Filled(
                    "“%(option)s” is no longer available: choose another answer.",
                    option={"en": "Bus"},
                )
            }
        )

    monkeypatch.setattr(service, "add", refused)
    await desk.client.post(f"{path}/check", data={})
    page = await desk.client.get(path)
    assert "0 people were registered." in told(page)
    assert "One row was refused meanwhile" in told(page)
    assert "2 Category: “Bus” is no longer available: choose another answer." in told(page)
    saved = (await desk.client.get(f"{path}/bad.csv")).content.decode("utf-8-sig")
    assert "Category → “Bus” is no longer available: choose another answer." in saved
