"""`forum export`, `badges` and `programme`: files for people and for other programs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs

import msgspec
from msgspec import structs

from badges.attendance import exports as attendance_exports
from badges.attendance.sheets import What
from badges.papers import drawing as paper_drawing
from badges.papers import service as papers
from badges.papers.asking import SignInAsked
from badges.printing import run_drawing, runs
from badges.printing.run_drawing import CannotFinish, Finished
from badges.printing.run_models import Order
from badges.scans import exports as scan_exports
from badges.scans.exports import ScansExport
from badges.scans.listing import ScanFilter
from forum.commands.installation import Installation
from forum.core import exports
from forum.core.blobs import whole_file, write_whole
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.sheets import Format
from forum.registrations import columns, downloads, exporting, paper_sending, printing
from forum.registrations.attestation_sending import Attestations
from forum.registrations.codes import AttestationCodes
from forum.registrations.downloads import RegistrationsExport
from forum.registrations.exporting import Labels
from forum.registrations.exporting import Order as ExportOrder
from forum.registrations.paper_sending import KindAt
from forum.speakers.certificate_sending import Certificates
from schedule import plan_storing, publishing
from schedule.exports import ics, schedule_json, schedule_xml, tables
from schedule.models import Programme
from schedule.papers import drawing, orders

READABLE = 0o644
PAPERS: dict[str, KindAt] = {"attestations": Attestations, "certificates": Certificates}


class FormatUnknown(Problem):
    """There is no such format."""

    code = "format_unknown"


class NotDrawn(Problem):
    """The badges could not be drawn: print some of them alone, to find the one that hinders it."""

    code = "not_drawn"


class CannotWrite(Problem):
    """This file cannot be written."""

    code = "cannot_write"


def write(out: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        CannotWrite: naming the file, why, and the mend.
    """
    with writable(out):
        write_whole(out, content, mode=READABLE)


@contextmanager
def writable(out: Path) -> Iterator[None]:
    """Say what hinders writing `out`, with the mend.

    Raises:
        CannotWrite: naming the file, why, and the mend.
    """
    try:
        yield
    except OSError as error:
        message = (
            f"Cannot write {out} ({error.strerror}): free some space, or choose another place."
        )
        raise CannotWrite(message) from error


def absolute(out: Path) -> Path:
    """Return where a file is, wherever a process that writes it runs."""
    return out.absolute()


def ending_of(out: Path, known: Sequence[str]) -> str:
    """Return the format that a file's ending names.

    Raises:
        FormatUnknown: naming the endings that are known.
    """
    ending = out.suffix.lstrip(".").lower()
    if ending not in known:
        raise FormatUnknown(f"{out.name}: the ending names the format, one of {', '.join(known)}.")
    return ending


async def registrations(
    site: Installation,
    edition: Edition,
    out: Path,
    *,
    names: str = "",
    query: str = "",
    language: str | None = None,
) -> int:
    """Write registrations as CSV, XLSX or JSON, and record it; return how many.

    `names` are columns, with commas; `query` is the address of the organisers' table after its `?`;
    `language` has headers and answers in its words.

    Raises:
        Invalid: naming what cannot be read.
    """
    ending = ending_of(out, ("csv", "xlsx", "json"))
    offered = await downloads.offered(site.db, edition, needs=True)
    sent = {**parse_qs(query), "format": [ending]}
    if names:
        sent["columns"] = [names]
    usual = ExportOrder(labels=Labels(language or Labels.NAMES))
    order, errors = exporting.read(sent, edition, {one.name for one in offered}, usual)
    if errors:
        raise Invalid(fields=errors)
    wanted = columns.chosen(offered, order.columns)
    with (
        writable(out),
        whole_file(out, mode=READABLE) as part,
        TemporaryDirectory(dir=out.parent, prefix=".new-") as folder,
    ):
        export = RegistrationsExport(edition=edition, order=order, wanted=wanted)
        number = await exports.write(site.db, export, part, Path(folder))
        at, ids = site.now(), site.ids
        await downloads.record(site.db, edition, order, number, actor="command", at=at, ids=ids)
    return number


async def scans(
    site: Installation, edition: Edition, out: Path, *, language: str | None = None
) -> int:
    """Write every scan as CSV, XLSX or JSON, and record it; return how many."""
    form = Format(ending_of(out, ("csv", "xlsx", "json")))
    wanted = ScanFilter()
    export = ScansExport(
        edition=edition,
        wanted=wanted,
        format=form,
        language=language or edition.language,
        titles=await scan_exports.titles(site.db, edition),
    )
    with (
        writable(out),
        whole_file(out, mode=READABLE) as part,
        TemporaryDirectory(dir=out.parent, prefix=".new-") as folder,
    ):
        number = await exports.write(site.db, export, part, Path(folder))
        at, ids = site.now(), site.ids
        await scan_exports.record(
            site.db, edition, wanted, form, number, actor="command", at=at, ids=ids
        )
    return number


async def attendance(
    site: Installation,
    edition: Edition,
    out: Path,
    *,
    what: What,
    language: str | None = None,
) -> tuple[int, str]:
    """Write attendance, and record it; return how many of what are in the file.

    As CSV, XLSX or JSON these are rows; as PDF the sign-in sheets of all half-days, filled with
    what the doors read, each remembered by its reference.

    Raises:
        NobodyListed: a PDF would have nobody on it.
    """
    ending = ending_of(out, ("csv", "xlsx", "json", "pdf"))
    at, ids = site.now(), site.ids
    if ending != "pdf":
        body, number = await attendance_exports.take(
            site.db, edition, what, Format(ending), actor="command", at=at, ids=ids
        )
        write(out, body)
        return number, "row"
    asked = SignInAsked(blank=0, filled=True, language=language or edition.language)
    paper = await papers.sign_in(site.db, edition, asked, at=at)
    body = await paper_drawing.sign_in_pdf(paper)
    await papers.keep_sheets(site.db, edition, paper, actor="command", at=at, ids=ids)
    await attendance_exports.record(
        site.db, edition, What.PEOPLE, ending, paper.count, actor="command", at=at, ids=ids
    )
    write(out, body)
    return len(paper.sheets), "sign-in sheet"


async def papers_of_all(site: Installation, edition: Edition, out: Path, *, what: str) -> int:
    """Write `attestations` or `certificates` of all as PDF, and record it; return how many.

    Raises:
        NobodyAttested, NobodyCertified: there would be none.
        NoDrawing: the process that draws ended.
    """
    ending_of(out, ("pdf",))
    codes = AttestationCodes(site.settings.secret_key)
    made = PAPERS[what](codes, site.settings.base_url, site.now())
    with writable(out), whole_file(out, mode=READABLE) as part:
        number = await exports.write(site.db, made.export(edition), part, out.parent)
        await paper_sending.record_taken(
            site.db, edition, made, number, actor="command", ids=site.ids
        )
    return number


async def tickets(site: Installation, edition: Edition, out: Path) -> int:
    """Write every ticket with its token as JSON; return how many."""
    ending_of(out, ("json",))
    job = await runs.collect(site.db, edition, site.keyring)
    rows = [
        {
            "reference": badge.reference,
            "status": "confirmed",
            "given_name": badge.given_name,
            "family_name": badge.family_name,
            "category": badge.category,
            "token": badge.token,
        }
        for badge in job.badges
    ]
    write(out, msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")
    return len(rows)


async def programme(
    site: Installation, edition: Edition, out: Path, *, language: str | None = None
) -> Programme:
    """Write the latest version in the format of the file's ending; return it."""
    said = language or edition.language
    pictures: dict[str, bytes] = {}
    builders: dict[str, Callable[[Programme], bytes]] = {
        "ics": lambda one: ics.calendar(one, language=said),
        "xml": lambda one: schedule_xml.schedule_xml(one, language=said),
        "json": schedule_json.schedule_v2,
        "csv": lambda one: tables.sessions_csv(one, language=said),
        "xlsx": lambda one: tables.sessions_xlsx(one, language=said),
        "pdf": lambda one: drawing.draw(one, orders.Order(languages=(said,)), pictures),
    }
    ending = ending_of(out, tuple(builders))
    version = await publishing.version(site.db, edition)
    if ending == "pdf":
        pictures |= await plan_storing.pictures_of(site.blobs, version.plans)
    write(out, builders[ending](version))
    return version


async def paper(
    site: Installation, edition: Edition, out: Path, order: orders.Order, *, number: int | None
) -> Programme:
    """Write the programme on paper; return the version, the latest when `number` is None.

    An order for a draft is filled with the draft.

    Raises:
        Invalid, NothingToPrint: as `orders.hold` has it.
    """
    ending_of(out, ("pdf",))
    programme = await publishing.issue(
        site.db, edition, number, draft=order.draft, base_url=site.settings.base_url, at=site.now()
    )
    orders.hold(programme, order)
    pictures = await plan_storing.pictures_of(site.blobs, programme.plans)
    write(out, drawing.draw(programme, order, pictures))
    return programme


async def badges(
    site: Installation, edition: Edition, out: Path, order: Order, told: Callable[[int, int], None]
) -> tuple[int, Finished]:
    """Write badge sheets, log who is on them; return how many, and what to look at.

    `told` hears how many are drawn, and of how many. The file is there whole or not at all.

    Raises:
        Invalid: naming what there is not.
        NobodyToPrint: nobody is on them.
        CannotWrite: naming the file, why, and the mend.
        NotDrawn: the process that draws ended.
    """
    ending_of(out, ("pdf",))
    order = await printing.settled(site.db, edition, order)
    order = await runs.settled(site.db, edition, order)
    chosen = await runs.choose(site.db, edition, order)
    told(0, len(chosen))
    plan = await run_drawing.plan(
        site.db,
        edition,
        chosen,
        layout=order.layout,
        sheet=order.sheet,
        offset_mm=(order.offset_x_mm, order.offset_y_mm),
        blobs=site.blobs,
    )

    async def tell(done: int) -> None:
        told(done, len(chosen))

    with writable(out):
        try:
            finished = await run_drawing.draw(
                OneConnection(site.db),
                edition,
                site.keyring,
                plan,
                out=absolute(out),
                mode=READABLE,
                told=tell,
            )
        except CannotFinish as error:
            if error.full:
                why = f"Cannot write {out} ({error}): free some space, or choose another place."
                raise CannotWrite(why) from error
            raise NotDrawn from error
    at, ids = site.now(), site.ids
    problems = await runs.store_drawn(
        site.db, edition, order, finished, actor="command", at=at, ids=ids
    )
    return len(finished.printed), structs.replace(finished, problems=problems)


class OneConnection:
    """A database of one connection, which is never lent to two at once."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self.turn = asyncio.Lock()

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Db]:
        """Lend the connection."""
        async with self.turn:
            yield self.db
