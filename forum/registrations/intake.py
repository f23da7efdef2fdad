"""Importing people from a table: brought, mapped, tried, registered. Each step may be repeated."""

import asyncio
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from forum.core import audit, tables
from forum.core.context import Edition
from forum.core.db import Db, retried
from forum.core.errors import Invalid
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.tables import Row, UnreadableTable
from forum.core.text import Filled, sort_key
from forum.editions import queries as editions
from forum.editions.rules import takes
from forum.questions import rules as question_rules
from forum.questions import service as questions
from forum.questions.models import WITH_OPTIONS, Question
from forum.registrations import importing, intake_queries, queries, rules, service
from forum.registrations.importing import BadRow, GoodRow, Offered, Plan
from forum.registrations.intake_models import (
    Check,
    Choice,
    DoubtfulRow,
    Earlier,
    ImportBegun,
    ImportNotFound,
    KnownRow,
    LeftOut,
    Namesake,
    Outcome,
    Progress,
    Said,
    StoredImport,
    Tally,
    Underway,
)
from forum.registrations.models import Places, RegistrationClosed, RegistrationForm, Status
from forum.territories import service as territories

MOST_BYTES = 5_000_000
MOST_ROWS = 10_000
MOST_CHARACTERS = 20_000_000
LONGEST_NAME = 100
KEPT = timedelta(days=1)
AT_ONCE = 100
"""How many rows a transaction registers: others who register wait no longer than these take."""

FILE_TOO_LARGE = N_("%(name)s is over %(most)d MB: split it, and import its parts.")
TOO_MANY_ROWS = N_("%(name)s has over %(most)d rows: split it, and import its parts.")
NOBODY = N_("%(name)s has headers, and nobody below: add a row for each person.")
CLOSED = N_("Registration is not open: open it in the form, then import.")
CATEGORY_CLOSED = N_(
    "This category takes no registrations now: open it in the form, or choose another."
)
NAMESAKE = N_("Somebody of this name and organisation is registered, or stands in another row.")
SAY_SO = N_("Say that the bad rows are left out, or mend them first.")


# A table, from a file to its rows at rest


def read_rows(data: bytes, name: str) -> list[Row]:
    """Return the rows of a CSV, XLSX or ODS file that is small enough.

    Raises:
        UnreadableTable: over 5 MB, over 10,000 rows, nobody in it, or no table.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableTable(Filled(FILE_TOO_LARGE, name=name, most=MOST_BYTES // 10**6))
    rows = tables.read_table(data, name)
    if len(rows) > MOST_ROWS:
        raise UnreadableTable(Filled(TOO_MANY_ROWS, name=name, most=MOST_ROWS))
    if not rows:
        raise UnreadableTable(Filled(NOBODY, name=name))
    if sum(len(cell) for _, row in rows for cell in row.values()) > MOST_CHARACTERS:
        raise UnreadableTable(Filled(FILE_TOO_LARGE, name=name, most=MOST_CHARACTERS // 10**6))
    return rows


def packed(rows: Sequence[Row]) -> bytes:
    """Return rows as they rest: their headers once, then number and cells of each."""
    headers = importing.headers_of(rows)
    cells = [[number, [row.get(header, "") for header in headers]] for number, row in rows]
    return zlib.compress(msgspec.json.encode([headers, cells]))


def unpacked(content: bytes) -> list[Row]:
    """Return the rows that `packed` made."""
    headers, cells = msgspec.json.decode(
        zlib.decompress(content), type=tuple[list[str], list[tuple[int, list[str]]]]
    )
    return [(number, dict(zip(headers, row, strict=True))) for number, row in cells]


async def offered(db: Db, edition: Edition) -> Offered:
    """Return what a table is held against."""
    return Offered(
        edition=edition,
        categories=await editions.list_categories(db, edition.id),
        consents=await editions.list_consents(db, edition.id),
        questions=await questions.list_questions(db, edition.id),
    )


async def take(
    db: Db,
    edition: Edition,
    account_id: UUID,
    rows: Sequence[Row],
    *,
    file_name: str,
    at: datetime,
    ids: Ids,
) -> UUID:
    """Keep a table for a day, its columns guessed; return its id."""
    remembered: dict[str, str] = {}
    for one in reversed(await intake_queries.list_earlier(db, edition.id)):
        remembered.update(one.detail.get("columns", {}))
    columns = importing.guess(importing.headers_of(rows), await offered(db, edition), remembered)
    stored = StoredImport(
        edition_id=edition.id,
        id=ids.uuid(at),
        account_id=account_id,
        file_name=file_name[:LONGEST_NAME],
        content=await asyncio.to_thread(packed, rows),
        plan=Plan(columns=columns, language=edition.language),
        created_at=at,
        expires_at=at + KEPT,
    )
    await intake_queries.insert_import(db, stored)
    return stored.id


async def find(
    db: Db, edition: Edition, import_id: UUID, account_id: UUID, *, at: datetime
) -> StoredImport:
    """Return a table that this account brought within a day.

    Raises:
        ImportNotFound: there is none.
    """
    found = await intake_queries.find_import(db, edition.id, import_id, account_id, at)
    if found is None:
        raise ImportNotFound
    return found


async def list_own(
    db: Db, edition: Edition, account_id: UUID, *, at: datetime
) -> tuple[list[Underway], list[Earlier]]:
    """Return the tables of an account that are still here, and the edition's earlier imports."""
    return (
        await intake_queries.list_imports(db, edition.id, account_id, at),
        await intake_queries.list_earlier(db, edition.id),
    )


async def set_plan(
    db: Db, edition: Edition, import_id: UUID, account_id: UUID, plan: Plan, *, at: datetime
) -> None:
    """Say what is to be made of a table.

    Raises:
        ImportNotFound: it is no longer here.
        ImportBegun: its people are being registered.
    """
    async with db.transaction():
        stored = await _locked(db, edition, import_id, account_id, at)
        if stored.progress is not None:
            raise ImportBegun
        await intake_queries.set_plan(db, edition.id, import_id, plan)


async def discard(db: Db, edition: Edition, import_id: UUID, account_id: UUID) -> None:
    """Delete a table; doing it again changes nothing."""
    await intake_queries.delete_import(db, edition.id, import_id, account_id)


async def sweep(db: Db, *, at: datetime) -> None:
    """Delete the tables that are over; doing it again changes nothing."""
    await intake_queries.delete_over(db, at)


async def _locked(
    db: Db, edition: Edition, import_id: UUID, account_id: UUID, at: datetime
) -> StoredImport:
    found = await intake_queries.lock_import(db, edition.id, import_id, account_id, at)
    if found is None:
        raise ImportNotFound
    return found


# What it would do


async def check(
    db: Db, edition: Edition, rows: Sequence[Row], plan: Plan, *, at: datetime
) -> Check:
    """Say what a table would do now, storing nothing and holding nobody up."""
    against = await offered(db, edition)
    read = await asyncio.to_thread(importing.read, rows, against, plan)
    keys = [service.email_key(one.form.email) for one in read.good]
    known = {one.email_key: one for one in await intake_queries.list_known(db, edition.id, keys)}
    new = [one for one, key in zip(read.good, keys, strict=True) if key not in known]
    doubtful = await _doubtful(db, edition, new)
    rows_in_doubt = {one.good.row for one in doubtful}
    trial = _Trial(await intake_queries.see_places(db, edition.id), against.questions, plan, at)
    sure: list[GoodRow] = []
    refused: list[BadRow] = []
    for one in new:
        if one.row in rows_in_doubt:
            continue
        reasons = trial.register(one.form)
        if reasons:
            refused.append(BadRow(row=one.row, reasons=reasons))
        else:
            sure.append(one)
    return Check(
        sure=sure,
        tally=trial.tally(),
        known=[
            KnownRow(good=one, known=known[key])
            for one, key in zip(read.good, keys, strict=True)
            if key in known
        ],
        doubtful=doubtful,
        bad=sorted([*read.bad, *refused], key=lambda one: one.row),
    )


async def _doubtful(db: Db, edition: Edition, new: Sequence[GoodRow]) -> list[DoubtfulRow]:
    """Return the rows whose name and organisation are registered, or stand in an earlier row."""
    keys = [sort_key(one.form.family_name, one.form.given_name) for one in new]
    organisations = [territories.name_of(one.form.organisation) for one in new]
    found: dict[int, list[Namesake]] = {}
    for namesake in await intake_queries.list_namesakes(db, edition.id, keys, organisations):
        found.setdefault(namesake.n, []).append(namesake)
    first: dict[tuple[str, str], int] = {}
    doubtful: list[DoubtfulRow] = []
    for n, one in enumerate(new):
        same_as = first.setdefault((keys[n], sort_key(organisations[n] or "")), one.row)
        if n in found or same_as != one.row:
            doubtful.append(
                DoubtfulRow(
                    good=one,
                    namesakes=found.get(n, []),
                    same_as=same_as if same_as != one.row else None,
                )
            )
    return doubtful


class _Trial:
    """Gives places away on paper, by the rules that hold when they are given for good."""

    def __init__(
        self, places: Sequence[Places], asked: Sequence[Question], plan: Plan, at: datetime
    ) -> None:
        self.places = {
            one.category: service.trusted(one, approval=not plan.approve) for one in places
        }
        self.options = {
            (question.code, option.code): (question, option.label, option.places_left)
            for question in asked
            if question.kind in WITH_OPTIONS and not question.sensitive
            for option in question.options
            if option.places_left is not None
        }
        self.at = at
        self.taken: Counter[str] = Counter()
        self.chosen: Counter[tuple[str, str]] = Counter()
        self.counted: Counter[tuple[str, Status]] = Counter()

    def register(self, form: RegistrationForm) -> dict[str, str]:
        """Count a person in; return what is against it, by target."""
        held = self.places[form.category]
        before = self.taken[form.category]
        held = msgspec.structs.replace(
            held,
            taken=held.taken + self.taken.total(),
            category_taken=held.category_taken + before,
        )
        try:
            status = rules.place(held, at=self.at)
        except RegistrationClosed:
            return _closed(held, self.at)
        chosen = [
            (code, option)
            for code, value in form.answers.items()
            for option in question_rules.choices_of(value)
            if (code, option) in self.options
        ]
        for one in chosen:
            question, label, left = self.options[one]
            if left is not None and self.chosen[one] >= left:
                return {question.field: Filled(question_rules.FULL, option=label)}
        self.chosen.update(chosen)
        if status is Status.CONFIRMED:
            self.taken[form.category] += 1
        self.counted[form.category, status] += 1
        return {}

    def tally(self) -> list[Tally]:
        """Return how many would stand where."""
        return _tally(self.counted)


def _closed(held: Places, at: datetime) -> dict[str, str]:
    open_category = takes(held.opening, at)
    return {"": CLOSED} if open_category else {"category": CATEGORY_CLOSED}


def _tally(counted: Mapping[tuple[str, Status], int]) -> list[Tally]:
    return sorted(
        Tally(category=category, status=status, count=count)
        for (category, status), count in counted.items()
    )


# What it does


async def put(
    db: Db,
    edition: Edition,
    good: Sequence[GoodRow],
    origin: service.Origin,
    *,
    at: datetime,
    ids: Ids,
) -> list[Outcome]:
    """Register rows in the caller's transaction, in order, and tell of each.

    An address that is registered stays as it is, and gets no letter. What is refused for one row
    (its last place has just gone) leaves the others alone.
    """
    if not good:
        return []
    held = await queries.lock_places(db, edition.id, good[0].form.category)
    keys = [service.email_key(one.form.email) for one in good]
    known = {one.email_key for one in await intake_queries.list_known(db, edition.id, keys)}
    outcomes: list[Outcome] = []
    for one, key in zip(good, keys, strict=True):
        category = one.form.category
        if key in known:
            outcomes.append(Outcome(row=one.row, category=category, known=True))
            continue
        by_row = msgspec.structs.replace(origin, detail={**origin.detail, "row": one.row})
        try:
            async with db.transaction():
                made, new = await service.add(db, edition, one.form, by_row, at=at, ids=ids)
        except RegistrationClosed:
            held = await queries.lock_places(db, edition.id, category)
            reasons = {"": CLOSED} if held is None else _closed(held, at)
            outcomes.append(Outcome(row=one.row, category=category, reasons=reasons))
        except Invalid as invalid:
            outcomes.append(Outcome(row=one.row, category=category, reasons=invalid.fields))
        else:
            known.add(key)
            status = made.status if new else None
            outcomes.append(Outcome(row=one.row, category=category, status=status, known=not new))
    return outcomes


async def register(
    db: Db,
    edition: Edition,
    import_id: UUID,
    account_id: UUID,
    choice: Choice,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Progress:
    """Register the people of a table, a hundred in each transaction; tell what was done.

    Who presses twice, at once or later, gets what the first time did; what was cut off in the
    middle goes on where it was.

    Raises:
        ImportNotFound: it is no longer here.
        Invalid: there are bad rows, and nobody said that they are left out.
    """
    await _begin(db, edition, import_id, account_id, choice, at=at)
    while True:
        progress = await _go_on(db, edition, import_id, account_id, actor=actor, at=at, ids=ids)
        if progress.finished_at is not None:
            return progress


@retried
async def _begin(
    db: Db, edition: Edition, import_id: UUID, account_id: UUID, choice: Choice, *, at: datetime
) -> None:
    """Settle which rows are registered, once."""
    async with db.transaction():
        stored = await _locked(db, edition, import_id, account_id, at)
        if stored.progress is not None:
            return
        rows = await asyncio.to_thread(unpacked, stored.content)
        found = await check(db, edition, rows, stored.plan, at=at)
        if found.bad and not choice.skip_bad:
            raise Invalid(fields={"skip_bad": SAY_SO})
        others = [
            one.good.row
            for one in found.doubtful
            if choice.others is None or one.good.row in choice.others
        ]
        left = [
            LeftOut(row=one.good.row, reasons={"": Said(sentence=NAMESAKE)})
            for one in found.doubtful
            if one.good.row not in {*others}
        ]
        progress = Progress(
            todo=sorted([*(one.row for one in found.sure), *others]),
            known=len(found.known),
            left=sorted([*left, *(_left(one) for one in found.bad)], key=lambda one: one.row),
        )
        await intake_queries.set_progress(db, edition.id, import_id, progress)


def _left(bad: BadRow | Outcome) -> LeftOut:
    return LeftOut(row=bad.row, reasons={k: Said.of(v) for k, v in bad.reasons.items()})


@retried
async def _go_on(
    db: Db,
    edition: Edition,
    import_id: UUID,
    account_id: UUID,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> Progress:
    """Register the next hundred; with the last of them the import is recorded."""
    async with db.transaction():
        stored = await _locked(db, edition, import_id, account_id, at)
        before = stored.progress
        if before is None:
            raise ImportNotFound
        if before.finished_at is not None:
            return before
        rows = await asyncio.to_thread(unpacked, stored.content)
        numbers = {*before.todo[before.done : before.done + AT_ONCE]}
        read = importing.read(
            [row for row in rows if row[0] in numbers], await offered(db, edition), stored.plan
        )
        origin = service.Origin(
            actor=actor,
            action="registered by an import",
            detail={"import": str(import_id), "file": stored.file_name},
            announce=stored.plan.announce,
            trusted=True,
            approval=not stored.plan.approve,
        )
        outcomes = await put(db, edition, read.good, origin, at=at, ids=ids)
        after = _after(before, outcomes, read.bad, at)
        await intake_queries.set_progress(db, edition.id, import_id, after)
        if after.finished_at is not None:
            await _finish(db, stored, rows, after, actor=actor, at=at, ids=ids)
    return after


def _after(
    before: Progress, outcomes: Sequence[Outcome], bad: Sequence[BadRow], at: datetime
) -> Progress:
    counted = Counter({(one.category, one.status): one.count for one in before.registered})
    counted.update((one.category, one.status) for one in outcomes if one.status is not None)
    refused = [_left(one) for one in bad] + [_left(one) for one in outcomes if one.reasons]
    done = min(before.done + AT_ONCE, len(before.todo))
    return msgspec.structs.replace(
        before,
        done=done,
        registered=_tally(counted),
        known=before.known + sum(one.known for one in outcomes),
        refused=[*before.refused, *refused],
        finished_at=at if done == len(before.todo) else None,
    )


async def _finish(
    db: Db,
    stored: StoredImport,
    rows: Iterable[Row],
    after: Progress,
    *,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    """Record what was imported, and keep only the rows that were left out."""
    left = {one.row for one in (*after.left, *after.refused)}
    content = packed([row for row in rows if row[0] in left])
    await intake_queries.set_content(db, stored.edition_id, stored.id, content)
    await _record(
        db,
        stored.edition_id,
        _told(stored.file_name, stored.plan, after.registered, after.known, len(left)),
        subject_id=stored.id,
        actor=actor,
        at=at,
        ids=ids,
    )


async def note(
    db: Db,
    edition: Edition,
    file_name: str,
    plan: Plan,
    done: Sequence[Outcome],
    bad: Sequence[BadRow],
    *,
    at: datetime,
    ids: Ids,
) -> None:
    """Record an import of the command line, in the caller's transaction."""
    new = Counter((one.category, one.status) for one in done if one.status is not None)
    known = sum(one.known for one in done)
    detail = _told(file_name, plan, _tally(new), known, len(bad))
    await _record(db, edition.id, detail, subject_id=None, actor="command", at=at, ids=ids)


async def _record(
    db: Db,
    edition_id: int,
    detail: dict[str, Any],
    *,
    subject_id: UUID | None,
    actor: str,
    at: datetime,
    ids: Ids,
) -> None:
    await audit.record(
        db,
        edition_id=edition_id,
        id=ids.uuid(at),
        at=at,
        actor=actor,
        action="registrations imported",
        subject_id=subject_id,
        detail=detail,
    )


def _told(
    file_name: str, plan: Plan, registered: Sequence[Tally], known: int, left_out: int
) -> dict[str, Any]:
    """Return what the record keeps of an import: its file, counts, and columns by `key_of`."""
    return {
        "file": file_name,
        "registered": sum(one.count for one in registered),
        "known": known,
        "left_out": left_out,
        "announced": plan.announce,
        "columns": {importing.key_of(header): target for header, target in plan.columns.items()},
    }
