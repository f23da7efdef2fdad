"""A day as a table: every session stands in it once, and every row is as wide as the head."""

from collections import Counter
from datetime import timedelta

from hypothesis import given
from msgspec.structs import replace

from schedule.grid import grid
from schedule.models import SessionType
from tests.schedule import factory
from tests.schedule.programmes import programmes

NINE = factory.at(factory.FIRST_DAY, "09:00")
ROOMS = factory.programme(room_count=3, sessions=9).rooms


def session(number, start, minutes, room):
    """Return a session that begins so many minutes after nine, in a room by its place or none."""
    one = factory.programme(sessions=1).sessions[0]
    return replace(
        one,
        number=number,
        type=SessionType.TALK,
        starts_at=NINE + timedelta(minutes=start),
        minutes=minutes,
        room_id=None if room is None else ROOMS[room].id,
    )


def drawn(sessions):
    """Return the table as texts: `1` a session, `1+2` two, `*` a row that a cell goes on over."""
    table = grid(sessions, ROOMS)
    names = ["-" if room is None else room.name.split()[-1] for room in table.columns]
    rows = []
    for row in table.rows:
        if row.across:
            rows.append("=" + "+".join(str(one.number) for one in row.across))
            continue
        cells = [
            "+".join(str(one.number) for one in cell.sessions) + "*" * (cell.rows - 1)
            for cell in row.cells
        ]
        rows.append("|".join(cells))
    return names, rows


def test_a_session_reaches_down_over_what_begins_before_its_end():
    assert drawn([session(1, 0, 120, 0), session(2, 0, 60, 1), session(3, 60, 60, 1)]) == (
        ["auditorium", "Garonne"],
        ["1*|2", "3"],
    )


def test_what_has_no_room_stands_across_while_no_room_is_in_use():
    sessions = [session(1, 0, 60, 0), session(2, 60, 30, None), session(3, 90, 30, 1)]
    assert drawn(sessions) == (["auditorium", "Garonne"], ["1|", "=2", "|3"])


def test_what_has_no_room_stands_beside_rooms_in_use_in_the_last_column():
    sessions = [session(1, 0, 60, 0), session(2, 0, 120, None), session(3, 90, 30, None)]
    assert drawn(sessions) == (["auditorium", "-"], ["1|2", "=3"])


def test_two_in_one_room_at_one_time_share_a_cell():
    sessions = [session(1, 0, 90, 0), session(2, 30, 90, 0), session(3, 60, 15, 1)]
    assert drawn(sessions) == (["auditorium", "Garonne"], ["1+2**|", "", "3"])


def test_a_room_that_is_not_known_is_none():
    lost = replace(session(1, 0, 60, 0), room_id=session(1, 0, 60, 0).id)
    assert drawn([lost]) == ([], ["=1"])


def test_nothing_makes_an_empty_table():
    assert drawn([]) == ([], [])


def holds(sessions, rooms):
    """Check that a table has every session once, and that its cells fill it without a hole."""
    table = grid(sessions, rooms)
    shown = Counter(
        one.id
        for row in table.rows
        for some in (row.across, *(cell.sessions for cell in row.cells))
        for one in some
    )
    assert shown == Counter(one.id for one in sessions if one.starts_at)
    filled = Counter()
    for n, row in enumerate(table.rows):
        assert not (row.across and row.cells)
        for cell in row.cells:
            for below in range(n, n + cell.rows):
                filled[below] += 1
    for n, row in enumerate(table.rows):
        assert filled[n] == (0 if row.across else len(table.columns))


@given(programmes())
def test_any_programme_fills_its_table(programme):
    holds(programme.sessions, programme.rooms)


def test_a_thousand_sessions_fill_theirs():
    programme = factory.programme(sessions=1000, room_count=40)
    for seed_day in range(3):
        day = factory.FIRST_DAY + timedelta(days=seed_day)
        some = [one for one in programme.sessions if one.starts_at.date() == day]
        holds(some, programme.rooms)
