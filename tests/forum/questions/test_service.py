"""Questions and answers on a real database: places of answers, what few read, what stays."""

import asyncio
import random
from pathlib import Path

import msgspec
import pytest

from forum.core.errors import Invalid
from forum.core.forms import NEEDED
from forum.editions.models import NewEdition
from forum.questions import queries, rules, service
from forum.questions.models import (
    AnswerCount,
    Condition,
    Kind,
    NewOption,
    NewQuestion,
    OptionFull,
    QuestionAnswered,
    QuestionCodeTaken,
    QuestionInvalid,
    QuestionNeeded,
    QuestionNotFound,
)
from forum.registrations import service as registrations
from tests.factories import FIRST_DAY, NOON

SEED = 20270323
ROOT = Path(__file__).parents[3]


async def taken(site, edition):
    """Return the places taken by option, as counted and as held; they must agree."""
    counted = await site.rows(
        "select question, code, taken from question_option where edition_id = $1 order by 1, 2",
        edition.id,
    )
    held = dict(
        await site.rows(
            """select question || ' ' || option, count(*) from option_place
                where edition_id = $1 group by 1""",
            edition.id,
        )
    )
    assert held == {f"{question} {code}": n for question, code, n in counted if n}
    return {code: n for _, code, n in counted}


async def store(site, edition, person, **answers):
    async with site.pool.acquire() as db, db.transaction():
        await service.store_answers(db, edition.id, person.id, answers, at=site.clock.at)


async def answers(site, edition, person, *, private=True):
    async with site.pool.acquire() as db:
        return await service.answers_of(db, edition.id, person.id, private=private)


async def listed(site, edition):
    async with site.pool.acquire() as db:
        return await queries.list_questions(db, edition.id)


@pytest.fixture
async def asking(site):
    """An edition that asks: a visit with places, workshops, a diet in confidence, a note."""
    edition = await site.edition()
    await site.ask(edition, "visit", "choice", options={"museum": 2, "canal": 1})
    await site.ask(edition, "workshops", "choices", options={"wood": 3, "clay": None})
    await site.ask(edition, "diet", "choice", options=["vegan", "halal"], sensitive=True)
    await site.ask(edition, "note", "text")
    return edition


async def test_answers_are_stored_and_those_about_needs_apart(site, asking):
    person = await site.register(asking)
    given = {"visit": "museum", "workshops": ["wood", "clay"], "diet": "vegan", "note": "x"}
    await store(site, asking, person, **given)
    assert await answers(site, asking, person) == given
    open_ones = {code: value for code, value in given.items() if code != "diet"}
    assert await answers(site, asking, person, private=False) == open_ones
    assert await site.rows(
        "select question, value from private_answer where edition_id = $1", asking.id
    ) == [("diet", "vegan")]
    assert await taken(site, asking) == {
        "museum": 1,
        "canal": 0,
        "wood": 1,
        "clay": 1,
        "vegan": 0,
        "halal": 0,
    }
    async with site.pool.acquire() as db:
        everybody = await service.answers_of_all(db, asking.id, private=False)
    assert everybody == {person.id: open_ones}


async def test_new_answers_take_the_place_of_the_old_ones_and_their_places(site, asking):
    person = await site.register(asking)
    await store(site, asking, person, visit="museum", workshops=["wood"], diet="vegan")
    await store(site, asking, person, visit="canal", workshops=["wood", "clay"], note="x")
    assert await answers(site, asking, person) == {
        "visit": "canal",
        "workshops": ["wood", "clay"],
        "note": "x",
    }
    places = await taken(site, asking)
    assert (places["museum"], places["canal"], places["wood"], places["clay"]) == (0, 1, 1, 1)


async def test_one_too_many_is_refused_by_name_and_changes_nothing(site, asking):
    first, second = await site.register(asking), await site.register(asking)
    await store(site, asking, first, visit="canal")
    await store(site, asking, second, visit="museum", note="before")
    with pytest.raises(OptionFull) as refusal:
        await store(site, asking, second, visit="canal", note="after")
    assert refusal.value.fields == {
        "answers.visit": "“Canal” is no longer available: choose another answer."
    }
    assert isinstance(refusal.value, Invalid)
    assert await answers(site, asking, second) == {"visit": "museum", "note": "before"}
    await taken(site, asking)


async def test_whoever_cancels_gives_the_places_back_once_and_the_answers_stay(site, asking):
    first, second = await site.register(asking), await site.register(asking)
    await store(site, asking, first, visit="canal", workshops=["wood"])
    for _ in range(2):
        async with site.pool.acquire() as db, db.transaction():
            await service.release_answers(db, asking.id, first.id)
    assert await answers(site, asking, first) == {"visit": "canal", "workshops": ["wood"]}
    assert set((await taken(site, asking)).values()) == {0}
    await store(site, asking, second, visit="canal")
    assert (await taken(site, asking))["canal"] == 1


async def test_registering_takes_the_places_and_cancelling_frees_them(site, asking):
    person = await site.register(asking, answers={"visit": "canal"})
    with pytest.raises(OptionFull):
        await site.register(asking, answers={"visit": "canal"})
    assert (
        await site.value("select count(*) from registration where edition_id = $1", asking.id) == 1
    )
    await site.cancel(asking, person)
    await site.register(asking, answers={"visit": "canal"})
    assert (await taken(site, asking))["canal"] == 1


@pytest.mark.parametrize("clients", [32, 100])
async def test_racing_clients_take_exactly_the_places_there_are(pool, settings, clients):
    from tests.factories import opened  # noqa: PLC0415

    async with opened(pool, settings) as site:
        edition = await site.edition()
        await site.ask(edition, "visit", "choice", options={"museum": 7, "canal": 5})
        chosen = random.Random(SEED).choices(["museum", "canal"], k=clients)  # noqa: S311

        async def register(option):
            try:
                return await site.register(edition, answers={"visit": option})
            except OptionFull:
                return None

        got = await asyncio.gather(*(register(option) for option in chosen))
        assert await taken(site, edition) == {"canal": 5, "museum": 7}, f"seed {SEED}"
        assert len([one for one in got if one]) == 12
        registered = await site.value(
            "select count(*) from registration where edition_id = $1", edition.id
        )
        assert registered == 12


async def test_racing_changes_cross_without_deadlock_and_nothing_is_lost(pool, settings):
    from tests.factories import opened  # noqa: PLC0415

    async with opened(pool, settings) as site:
        edition = await site.edition()
        await site.ask(edition, "days", "choices", options=dict.fromkeys("abcdef", 6))
        people = [await site.register(edition) for _ in range(12)]
        draw = random.Random(SEED)  # noqa: S311

        async def change(person):
            for _ in range(6):
                days = sorted(draw.sample("abcdef", draw.randrange(1, 5)))
                try:
                    await store(site, edition, person, days=days)
                except OptionFull:
                    continue

        await asyncio.gather(*(change(person) for person in people))
        places = await taken(site, edition)
        wanted = dict.fromkeys("abcdef", 0)
        for person in people:
            for day in (await answers(site, edition, person)).get("days", []):
                wanted[day] += 1
        assert places == wanted, f"seed {SEED}"
        assert max(places.values()) <= 6


async def test_answers_are_counted_of_registrations_that_stand(site, asking):
    await site.ask(asking, "lunch", "yes_no")
    people = [await site.register(asking) for _ in range(3)]
    await store(site, asking, people[0], workshops=["wood", "clay"], diet="halal", lunch=True)
    await store(site, asking, people[1], workshops=["clay"], lunch=False, note="x")
    await store(site, asking, people[2], workshops=["wood"], lunch=True)
    await site.cancel(asking, people[2])
    async with site.pool.acquire() as db:
        counts = await service.count_answers(db, asking.id)
        whole = await service.count_answers(db, asking.id, private=True)
    assert counts == [
        AnswerCount(question="lunch", answer="no", count=1),
        AnswerCount(question="lunch", answer="yes", count=1),
        AnswerCount(question="workshops", answer="clay", count=2),
        AnswerCount(question="workshops", answer="wood", count=1),
    ]
    assert AnswerCount(question="diet", answer="halal", count=1) in whole
    assert len(whole) == 5


# Questions


async def change(site, edition, code, **given):
    found = next(one for one in await listed(site, edition) if one.code == code)
    new = msgspec.structs.replace(service.as_new(found), **given)
    async with site.pool.acquire() as db:
        return await service.change(db, edition.id, new)


async def test_a_question_is_read_as_it_was_asked(site, edition):
    await site.ask(edition, "comes", "yes_no")
    new = await site.ask(
        edition,
        "meal",
        "choice",
        options={"meat": 3, "fish": None},
        help={"fr": "Aide"},
        required=True,
        categories=["elected", "press"],
        condition=Condition(question="comes", answers=["yes"]),
    )
    async with site.pool.acquire() as db:
        _, asked = await service.list_questions(db, edition.id)
    assert service.as_new(asked) == new
    assert [option.places_left for option in asked.options] == [3, None]


async def test_a_code_is_taken_once(site, asking):
    with pytest.raises(QuestionCodeTaken):
        await site.ask(asking, "visit", "text")


async def test_a_question_changes_but_its_kind_does_not(site, asking):
    before = await change(site, asking, "note", kind=Kind.DATE, label={"fr": "Mot"}, required=True)
    assert before.label == {"fr": "note ?", "en": "note?"}
    after = (await listed(site, asking))[3]
    assert (after.kind, after.label, after.required) == (Kind.TEXT, {"fr": "Mot"}, True)


async def test_an_answer_that_was_chosen_is_not_dropped_nor_left_without_places(site, asking):
    person = await site.register(asking)
    await store(site, asking, person, visit="museum")
    canal = NewOption(code="canal", label={"fr": "Canal"}, places=1)
    with pytest.raises(QuestionInvalid) as refusal:
        await change(site, asking, "visit", options=[canal])
    assert refusal.value.fields == {"options": "“Museum” was chosen by somebody: close it instead."}
    museum = NewOption(code="museum", label={"fr": "Museum"}, places=0)
    with pytest.raises(QuestionInvalid) as refusal:
        await change(site, asking, "visit", options=[museum, canal])
    assert refusal.value.fields == {
        "options": "“Museum” has 1 places taken: give it as many or more."
    }
    closed = msgspec.structs.replace(museum, places=1, open=False)
    await change(site, asking, "visit", options=[closed])
    assert [(o.code, o.open, o.taken) for o in (await listed(site, asking))[0].options] == [
        ("museum", False, 1)
    ]


async def test_a_question_that_turns_to_needs_takes_its_answers_with_it(site, asking):
    person = await site.register(asking)
    await store(site, asking, person, visit="museum", note="salt-free")
    await change(site, asking, "note", sensitive=True)
    options = [NewOption(code=c, label={"fr": c}) for c in ("museum", "canal")]
    await change(site, asking, "visit", sensitive=True, options=options)
    assert await answers(site, asking, person, private=False) == {}
    assert await answers(site, asking, person) == {"visit": "museum", "note": "salt-free"}
    assert (await taken(site, asking))["museum"] == 0
    with pytest.raises(QuestionInvalid) as refusal:
        await change(site, asking, "note", sensitive=False)
    assert [*refusal.value.fields] == ["sensitive"]
    await change(site, asking, "diet", sensitive=False)


async def test_a_retired_question_keeps_its_answers_and_comes_back_last(site, asking):
    person = await site.register(asking)
    await store(site, asking, person, visit="museum", note="x")
    async with site.pool.acquire() as db:
        await service.retire(db, asking.id, "visit", at=site.clock.at)
        asked = await service.list_questions(db, asking.id)
    assert [one.code for one in asked] == ["workshops", "diet", "note"]
    await store(site, asking, person, note="y")
    assert await answers(site, asking, person) == {"visit": "museum", "note": "y"}
    assert (await taken(site, asking))["museum"] == 1
    async with site.pool.acquire() as db:
        await service.bring_back(db, asking.id, "visit")
        await service.bring_back(db, asking.id, "visit")
        asked = await service.list_questions(db, asking.id)
    assert [one.code for one in asked] == ["workshops", "diet", "note", "visit"]


async def test_what_others_depend_on_is_neither_retired_nor_deleted(site, asking):
    on = Condition(question="visit", answers=["museum"])
    await site.ask(asking, "guide", "yes_no", condition=on)
    async with site.pool.acquire() as db:
        with pytest.raises(QuestionNeeded):
            await service.retire(db, asking.id, "visit", at=site.clock.at)
        with pytest.raises(QuestionNeeded):
            await service.delete(db, asking.id, "visit")
        await service.retire(db, asking.id, "guide", at=site.clock.at)
        await service.retire(db, asking.id, "visit", at=site.clock.at)
        with pytest.raises(QuestionNeeded, match="bring that one back first"):
            await service.bring_back(db, asking.id, "guide")
        await service.delete(db, asking.id, "visit")
        await service.bring_back(db, asking.id, "guide")


async def test_only_what_nobody_answered_is_deleted(site, asking):
    person = await site.register(asking)
    await store(site, asking, person, note="x", diet="vegan")
    async with site.pool.acquire() as db:
        for code in ("note", "diet"):
            with pytest.raises(QuestionAnswered):
                await service.delete(db, asking.id, code)
        await service.delete(db, asking.id, "visit")
        with pytest.raises(QuestionNotFound):
            await service.delete(db, asking.id, "visit")
    assert [one.code for one in await listed(site, asking)] == ["workshops", "diet", "note"]


async def test_questions_move(site, asking):
    async with site.pool.acquire() as db:
        assert await service.move(db, asking.id, "note", -1)
        assert not await service.move(db, asking.id, "visit", -1)
        asked = await service.list_questions(db, asking.id)
    assert [one.code for one in asked] == ["visit", "workshops", "note", "diet"]


async def test_an_edition_is_deleted_with_its_answers(site, asking):
    person = await site.register(asking, answers={"visit": "canal"})
    other = await site.edition()
    await site.ask(other, "visit", "text")
    async with site.pool.acquire() as db:
        await service.delete_edition_data(db, asking.id)
    assert await listed(site, asking) == []
    assert await answers(site, asking, person) == {}
    assert len(await listed(site, other)) == 1


# From a file


TOML = """
title = "Forum"
starts_on = 2027-03-23
ends_on = 2027-03-23
[[questions]]
code = "meal"
kind = "choice"
label = "Repas"
options = [{ code = "meat", label = "Viande", places = 3 }]
"""


async def test_an_edition_is_made_with_its_questions(db):
    new, asked = service.edition_from_toml(TOML, {"slug": "from-toml"})
    edition = await service.create_edition(db, new, asked, at=NOON)
    [question] = await service.list_questions(db, edition.id)
    assert service.as_new(question) == NewQuestion(
        code="meal",
        kind=Kind.CHOICE,
        label={"fr": "Repas"},
        options=[NewOption(code="meat", label={"fr": "Viande"}, places=3)],
    )


async def test_an_edition_whose_question_is_wrong_is_not_made(db):
    new = NewEdition(slug="wrong", title={"fr": "X"}, starts_on=FIRST_DAY, ends_on=FIRST_DAY)
    asked = [NewQuestion(code="meal", kind=Kind.CHOICE, label={"fr": "Repas"})]
    with pytest.raises(QuestionInvalid) as refusal:
        await service.create_edition(db, new, asked, at=NOON)
    assert [*refusal.value.fields] == ["questions.meal.options"]
    assert await db.fetchval("select count(*) from edition where slug = 'wrong'") == 0


def test_a_wrong_question_of_a_file_names_its_place():
    from forum.editions.models import EditionInvalid  # noqa: PLC0415

    with pytest.raises(EditionInvalid, match=r"questions\[0\]\.kind|questions\[\.\.\.\]\.kind"):
        service.edition_from_toml(TOML.replace('"choice"', '"chose"'), {"slug": "x"})


# How it is read


async def test_a_form_is_read_with_its_answers(site, asking):
    sent = {"given_name": "Zoé", "family_name": "L", "email": "z@example.org"}
    async with site.pool.acquire() as db:
        read = await registrations.read_form(
            db, asking, {**sent, "category": "press", "answers": {"visit": "canal"}}, at=NOON
        )
        assert read.answers == {"visit": "canal"}
        with pytest.raises(Invalid) as refusal:
            await registrations.read_form(
                db, asking, {**sent, "email": "no", "answers.visit": ["moon"]}, at=NOON
            )
    assert {*refusal.value.fields} == {"category", "email", "answers.visit"}


async def test_who_is_registered_by_another_may_answer_later(site, edition):
    await site.ask(edition, "note", "text", required=True)
    sent = {"given_name": "Zoé", "family_name": "L", "email": "z@example.org", "category": "press"}
    async with site.pool.acquire() as db:
        with pytest.raises(Invalid):
            await registrations.read_form(db, edition, sent, at=NOON)
        form = await registrations.read_form(db, edition, sent, whole=False, at=NOON)
    assert form.answers == {}


async def test_the_example_asks_its_two_questions(db):
    text = (ROOT / "docs" / "example" / "edition.toml").read_text("utf-8")
    new, asked = service.edition_from_toml(text, {"slug": "example"})
    edition = await service.create_edition(db, new, asked, at=NOON)
    shown = await service.list_questions(db, edition.id)
    assert [(one.code, one.sensitive, one.categories) for one in shown] == [
        ("diet", True, []),
        ("visit", False, ["agent", "elected"]),
    ]


async def test_open_questions_are_those_that_reading_the_answers_again_would_ask_for(site):
    """What SQL says of stored answers is what `read_answers` says of them: random forms and people.

    Answers of another category, to retired questions and to conditions no longer met lie about.
    """
    rng = random.Random(SEED)  # noqa: S311 -- the same forms in every run
    checked = 0
    for _ in range(12):
        edition = await site.edition()
        asked = await random_form(site, edition, rng)
        for _ in range(10):
            person = await site.register(edition, category=rng.choice(CATEGORIES))
            answers = {one.code: random_answer(one, rng) for one in asked if rng.random() < 0.6}
            async with site.pool.acquire() as db:
                await service.store_answers(db, edition.id, person.id, answers, at=NOON)
        for code in rng.sample([one.code for one in asked], 2):
            await site.value(
                "update question set retired_at = now() where edition_id = $1 and code = $2",
                edition.id,
                code,
            )
        await site.value(
            "update registration set category = 'press' where edition_id = $1 and turn is null"
            " and id = any(select id from registration where edition_id = $1 order by id limit 4)",
            edition.id,
        )
        checked += await check_open(site, edition)
    assert checked > 100  # of 120 people many have questions open


CATEGORIES = ("elected", "agent", "press")


async def random_form(site, edition, rng):
    """Ask eight questions: of categories, required, about needs, on conditions before them."""
    asked = []
    for number in range(8):
        kind = rng.choice(["choice", "choices", "yes_no", "text", "number"])
        before = [one for one in asked if one.kind in ("choice", "choices", "yes_no")]
        condition = None
        if before and rng.random() < 0.6:
            parent = rng.choice(before)
            offered = [one.code for one in parent.options] or ["yes", "no"]
            condition = Condition(question=parent.code, answers=rng.sample(offered, 1))
        sensitive = condition is not None and parent.sensitive
        asked.append(
            await site.ask(
                edition,
                f"q{number}",
                kind,
                required=rng.random() < 0.7,
                sensitive=sensitive or rng.random() < 0.2,
                categories=rng.sample(CATEGORIES, 2) if rng.random() < 0.4 else [],
                options=["true", "yes", "no"] if kind in ("choice", "choices") else [],
                condition=condition,
            )
        )
    return asked


def random_answer(question, rng):
    codes = [one.code for one in question.options]
    return {
        "choice": lambda: rng.choice(codes),
        "choices": lambda: rng.sample(codes, rng.randint(1, 3)),
        "yes_no": lambda: rng.random() < 0.5,
        "text": lambda: "x",
        "number": lambda: 7,
    }[question.kind.value]()


async def check_open(site, edition):
    """Hold SQL against `read_answers` for everybody; return how many answers are missing."""
    missing = 0
    async with site.pool.acquire() as db:
        questions = await service.list_questions(db, edition.id)
        for id_, category in await site.rows(
            "select id, category from registration where edition_id = $1", edition.id
        ):
            stored = await service.answers_of(db, edition.id, id_, private=True)
            known = {one.code for one in questions}
            answers = {code: value for code, value in stored.items() if code in known}
            _, mistakes = rules.read_answers(questions, category=category, sent=answers)
            assert set(mistakes.values()) <= {NEEDED}
            expected = [one.label for one in questions if one.field in mistakes]
            assert await service.open_questions(db, edition.id, id_) == expected
            missing += len(expected)
    return missing


async def test_who_cancelled_owes_no_answer(site, edition):
    person = await site.register(edition)
    await site.ask(edition, "note", "text", required=True)
    async with site.pool.acquire() as db:
        label = {"fr": "note ?", "en": "note?"}
        assert await service.open_questions(db, edition.id, person.id) == [label]
        await registrations.cancel(db, edition, person.id, at=NOON, ids=site.ids)
        assert await service.open_questions(db, edition.id, person.id) == []
