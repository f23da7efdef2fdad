"""Importing people from a table, in the browser: the file, its columns, what it would do, done."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect, Response
from msgspec import Struct

from forum.core import forms, tables
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.i18n import N_, Words
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.tables import Row, UnreadableTable
from forum.core.text import fold
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields
from forum.registrations import importing, intake
from forum.registrations.importing import BadRow, Offered, Plan
from forum.registrations.intake_models import Check, Choice, LeftOut, Progress, StoredImport
from forum.registrations.models import Status
from forum.registrations.organiser_routes import last

LARGEST_UPLOAD = 12_000_000
"""The largest body of a form that brings a table: a file too large by half is told its limit."""
PER_MINUTE = 30
SAMPLES, LONGEST_SAMPLE = 3, 40
SHOWN, DOUBTFUL_SHOWN = 25, 60
"""How many rows of each list a page shows: 600 elements hold them."""
STANDING = (Status.CONFIRMED, Status.WAITING, Status.PENDING)

NO_FILE = N_("Choose a file: CSV, XLSX or ODS.")
WHAT = {"deed": Deed.EXCHANGE}


class Column(Struct, frozen=True, kw_only=True):
    """A column of a table as the page shows it; `target` '' is left out."""

    name: str
    header: str
    samples: list[str]
    target: str


class Value(Struct, frozen=True, kw_only=True):
    """A text in the column of the categories that is none; `code` None: nobody said what it is."""

    name: str
    text: str
    code: str | None


# A file


@get("/organiser/{slug:str}/import", include_in_schema=False, opt=WHAT)
async def import_page(
    staff: Given[Staff], db: Given[Db], page: Given[Page], now: Given[datetime]
) -> AnyResponse:
    """Ask for a file; show the tables that wait, and what was imported before."""
    return await _upload(db, page, staff, now)


@post(
    "/organiser/{slug:str}/import",
    include_in_schema=False,
    opt=WHAT,
    request_max_body_size=LARGEST_UPLOAD,
    middleware=[limited("import", per_minute=PER_MINUTE)],
)
async def bring(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Take a file: its rows are kept for a day, and its columns are shown."""
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return await _upload(db, page, staff, now, error=page.words.gettext(NO_FILE))
    name = importing.shown(sent.filename.replace("\\", "/").rpartition("/")[2])
    data = await sent.read()
    try:
        rows = await asyncio.to_thread(intake.read_rows, data, name)
    except UnreadableTable as problem:
        said = page.words.say(problem.said)
        if problem.row:
            told = page.words.gettext("Row %(row)d: %(message)s")
            said = told % {"row": problem.row, "message": said}
        return await _upload(db, page, staff, now, error=said)
    account = staff.organiser.account_id
    made = await intake.take(db, staff.edition, account, rows, file_name=name, at=now, ids=ids)
    return _to(staff, made)


async def _upload(
    db: Db, page: Page, staff: Staff, now: datetime, *, error: str = ""
) -> AnyResponse:
    own, earlier = await intake.list_own(db, staff.edition, staff.organiser.account_id, at=now)
    return page(
        "registrations/import.html",
        staff.edition,
        status=422 if error else 200,
        staff=staff,
        errors={"file": error} if error else {},
        own=own,
        earlier=earlier,
        most_rows=intake.MOST_ROWS,
        most_mb=intake.MOST_BYTES // 10**6,
    )


def _to(staff: Staff, import_id: UUID, step: str = "") -> Redirect:
    path = f"/organiser/{staff.edition.slug}/import/{import_id}{step}"
    return Redirect(path, status_code=303)


# Its columns


@get("/organiser/{slug:str}/import/{import_id:uuid}", include_in_schema=False, opt=WHAT)
async def columns_page(
    import_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Show each column with a guess of what it holds, or what was done once it was."""
    stored = await _found(db, staff, import_id, now)
    if stored.progress is not None:
        return await _done(db, page, staff, stored, stored.progress)
    rows = await asyncio.to_thread(intake.unpacked, stored.content)
    offered = await intake.offered(db, staff.edition)
    return _columns(page, staff, stored, rows, offered, stored.plan, {})


@post(
    "/organiser/{slug:str}/import/{import_id:uuid}",
    include_in_schema=False,
    opt=WHAT,
    middleware=[limited("import", per_minute=PER_MINUTE)],
)
async def map_columns(
    request: AnyRequest,
    import_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Keep what each column holds, then show what the table would do."""
    stored = await _found(db, staff, import_id, now)
    if stored.progress is not None:
        return _to(staff, import_id)
    sent = await form_fields(request)
    rows = await asyncio.to_thread(intake.unpacked, stored.content)
    offered = await intake.offered(db, staff.edition)
    plan = read_plan(sent, rows, offered)
    errors = mistakes(plan, rows, offered)
    if errors:
        return _columns(page, staff, stored, rows, offered, plan, errors)
    account = staff.organiser.account_id
    await intake.set_plan(db, staff.edition, import_id, account, plan, at=now)
    return _to(staff, import_id, "/check")


def read_plan(sent: Mapping[str, Sequence[str]], rows: Sequence[Row], offered: Offered) -> Plan:
    """Return what a page says is to be made of a table; what is not offered counts as not said."""
    known = {*importing.targets(offered)}
    codes = {one.code for one in offered.categories}
    columns = {
        header: target
        for n, header in enumerate(importing.headers_of(rows))
        if (target := last(sent, _column(n))) in known
    }
    category, language = last(sent, "category"), last(sent, "language")
    plan = Plan(
        columns=columns,
        category=category if category in codes else None,
        language=language if language in offered.edition.languages else offered.edition.language,
        announce=last(sent, "announce") == "yes",
        approve=last(sent, "approve") != "no",
    )
    meant = {
        folded: code
        for folded in importing.unknown_categories(rows, plan, offered)
        if (code := _code(sent, folded)) in {*codes, importing.LEFT_OUT}
    }
    return msgspec.structs.replace(plan, categories=meant)


def _code(sent: Mapping[str, Sequence[str]], folded: str) -> str | None:
    """Return the category that a page says a value means, '' for none, None for no word of it."""
    said = last(sent, _value(folded))
    return importing.LEFT_OUT if said == OUT else said or None


OUT = "-"
"""What a page sends for a value whose rows are left out."""


def _column(n: int) -> str:
    return f"column.{n}"


def _value(folded: str) -> str:
    return f"value.{sha256(folded.encode()).hexdigest()[:12]}"


def mistakes(plan: Plan, rows: Sequence[Row], offered: Offered) -> dict[str, str]:
    """Return what must be said before a table can be tried, by the field of the page."""
    found: dict[str, str] = dict.fromkeys(importing.missing(plan), importing.MISSING)
    seen: set[str] = set()
    for n, header in enumerate(importing.headers_of(rows)):
        target = plan.columns.get(header)
        if target is not None and target in seen:
            found[_column(n)] = importing.TWO_COLUMNS
        elif target is not None:
            seen.add(target)
    if "category" not in seen and plan.category is None and len(offered.categories) > 1:
        found["category"] = importing.GIVE_CATEGORY
    values = importing.unknown_categories(rows, plan, offered)
    if len(values) > importing.MOST_VALUES:
        found["category"] = importing.TOO_MANY_VALUES
    else:
        found |= {
            _value(folded): importing.CHOOSE_CATEGORY
            for folded in values
            if folded not in plan.categories
        }
    return found


def _columns(
    page: Page,
    staff: Staff,
    stored: StoredImport,
    rows: Sequence[Row],
    offered: Offered,
    plan: Plan,
    errors: Mapping[str, str],
) -> AnyResponse:
    said = page.words
    shown = [
        Column(name=_column(n), header=header, samples=samples, target=plan.columns.get(header, ""))
        for n, header in enumerate(importing.headers_of(rows))
        if (samples := _samples(header, rows))
    ]
    values = importing.unknown_categories(rows, plan, offered)
    return page(
        "registrations/import_columns.html",
        staff.edition,
        status=422 if errors else 200,
        staff=staff,
        stored=stored,
        count=len(rows),
        columns=shown,
        targets=[
            (one, importing.shown(importing.label_of(one, offered, said)))
            for one in importing.targets(offered)
        ],
        values=[
            Value(name=_value(folded), text=importing.shown(text), code=plan.categories.get(folded))
            for folded, text in values.items()
        ][: importing.MOST_VALUES],
        categories=offered.categories,
        plan=plan,
        errors={name: said.say(message) for name, message in errors.items()},
        fields={name: said.gettext(label) for name, label in importing.LABELS.items()},
    )


def _samples(header: str, rows: Sequence[Row]) -> list[str]:
    """Return the first different texts of a column, short; none for an empty column."""
    found: dict[str, None] = {}
    for _, row in rows:
        if text := forms.line(row.get(header, "")[: 10 * LONGEST_SAMPLE]):
            cut = text if len(text) <= LONGEST_SAMPLE else text[: LONGEST_SAMPLE - 1] + "…"
            found[cut] = None
            if len(found) == SAMPLES:
                break
    return [*found]


# What it would do, and what it did


@get("/organiser/{slug:str}/import/{import_id:uuid}/check", include_in_schema=False, opt=WHAT)
async def check_page(
    import_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse | Redirect:
    """Show what a table would do; nothing is stored."""
    stored = await _found(db, staff, import_id, now)
    if stored.progress is not None or importing.missing(stored.plan):
        return _to(staff, import_id)
    return await _check(db, page, staff, stored, now)


@post(
    "/organiser/{slug:str}/import/{import_id:uuid}/check",
    include_in_schema=False,
    opt=WHAT,
    middleware=[limited("import", per_minute=PER_MINUTE)],
)
async def register(
    request: AnyRequest,
    import_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Register the people of a table; pressed again, it goes on or shows what was done."""
    stored = await _found(db, staff, import_id, now)
    if importing.missing(stored.plan):
        return _to(staff, import_id)
    sent = await form_fields(request)
    choice = Choice(
        others=None
        if "all_others" in sent
        else frozenset(
            int(one) for one in sent.get("other", ()) if one.isascii() and one.isdigit()
        ),
        skip_bad="skip_bad" in sent,
    )
    account = staff.organiser.account_id
    try:
        await intake.register(
            db, staff.edition, import_id, account, choice, actor=staff.actor, at=now, ids=ids
        )
    except Invalid as invalid:
        return await _check(db, page, staff, stored, now, choice=choice, errors=invalid.fields)
    return _to(staff, import_id)


async def _check(
    db: Db,
    page: Page,
    staff: Staff,
    stored: StoredImport,
    now: datetime,
    *,
    choice: Choice | None = None,
    errors: Mapping[str, str] | None = None,
) -> AnyResponse:
    rows = await asyncio.to_thread(intake.unpacked, stored.content)
    offered = await intake.offered(db, staff.edition)
    found = await intake.check(db, staff.edition, rows, stored.plan, at=now)
    said = page.words
    return page(
        "registrations/import_check.html",
        staff.edition,
        status=422 if errors else 200,
        staff=staff,
        stored=stored,
        found=found,
        standing=by_category(found.tally, offered),
        statuses=STANDING,
        bad=[(bad.row, reasons_of(bad, stored.plan, offered, said)) for bad in found.bad[:SHOWN]],
        warnings=warnings(found, stored.plan, offered, said),
        choice=choice or Choice(),
        shown=SHOWN,
        doubtful_shown=DOUBTFUL_SHOWN,
        errors={name: said.say(message) for name, message in (errors or {}).items()},
    )


def by_category(tally: Sequence[Any], offered: Offered) -> list[tuple[Any, dict[str, int]]]:
    """Return each category that gets somebody, with its counts by status."""
    counts: dict[str, dict[str, int]] = {}
    for one in tally:
        counts.setdefault(one.category, {})[one.status.value] = one.count
    return [(one, counts[one.code]) for one in offered.categories if one.code in counts]


def warnings(
    found: Check, plan: Plan, offered: Offered, said: Words
) -> list[tuple[str, str, int, list[int]]]:
    """Return what is odd: the column, what is said of it, how many rows, the first of them."""
    rows: dict[tuple[str, str], list[int]] = {}
    for one in [*found.sure, *(doubtful.good for doubtful in found.doubtful)]:
        for target, message in one.warnings.items():
            rows.setdefault((target, message), []).append(one.row)
    return [
        (_heading(target, plan, offered, said), said.say(message), len(numbers), numbers[:5])
        for (target, message), numbers in rows.items()
    ]


def _heading(target: str, plan: Plan, offered: Offered, said: Words) -> str:
    """Return how the file calls what a target is about, or we do where it has no such column."""
    header = importing.column_of(target, plan)
    return header or (importing.label_of(target, offered, said) if target else "")


async def _done(
    db: Db, page: Page, staff: Staff, stored: StoredImport, progress: Progress
) -> AnyResponse:
    offered = await intake.offered(db, staff.edition)
    said = page.words
    return page(
        "registrations/import_done.html",
        staff.edition,
        staff=staff,
        stored=stored,
        progress=progress,
        standing=by_category(progress.registered, offered),
        statuses=STANDING,
        total=sum(one.count for one in progress.registered),
        refused=[
            (one.row, reasons_of(one, stored.plan, offered, said))
            for one in progress.refused[:SHOWN]
        ],
        left=len(progress.left) + len(progress.refused),
        shown=SHOWN,
    )


def reasons_of(
    one: LeftOut | BadRow, plan: Plan, offered: Offered, said: Words
) -> list[tuple[str, str]]:
    """Return what is wrong with a row: the column, and the mend in the reader's language."""
    reasons = (
        {name: what.message() for name, what in one.reasons.items()}
        if isinstance(one, LeftOut)
        else one.reasons
    )
    return [
        (_heading(target, plan, offered, said), said.say(message))
        for target, message in reasons.items()
    ]


@get("/organiser/{slug:str}/import/{import_id:uuid}/bad.csv", include_in_schema=False, opt=WHAT)
async def bad_rows(
    import_id: FromPath[UUID],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Save the rows that are not registered with their reasons, to be mended and brought again."""
    stored = await _found(db, staff, import_id, now)
    rows = await asyncio.to_thread(intake.unpacked, stored.content)
    offered = await intake.offered(db, staff.edition)
    wrong: list[LeftOut | BadRow] = []
    if stored.progress is None:
        wrong += (await intake.check(db, staff.edition, rows, stored.plan, at=now)).bad
    else:
        wrong += [*stored.progress.left, *stored.progress.refused]
    said = page.words
    told = {
        one.row: " ; ".join(
            f"{label} → {message}" if label else message
            for label, message in reasons_of(one, stored.plan, offered, said)
        )
        for one in wrong
    }
    body = await asyncio.to_thread(_as_csv, rows, told, said.gettext(REASON))
    name = f"{Path(stored.file_name).stem}-rows.csv"
    headers = {"cache-control": PRIVATE, "content-disposition": disposition(name)}
    return Response(body, media_type="text/csv", headers=headers)


REASON = N_("Reason")
REASONS = frozenset({"reason", "motif"})
"""What the column of reasons is called in a file that was saved here before."""


def _as_csv(rows: Sequence[Row], told: Mapping[int, str], reason: str) -> bytes:
    headers = [one for one in importing.headers_of(rows) if fold(one) not in REASONS]
    return tables.write_csv(
        [*headers, reason],
        [
            [*(row.get(header, "") for header in headers), told[number]]
            for number, row in rows
            if number in told
        ],
    )


@post("/organiser/{slug:str}/import/{import_id:uuid}/delete", include_in_schema=False, opt=WHAT)
async def discard(import_id: FromPath[UUID], staff: Given[Staff], db: Given[Db]) -> Redirect:
    """Delete a table that was brought; who is registered stays."""
    await intake.discard(db, staff.edition, import_id, staff.organiser.account_id)
    return Redirect(f"/organiser/{staff.edition.slug}/import", status_code=303)


async def _found(db: Db, staff: Staff, import_id: UUID, now: datetime) -> StoredImport:
    edition: Edition = staff.edition
    return await intake.find(db, edition, import_id, staff.organiser.account_id, at=now)


router = Router(
    "/",
    route_handlers=[
        import_page,
        bring,
        columns_page,
        map_columns,
        check_page,
        register,
        bad_rows,
        discard,
    ],
)
