"""The organiser's own texts: stored together, never over somebody else's, restored, audited."""

import asyncio
from datetime import UTC, datetime

import pytest

from forum.core.ids import Ids
from forum.letters import queries, service
from forum.letters.kinds import KINDS
from forum.letters.models import Author, Change, KindUnknown, LetterText, TextChanged

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
KIND = KINDS["waiting"]


@pytest.fixture
async def author(site):
    """A member of the team."""
    account = await site.value(
        """
        insert into account values (gen_random_uuid(), 'a@example.org',
                                    gen_random_uuid()::text, now())
        returning id
        """
    )
    return Author(account_id=account, actor=f"organiser:{account}")


def text(body="Corps"):
    return LetterText(subject="Objet", body=body)


def change(language="fr", *, revision=0, body="Corps"):
    given = None if body is None else text(body)
    return Change(language=language, text=given, revision=revision)


@pytest.fixture
def store(site, edition, author):
    """Store changes of one kind."""

    async def store(*changes):
        async with site.pool.acquire() as db:
            await service.change(db, edition, KIND, changes, by=author, at=AT, ids=Ids())

    return store


@pytest.fixture
def found(site, edition):
    """Find what is stored in a language, and the text that holds."""

    async def found(language="fr"):
        async with site.pool.acquire() as db:
            stored = await queries.list_texts_of_kind(db, edition.id, KIND.code)
            own = await queries.find_text(db, edition.id, KIND.code, language)
        by_language = {one.language: one for one in stored}
        return by_language.get(language), own

    return found


async def test_a_text_is_stored_with_who_and_when(store, found):
    await store(change())
    stored, own = await found()
    assert (stored.revision, stored.changed_at, stored.changed_by) == (1, AT, "a@example.org")
    assert (stored.text, own) == (text(), text())


async def test_restoring_keeps_the_count_of_changes(store, found):
    await store(change())
    await store(change(revision=1, body=None))
    stored, own = await found()
    assert (stored.revision, stored.text, own) == (2, None, None)
    await store(change(revision=2, body="Encore"))
    stored, own = await found()
    assert (stored.revision, own) == (3, text("Encore"))


@pytest.mark.parametrize("revision", [0, 2, 7])
async def test_nobody_writes_over_a_text_they_have_not_seen(store, found, revision):
    await store(change())
    with pytest.raises(TextChanged):
        await store(change(revision=revision, body="Autre"))
    assert (await found())[1] == text()


async def test_a_revision_of_a_text_that_was_never_there_is_none(store, found):
    with pytest.raises(TextChanged):
        await store(change(revision=1))
    assert await found() == (None, None)


async def test_both_languages_are_stored_or_none(store, found):
    await store(change("en"))
    with pytest.raises(TextChanged):
        await store(change("fr"), change("en"))
    assert await found("fr") == (None, None)


async def test_of_two_at_the_same_moment_one_is_told(store, found):
    answers = await asyncio.gather(
        *(store(change(body=f"Corps {n}")) for n in range(8)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", *["TextChanged"] * 7]
    assert (await found())[0].revision == 1


async def test_each_change_is_recorded_without_the_text(site, edition, store, author):
    await store(change(), change("en"))
    await store(change(revision=1, body=None))
    rows = await site.rows(
        """
        select actor, action, detail
          from audit
         where edition_id = $1
         order by action, detail->>'language' desc
        """,
        edition.id,
    )
    assert rows == [
        (author.actor, "letter_changed", {"kind": "waiting", "language": "fr", "revision": 1}),
        (author.actor, "letter_changed", {"kind": "waiting", "language": "en", "revision": 1}),
        (author.actor, "letter_restored", {"kind": "waiting", "language": "fr", "revision": 2}),
    ]


async def test_an_edition_has_its_own_texts_and_takes_them_along(site, edition, store, found):
    other = await site.edition()
    await store(change())
    async with site.pool.acquire() as db:
        assert await queries.list_texts(db, other.id) == []
        assert [one.kind for one in await queries.list_texts(db, edition.id)] == ["waiting"]
        await queries.delete_edition_data(db, edition.id)
    assert await found() == (None, None)


def test_a_kind_that_is_none_is_refused():
    assert service.kind_of("waiting") is KIND
    with pytest.raises(KindUnknown):
        service.kind_of("sign_in")
