"""What an address asks of the table, and where its pages begin: values in, values out."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.ids import Ids
from forum.core.text import sort_key
from forum.registrations.listing import (
    CELLS,
    SHOWN,
    Asked,
    Column,
    Cursor,
    CursorInvalid,
    Filter,
    Sort,
    address,
    first_id,
    parameters,
    read,
    read_cursor,
    references,
    sorted_by,
    words,
    written,
)
from forum.registrations.models import Status
from tests.pages.samples import EDITION


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("", None),
        ("— !", None),
        ("Lefèvre", "'lefevre':*"),
        ("ZOÉ  Lefèvre", "'zoe':* & 'lefevre':*"),
        ("d’Hérouville-Nguyen", "'d':* & 'herouville':* & 'nguyen':*"),
        ("zoe.1@x.example", "'zoe.1@x.example':*"),
        ("@x.example.", "'x':* & 'example':*"),
        ("it's:* & | !x \\", "'it':* & 's':* & 'x':*"),
        ("K7QM-42XR", "('k7qm':* & '42xr':* | 'k7qm42xr')"),
        ("k7qm42xr", "('k7qm42xr':* | 'k7qm42xr')"),
        ("K7QM 420I", "('k7qm':* & '420i':* | 'k7qm4201')"),
        (" ".join("abcdefghijkl"), " & ".join(f"'{letter}':*" for letter in "abcdefgh")),
    ],
)
def test_words_become_a_query(typed, query):
    assert words(typed) == query


@given(st.text(max_size=60))
async def test_whatever_is_typed_is_a_query_for_postgresql(shared_connection, typed):
    query = words(typed)
    if query is not None:
        assert await shared_connection.fetchval("select $1::tsquery is not null", query)


LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=40)


@given(LATIN)
async def test_the_database_folds_as_we_do(shared_connection, text):
    assert await shared_connection.fetchval("select folded($1)", text) == sort_key(text)


@pytest.mark.parametrize("text", ["Œuvre d’Ambert", "STRAẞE", "ﬁn", "Łódź", "İzmir", "Ærø", "ſ"])
async def test_the_database_folds_ligatures_as_we_do(shared_connection, text):
    assert await shared_connection.fetchval("select folded($1)", text) == sort_key(text)


WHOLE = Asked(
    filter=Filter(
        q="Lefèvre & <Fils",
        status=(Status.PENDING, Status.WAITING),
        category="agent",
        day=EDITION.starts_on,
        group=UUID(int=7),
        language="en",
        organisation="Ville de Lyon",
        printed=False,
        since=date(2027, 1, 1),
        until=date(2027, 2, 28),
    ),
    sort=Sort.STATUS,
    descending=True,
    columns=(Column.EMAIL, Column.GROUP),
    after=Cursor(Sort.STATUS, ("waiting", "lefevre\tzoe"), UUID(int=8)),
)


TO_CHECK = Asked(filter=Filter(to_check=True))


@pytest.mark.parametrize("asked", [Asked(), WHOLE, TO_CHECK])
def test_an_address_says_all_that_is_asked(asked):
    assert read(parse_qs(address(asked).removeprefix("?")), EDITION) == (asked, {})


def test_nothing_asked_is_nothing_in_the_address():
    assert address(Asked()) == ""


def test_what_cannot_be_read_is_told_and_left_out():
    sent = {"since": ["31/12"], "until": ["x"], "after": ["x"], "day": ["2030-01-01"]}
    asked, errors = read(sent | {"language": ["de"], "printed": ["perhaps"]}, EDITION)
    assert asked == Asked()
    assert {*errors} == {"since", "until", "after"}


def test_sorting_again_turns_round_and_begins_at_the_first_page():
    once = sorted_by(WHOLE, Sort.DATE)
    assert (once.sort, once.descending, once.after) == (Sort.DATE, False, None)
    twice = sorted_by(once, Sort.DATE)
    assert (twice.sort, twice.descending) == (Sort.DATE, True)
    assert sorted_by(twice, Sort.DATE).descending is False


@pytest.mark.parametrize("sort", Sort)
def test_a_cursor_is_read_as_it_was_written(sort):
    keys = {Sort.NAME: ("é\t1",), Sort.DATE: (), Sort.STATUS: ("waiting", "x")}
    cursor = Cursor(sort, keys.get(sort, ("~", "x")), UUID(int=5))
    assert read_cursor(written(cursor), sort) == cursor
    other = Sort.DATE if sort is Sort.NAME else Sort.NAME
    with pytest.raises(CursorInvalid):
        read_cursor(written(cursor), other)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(Sort.NAME, (), UUID(int=1)),
        Cursor(Sort.NAME, ("a", "b"), UUID(int=1)),
        Cursor(Sort.NAME, ("a\0",), UUID(int=1)),
        Cursor(Sort.STATUS, ("king", "b"), UUID(int=1)),
    ],
)
def test_a_cursor_that_is_none_is_refused(cursor):
    with pytest.raises(CursorInvalid):
        read_cursor(written(cursor), cursor.sort)


@given(st.text(max_size=30))
def test_whatever_stands_for_a_cursor_is_refused(text):
    with pytest.raises(CursorInvalid):
        read_cursor(text, Sort.NAME)


@given(st.integers(min_value=0, max_value=4 * 10**9))
def test_an_id_stands_between_the_seconds_around_it(second):
    at = datetime.fromtimestamp(second, UTC)
    made = Ids().uuid(at)
    assert first_id(at) <= made < first_id(at + timedelta(seconds=1))


def test_the_days_of_registering_are_those_of_the_edition():
    """The first of March begins an hour earlier than in UTC, there in Toulouse."""
    day = date(2027, 3, 1)
    *_, first, end = parameters(Filter(since=day, until=day), EDITION)
    assert first == first_id(datetime(2027, 2, 28, 23, tzinfo=UTC))
    assert end == first_id(datetime(2027, 3, 1, 23, tzinfo=UTC))


@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_beyond_all_calendars_are_no_bounds_or_the_first(day):
    *_, first, end = parameters(Filter(since=day, until=day), EDITION)
    assert all(one is None or isinstance(one, UUID) for one in (first, end))


def test_with_more_columns_a_page_has_fewer_rows():
    sizes = [Asked(columns=tuple(Column)[:n]).size for n in range(1, len(Column) + 1)]
    assert sizes[:4] == [50] * 4
    assert sizes[4:] == sorted(sizes[4:], reverse=True)
    assert all(size * (4 + n) <= CELLS for n, size in enumerate(sizes, start=1))
    assert Asked(columns=SHOWN).size == 50


def test_references_are_found_in_a_text():
    text = "K7QM-42XR, K7QM-42XR AAAA-0000\nxK7QM-42XR ILOU-0000 K7QM-42X"
    assert references(text) == ["K7QM-42XR", "AAAA-0000"]
