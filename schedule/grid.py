"""One day of the programme as a table: rooms across, beginnings down. Values in, values out.

A row is a beginning. A cell holds what begins there in its room, and reaches down over the rows
that begin before all of it has ended. What has no room stands across the whole table where no
room is in use, else in a column of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from schedule.models import Room, Session
from schedule.rules import NEVER


class Cell(Struct, frozen=True, kw_only=True):
    """What stands in one room from one row on; `rows` is how many rows it reaches over."""

    room: Room | None
    sessions: tuple[Session, ...] = ()
    rows: int = 1


class Row(Struct, frozen=True, kw_only=True):
    """One beginning; `across` is what stands over the whole width, and then there is no cell."""

    starts_at: datetime
    across: tuple[Session, ...] = ()
    cells: tuple[Cell, ...] = ()


class Grid(Struct, frozen=True, kw_only=True):
    """A day's table; a None among `columns`, always the last, is that of what has no room."""

    columns: tuple[Room | None, ...]
    rows: tuple[Row, ...]


def grid(sessions: Sequence[Session], rooms: Sequence[Room]) -> Grid:
    """Return the table of the given sessions of one day; those without a time are left out."""
    placed = sorted((one for one in sessions if one.starts_at), key=lambda one: one.number)
    starts = sorted({one.starts_at for one in placed if one.starts_at})
    by_room: dict[UUID | None, list[Session]] = {}
    known = {room.id for room in rooms}
    for one in placed:
        by_room.setdefault(one.room_id if one.room_id in known else None, []).append(one)
    used = [room for room in rooms if room.id in by_room]
    cells = {room.id: _cells(room, by_room[room.id], starts, set()) for room in used}
    busy = {
        row
        for column in cells.values()
        for first, cell in column.items()
        for row in range(first, first + cell.rows)
    }
    nowhere = by_room.get(None, [])
    wide = {n for n in range(len(starts)) if n not in busy}
    beside = [one for one in nowhere if starts.index(_start(one)) not in wide]
    columns: list[Room | None] = [*used, *([None] if beside else [])]
    columns_of_cells = [cells[room.id] for room in used]
    if beside:
        columns_of_cells.append(_cells(None, beside, starts, wide))
    rows = []
    for n, start in enumerate(starts):
        if n in wide:
            here = tuple(one for one in nowhere if one.starts_at == start)
            rows.append(Row(starts_at=start, across=here))
            continue
        made = []
        for room, column in zip(columns, columns_of_cells, strict=True):
            if n in column:
                made.append(column[n])
            elif not any(first < n < first + cell.rows for first, cell in column.items()):
                made.append(Cell(room=room))
        rows.append(Row(starts_at=start, cells=tuple(made)))
    return Grid(columns=tuple(columns), rows=tuple(rows))


def _cells(
    room: Room | None, sessions: Sequence[Session], starts: Sequence[datetime], cut: set[int]
) -> dict[int, Cell]:
    """Return the cells of one column by their first row; none reaches into a row of `cut`."""
    found: dict[int, Cell] = {}
    last = -1
    for one in sorted(sessions, key=lambda one: (_start(one), one.number)):
        first = starts.index(_start(one))
        end = first + 1
        while end < len(starts) and end not in cut and starts[end] < _end(one):
            end += 1
        if last in found and first < last + found[last].rows:
            before = found[last]
            found[last] = Cell(
                room=room,
                sessions=(*before.sessions, one),
                rows=max(before.rows, end - last),
            )
        else:
            found[first] = Cell(room=room, sessions=(one,), rows=end - first)
            last = first
    return found


def _start(session: Session) -> datetime:
    return session.starts_at or NEVER


def _end(session: Session) -> datetime:
    return session.ends_at or NEVER
