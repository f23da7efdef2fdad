"""Badges in one PDF, 800 to 80,000: the naive way, ours, and the deflate of the same content."""

import asyncio
import random
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from math import log
from pathlib import Path

import anyio.to_process
import msgspec
import pikepdf
import qrcode
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from badges.layouts.shipped import SHIPPED
from badges.models import Badge, BadgeCategory, BadgeRun, TokenPayload
from badges.printing.press import render
from badges.tokens import sign
from benchmarks import Row, medians_s
from benchmarks.ticking import Lag, p99, ticking
from forum.core.pdf import BOLD, FIR, INK, MM, REGULAR, SEMIBOLD, register_fonts

NAME = "badges"
COUNT = 800
NAIVE_COUNT = 40
ROUNDS = 7
COUNTS = (800, 8_000, 80_000)
MOST_MB = 60
MOST_BYTES = 1200
MOST_EXPONENT = 1.05
MOST_HELD_MS = 10
USUAL_LEVEL = 6
"""Of the deflate against which runs are measured; they choose their own."""


GIVEN = "Léa Jean-Baptiste Zoé Anne Françoise Noé Aïcha Hélène Marie-Antoinette Œdipe".split()
FAMILY = "Lefèvre Dupont Haÿ Saint-Exupéry Łukaszewicz Müller Ng Gutiérrez Nguyễn Martin".split()
BODIES = [
    "Ville de Toulouse",
    "Communauté d\u2019agglomération du Grand Ouest",
    "Syndicat mixte d\u2019aménagement et de développement économique des vallées",
    "Département",
    None,
]
JOBS = ["Maire", "Adjointe à l\u2019urbanisme", "Directeur général des services", None]
CATEGORIES = {
    f"category-{tint}": BadgeCategory(code=f"category-{tint}", name={"fr": "Élu·e"}, tint=tint)
    for tint in range(1, 7)
}
RUN = BadgeRun(
    title="Forum des communes et des territoires",
    dates="22 et 23 mars 2027",
    language="fr",
    categories=CATEGORIES,
)


class Weighed(Struct, frozen=True, kw_only=True):
    """A run in a process of its own: what it took, what its memory came to, how large the file is.

    `floor_s` is what deflating and writing as much of the same content takes.
    """

    count: int
    taken_s: float
    floor_s: float
    begun_mb: float
    peak_mb: float
    size: int


def run() -> list[Row]:
    """Draw the badges in each way, in turn, then more and more of them, and return the ratios."""
    badges = some_badges(COUNT)
    contents = page_contents(ours(badges))
    taken = medians_s(
        {
            "ours": lambda: ours(badges),
            "floor": lambda: deflate(contents),
            "naive": lambda: naive(badges[:NAIVE_COUNT]),
        },
        rounds=ROUNDS,
    )
    naive_s = taken["naive"] * COUNT / NAIVE_COUNT
    own = f"{taken['ours'] * 1000:.0f} ms"
    many = medians_s({"many": lambda: ours(some_badges(10 * COUNT))}, rounds=1)["many"]
    lags = asyncio.run(lag(some_badges(10 * COUNT)))
    return [
        row(
            "800 badges, against their deflate and write",
            own,
            f"{taken['floor'] * 1000:.0f} ms",
            taken["ours"] / taken["floor"],
            most=2,
        ),
        row(
            "800 badges, against a PNG code each",
            own,
            f"{naive_s * 1000:.0f} ms",
            naive_s / taken["ours"],
            least=40,
        ),
        row("800 badges, CPU time warm", own, "250 ms", taken["ours"] / 0.25, most=1),
        row("8,000 badges, with their tokens", f"{many:.2f} s", "3 s", many / 3, most=1),
        *grown([weighed(count) for count in COUNTS], taken["naive"] / NAIVE_COUNT),
        held(lags),
    ]


def grown(runs: list[Weighed], naive_s: float) -> list[Row]:
    """Return how runs of more and more badges do; `naive_s` is what one takes the naive way."""
    rows = []
    for one in runs:
        what = f"{one.count:,} badges"
        least, own = one.floor_s, f"{one.taken_s:.2f} s"
        rows += [
            row(f"{what}, against the floor", own, f"{least:.2f} s", one.taken_s / least, most=2),
            row(
                f"{what}, against the naive way",
                own,
                f"{naive_s * one.count:.0f} s",
                naive_s * one.count / one.taken_s,
                least=40,
            ),
            row(
                f"{what}, memory taken by the run",
                f"{one.peak_mb - one.begun_mb:.0f} MB ({one.peak_mb:.0f} in all)",
                f"{MOST_MB} MB",
                (one.peak_mb - one.begun_mb) / MOST_MB,
                most=1,
            ),
            row(
                f"{what}, bytes a badge",
                f"{one.size / one.count:.0f}",
                f"{MOST_BYTES}",
                one.size / one.count / MOST_BYTES,
                most=1,
            ),
        ]
    for few, many in pairwise(runs):
        exponent = log(many.taken_s / few.taken_s, many.count / few.count)
        rows.append(
            row(
                f"from {few.count:,} to {many.count:,} badges, exponent of the time",
                f"{many.taken_s:.2f} s",
                f"{few.taken_s:.2f} s",
                exponent,
                most=MOST_EXPONENT,
            )
        )
    return rows


def held(lags: list[Lag]) -> Row:
    """Return how long the event loop was held while a run was drawn in a process of its own."""
    worked, late = ([getattr(one, of) for one in lags] for of in ("worked_ms", "late_ms"))
    return row(
        "8,000 badges, event loop held at once, p99",
        f"{p99(worked):.1f} ms (at most {max(worked):.1f}), {p99(late):.1f} ms late",
        f"{MOST_HELD_MS} ms",
        p99(worked) / MOST_HELD_MS,
        most=1,
    )


async def lag(badges: list[Badge]) -> list[Lag]:
    """Draw badges as the back office does, in another process, and note how the loop does."""
    await anyio.to_process.run_sync(ours, badges[:1])  # the process is there, and warm
    lags: list[Lag] = []
    async with ticking(lags):
        await anyio.to_process.run_sync(ours, badges)
    return lags


def weighed(count: int) -> Weighed:
    """Draw so many badges in a process of its own, and return what it took."""
    command = [sys.executable, "-m", "benchmarks.badges", str(count)]
    said = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603  # ours
    return msgspec.json.decode(said, type=Weighed)


def weigh(count: int) -> Weighed:
    """Draw so many badges into a file, in a process that has drawn one before."""
    known = some_badges(COUNT)
    ours(known[:1])
    begun_mb = peak_mb()
    with tempfile.TemporaryFile() as out:
        begun = time.thread_time()
        render(RUN, repeated(known, count), layout=SHIPPED["a6"], out=out)
        taken_s, size = time.thread_time() - begun, out.tell()
    most_mb = peak_mb()
    contents = page_contents(ours(known))
    with tempfile.TemporaryFile() as out:
        begun = time.thread_time()
        for n in range(-(-count // SHIPPED["a6"].sheet.cards)):
            out.write(zlib.compress(contents[n % len(contents)], USUAL_LEVEL))
        floor_s = time.thread_time() - begun
    return Weighed(
        count=count,
        taken_s=taken_s,
        floor_s=floor_s,
        begun_mb=begun_mb,
        peak_mb=most_mb,
        size=size,
    )


def repeated(known: list[Badge], count: int) -> Iterator[Badge]:
    """Yield so many badges: those that are known, over and over, each with its own reference."""
    for n in range(count):
        yield msgspec.structs.replace(known[n % len(known)], reference=f"K{n:05}-7XQ")


def peak_mb() -> float:
    """Return the most memory that this process ever had, in megabytes.

    `getrusage` tells that of the process which began this one, where it had more.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def row(
    work: str,
    measured: str,
    limit: str,
    ratio: float,
    *,
    most: float | None = None,
    least: float | None = None,
) -> Row:
    """Return a line whose ratio should be at most, or at least, so much."""
    reached = (most is None or ratio <= most) and (least is None or ratio >= least)
    goal = f"≥ {least:g}" if most is None else f"≤ {most:g}"
    return Row(work=work, measured=measured, limit=limit, ratio=ratio, goal=goal, reached=reached)


def some_badges(count: int) -> list[Badge]:
    """Return ordinary badges, the same at every run."""
    chance = random.Random(2027)  # noqa: S311  # repeatable on purpose
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    return [
        Badge(
            reference=f"K{n:05}-7XQ",
            given_name=chance.choice(GIVEN),
            family_name=f"{chance.choice(FAMILY)}-{chance.choice(FAMILY)}",
            category=f"category-{n % 6 + 1}",
            token=sign(
                TokenPayload(key_id=1, edition=1, ticket=n, category=n % 6, days=3, revision=0),
                key,
            ),
            organisation=chance.choice(BODIES),
            job_title=chance.choice(JOBS),
        )
        for n in range(count)
    ]


def ours(badges: list[Badge]) -> bytes:
    """Draw the badges as the product does."""
    out = BytesIO()
    render(RUN, badges, layout=SHIPPED["a6"], out=out)
    return out.getvalue()


def page_contents(pdf: bytes) -> list[bytes]:
    """Return what the pages of a PDF say, not compressed."""
    with pikepdf.open(BytesIO(pdf)) as document:
        return [page.Contents.read_bytes() for page in document.pages]


def deflate(contents: list[bytes]) -> None:
    """Compress and write the same content, as zlib does unasked: the measure of every way."""
    out = BytesIO()
    for content in contents:
        out.write(zlib.compress(content, USUAL_LEVEL))


def naive(badges: list[Badge]) -> None:
    """Draw the badges as one would at first: a picture of each code, text by text."""
    register_fonts()
    with tempfile.TemporaryFile() as out:
        canvas = Canvas(out, pagesize=(210 * MM, 297 * MM))
        for n, badge in enumerate(badges):
            canvas.saveState()
            canvas.translate(n % 2 * 105 * MM, (1 - n % 4 // 2) * 148.5 * MM)
            naive_card(canvas, badge)
            canvas.restoreState()
            if n % 4 == 3:  # noqa: PLR2004  # the last of four on a sheet
                canvas.showPage()
        canvas.save()


def naive_card(canvas: Canvas, badge: Badge) -> None:
    """Draw one card with the canvas's own methods."""
    canvas.setFillColor(FIR)
    canvas.rect(6 * MM, 113 * MM, 93 * MM, 29 * MM, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 30)
    canvas.drawString(11 * MM, 95 * MM, badge.given_name)
    canvas.setFont(SEMIBOLD, 20)
    canvas.drawString(11 * MM, 85 * MM, badge.family_name.upper())
    canvas.setFont(REGULAR, 11)
    canvas.drawString(11 * MM, 70 * MM, badge.organisation or "")
    canvas.drawString(11 * MM, 64 * MM, badge.job_title or "")
    canvas.drawString(62 * MM, 8 * MM, badge.reference)
    code = qrcode.make(badge.token, error_correction=qrcode.ERROR_CORRECT_M)
    picture = BytesIO()
    code.save(picture, "PNG")
    canvas.drawImage(ImageReader(picture), 62 * MM, 12 * MM, 34.5 * MM, 34.5 * MM)


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.stdout.buffer.write(msgspec.json.encode(weigh(int(sys.argv[1]))))
        sys.exit()
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
