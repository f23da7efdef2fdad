"""The programme on paper, 60 and 600 sessions: the usual way, ours, bare drawing; a process."""

import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape

import msgspec
import pypdfium2
from msgspec.structs import replace
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from benchmarks import Row, medians_s
from forum.core.i18n import words
from forum.core.pdf import REGULAR, register_fonts
from forum.demo import venue
from schedule.models import FloorPlan, Marker, PlanPicture, Programme
from schedule.papers.book import Book
from schedule.papers.booklet import booklet
from schedule.papers.drawing import draw
from schedule.papers.orders import PAPERS, Form, Order
from schedule.plan_pictures import take_in
from tests.schedule import factory

NAME = "programme_pdf"
ROUNDS = 5
GOALS_S = {60: 0.25, 600: 3.0}
WHOLE_PROCESS_S = 0.45
MOST_BYTES = 150_000
MOST_BYTES_OF_A_PLAN = 100_000
"""Of one that is drawn; a scan weighs what its paper has of grain."""
MOST_OF_USUAL = 2
"""Tags, links, page numbers and a drawn grid cost at most as much again as a flow of text."""
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
    """Draw every form and return how each stands to its limits."""
    rows = []
    for count, goal_s in GOALS_S.items():
        programme = factory.programme(sessions=count)
        signed = [replace(one, sign_up=not one.number % 5) for one in programme.sessions]
        programme = replace(programme, sessions=signed)
        for form in Form:
            rows += form_rows(programme, Order(form=form, paper=PAPERS[form][0]), count, goal_s)
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
    return [*rows, *size_rows(sixty)]


def size_rows(programme: Programme) -> list[Row]:
    """Return what a booklet weighs without plans, and what the demonstration's plans add to it."""
    pictures, plans = {}, []
    for position, one in enumerate(venue.venues()):
        made = take_in(one.picture)
        name = str(position)
        pictures[name] = made.full
        told = PlanPicture(full=name, small=name, width_px=made.width_px, height_px=made.height_px)
        markers = [Marker(room_id=room.id, x=50, y=50) for room in programme.rooms]
        plans.append(
            FloorPlan(
                id=UUID(int=position),
                position=position,
                title=one.title,
                alt=one.alt,
                picture=told,
                markers=markers,
            )
        )
    size = len(booklet(programme, language="fr"))
    planned = replace(programme, plans=plans)
    added = len(booklet(planned, language="fr", pictures=pictures)) - size
    return [
        Row(
            work="booklet, 60 sessions, size without plans",
            measured=f"{size / 1000:.0f} kB",
            limit=f"{MOST_BYTES / 1000:.0f} kB",
            ratio=size / MOST_BYTES,
            goal="\u2264 1",
            reached=size <= MOST_BYTES,
        ),
        Row(
            work=f"booklet, what {len(plans)} plans add, at 200 dpi",
            measured=f"{added / 1000:.0f} kB",
            limit=f"{MOST_BYTES_OF_A_PLAN / 1000:.0f} kB each",
            ratio=added / len(plans) / MOST_BYTES_OF_A_PLAN,
            goal="\u2264 1",
            reached=added <= len(plans) * MOST_BYTES_OF_A_PLAN,
        ),
    ]


def form_rows(programme: Programme, order: Order, count: int, goal_s: float) -> list[Row]:
    """Draw one form: ours against bare drawing of the same lines; a booklet the usual way too."""
    pages = lines_of(draw(programme, order))
    ways = {"ours": lambda: draw(programme, order), "bare": lambda: bare(pages)}
    if order.form is Form.BOOKLET:
        ways["usual"] = lambda: usual(programme)
    taken = medians_s(ways, rounds=ROUNDS)
    rows = [
        Row(
            work=f"{order.form}, {count} sessions, {len(pages)} pages, CPU time warm",
            measured=f"{taken['ours']:.2f} s",
            limit=f"the same lines, bare: {taken['bare']:.2f} s",
            ratio=taken["ours"] / taken["bare"],
            goal=f"\u2264 {goal_s} s",
            reached=taken["ours"] <= goal_s,
        )
    ]
    if "usual" in taken:
        rows.append(
            Row(
                work=f"booklet, {count} sessions, the usual way (platypus, no tags, no links)",
                measured=f"ours: {taken['ours']:.2f} s",
                limit=f"platypus: {taken['usual']:.2f} s",
                ratio=taken["ours"] / taken["usual"],
                goal=f"\u2264 {MOST_OF_USUAL}",
                reached=taken["ours"] <= MOST_OF_USUAL * taken["usual"],
            )
        )
    return rows


def usual(programme: Programme) -> bytes:
    """Draw list, grid and index as reportlab's manual shows it: paragraphs and tables that flow."""
    register_fonts()
    style = ParagraphStyle("text", fontName=REGULAR, fontSize=9, leading=12)
    book = Book(programme, words("fr"))
    flow: list[Flowable] = []
    for day in book.days:
        flow.append(Paragraph(book.day(day.date), style))
        head = [Paragraph(escape(room.name), style) for room in programme.rooms]
        table = [[Paragraph("", style), *head]]
        for _, some in day.slots:
            at = {one.session.room_id: one.session for one in some}
            cells = [
                Paragraph(escape(book.title(at[room.id])) if room.id in at else "", style)
                for room in programme.rooms
            ]
            table.append([Paragraph(book.start(some[0].session), style), *cells])
        flow.append(Table(table, repeatRows=1))
        for one in day.sessions:
            panel = [
                f"{role} {', '.join(who.name for who in some)}"
                for role, some in book.panel(one.session)
            ]
            lines = [book.span(one.session), book.room(one.session), book.title(one.session)]
            lines += [book.abstract(one.session, 560), *panel]
            flow += [Paragraph(escape(text), style) for text in lines]
            flow.append(Spacer(1, 8))
    flow += [Paragraph(escape(one.name), style) for one in programme.speakers]
    out = BytesIO()
    SimpleDocTemplate(out, initialFontName=REGULAR).build(flow)
    return out.getvalue()


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
