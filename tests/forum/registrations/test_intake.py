"""Importing people: what it would do, what it does, once, whoever presses how often."""

import asyncio
from datetime import timedelta

import pytest

from forum.core import tables
from forum.core.errors import Invalid
from forum.core.tables import UnreadableTable
from forum.editions.models import NewCategory
from forum.registrations import importing, intake
from forum.registrations.importing import Plan
from forum.registrations.intake_models import (
    Choice,
    ImportBegun,
    ImportNotFound,
    LeftOut,
    Said,
    Tally,
)
from forum.registrations.models import Status
from forum.territories import service as territories
from tests.factories import NOON, numbers

SIRET = "213 105 554 00017"
HEADERS = "given_name,family_name,email,category,organisation"


def people(count, *, category="elected", start=0):
    """Return the lines of some people, no two alike."""
    return [
        f"Ada,Ferrand {n},ada.{n}@example.org,{category},Ville de Foix"
        for n in range(start, start + count)
    ]


def rows_of(*lines, headers=HEADERS):
    return tables.read_table("\n".join([headers, *lines]).encode(), "people.csv")


class Desk:
    """An organiser at work in an edition."""

    def __init__(self, site, edition, account):
        self.site, self.edition, self.account = site, edition, account
        self.actor = f"organiser:{account}"

    async def bring(self, rows, **plan):
        async with self.site.pool.acquire() as db:
            made = await intake.take(
                db,
                self.edition,
                self.account,
                rows,
                file_name="people.csv",
                at=self.site.clock.at,
                ids=self.site.ids,
            )
            if plan:
                columns = (await self.find(made)).plan.columns
                await intake.set_plan(
                    db,
                    self.edition,
                    made,
                    self.account,
                    Plan(**{"columns": columns, **plan}),
                    at=self.site.clock.at,
                )
        return made

    async def find(self, made):
        async with self.site.pool.acquire() as db:
            return await intake.find(db, self.edition, made, self.account, at=self.site.clock.at)

    async def check(self, made):
        stored = await self.find(made)
        async with self.site.pool.acquire() as db:
            return await intake.check(
                db,
                self.edition,
                intake.unpacked(stored.content),
                stored.plan,
                at=self.site.clock.at,
            )

    async def register(self, made, **choice):
        return await self.site.do(
            intake.register,
            self.edition,
            made,
            self.account,
            Choice(**choice),
            actor=self.actor,
        )

    async def emails(self):
        return [
            one
            for (one,) in await self.site.rows(
                "select email from registration where edition_id = $1 order by email",
                self.edition.id,
            )
        ]


async def desk_of(site, edition):
    address = f"intake-{next(numbers)}@example.org"
    await site.signed_in(edition, address=address)
    account = await site.value("select id from account where email_key = $1", address)
    return Desk(site, edition, account)


@pytest.fixture
async def desk(site, edition):
    return await desk_of(site, edition)


# A table at rest


def test_rows_rest_as_they_were():
    rows = rows_of(*people(3), "", "Zoé;é,x,,,")
    assert intake.unpacked(intake.packed(rows)) == rows
    assert intake.unpacked(intake.packed([])) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a" * 5_000_001, "x.csv is over 5 MB: split it, and import its parts."),
        (
            b"A,B\n" + b"1,2\n" * 10_001,
            "x.csv has over 10000 rows: split it, and import its parts.",
        ),
        (b"A,B\n", "x.csv has headers, and nobody below: add a row for each person."),
        (b"A,B\n\n,\n", "x.csv has headers, and nobody below: add a row for each person."),
    ],
)
def test_a_file_beyond_the_limits_is_told_which(data, said):
    with pytest.raises(UnreadableTable) as caught:
        intake.read_rows(data, "x.csv")
    assert str(caught.value) == said


def test_ten_thousand_rows_are_taken():
    assert len(intake.read_rows(b"A,B\n" + b"1,2\n" * 10_000, "x.csv")) == 10_000


def test_a_workbook_that_unpacks_to_more_than_is_read_is_refused():
    book = tables.write_xlsx(
        ["A", "B"], [[f"{n:05}" + "x" * 3000, "y"] for n in range(7000)], sheet="x"
    )
    assert len(book) < intake.MOST_BYTES
    with pytest.raises(UnreadableTable, match="is over 20 MB"):
        intake.read_rows(book, "x.xlsx")


async def test_a_table_is_its_owners_for_a_day(site, edition, desk):
    made = await desk.bring(rows_of(*people(1)))
    stranger = await desk_of(site, edition)
    elsewhere = await desk_of(site, await site.edition())
    for other in (stranger, Desk(site, elsewhere.edition, desk.account)):
        with pytest.raises(ImportNotFound):
            await other.find(made)
        with pytest.raises(ImportNotFound):
            await other.register(made)
        async with site.pool.acquire() as db:
            await intake.discard(db, other.edition, made, other.account)
    assert (await desk.find(made)).file_name == "people.csv"
    site.clock.forward(hours=23, minutes=59)
    assert (await desk.find(made)).expires_at == NOON + timedelta(days=1)
    site.clock.forward(minutes=1)
    with pytest.raises(ImportNotFound):
        await desk.find(made)
    async with site.pool.acquire() as db:
        await intake.sweep(db, at=site.clock.at)
    held = "select count(*) from registration_import where edition_id = $1"
    assert await site.value(held, edition.id) == 0


# What it would do


async def test_a_trial_tells_all_and_stores_nothing(site, desk):
    await site.register(desk.edition, email="ada.1@example.org")
    await site.register(
        desk.edition, given_name="Ada", family_name="Ferrand 2", organisation="Ville de Foix"
    )
    made = await desk.bring(
        rows_of(
            *people(3),
            "Ada,Ferrand 0,other@example.org,agent,VILLE DE FOIX",
            "Bo,Li,no,agent,",
            "Bo,Li,bo@example.org,king,",
            "Cy,Li,cy@example.org,press,",
        )
    )
    before = await desk.emails()
    found = await desk.check(made)
    assert [one.row for one in found.sure] == [2, 8]
    assert found.tally == [
        Tally(category="elected", status=Status.CONFIRMED, count=1),
        Tally(category="press", status=Status.CONFIRMED, count=1),
    ]
    assert [(one.good.row, one.known.status) for one in found.known] == [(3, "confirmed")]
    assert [(one.good.row, len(one.namesakes), one.same_as) for one in found.doubtful] == [
        (4, 1, None),
        (5, 0, 2),
    ]
    assert [(one.row, [*one.reasons]) for one in found.bad] == [(6, ["email"]), (7, ["category"])]
    assert await desk.emails() == before


@pytest.mark.parametrize("approve", [True, False])
async def test_places_and_approval_are_counted_as_they_will_be_given(site, approve):
    edition = await site.edition(
        places=5,
        categories=[
            NewCategory(code="elected", name={"fr": "Élu"}, places=2),
            NewCategory(code="agent", name={"fr": "Agent"}),
            NewCategory(code="press", name={"fr": "Presse"}, approval=True),
            NewCategory(code="guest", name={"fr": "Invité"}, invitation_only=True),
        ],
    )
    desk = await desk_of(site, edition)
    await site.register(edition)
    lines = [
        *people(2),
        *people(2, category="press", start=10),
        *people(3, category="agent", start=20),
        *people(1, category="guest", start=30),
    ]
    made = await desk.bring(rows_of(*lines), approve=approve)
    expected = (await desk.check(made)).tally
    if approve:
        assert [(one.category, one.status.value, one.count) for one in expected] == [
            ("agent", "confirmed", 1),
            ("agent", "waiting", 2),
            ("elected", "confirmed", 1),
            ("elected", "waiting", 1),
            ("guest", "waiting", 1),
            ("press", "confirmed", 2),
        ]
    else:
        assert ("press", "pending", 2) in [(t.category, t.status.value, t.count) for t in expected]
    assert (await desk.register(made)).registered == expected


async def test_closed_registration_and_categories_are_told_with_the_mend(site):
    edition = await site.edition(
        categories=[
            NewCategory(code="elected", name={"fr": "Élu"}),
            NewCategory(code="agent", name={"fr": "Agent"}, open=False),
        ]
    )
    desk = await desk_of(site, edition)
    lines = [*people(1), *people(1, category="agent", start=1)]
    made = await desk.bring(rows_of(*lines))
    [bad] = (await desk.check(made)).bad
    assert (bad.row, bad.reasons) == (3, {"category": intake.CATEGORY_CLOSED})
    await site.value("update edition set state = 'closed' where id = $1", edition.id)
    bad = (await desk.check(made)).bad
    assert [one.reasons for one in bad] == [
        {"": intake.CLOSED},
        {"category": intake.CATEGORY_CLOSED},
    ]


# What it does


async def test_people_are_registered_as_anybody_is_and_nobody_is_written_to(site, desk):
    made = await desk.bring(rows_of(*people(3)), language="en")
    done = await desk.register(made)
    assert (done.registered, done.known, done.left, done.refused) == (
        [Tally(category="elected", status=Status.CONFIRMED, count=3)],
        0,
        [],
        [],
    )
    assert await desk.emails() == [f"ada.{n}@example.org" for n in range(3)]
    assert await site.letters(desk.edition) == []
    assert await site.counts(desk.edition) == ((3, 0), {"elected": (3, 0)})
    tickets = "select count(*) from ticket where edition_id = $1"
    assert await site.value(tickets, desk.edition.id) == 3
    assert await site.rows(
        """select distinct language, action, actor, detail - 'row' - 'import'
             from registration r join audit a on a.subject_id = r.id
            where r.edition_id = $1""",
        desk.edition.id,
    ) == [
        (
            "en",
            "registered by an import",
            desk.actor,
            {"file": "people.csv", "status": "confirmed", "revision": 1},
        )
    ]


async def test_an_import_is_recorded_once_with_its_counts(site, desk):
    made = await desk.bring(rows_of(*people(2), "x,y,no,elected,"))
    await desk.register(made, skip_bad=True)
    await desk.register(made, skip_bad=True)
    assert await site.rows(
        """select actor, subject_id, detail from audit
            where edition_id = $1 and action = 'registrations imported'""",
        desk.edition.id,
    ) == [
        (
            desk.actor,
            made,
            {
                "file": "people.csv",
                "registered": 2,
                "known": 0,
                "left_out": 1,
                "announced": False,
                "columns": {key.replace("_", " "): key for key in HEADERS.split(",")},
            },
        )
    ]


async def test_the_same_file_again_registers_nobody_and_writes_to_nobody(site, desk):
    await desk.register(await desk.bring(rows_of(*people(3)), announce=True))
    assert [kind for kind, _ in await site.letters(desk.edition)] == ["confirmed"] * 3
    site.clock.forward(hours=1)
    again = await desk.bring(rows_of(*people(4)), announce=True)
    assert [one.good.row for one in (await desk.check(again)).known] == [2, 3, 4]
    done = await desk.register(again)
    assert (done.registered, done.known) == (
        [Tally(category="elected", status=Status.CONFIRMED, count=1)],
        3,
    )
    assert len(await site.letters(desk.edition)) == 4
    assert len(await desk.emails()) == 4


async def test_presses_at_once_do_it_once_and_tell_the_same(site, desk):
    made = await desk.bring(rows_of(*people(intake.AT_ONCE * 2 + 30)))
    done = await asyncio.gather(*(desk.register(made) for _ in range(4)))
    count = intake.AT_ONCE * 2 + 30
    assert {one.finished_at for one in done} == {NOON}
    assert all(
        one.registered == [Tally(category="elected", status=Status.CONFIRMED, count=count)]
        for one in done
    )
    assert len(await desk.emails()) == count
    assert await site.counts(desk.edition) == ((count, 0), {"elected": (count, 0)})


async def test_two_files_of_the_same_people_at_once_register_nobody_twice(site, desk):
    made = [await desk.bring(rows_of(*people(150))) for _ in range(3)]
    done = await asyncio.gather(*(desk.register(one) for one in made))
    assert sum(tally.count for one in done for tally in one.registered) == 150
    assert sum(one.known for one in done) == 300
    assert len(await desk.emails()) == 150


async def test_what_was_cut_off_goes_on_where_it_was(site, desk, monkeypatch):
    made = await desk.bring(rows_of(*people(250)))
    real, calls = intake.put, []

    async def cut(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise ConnectionResetError
        return await real(*arguments, **named)

    monkeypatch.setattr(intake, "put", cut)
    with pytest.raises(ConnectionResetError):
        await desk.register(made)
    assert (await desk.find(made)).progress.done == intake.AT_ONCE
    assert len(await desk.emails()) == intake.AT_ONCE
    done = await desk.register(made)
    assert [one.count for one in done.registered] == [250]
    assert len(await desk.emails()) == 250


async def test_bad_rows_keep_all_out_until_somebody_says_so(site, desk):
    made = await desk.bring(rows_of(*people(1), "x,y,no,elected,"))
    with pytest.raises(Invalid) as caught:
        await desk.register(made)
    assert caught.value.fields == {"skip_bad": intake.SAY_SO}
    assert await desk.emails() == []
    done = await desk.register(made, skip_bad=True)
    assert done.left == [
        LeftOut(
            row=3,
            reasons={"email": Said(sentence="Give an address such as name@example.org.")},
        )
    ]
    left = intake.unpacked((await desk.find(made)).content)
    assert [(number, row["email"]) for number, row in left] == [(3, "no")]


@pytest.mark.parametrize(
    ("choice", "registered"),
    [
        ({}, ["one@example.org"]),
        ({"others": frozenset({4})}, ["one@example.org", "three@example.org"]),
        ({"others": None}, [f"{n}@example.org" for n in ("one", "two", "three")]),
    ],
)
async def test_namesakes_are_registered_where_somebody_says_so(site, desk, choice, registered):
    await site.register(
        desk.edition, given_name="Ada", family_name="Ferrand", email="a@example.org"
    )
    made = await desk.bring(
        rows_of(
            "Bo,Li,one@example.org,agent,",
            "Ada,Ferrand,two@example.org,agent,",
            "Bo,LI,three@example.org,agent,",
        )
    )
    done = await desk.register(made, **choice)
    assert await desk.emails() == sorted(["a@example.org", *registered])
    assert len(done.left) == 3 - len(registered)


async def test_an_answer_whose_places_are_gone_is_refused_for_its_row_alone(site, desk):
    await site.ask(desk.edition, "visit", "choice", options={"town": 2, "port": None})
    headers = f"{HEADERS},visit"
    lines = [
        f"{one},{option}"
        for one, option in zip(people(4), "town town town port".split(), strict=True)
    ]
    made = await desk.bring(rows_of(*lines, headers=headers))
    found = await desk.check(made)
    assert [one.row for one in found.sure] == [2, 3, 5]
    [bad] = found.bad
    assert (bad.row, str(bad.reasons["answers.visit"])) == (
        4,
        "“Town” is no longer available: choose another answer.",
    )
    await site.register(desk.edition, answers={"visit": "town"})  # between the look and the press
    async with site.pool.acquire() as db:
        good = importing.read(
            intake.unpacked((await desk.find(made)).content),
            await intake.offered(db, desk.edition),
            (await desk.find(made)).plan,
        ).good
        async with db.transaction():
            done = await intake.put(
                db,
                desk.edition,
                good,
                intake.service.Origin(announce=False, trusted=True),
                at=NOON,
                ids=site.ids,
            )
    assert [(one.row, one.status, [*one.reasons]) for one in done] == [
        (2, Status.CONFIRMED, []),
        (3, None, ["answers.visit"]),
        (4, None, ["answers.visit"]),
        (5, Status.CONFIRMED, []),
    ]


async def test_a_siret_is_the_organisation_that_is_stored_for_it(site, desk):
    await site.register(
        desk.edition,
        given_name="Ada",
        family_name="Ferrand",
        organisation=territories.settle(SIRET).name,
    )
    made = await desk.bring(rows_of(f"Ada,Ferrand,a@example.org,agent,{SIRET}"))
    assert [one.good.row for one in (await desk.check(made)).doubtful] == [2]


@pytest.mark.parametrize("name", [None, "", SIRET, "Ville de Foix", "Foix", "Dupont & <Fils", "12"])
def test_the_name_of_an_organisation_is_the_one_that_is_stored(name):
    assert territories.name_of(name or None) == territories.settle(name or None).name


async def test_what_was_begun_is_not_planned_anew(site, desk):
    made = await desk.bring(rows_of(*people(1)))
    await desk.register(made)
    async with site.pool.acquire() as db:
        with pytest.raises(ImportBegun):
            await intake.set_plan(
                db, desk.edition, made, desk.account, Plan(columns={}), at=site.clock.at
            )


async def test_headers_mapped_before_are_known_again(site, desk):
    headers = "Le petit nom,family_name,email,category,organisation"
    made = await desk.bring(rows_of(*people(1), headers=headers))
    plan = (await desk.find(made)).plan
    assert "Le petit nom" not in plan.columns
    columns = {"Le petit nom": "given_name", **plan.columns}
    async with site.pool.acquire() as db:
        await intake.set_plan(
            db, desk.edition, made, desk.account, Plan(columns=columns), at=site.clock.at
        )
    await desk.register(made)
    again = await desk.find(await desk.bring(rows_of(*people(1), headers=headers)))
    assert again.plan.columns["Le petit nom"] == "given_name"
