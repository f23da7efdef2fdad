"""The pictures that ship with layouts, drawn: a wood of firs, and how a sheet is folded in four."""

from collections.abc import Callable
from typing import NamedTuple

from reportlab.pdfgen.canvas import Canvas

from badges.layouts.models import Box
from forum.core.pdf import FIR, HIGHLIGHT, LINE, MM, SOFT, TINTS, WHITE, Colour, colour

NON_ZERO = 1
FAR_FIRS = colour("#10705b")
NEAR_FIRS = colour("#084a3b")

Trees = tuple[tuple[float, float], ...]
"""The middle and the height of each tree, as parts of the width and the height of its frame."""

FAR_TREES: Trees = (
    (0.6, 0.34),
    (0.655, 0.46),
    (0.71, 0.4),
    (0.765, 0.6),
    (0.825, 0.44),
    (0.88, 0.56),
    (0.935, 0.48),
    (0.985, 0.6),
)
NEAR_TREES: Trees = (
    (0.69, 0.28),
    (0.735, 0.34),
    (0.8, 0.3),
    (0.86, 0.36),
    (0.915, 0.4),
    (0.965, 0.34),
)
TIERS = ((-0.1, 0.62, 0.26), (0.3, 0.82, 0.2), (0.55, 1.0, 0.14))
"""The foot, the top and half the width of each tier of a fir, as parts of its height."""


class Frame(NamedTuple):
    """A box in points as PDF has it: its lower left corner from a face's upper left one, upwards.

    So `y` is below zero on the face.
    """

    x: float
    y: float
    width: float
    height: float


def frame_of(box: Box) -> Frame:
    """Return a box of a face in points."""
    foot_mm = box.y_mm + box.height_mm
    return Frame(box.x_mm * MM, -foot_mm * MM, box.width_mm * MM, box.height_mm * MM)


def draw_forest(canvas: Canvas, frame: Frame) -> None:
    """Draw a wood of firs under a low sun."""
    x, y, wide, high = frame
    canvas.setFillColor(FIR)
    canvas.rect(x, y, wide, high, stroke=0, fill=1)
    canvas.setFillColor(HIGHLIGHT)
    canvas.circle(x + wide * 0.84, y + high * 0.63, high * 0.17, stroke=0, fill=1)
    draw_firs(canvas, FAR_FIRS, FAR_TREES, frame)
    draw_firs(canvas, NEAR_FIRS, NEAR_TREES, frame)


def draw_firs(canvas: Canvas, ink: Colour, trees: Trees, frame: Frame) -> None:
    """Draw firs of three tiers along the foot of a frame."""
    x, y, wide, high = frame
    canvas.setFillColor(ink)
    path = canvas.beginPath()
    for middle, height in trees:
        stem, tall = x + middle * wide, height * high
        for foot, top, half in TIERS:
            path.moveTo(stem - half * tall, y + foot * tall)
            path.lineTo(stem + half * tall, y + foot * tall)
            path.lineTo(stem, y + top * tall)
            path.close()
    canvas.drawPath(path, stroke=0, fill=1, fillMode=NON_ZERO)


def draw_folds(canvas: Canvas, frame: Frame) -> None:
    """Draw a sheet of A4, the half and the quarter that it is folded into, with arrows between."""
    x, y, wide, high = frame
    page = high / 2**0.5
    half, quarter = page / 2, high / 2
    gap = (wide - 2 * page - half) / 2
    second, third = x + page + gap, x + 2 * (page + gap)
    middle = y + high / 2
    low = middle - quarter / 2
    draw_page(canvas, Frame(x, y, page, high))
    draw_page(canvas, Frame(second, low, page, quarter))
    draw_page(canvas, Frame(third, low, half, quarter))
    draw_card(canvas, Frame(x + half, y, half, quarter))
    draw_card(canvas, Frame(second + half, low, half, quarter))
    draw_card(canvas, Frame(third, low, half, quarter))
    canvas.setStrokeColor(SOFT)
    canvas.setDash(2, 2)
    canvas.line(x - 2, middle, x + page + 2, middle)
    canvas.line(second + half, low - 2, second + half, low + quarter + 2)
    canvas.setDash()
    for left in (x + page, second + page):
        draw_arrow(canvas, left + gap * 0.25, left + gap * 0.75, middle)


def draw_page(canvas: Canvas, frame: Frame) -> None:
    """Draw the outline of a sheet."""
    canvas.setStrokeColor(LINE)
    canvas.setFillColor(WHITE)
    canvas.setLineWidth(0.8)
    canvas.rect(*frame, stroke=1, fill=1)


def draw_card(canvas: Canvas, frame: Frame) -> None:
    """Draw a badge in small: its head, two names, what is at its foot."""
    x, y, wide, high = frame
    for ink, left, foot, width, height in (
        (FIR, 0.08, 0.76, 0.84, 0.18),
        (SOFT, 0.12, 0.6, 0.5, 0.08),
        (FIR, 0.12, 0.48, 0.64, 0.06),
        (TINTS[1].background, 0.08, 0.06, 0.84, 0.3),
        (SOFT, 0.58, 0.1, 0.28, 0.2),
    ):
        canvas.setFillColor(ink)
        canvas.rect(x + left * wide, y + foot * high, width * wide, height * high, 0, 1)


def draw_arrow(canvas: Canvas, start: float, end: float, y: float) -> None:
    """Draw an arrow to the right."""
    head = (end - start) / 3
    canvas.setStrokeColor(FIR)
    canvas.setFillColor(FIR)
    canvas.setLineWidth(1.5)
    canvas.line(start, y, end - head, y)
    path = canvas.beginPath()
    path.moveTo(end, y)
    path.lineTo(end - head, y + head / 2)
    path.lineTo(end - head, y - head / 2)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


DRAWN: dict[str, Callable[[Canvas, Frame], None]] = {"forest": draw_forest, "folds": draw_folds}
"""What draws each of the layouts' `DRAWINGS`."""
