"""The command line: every command, its arguments, and its errors in one line."""

import sys
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import rich_click as click
from click.exceptions import NoArgsIsHelpError
from rich.console import Console

from forum import __version__
from forum.commands.installation import Installation, run
from forum.core import log
from forum.core.context import Edition, Role
from forum.core.errors import Problem
from forum.core.migrate import MigrationError
from forum.core.postgres import PostgresError
from forum.core.settings import Settings, SettingsError, at_address, load

EXIT_FAILED, EXIT_MISUSED = 1, 2
DAY = click.DateTime(formats=["%Y-%m-%d"])
FILE = click.Path(path_type=Path)


def main() -> None:
    """Run the command that the command line names; say an error in one line on stderr."""
    try:
        commands.main(prog_name="forum", standalone_mode=False)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(EXIT_MISUSED)
    except click.ClickException as error:
        print(f"forum: {misuse(error)}", file=sys.stderr)
        sys.exit(EXIT_MISUSED)
    except click.Abort:
        print("forum: interrupted", file=sys.stderr)
        sys.exit(130)
    except SettingsError as error:
        for mistake in error.mistakes:
            print(f"forum: {mistake}", file=sys.stderr)
        sys.exit(EXIT_MISUSED)
    except (Problem, MigrationError, PostgresError) as error:
        print(f"forum: {in_one_line(error)}", file=sys.stderr)
        sys.exit(EXIT_FAILED)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"forum: {error}", file=sys.stderr)
        sys.exit(EXIT_FAILED)


def misuse(error: click.ClickException) -> str:
    """Return in one line what is wrong with a call, and where the right one is described."""
    said = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    return said if context is None else f"{said} See: {context.command_path} --help"


def in_one_line(error: Exception) -> str:
    """Return an error with the fields at fault, in one line."""
    if not isinstance(error, Problem):
        return str(error)
    if not error.fields:
        return error.message
    fields = "; ".join(f"{name}: {message}" for name, message in error.fields.items())
    return f"{error.message} {fields}"


def on_edition(
    settings: Settings, slug: str | None, work: Callable[[Installation, Edition], Any]
) -> Any:
    """Open the installation and the edition, the only open one when none is named."""
    from forum.editions import service  # noqa: PLC0415 -- commands start fast

    async def inside(site: Installation) -> Any:
        return await work(site, await service.the_only_one(site.db, slug))

    return run(settings, inside)


def show_json(value: Any) -> None:
    """Print a value as JSON, for scripts."""
    print(msgspec.json.encode(value).decode())


def many(counted: int | Sized, what: str) -> str:
    """Return a number and what it counts: `1 page`, `2 pages`."""
    number = counted if isinstance(counted, int) else len(counted)
    return f"{number} {what}{'' if number == 1 else 's'}"


def edition_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--edition`."""
    return click.option("--edition", help="The edition's name; the only open one if absent.")(
        command
    )


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def no_tell_tickets(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--no-tell` to a command that issues tickets anew."""
    said = "Send nobody their new ticket: what they have opens no door all the same."
    return click.option("--no-tell", is_flag=True, help=said)(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="forum")
@click.pass_context
def commands(context: click.Context) -> None:
    """Run a public-sector congress: registrations, programme, badges, doors."""
    context.obj = load()
    log.configure(context.obj.log)


# Serving


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.pass_obj
def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve the site and the API, with a worker inside."""
    from forum.commands import serving  # noqa: PLC0415

    serving.serve(at_address(settings, host, port), host, port, workers)


@commands.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Send e-mails, apart from the site."""
    from forum.commands import serving  # noqa: PLC0415

    serving.work(settings)


@commands.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database's schema up to date."""
    from forum.commands import serving  # noqa: PLC0415

    done = serving.migrate(settings)
    print("\n".join(done) if done else "The schema is up to date.")


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--registrations", default=800, show_default=True, type=click.IntRange(0, 20_000))
@click.option("--no-serve", is_flag=True, help="Make the edition and its PDFs, then stop.")
@click.option("--fresh", is_flag=True, help="Make the demonstration anew, whatever was changed.")
@click.pass_obj
def demo(
    settings: Settings, host: str, port: int, registrations: int, no_serve: bool, fresh: bool
) -> None:
    """Make the demonstration edition, write its PDFs, serve it, print where to click."""
    from forum.demo import command  # noqa: PLC0415

    command.demo(
        settings,
        host=host,
        port=port,
        registrations=registrations,
        serve=not no_serve,
        fresh=fresh,
    )


@commands.command()
@json_option
@click.pass_obj
def doctor(settings: Settings, as_json: bool) -> None:
    """Say what is wrong with this installation, and the mend."""
    from forum.commands import checking  # noqa: PLC0415

    findings = checking.examine(settings)
    if as_json:
        show_json(findings)
    else:
        for one in findings:
            print(
                f"{'ok  ' if one.ok else 'BAD '} {one.what}" + (f": {one.mend}" if one.mend else "")
            )
    if not all(one.ok for one in findings):
        sys.exit(EXIT_FAILED)


# Editions


@commands.group()
def edition() -> None:
    """Create, list and show editions."""


@edition.command("create")
@click.argument("slug")
@click.option("--title", help="In the main language.")
@click.option("--starts", type=DAY, help="First day, as 2027-03-22.")
@click.option("--ends", type=DAY, help="Last day.")
@click.option("--timezone", help="An IANA name.  [default: Europe/Paris]")
@click.option("--places", type=click.IntRange(1, 1_000_000), help="Places in all.")
@click.option("--draft", is_flag=True, help="Hidden until an organiser opens it.")
@click.option("--from", "source", type=FILE, help="A TOML file: categories, questions, …")
@json_option
@click.pass_obj
def create_edition(
    settings: Settings,
    slug: str,
    title: str | None,
    starts: datetime | None,
    ends: datetime | None,
    timezone: str | None,
    places: int | None,
    draft: bool,
    source: Path | None,
    as_json: bool,
) -> None:
    """Create an edition; it is open to registration at once unless told otherwise."""
    from forum.commands.importing import read_file  # noqa: PLC0415
    from forum.questions import service  # noqa: PLC0415

    needed = {"--title": title, "--starts": starts, "--ends": ends}
    missing = [name for name, value in needed.items() if value is None]
    if source is None and missing:
        raise click.UsageError(f"Missing {', '.join(missing)}, or --from FILE.toml.")
    given: dict[str, Any] = {
        "slug": slug,
        "title": title,
        "starts_on": _day(starts),
        "ends_on": _day(ends),
        "timezone": timezone,
        "places": places,
        "state": "draft" if draft else None,
    }
    text = read_file(source).decode("utf-8", "replace") if source else ""
    new, asked = service.edition_from_toml(text, {k: v for k, v in given.items() if v is not None})
    made = run(settings, lambda site: service.create_edition(site.db, new, asked, at=site.now()))
    show_json(made) if as_json else print(f"Edition {made.slug} is there: /{made.slug}/")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


@edition.command("list")
@json_option
@click.pass_obj
def list_editions(settings: Settings, as_json: bool) -> None:
    """List the editions, the latest first."""
    from forum.editions import queries  # noqa: PLC0415

    found = run(settings, lambda site: queries.list_editions(site.db))
    if as_json:
        show_json(found)
        return
    for one in found:
        print(f"{one.slug}  {one.starts_on} – {one.ends_on}  {one.state}  {_title(one)}")


@edition.command("show")
@click.argument("slug", required=False)
@json_option
@click.pass_obj
def show_edition(settings: Settings, slug: str | None, as_json: bool) -> None:
    """Show an edition: dates, categories, places."""
    from forum.core.text import pick  # noqa: PLC0415
    from forum.editions import queries  # noqa: PLC0415

    async def read(site: Installation, one: Edition) -> Any:
        return one, await queries.list_categories(site.db, one.id)

    one, categories = on_edition(settings, slug, read)
    if as_json:
        show_json({"edition": one, "categories": categories})
        return
    print(
        f"{one.slug}: {_title(one)}\n{one.starts_on} – {one.ends_on} ({one.timezone}), {one.state}"
    )
    for category in categories:
        limit = ", no limit" if category.places is None else f" of {category.places}"
        print(f"  {category.code}: {pick(category.name, one.language)}, {category.taken}{limit}")


def _title(one: Edition) -> str:
    from forum.core.text import pick  # noqa: PLC0415

    return pick(one.title, one.language)


# Import and export


@commands.group("import")
def import_() -> None:
    """Import a programme, registrations or guides."""


@import_.command("programme")
@click.argument("file", type=FILE)
@edition_option
@click.option("--dry-run", is_flag=True, help="Read and report, store nothing.")
@json_option
@click.pass_obj
def import_programme(
    settings: Settings, file: Path, edition: str | None, dry_run: bool, as_json: bool
) -> None:
    """Make FILE the draft: schedule.xml, schedule.json, iCalendar, xCal, CSV or XLSX."""
    from forum.commands import importing  # noqa: PLC0415

    imported = on_edition(
        settings, edition, lambda site, one: importing.programme(site, one, file, dry=dry_run)
    )
    draft = imported.draft
    if as_json:
        show_json(
            {
                "format": imported.format,
                "sessions": len(draft.sessions),
                "speakers": len(draft.speakers),
                "rooms": len(draft.rooms),
                "tracks": len(draft.tracks),
                "losses": imported.losses,
                "stored": not dry_run,
            }
        )
        return
    for loss in imported.losses:
        line = f"line {loss.line}, " if loss.line else ""
        print(f"{line}{loss.place}: {loss.what}")
    print(
        f"{imported.format}: {many(draft.sessions, 'session')}, {many(draft.speakers, 'speaker')},"
        f" {many(draft.rooms, 'room')}, {many(draft.tracks, 'track')};"
        f" {many(imported.losses, 'remark')} above."
        + (" Nothing was stored (--dry-run)." if dry_run else " Next: forum publish.")
    )


@import_.command("registrations")
@click.argument("file", type=FILE)
@edition_option
@click.option("--dry-run", is_flag=True, help="Read and report, store nothing.")
@click.option("--skip-bad", is_flag=True, help="Keep the good rows even when some are bad.")
@json_option
@click.pass_obj
def import_registrations(
    settings: Settings,
    file: Path,
    edition: str | None,
    dry_run: bool,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Register the rows of a CSV, XLSX or ODS; nobody is written to.

    Columns are known by their headers: fields in French or English, the labels or codes of
    questions. To map others, choose Import in the organisers' pages.
    """
    from forum.commands import importing  # noqa: PLC0415

    done = on_edition(
        settings,
        edition,
        lambda site, one: importing.registrations(site, one, file, dry=dry_run, skip_bad=skip_bad),
    )
    if as_json:
        show_json(done)
    else:
        for row in done.bad:
            print(row, file=sys.stderr)
        for header in done.ignored_columns:
            print(f"column {header!r} is not known, and was left out", file=sys.stderr)
        print(
            f"{done.new} new, {done.known} known already, {len(done.bad)} bad,"
            f" {done.unanswered} with open answers."
            + ("" if done.stored else " Nothing was stored.")
        )
    if done.bad and not skip_bad:
        sys.exit(EXIT_FAILED)


@import_.command("guides")
@click.argument("folder", type=FILE)
@edition_option
@click.pass_obj
def import_guides(settings: Settings, folder: Path, edition: str | None) -> None:
    """Publish the PDFs of FOLDER, and the links of its guides.toml."""
    from forum.commands import importing  # noqa: PLC0415

    made = on_edition(
        settings, edition, lambda site, one: importing.guide_folder(site, one, folder)
    )
    for guide in made:
        print(f"{guide.kind}  {guide.slug}")


@commands.command()
@edition_option
@click.option("--note", default="", help="What changed, in a line.")
@click.option("--despite-conflicts", is_flag=True, help="Publish even what the edition blocks.")
@click.option("--no-tell", is_flag=True, help="E-mail nobody of what changed.")
@json_option
@click.pass_obj
def publish(
    settings: Settings,
    edition: str | None,
    note: str,
    despite_conflicts: bool,
    no_tell: bool,
    as_json: bool,
) -> None:
    """Freeze the draft as the next version of the programme."""
    from forum.core.text import pick  # noqa: PLC0415
    from schedule import publishing  # noqa: PLC0415

    programme, changes = on_edition(
        settings,
        edition,
        lambda site, one: publishing.publish(
            site.db,
            one,
            base_url=settings.base_url,
            at=site.now(),
            note=note,
            despite_conflicts=despite_conflicts,
            ids=site.ids,
            tell=not no_tell,
        ),
    )
    if as_json:
        show_json({"version": programme.version, "changes": changes})
        return
    titles = {session.id: session.title for session in programme.sessions}
    for change in changes:
        print(f"{change.kind}: {pick(titles.get(change.session_id, {}), programme.language)}")
    print(f"Version {programme.version} is published: {many(changes, 'change')}.")


@commands.command()
@click.argument(
    "what",
    type=click.Choice(
        [
            "registrations",
            "tickets",
            "programme",
            "scans",
            "attendance",
            "attestations",
            "certificates",
        ]
    ),
)
@click.argument("out", type=FILE)
@edition_option
@click.option("--language", type=click.Choice(["fr", "en"]))
@click.option("--columns", default="", help="Of registrations: names, with commas.")
@click.option(
    "--filter", "query", default="", help="Of registrations: what the table's address says after ?"
)
@click.option(
    "--of",
    "whose",
    type=click.Choice(["people", "sessions", "half-days"]),
    help="Of attendance: by name, or in numbers.  [default: people]",
)
@click.pass_obj
def export(
    settings: Settings,
    what: str,
    out: Path,
    edition: str | None,
    language: str | None,
    columns: str,
    query: str,
    whose: str | None,
) -> None:
    """Write registrations, tickets, programme, scans, attendance, or papers of all.

    OUT's ending says how. Attestations of presence and certificates of speakers are a PDF, a page
    for each.
    """
    from badges.attendance.sheets import What  # noqa: PLC0415
    from forum.commands import exporting  # noqa: PLC0415

    if (columns or query) and what != "registrations":
        raise click.UsageError("--columns and --filter are for registrations.")
    if whose and what != "attendance":
        raise click.UsageError("--of is for attendance.")
    if whose and out.suffix.lower() == ".pdf":
        raise click.UsageError("--of is for csv, xlsx and json: a PDF has the sign-in sheets.")

    async def work(site: Installation, one: Edition) -> str:
        if what == "programme":
            version = await exporting.programme(site, one, out, language=language)
            return f"version {version.version}, {many(version.sessions, 'session')}"
        if what == "tickets":
            return many(await exporting.tickets(site, one, out), "ticket")
        if what in exporting.PAPERS:
            with waiting(f"Drawing {what}"):
                done = await exporting.papers_of_all(site, one, out, what=what)
            return many(done, what.removesuffix("s"))
        if what == "scans":
            return many(await exporting.scans(site, one, out, language=language), "scan")
        if what == "attendance":
            of = What(whose or What.PEOPLE)
            done, noun = await exporting.attendance(site, one, out, what=of, language=language)
            return many(done, noun)
        registrations = await exporting.registrations(
            site, one, out, names=columns, query=query.removeprefix("?"), language=language
        )
        return many(registrations, "registration")

    print(f"{out}: {on_edition(settings, edition, work)}")


@commands.command()
@click.argument("out", type=FILE)
@edition_option
@click.option("--layout", help="Its name.  [default: the one of each category]")
@click.option(
    "--sheet",
    type=click.Choice(["layout", "single", "a4", "a3"]),
    default="layout",
    show_default=True,
    help="The layout's own, one badge a page, or as many as a sheet holds.",
)
@click.option("--printer", help="The name of one of sheets, whose offsets are put right.")
@click.option("--only-unprinted", is_flag=True, help="Those that were not printed yet.")
@click.option("--only-changed", is_flag=True, help="Those on which something changed since.")
@click.option("--category", "categories", multiple=True, help="Its code; may be repeated.")
@click.option("--filter", "query", default="", help="What the table's address says after ?")
@click.option("--letters", help="First letters of family names: A, or A-F.")
@click.option("--registration", "references", multiple=True, help="A reference; may be repeated.")
@click.option(
    "--sort",
    type=click.Choice(["name", "category", "organisation"]),
    default="name",
    show_default=True,
)
@json_option
@click.pass_obj
def badges(
    settings: Settings, /, out: Path, edition: str | None, *, as_json: bool, **asked: Any
) -> None:
    """Write badge sheets for all who are confirmed, or for those who meet every filter."""
    from badges.printing import run_forms  # noqa: PLC0415
    from forum.commands import exporting  # noqa: PLC0415

    sent = {
        **{name: asked[name] for name in ("layout", "sheet", "printer", "letters", "sort")},
        **{name: asked[name] for name in ("only_unprinted", "only_changed")},
        "categories": [*asked["categories"]],
        "registrations": [*asked["references"]],
        "filter": asked["query"].removeprefix("?"),
    }
    order = run_forms.of_program({name: value for name, value in sent.items() if value})
    with progress("Drawing badges") as told:

        async def work(site: Installation, one: Edition) -> Any:
            return await exporting.badges(site, one, out, order, told)

        count, finished = on_edition(settings, edition, work)
    if as_json:
        problems = finished.problems
        show_json({"badges": count, "pages": finished.pages, "problems": problems})
        return
    for reference, what in finished.problems:
        print(f"{reference}: {what}", file=sys.stderr)
    print(f"{out}: {many(count, 'badge')} on {many(finished.pages, 'page')}")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much of something is done, on a terminal; nothing in a pipe."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def waiting(what: str) -> Any:
    """Show that something is being done, on a terminal; nothing in a pipe."""
    return Console(stderr=True).status(what)


@commands.command("programme")
@click.argument("out", type=FILE)
@edition_option
@click.option(
    "--language",
    type=click.Choice(["fr", "en", "both"]),
    help="[default: the edition's first]",
)
@click.option(
    "--form",
    type=click.Choice(["booklet", "grid", "doors", "tents", "signs"]),
    default="booklet",
    show_default=True,
    help="A booklet; grids, door sheets, table tents, signs for sessions with sign-up.",
)
@click.option("--version", "issue", metavar="N|draft", help="[default: the latest version]")
@click.option("--paper", type=click.Choice(["a4", "a3"]), help="[default: what suits the form]")
@click.option("--day", "days", multiple=True, type=DAY, help="Only this day; may be repeated.")
@click.option("--room", "rooms", multiple=True, help="Only this room; may be repeated.")
@click.pass_obj
def print_programme(
    settings: Settings,
    out: Path,
    edition: str | None,
    language: str | None,
    form: str,
    issue: str | None,
    paper: str | None,
    days: tuple[datetime, ...],
    rooms: tuple[str, ...],
) -> None:
    """Write the programme on paper: a booklet, grids, door sheets, table tents or signs."""
    from forum.commands import exporting  # noqa: PLC0415
    from schedule.papers.orders import PAPERS, Form, Order, Paper, languages_of  # noqa: PLC0415

    number = None if issue in (None, "draft") else version_number(str(issue))
    wanted = Form(form)

    async def write(site: Installation, one: Edition) -> int:
        order = Order(
            form=wanted,
            languages=languages_of(language or one.language, one.languages),
            paper=Paper(paper) if paper else PAPERS[wanted][0],
            days=tuple(day.date() for day in days),
            rooms=rooms,
            draft=issue == "draft",
        )
        return (await exporting.paper(site, one, out, order, number=number)).version

    with waiting("Drawing the programme"):
        version = on_edition(settings, edition, write)
    made = "the draft" if issue == "draft" else f"version {version}"
    print(f"{out}: {form}, {made}")


def version_number(typed: str) -> int:
    """Return the number of a version as it is typed.

    Raises:
        click.BadParameter: it is none.
    """
    if not typed.isascii() or not typed.isdigit() or not 0 < int(typed) < 2**31:
        raise click.BadParameter("give the number of a version, or draft.", param_hint="--version")
    return int(typed)


# People and devices


@commands.group()
def organiser() -> None:
    """The organiser's team."""


@organiser.command("add")
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be repeated.  [default: organiser]",
)
@edition_option
@json_option
@click.pass_obj
def add_organiser(
    settings: Settings, email: str, roles: tuple[str, ...], edition: str | None, as_json: bool
) -> None:
    """Give a person a role, and print a sign-in link that works once, for a day."""
    from forum.accounts import service  # noqa: PLC0415

    async def work(site: Installation, one: Edition) -> str:
        held = [Role(role) for role in roles] or [Role.ORGANISER]
        return await service.invite(site.db, email, one.id, held, at=site.now(), ids=site.ids)

    token = on_edition(settings, edition, work)
    link = f"{settings.base_url}/organiser/sign-in/{token}"
    show_json({"link": link}) if as_json else print(link)


@organiser.command("list")
@edition_option
@json_option
@click.pass_obj
def list_organisers(settings: Settings, edition: str | None, as_json: bool) -> None:
    """List the team of an edition: addresses, roles, when they were last seen."""
    from forum.accounts import queries  # noqa: PLC0415

    found = on_edition(settings, edition, lambda site, one: queries.list_members(site.db, one.id))
    if as_json:
        show_json(found)
        return
    for one in found:
        seen = f"{one.seen_at:%Y-%m-%d}" if one.seen_at else "never"
        print(f"{one.email}  {', '.join(one.roles)}  last seen: {seen}")


@organiser.command("remove")
@click.argument("email")
@edition_option
@click.pass_obj
def remove_organiser(settings: Settings, email: str, edition: str | None) -> None:
    """Take a person out of the team of an edition, at once."""
    from forum.accounts import team  # noqa: PLC0415

    async def work(site: Installation, one: Edition) -> None:
        await team.remove_by_email(site.db, one, email, at=site.now(), ids=site.ids)

    on_edition(settings, edition, work)
    print(f"{email} is no longer in the team.")


@commands.group()
def device() -> None:
    """Phones and scanners at the doors."""


@device.command("add")
@click.argument("name")
@click.option(
    "--gate",
    "gates",
    required=True,
    multiple=True,
    help="A gate's name; may be repeated: it stands at the first, and may stand at each.",
)
@click.option("--search", is_flag=True, help="It may find people by name.")
@click.option("--desk", is_flag=True, help="It may register people, correct and print badges.")
@click.option("--evacuation", is_flag=True, help="It may hold the list of who is inside.")
@edition_option
@json_option
@click.pass_obj
def add_device(
    settings: Settings,
    name: str,
    gates: tuple[str, ...],
    search: bool,
    desk: bool,
    evacuation: bool,
    edition: str | None,
    as_json: bool,
) -> None:
    """Announce a device, and print the code by which it enrols, once, within a week."""
    from forum.commands import doors  # noqa: PLC0415

    made = on_edition(
        settings,
        edition,
        lambda site, one: doors.announce(
            site, one, name, gates, search=search, desk=desk, evacuation=evacuation
        ),
    )
    if as_json:
        show_json(made)
        return
    print(doors.picture(made))
    print(f"{made.code}\n{made.link}")


@device.command("list")
@edition_option
@json_option
@click.pass_obj
def list_devices(settings: Settings, edition: str | None, as_json: bool) -> None:
    """List the devices of an edition: where each stands, how it does, when it was last seen."""
    from forum.commands import doors  # noqa: PLC0415

    found = on_edition(settings, edition, doors.listed)
    if as_json:
        show_json(found)
        return
    for one in found:
        print(doors.line(one))


@device.command("revoke")
@click.argument("name")
@edition_option
@click.pass_obj
def revoke_device(settings: Settings, name: str, edition: str | None) -> None:
    """Revoke the device of this NAME or id: it only hands over the scans that it still holds."""
    from forum.commands import doors  # noqa: PLC0415

    revoked = on_edition(settings, edition, lambda site, one: doors.revoke(site, one, name))
    print(f"{revoked.name} is revoked; a new code would undo it.")


# Signing keys


@commands.group()
def keys() -> None:
    """The keys that sign tickets: made at the first start, rotated, retired."""


@keys.command("list")
@json_option
@click.pass_obj
def list_keys(settings: Settings, as_json: bool) -> None:
    """List the keys: which signs, which are good, how many tickets need each."""
    from forum.commands import keys  # noqa: PLC0415

    found = run(settings, keys.listed)
    if as_json:
        show_json(found)
        return
    for one in found:
        print(keys.line(one))


@keys.command("rotate")
@click.option(
    "--resign",
    type=click.Choice(["unprinted", "all"]),
    help="Issue these tickets anew under the new key: what was sent or printed opens no more.",
)
@click.option(
    "--retire",
    "retired",
    multiple=True,
    type=click.IntRange(0, 15),
    help="The id of a key that is good for nothing from now on; may be repeated.",
)
@no_tell_tickets
@json_option
@click.pass_obj
def rotate_keys(
    settings: Settings, resign: str | None, retired: tuple[int, ...], no_tell: bool, as_json: bool
) -> None:
    """Make a new key, which signs what is issued from now on; old tickets stay good."""
    from badges.rotation import Which  # noqa: PLC0415
    from forum.commands import keys  # noqa: PLC0415

    which = Which(resign) if resign else None
    done = run(settings, lambda site: keys.rotate(site, which, retired, tell=not no_tell))
    show_json(done) if as_json else print("\n".join(keys.told(done)))


@keys.command("retire")
@click.argument("key", type=click.IntRange(0, 15))
@click.option("--resign", is_flag=True, help="Issue the tickets that need it anew before.")
@no_tell_tickets
@json_option
@click.pass_obj
def retire_key(settings: Settings, key: int, resign: bool, no_tell: bool, as_json: bool) -> None:
    """Retire the KEY of this id: what it signed is forged from then on."""
    from forum.commands import keys  # noqa: PLC0415

    done = run(settings, lambda site: keys.retire(site, key, resign=resign, tell=not no_tell))
    show_json(done) if as_json else print("\n".join(keys.told(done)))


@commands.command()
@click.argument("rows", nargs=-1)
@click.option(
    "--requests",
    default=20_000,
    show_default=True,
    type=click.IntRange(500),
    help="How many the row memory sends.",
)
def bench(rows: tuple[str, ...], requests: int) -> None:
    """Measure ROWS, or all, side by side, and print the table of ratios."""
    from benchmarks import table  # noqa: PLC0415

    table.show(rows, requests=requests)


if __name__ == "__main__":
    main()
