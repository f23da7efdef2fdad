"""The programme on paper: 60 and 600 sessions, against bare drawing, and a process of its own."""

import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import msgspec
import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from benchmarks import Row, medians_s
from forum.core.pdf import REGULAR, register_fonts
from schedule.models import Programme
from schedule.papers.booklet import booklet
from tests.schedule import factory

NAME = "programme_pdf"
ROUNDS = 5
GOALS_S = {60: 0.25, 600: 3.0}
WHOLE_PROCESS_S = 0.45
MOST_BYTES = 150_000
ROOT = Path(__file__).parents[1]

ALONE = """
import sys, time, msgspec
from schedule.models import Programme
from schedule.papers.booklet import booklet
with open(sys.argv[1], "rb") as file:
    programme = msgspec.json.decode(file.read(), type=Programme)
if len(sys.argv) > 2:
    booklet(programme, language="fr")
print(time.process_time())
"""


def run() -> list[Row]:
    """Draw the booklets and return how they stand to their limits."""
    rows = []
    for count, goal_s in GOALS_S.items():
        programme = factory.programme(sessions=count)
        pages = lines_of(booklet(programme, language="fr"))
        taken = medians_s(
            {
                "ours": lambda programme=programme: booklet(programme, language="fr"),
                "bare": lambda pages=pages: bare(pages),
            },
            rounds=ROUNDS,
        )
        rows.append(
            Row(
                work=f"booklet, {count} sessions, CPU time warm",
                measured=f"{taken['ours']:.2f} s",
                limit=f"the same lines, bare: {taken['bare']:.2f} s",
                ratio=taken["ours"] / taken["bare"],
                goal=f"\u2264 {goal_s} s",
                reached=taken["ours"] <= goal_s,
            )
        )
    sixty = factory.programme(sessions=60)
    whole, imports = alone(sixty, "draw"), alone(sixty)
    rows.append(
        Row(
            work="booklet, 60 sessions, whole process",
            measured=f"{whole:.2f} s",
            limit=f"the imports alone: {imports:.2f} s",
            ratio=whole / imports,
            goal=f"\u2264 {WHOLE_PROCESS_S} s",
            reached=whole <= WHOLE_PROCESS_S,
        )
    )
    size = len(booklet(sixty, language="fr"))
    rows.append(
        Row(
            work="booklet, 60 sessions, size",
            measured=f"{size / 1000:.0f} kB",
            limit=f"{MOST_BYTES / 1000:.0f} kB",
            ratio=size / MOST_BYTES,
            goal="\u2264 1",
            reached=size <= MOST_BYTES,
        )
    )
    return rows


def lines_of(pdf: bytes) -> list[list[str]]:
    """Return the lines of text on each page."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [one.get_textpage().get_text_range().splitlines() for one in opened]


def bare(pages: list[list[str]]) -> bytes:
    """Draw the same lines on a plain canvas: no layout, no tags, no links, no grid."""
    register_fonts()
    out = BytesIO()
    canvas = Canvas(out, pageCompression=1, initialFontName=REGULAR)
    for lines in pages:
        canvas.setFont(REGULAR, 9)
        for n, text in enumerate(lines):
            canvas.drawString(50, 800 - 12 * n, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def alone(programme: Programme, *arguments: str) -> float:
    """Return the CPU time of a process that reads a programme and, when told so, draws it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.json"
        path.write_bytes(msgspec.json.encode(programme))
        command = [sys.executable, "-c", ALONE, str(path), *arguments]
        took = [
            float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)  # noqa: S603
            for _ in range(ROUNDS)
        ]
    return sorted(took)[ROUNDS // 2]
