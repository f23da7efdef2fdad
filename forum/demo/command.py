"""`forum demo`: the whole forum on a fresh machine, in one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from badges.devices import service as devices
from badges.devices.models import NewDevice
from badges.printing import run_models
from forum.accounts import service as accounts
from forum.commands import exporting, serving
from forum.commands.installation import Installation, database, run
from forum.core.context import Edition
from forum.core.errors import Problem
from forum.core.settings import Settings, at_address
from forum.demo import edition as values
from forum.demo import loading, programme
from forum.editions import queries as editions
from forum.editions import service as edition_service
from schedule.papers.orders import Order

BADGES, BOOKLET, MARK = "badges.pdf", "programme.pdf", "made.json"


class NotADemo(Problem):
    """An edition called demo is there, and it is not the demonstration: rename or remove it."""

    code = "not_a_demo"


class Made(Struct, frozen=True, kw_only=True):
    """What the demonstration was made for: it is made anew when any of it differs."""

    starts_on: str
    registrations: int
    base_url: str


class Welcome(Struct, frozen=True, kw_only=True):
    """What a newcomer is told: the edition, sign-in links by role, an enrolment code by gate."""

    edition: Edition
    links: list[tuple[str, str]]
    codes: list[tuple[str, str]]


def demo(
    settings: Settings, *, host: str, port: int, registrations: int, serve: bool, fresh: bool
) -> None:
    """Make the demonstration where it is not there yet, write its PDFs, serve it.

    Raises:
        PortTaken: another program holds the port; nothing was made.
        CannotWrite: a PDF could not be written.
    """
    if serve:
        serving.check_port(host, port)
    asked = msgspec.structs.replace(at_address(settings, host, port), demo=True)
    console = Console(stderr=True)
    with database(asked) as ready:
        with progress_bar(console) as tell:
            welcome = run(ready, lambda site: prepare(site, registrations, tell, fresh=fresh))
        show(ready, welcome)
        if serve:
            print("\nCtrl+C ends it; the same command starts it again in seconds.", flush=True)
            serving.serve(ready, host, port, workers=1)


async def prepare(
    site: Installation, count: int, tell: loading.Progress, *, fresh: bool
) -> Welcome:
    """Have the demonstration edition, its PDFs, and new links to get in."""
    folder = site.settings.var / "demo"
    today = site.now().astimezone(ZoneInfo(programme.TIMEZONE)).date()
    wanted = Made(starts_on=today.isoformat(), registrations=count, base_url=site.settings.base_url)
    slug = values.edition(today, count).slug
    there = await editions.find_edition(site.db, slug)
    if there is not None and not there.fictitious:
        raise NotADemo
    if there is None or fresh or _mark(folder) != wanted:
        (folder / MARK).unlink(missing_ok=True)
        if there is not None:
            await loading.remove(site, there)
        await loading.load(site, today, count, tell)
    edition = await edition_service.find(site.db, slug)
    if _mark(folder) != wanted:
        await _write_documents(site, edition, folder, tell)
        exporting.write(folder / MARK, msgspec.json.encode(wanted))
    return await _welcome(site, edition)


def _mark(folder: Path) -> Made | None:
    try:
        return msgspec.json.decode((folder / MARK).read_bytes(), type=Made)
    except (OSError, msgspec.DecodeError):
        return None


async def _write_documents(
    site: Installation, edition: Edition, folder: Path, tell: loading.Progress
) -> None:
    tell("badges.pdf", 0, 1)
    await exporting.badges(
        site,
        edition,
        folder / BADGES,
        run_models.Order(),
        lambda done, of: tell("badges.pdf", done, of),
    )
    tell("programme.pdf", 0, 1)
    booklet = Order(languages=(edition.language,))
    await exporting.paper(site, edition, folder / BOOKLET, booklet, number=None)
    tell("programme.pdf", 1, 1)


async def _welcome(site: Installation, edition: Edition) -> Welcome:
    base = site.settings.base_url
    links = []
    demo_edition = values.edition(edition.starts_on)
    for account in demo_edition.accounts:
        token = await accounts.invite(
            site.db, account.email, edition.id, [account.role], at=site.now(), ids=site.ids
        )
        links.append((account.role.value, f"{base}/organiser/sign-in/{token}"))
    gates = [gate.slug for gate in demo_edition.gates]
    codes = [
        (gate, await _code(site, edition, NewDevice(name=f"Démo {gate}", gates=[gate])))
        for gate in gates
    ]
    codes.append(("help desk", await _code(site, edition, _help_desk(gates))))
    return Welcome(edition=edition, links=links, codes=codes)


def _help_desk(gates: list[str]) -> NewDevice:
    """Return a device that may do all that a device may."""
    return NewDevice(
        name="Démo accueil", gates=gates, may_search=True, may_desk=True, may_evacuate=True
    )


async def _code(site: Installation, edition: Edition, new: NewDevice) -> str:
    """Return the link by which a device enrols; one that nobody enrolled before gets a new code."""
    at, ids = site.now(), site.ids
    for known in await devices.all_of(site.db, edition.id):
        if known.name == new.name and not known.token and known.revoked_at is None:
            made = await devices.renew_code(
                site.db, edition.id, known.id, actor=devices.COMMAND, at=at, ids=ids
            )
            break
    else:
        [made] = await devices.announce(
            site.db, edition.id, [new], actor=devices.COMMAND, at=at, ids=ids
        )
    return devices.enrolment_link(site.settings.base_url, made.code)


@contextmanager
def progress_bar(console: Console) -> Iterator[loading.Progress]:
    """Show a bar per kind of work, on a terminal; nothing in a pipe."""
    columns = (
        TextColumn("{task.description:>16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks = {}

        def tell(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=whole)
            bar.update(tasks[what], completed=done)

        yield tell


def show(settings: Settings, welcome: Welcome) -> None:
    """Print where to click."""
    base, slug = settings.base_url, welcome.edition.slug
    folder = settings.var / "demo"
    rows = [
        ("Site", f"{base}/{slug}/"),
        ("Programme", f"{base}/{slug}/programme"),
        ("Register", f"{base}/{slug}/register"),
        ("E-mails", f"{base}/outbox"),
        ("API", f"{base}/api/docs"),
        ("Badges", str(folder / BADGES)),
        ("Booklet", str(folder / BOOKLET)),
    ]
    for name, place in rows:
        print(f"{name:<10} {place}")
    print("\nSign in, once per link:")
    for role, link in welcome.links:
        print(f"  {role:<17} {link}")
    print("\nScan at a door, once per link (try a badge of badges.pdf):")
    for gate, link in welcome.codes:
        print(f"  {gate:<17} {link}", flush=True)
