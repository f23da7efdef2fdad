"""Attestations of 800 and 8,000 as one PDF: the naive way, ours, the deflate; through HTTP."""

import random
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from math import log
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

import msgspec
import pikepdf
import qrcode
from msgspec import Struct
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Image, PageBreak, Paragraph, SimpleDocTemplate, Table

from badges.attestation_pdf import Papers
from badges.models import Attestation, AttestedTime
from benchmarks import Row
from benchmarks.badges import BODIES, FAMILY, GIVEN, JOBS
from benchmarks.export import CHUNK, Watch, waiting
from benchmarks.search import Bench
from benchmarks.site import FIRST_DAY, LAST_DAY, ROOT, Server, site
from forum.commands.installation import Installation
from forum.core.context import Edition
from forum.core.pdf import REGULAR, SEMIBOLD, register_fonts

NAME = "attestations"
COUNTS = (800, 8_000)
NAIVE_COUNT = 80
MOST_OF_NAIVE = 1
"""Tags, bookmarks and a layout that fits cost no more than a flow of text and pictures of codes."""
MOST_MB = 60
MOST_EXPONENT = 1.05
MOST_FIRST_S = 5
MOST_WAIT_MS = 50
MADE_AT = datetime(2027, 3, 25, 8, tzinfo=UTC)
HALVES = ("lundi 22 mars 2027, matin", "lundi 22 mars 2027, après-midi")
DAYS = (FIRST_DAY, LAST_DAY)
STEPS = ((8, "in", "admitted"), (11, "out", "left"), (13, "in", "already_in"), (16, "out", "left"))
"""Hours (UTC), directions and outcomes of each day of each person."""
SCAN = """
    edition_id id device_id gate direction registration_id scanned_at at received_at check_in_list
    period outcome seq
""".split()


class Weighed(Struct, frozen=True, kw_only=True):
    """A document in a process of its own: CPU time, memory that it took, bytes; and the floor.

    `floor_s` is what deflating and writing as much of the same content takes.
    """

    taken_s: float
    grown_mb: float
    size: int
    floor_s: float = 0.0


class Taken(Struct, frozen=True, kw_only=True):
    """One download: how long until its first byte and its end, its size, memory, others' wait."""

    first_s: float
    whole_s: float
    size: int
    grown_mb: float
    wait_ms: float


def run() -> list[Row]:
    """Draw the documents both ways, each in a process of its own, then take them by HTTP."""
    naive = weighed("naive", NAIVE_COUNT)
    ours = [weighed("ours", count) for count in COUNTS]
    rows = [
        row for count, one in zip(COUNTS, ours, strict=True) for row in compared(count, one, naive)
    ]
    few, many = ours
    exponent = log(many.taken_s / few.taken_s, COUNTS[1] / COUNTS[0])
    rows.append(
        Row(
            work="attestations, exponent of the time from 800 to 8,000",
            measured=f"{many.taken_s:.1f} s",
            limit=f"{few.taken_s:.1f} s",
            ratio=exponent,
            goal=f"≤ {MOST_EXPONENT}",
            reached=exponent <= MOST_EXPONENT,
        )
    )
    with site() as made:
        bench = Bench(made, *COUNTS)
        for edition in bench.editions:
            made.work(lambda inside, e=edition: attend(inside, e))
        with made.serving() as server:
            for number, count in enumerate(COUNTS):
                rows += through_http(count, take(server, bench, number))
    return rows


def compared(count: int, ours: Weighed, naive: Weighed) -> list[Row]:
    """Return how our way stands to as many drawn the naive way, and how much memory it takes."""
    per_page = ours.taken_s / count * 1000
    more = count / NAIVE_COUNT
    return [
        Row(
            work=f"{count:,} attestations, against platypus (no tags, a PNG code each)",
            measured=f"{ours.taken_s:.1f} s, {per_page:.1f} ms a page",
            limit=f"platypus: {naive.taken_s * more:.1f} s; deflate alone: {ours.floor_s:.1f} s",
            ratio=ours.taken_s / (naive.taken_s * more),
            goal=f"≤ {MOST_OF_NAIVE}",
            reached=ours.taken_s <= MOST_OF_NAIVE * naive.taken_s * more,
        ),
        within(
            f"{count:,} attestations, memory taken, {ours.size / 1e6:.0f} MB of PDF",
            f"{ours.grown_mb:.0f} MB",
            f"{MOST_MB} MB; platypus: {naive.grown_mb * more:.0f} MB",
            ours.grown_mb / MOST_MB,
        ),
    ]


def through_http(count: int, one: Taken) -> list[Row]:
    """Return when the first byte comes, what the server takes, how long others wait."""
    return [
        within(
            f"{count:,} attestations through HTTP, first byte",
            f"{one.first_s:.2f} s; all {one.size / 1e6:.1f} MB: {one.whole_s:.1f} s",
            f"{MOST_FIRST_S} s",
            one.first_s / MOST_FIRST_S,
        ),
        within(
            f"{count:,} attestations through HTTP, memory of the server",
            f"{one.grown_mb:+.0f} MB",
            f"{MOST_MB} MB",
            one.grown_mb / MOST_MB,
        ),
        within(
            f"another request meanwhile, {count:,} attestations, p99",
            f"{one.wait_ms:.0f} ms",
            f"{MOST_WAIT_MS} ms",
            one.wait_ms / MOST_WAIT_MS,
        ),
    ]


def within(work: str, measured: str, limit: str, share: float) -> Row:
    """Return a row that is held to its limit, of which `share` was taken."""
    return Row(
        work=work, measured=measured, limit=limit, ratio=share, goal="≤ 1", reached=share <= 1
    )


# Drawn in a process of its own


def weighed(way: str, count: int) -> Weighed:
    """Draw so many in a process of its own, and return what it took."""
    command = [sys.executable, "-m", "benchmarks.attestations", way, str(count)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603
    return msgspec.json.decode(said, type=Weighed)


def weigh(way: str, count: int) -> Weighed:
    """Draw so many into a file, in a process that has drawn one before."""
    draw = {"ours": ours, "naive": naive}[way]
    draw(some(1), BytesIO())
    before_mb = peak_mb()
    with tempfile.TemporaryFile() as out:
        begun = time.process_time()
        draw(some(count), out)
        taken_s, size = time.process_time() - begun, out.tell()
        grown_mb = peak_mb() - before_mb
    return Weighed(
        taken_s=taken_s,
        grown_mb=grown_mb,
        size=size,
        floor_s=floor_s(count) if way == "ours" else 0.0,
    )


def floor_s(count: int) -> float:
    """Return how long it takes to deflate and write as many pages of the same content."""
    sample = BytesIO()
    ours(some(100), sample)
    with pikepdf.open(sample) as document:
        contents = [page.Contents.read_bytes() for page in document.pages]
    with tempfile.TemporaryFile() as out:
        begun = time.process_time()
        for n in range(count):
            out.write(zlib.compress(contents[n % len(contents)], 6))
        return time.process_time() - begun


def peak_mb() -> float:
    """Return the most memory that this process ever had, in megabytes."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def some(count: int) -> Iterator[Attestation]:
    """Yield ordinary attestations, the same at every run."""
    chance = random.Random(2027)  # noqa: S311  # repeatable on purpose
    for n in range(count):
        code = f"000M-K7QM-42XR-ABCD-EFGH-JKMN-{n:04}"
        yield Attestation(
            reference=f"K{n:03}-7XQM",
            given_name=chance.choice(GIVEN),
            family_name=f"{chance.choice(FAMILY)}-{chance.choice(FAMILY)}",
            organisation=chance.choice(BODIES) or "",
            job_title=chance.choice(JOBS) or "",
            title="Forum des communes et des territoires",
            dates="22 et 23 mars 2027",
            venue="Centre de congrès Pierre-Baudis, Toulouse",
            times=[
                AttestedTime(
                    when=when,
                    since=f"9 h {chance.randrange(10, 60)}",
                    until=f"12 h {chance.randrange(10, 60)}",
                    length=f"3 h {chance.randrange(10, 60)}",
                )
                for when in HALVES
            ],
            total="Total : 6 h 40 de présence sur 2 demi-journées",
            sessions=[f"lundi 22 mars, de 9 h à 10 h : Table ronde n° {chance.randrange(60)}"],
            organiser="Région Occitanie",
            place="Toulouse",
            signatory="La présidente",
            issued_on="jeudi 25 mars 2027",
            code=code,
            address="https://forum.example/verify",
            link=f"https://forum.example/verify/{code}",
            contact="contact@forum.example",
            language="fr",
        )


def ours(papers: Iterator[Attestation], out: BinaryIO) -> None:
    """Draw them as the product does."""
    drawn = Papers(out, title="Attestations", author="Forum", language="fr", made_at=MADE_AT)
    for one in papers:
        drawn.add(one)
    drawn.end()


def naive(papers: Iterator[Attestation], out: BinaryIO) -> None:
    """Draw them as one would at first: paragraphs and tables that flow, a picture of each code."""
    register_fonts()
    text = ParagraphStyle("text", fontName=REGULAR, fontSize=11, leading=15)
    big = ParagraphStyle("big", fontName=SEMIBOLD, fontSize=21, leading=27)
    flow: list[Flowable] = []
    for one in papers:
        flow.append(Paragraph("Attestation de présence", big))
        flow.append(Paragraph(escape(f"« {one.title} » atteste que"), text))
        flow.append(Paragraph(escape(f"{one.given_name} {one.family_name}"), big))
        lines = (one.job_title, one.organisation, one.dates, one.venue, one.reference)
        flow += [Paragraph(escape(line), text) for line in lines]
        times = [
            [Paragraph(escape(cell), text) for cell in (row.when, row.since, row.until, row.length)]
            for row in one.times
        ]
        flow.append(Table(times))
        lines = (one.total, *one.sessions, one.issued_on, one.address, one.code, one.contact)
        flow += [Paragraph(escape(line), text) for line in lines]
        picture = BytesIO()
        qrcode.make(one.link, error_correction=qrcode.ERROR_CORRECT_M).save(picture, "PNG")
        flow += [Image(picture, 113, 113), PageBreak()]
    SimpleDocTemplate(out, initialFontName=REGULAR).build(flow)


# Through HTTP


async def attend(inside: Installation, edition: Edition) -> None:
    """Have everybody come, have lunch and go, on both days."""
    db, ids = inside.db, inside.ids
    people = await db.fetch("select id from attendee where edition_id = $1", edition.id)
    gate = await db.fetchrow(
        "select slug, check_in_list from gate where edition_id = $1 limit 1", edition.id
    )
    device = ids.uuid(MADE_AT)
    scans = []
    for n, (who,) in enumerate(people):
        for day in DAYS:
            for hour, direction, outcome in STEPS:
                at = datetime(day.year, day.month, day.day, hour, n % 60, tzinfo=UTC)
                at += timedelta(seconds=n // 60 % 60)
                told = (at, at, at, gate[1], "0", outcome, len(scans))
                scans.append((edition.id, ids.uuid(at), device, gate[0], direction, who, *told))
    await db.copy_records_to_table("scan", records=scans, columns=SCAN)  # type: ignore[attr-defined]
    await db.execute("vacuum analyze scan")


def take(server: Server, bench: Bench, number: int) -> Taken:
    """Take the attestations of an edition, and watch the server meanwhile."""
    path = f"/organiser/{bench.editions[number].slug}/attestations.pdf"
    address = f"http://127.0.0.1:{server.port}{path}"
    before_mb = server.memory_mb()
    with Watch(lambda: server.memory_mb() - before_mb) as grown, Watch(waiting(server)) as waits:
        started = time.perf_counter()
        asked = urllib.request.Request(address, headers=bench.headers)
        with urllib.request.urlopen(asked) as got:  # noqa: S310
            size, first_s = len(got.read(1)), time.perf_counter() - started
            while chunk := got.read(CHUNK):
                size += len(chunk)
        whole_s = time.perf_counter() - started
    return Taken(
        first_s=first_s,
        whole_s=whole_s,
        size=size,
        grown_mb=max(grown.seen),
        wait_ms=sorted(waits.seen)[int(len(waits.seen) * 0.99)],
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        told = weigh(sys.argv[1], int(sys.argv[2]))
        print(msgspec.json.encode(told).decode())
    else:
        for line in run():
            print(*msgspec.structs.astuple(line), sep="  ")
