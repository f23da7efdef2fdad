"""Files of programmes that rest between being looked at and becoming the draft; and what they hold.

The content is in the database for a day at most, so that whoever comes back, on whichever server,
finds what was chosen, and a form carries no megabytes to and fro.
"""

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.ids import Ids
from forum.core.text import Text
from schedule import queries
from schedule.edits import Edit, PartKind, SessionPart, difference
from schedule.importing import is_table, read
from schedule.importing.sheet import COLUMNS, TRANSLATED, Guess, guess
from schedule.models import Draft, Imported, Resting, SpeakerRole

KEPT = timedelta(days=1)
MAX_FILE = 5_000_000
LONGEST_NAME = 200
MOST_TITLES = 10


class ImportNotFound(Problem):
    """This file rests here no longer: choose it again."""

    code = "import_not_found"
    status = 404


class ImportTooLarge(Problem):
    """This file is over 5 MB: is it a programme?"""

    code = "import_too_large"
    status = 413


class ImportMissing(Problem):
    """Choose the file that holds the programme."""

    code = "import_missing"
    status = 422


class Kind(StrEnum):
    """What becomes of a part of the draft."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"


class Summary(Struct, frozen=True, kw_only=True):
    """What an import would change of the draft: how many parts of each kind, some of the titles."""

    counts: dict[PartKind, dict[Kind, int]]
    titles: dict[Kind, list[Text]]
    kept_sessions: int


async def rest(
    db: Db, edition: Edition, name: str, content: bytes, *, actor: str, at: datetime, ids: Ids
) -> UUID:
    """Keep a file for a day; return its id.

    Raises:
        ImportMissing, ImportTooLarge: there is no file, or too much of it.
    """
    if not content:
        raise ImportMissing
    if len(content) > MAX_FILE:
        raise ImportTooLarge
    id_ = ids.uuid(at)
    file = Resting(name=name[:LONGEST_NAME] or "programme", content=content)
    await queries.insert_import(db, edition.id, id_, file, at, actor)
    return id_


async def find(db: Db, edition: Edition, id_: UUID, *, at: datetime) -> Resting:
    """Return a resting file.

    Raises:
        ImportNotFound: there is none, or its day is over.
    """
    found = await queries.find_import(db, edition.id, id_, at - KEPT)
    if found is None:
        raise ImportNotFound
    return found


async def sweep(db: Db, *, at: datetime) -> None:
    """Delete the files whose day is over."""
    await queries.sweep_imports(db, at - KEPT)


def columns(file: Resting, edition: Edition, told: dict[int, str] | None = None) -> list[Guess]:
    """Return what a table's columns mean; `told` says it otherwise, by their place from 0.

    A file that is no table has none. It may take some seconds of one processor: call it in a
    thread.

    Raises:
        Unreadable, UnreadableTable: it is a table without rows, or none that can be read.
    """
    if not is_table(file.content, file.name):
        return []
    found = guess(file.content, file.name, language=edition.language)
    return [
        replace(one, meaning=(told or {}).get(place, one.meaning))
        for place, one in enumerate(found)
    ]


def look(file: Resting, edition: Edition, known: list[Guess]) -> Imported:
    """Read a file, its columns as `known` has them. Call it in a thread.

    Raises:
        Unreadable, UnreadableTable: with the line and the mend.
    """
    return read(
        file.content,
        file.name,
        language=edition.language,
        timezone=edition.timezone,
        meanings={one.header: one.meaning for one in known} if known else None,
    )


def choices(languages: list[str]) -> list[str]:
    """Return every meaning that a column may have, those with a language for each of these."""
    texts = [f"{name}:{tag}" for name in TRANSLATED for tag in languages]
    people = ["speakers", *(f"role:{role}" for role in SpeakerRole if role != SpeakerRole.SPEAKER)]
    others = [name for name in COLUMNS if name not in (*TRANSLATED, "speakers")]
    return [*texts, *people, *others]


def summary(before: Draft, after: Draft) -> Summary:
    """Return what would change if `after` became the draft."""
    edits = difference(before, after)
    counted = Counter((edit.kind, kind_of(edit)) for edit in edits)
    titles: dict[Kind, list[Text]] = {kind: [] for kind in Kind}
    for edit in edits:
        part = edit.part
        if isinstance(part, SessionPart) and len(titles[kind_of(edit)]) < MOST_TITLES:
            titles[kind_of(edit)].append(part.content.title)
    olds = {one.id for one in before.sessions}
    return Summary(
        counts={
            part: {kind: counted[part, kind] for kind in Kind if counted[part, kind]}
            for part in (PartKind.SESSION, PartKind.SPEAKER, PartKind.ROOM, PartKind.TRACK)
        },
        titles=titles,
        kept_sessions=sum(one.id in olds for one in after.sessions),
    )


def kind_of(edit: Edit) -> Kind:
    """Return what an edit does."""
    if edit.before is None:
        return Kind.NEW
    return Kind.REMOVED if edit.after is None else Kind.CHANGED
