"""Print runs: whose badges, and the sheets drawn of them."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from uuid import UUID

from msgspec import Struct

from badges import queries
from badges.keys import Keyring
from badges.layouts.shipped import find
from badges.models import Badge, BadgeCategory, BadgeRun, Printed, Ticket
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Problem
from forum.core.i18n import words
from forum.core.text import pick


class ReferenceUnknown(Problem):
    """No confirmed registration has this reference."""

    code = "reference_unknown"
    status = 404


class NobodyToPrint(Problem):
    """There is no badge to print: nobody is confirmed, or all were printed before."""

    code = "nobody_to_print"
    status = 404


class PrintJob(Struct, frozen=True, kw_only=True):
    """All that a print run needs: values only, so that another process can draw it."""

    run: BadgeRun
    badges: list[Badge]
    registration_ids: list[UUID]


class Sheets(Struct, frozen=True, kw_only=True):
    """A drawn run: the PDF, its pages, and what a person should look at (reference, what)."""

    pdf: bytes
    pages: int
    problems: list[tuple[str, str]]


async def collect(
    db: Db,
    edition: Edition,
    keyring: Keyring,
    *,
    references: Sequence[str] | None = None,
    only_unprinted: bool = False,
) -> PrintJob:
    """Return a run of the confirmed, all or those named, sorted for handing out.

    Raises:
        ReferenceUnknown: naming the references that no confirmed registration has.
    """
    rows = await queries.list_printed(db, edition.id, references, only_unprinted=only_unprinted)
    missing = sorted({*(references or [])} - {row.reference for row in rows})
    if missing and not only_unprinted:
        raise ReferenceUnknown(f"No confirmed registration is called {', '.join(missing)}.")
    categories = await queries.list_categories(db, edition.id)
    language = edition.language
    run = BadgeRun(
        title=pick(edition.title, language),
        dates=words(language).dates(edition.starts_on, edition.ends_on),
        venue=pick(edition.venue, language),
        language=language,
        categories={
            c.code: BadgeCategory(code=c.code, name=c.name, tint=c.tint) for c in categories
        },
    )
    return PrintJob(
        run=run,
        badges=[_badge(row, keyring) for row in rows],
        registration_ids=[row.registration_id for row in rows],
    )


def draw(job: PrintJob, layout: str = "a6") -> Sheets:
    """Draw a run in a layout; it takes a moment of one processor, and no I/O."""
    from badges.printing.press import render  # noqa: PLC0415 -- reportlab is slow to import

    out = BytesIO()
    report = render(job.run, job.badges, layout=find(layout), out=out)
    return Sheets(pdf=out.getvalue(), pages=report.pages, problems=list(report.problems))


async def mark(db: Db, edition: Edition, job: PrintJob, *, at: datetime) -> None:
    """Remember that a run was printed."""
    await queries.mark_printed(db, edition.id, job.registration_ids, at)


def _badge(row: Printed, keyring: Keyring) -> Badge:
    ticket = Ticket(
        edition_id=row.edition_id,
        registration_id=row.registration_id,
        number=row.number,
        key_id=row.key_id,
        category_number=row.category_number,
        days=row.days,
        revision=row.revision,
        revoked_at=None,
    )
    return Badge(
        reference=row.reference,
        given_name=row.given_name,
        family_name=row.family_name,
        category=row.category,
        token=keyring.token(ticket),
        organisation=row.organisation,
        job_title=row.job_title,
    )
