"""What tests of print runs do: ask for a run, correct a name, look at the file."""

import subprocess

from badges.printing import runs
from badges.printing.run_models import Order
from forum.registrations import changing
from forum.registrations.models import Change


async def asked(site, edition, order=None, actor="organiser:1"):
    """Ask for a run; return it."""
    async with site.pool.acquire() as db:
        return await runs.ask(
            db, edition, order or Order(), actor=actor, at=site.clock.at, ids=site.ids
        )


async def found(site, edition, run):
    """Return a run as it stands."""
    async with site.pool.acquire() as db:
        return await runs.find(db, edition.id, run.id)


async def corrected(site, edition, person, **given):
    """Correct what stands on somebody's badge."""
    async with site.pool.acquire() as db:
        await changing.change(
            db,
            edition,
            person.id,
            Change(**given),
            by_staff=True,
            actor="organiser:1",
            at=site.clock.at,
            ids=site.ids,
        )


async def logged(site, edition):
    """Return whom the log names, with the run and who it was, sorted."""
    return sorted(
        await site.rows(
            "select registration_id, run_id, actor from badge_print where edition_id = $1",
            edition.id,
        ),
        key=str,
    )


def codes(pdf, folder, *, dpi=150):
    """Return what the QR codes of a PDF say, as zbar reads its pages."""
    subprocess.run(["pdftoppm", "-r", str(dpi), "-png", pdf, folder / "page"], check=True)
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", *sorted(folder.glob("page*.png"))],
        capture_output=True,
        check=True,
        text=True,
    )
    return read.stdout.split()
