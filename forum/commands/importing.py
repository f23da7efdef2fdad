"""`forum import`: programmes, registrations and guides from files."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from forum.commands.installation import Installation
from forum.core.context import Edition
from forum.core.errors import Problem
from forum.guides import queries as guide_queries
from forum.guides import service as guides
from forum.guides.models import Guide, NewDocument, NewLink
from forum.registrations import importing, intake, service
from forum.registrations.importing import BadRow, Plan
from forum.registrations.intake_models import Outcome
from schedule import editing
from schedule.importing import read as read_programme
from schedule.models import Imported


class FileUnreadable(Problem):
    """This file cannot be read."""

    code = "file_unreadable"


class _DryRun(Exception):  # noqa: N818 -- no error: it undoes what was only tried
    """What was done is to be undone."""


class RegistrationsImported(Struct, frozen=True, kw_only=True):
    """What came of an import, or would: how many are new, known already, refused.

    `unanswered` of the rows lack an answer that the form asks for, or have one that it does not.
    """

    new: int
    known: int
    bad: list[BadRow]
    unanswered: int
    ignored_columns: list[str]
    stored: bool


def read_file(file: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        FileUnreadable: naming the file and why.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{file} cannot be read ({error.strerror}).") from error


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Put the file's name before what is wrong with it."""
    try:
        yield
    except Problem as problem:
        problem.message = f"{file}: {problem.message}"
        raise


async def programme(site: Installation, edition: Edition, file: Path, *, dry: bool) -> Imported:
    """Make a file the draft of an edition, unless `dry`; return what was read and what was not.

    Raises:
        FileUnreadable: the file cannot be read.
        Unreadable: the file holds no programme; nothing is stored.
    """
    content = read_file(file)
    with naming(file):
        imported = read_programme(
            content, file.name, language=edition.language, timezone=edition.timezone
        )
    if not dry:
        await editing.replace(site.db, edition, imported.draft, at=site.now())
    return imported


async def registrations(
    site: Installation, edition: Edition, file: Path, *, dry: bool, skip_bad: bool
) -> RegistrationsImported:
    """Register the rows of a CSV, XLSX or ODS, all in one transaction; nobody is written to.

    With a bad row nothing is stored, unless `skip_bad`. An address that is registered already is
    left as it is, so that a file may be imported again. Columns are known by their headers.

    Raises:
        FileUnreadable, UnreadableTable: the file cannot be read, or lacks a column.
    """
    content = read_file(file)
    offered = await intake.offered(site.db, edition)
    with naming(file):
        rows = intake.read_rows(content, file.name)
        headers = importing.headers_of(rows)
        plan = Plan(columns=importing.guess(headers, offered), language=edition.language)
        importing.require_columns(plan)
        found = importing.read(rows, offered, plan)
    at = site.now()
    origin = service.Origin(
        actor="command",
        action="registered by an import",
        detail={"file": file.name},
        announce=False,
        trusted=True,
    )
    done: list[Outcome] = []
    bad = found.bad
    store = False
    with suppress(_DryRun):
        async with site.db.transaction():
            done = await intake.put(site.db, edition, found.good, origin, at=at, ids=site.ids)
            refused = [BadRow(row=one.row, reasons=one.reasons) for one in done if one.reasons]
            bad = sorted([*bad, *refused], key=lambda one: one.row)
            if dry or (bad and not skip_bad):
                raise _DryRun
            store = True
            await intake.note(site.db, edition, file.name, plan, done, bad, at=at, ids=site.ids)
    return RegistrationsImported(
        new=sum(one.status is not None for one in done),
        known=sum(one.known for one in done),
        bad=[
            BadRow(row=one.row, reasons={field: str(said) for field, said in one.reasons.items()})
            for one in bad
        ],
        unanswered=sum(bool(one.warnings) for one in found.good),
        ignored_columns=[header for header in headers if header not in plan.columns],
        stored=store,
    )


class GuideList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `guides.toml`: useful links, and what the PDFs beside it are called."""

    link: list[NewLink] = []
    document: list[NewDocument] = []


async def guide_folder(site: Installation, edition: Edition, folder: Path) -> list[Guide]:
    """Publish every PDF of a folder and every link of its `guides.toml`, all or none.

    A guide that is there already, by its slug, is replaced.

    Raises:
        FileUnreadable: the folder or its `guides.toml` cannot be read.
        NotAPdf, GuideTooLarge: naming the file.
    """
    files = _pdfs(folder)
    listed = _guide_list(folder / "guides.toml")
    named = {one.file: one for one in listed.document}
    known = {one.slug: one for one in await guide_queries.list_guides(site.db, edition.id)}
    made: list[Guide] = []
    for file in files:  # all are looked at before the first is stored
        content = read_file(file)
        with naming(file):
            guides.check_pdf(content)
    async with site.db.transaction():
        for file in files:
            title = {edition.language: file.stem.replace("-", " ").replace("_", " ").capitalize()}
            what = named.get(file.name) or NewDocument(file=file.name, title=title)
            slug = what.slug or guides.slug_of(edition, what.title)
            await _withdraw(site, edition, known, slug)
            made.append(await _publish(site, edition, file, what, slug))
        for link in listed.link:
            await _withdraw(site, edition, known, link.slug or guides.slug_of(edition, link.title))
            made.append(
                await guides.publish_link(site.db, edition, link, at=site.now(), ids=site.ids)
            )
    return made


def _pdfs(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileUnreadable(f"{folder} is no folder.")
    return sorted(folder.glob("*.pdf"))


async def _publish(
    site: Installation, edition: Edition, file: Path, what: NewDocument, slug: str
) -> Guide:
    content = read_file(file)
    with naming(file):
        return await guides.publish_document(
            site.db,
            edition,
            content,
            title=what.title,
            description=what.description,
            blobs=site.blobs,
            at=site.now(),
            ids=site.ids,
            name=slug,
        )


async def _withdraw(
    site: Installation, edition: Edition, known: dict[str, Guide], slug: str
) -> None:
    if slug in known:
        await guide_queries.delete_guide(site.db, edition.id, known[slug].id)


def _guide_list(file: Path) -> GuideList:
    if not file.exists():
        return GuideList()
    try:
        return msgspec.convert(tomllib.loads(read_file(file).decode()), GuideList)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise FileUnreadable(f"{file}: {error}") from error
