"""The test label of a label printer: a frame to be measured, rulers, a code to be read."""

from badges.layouts.fitting import LEADING, fit
from badges.layouts.models import Size
from badges.printers.fields import POINTS, Spot, field
from badges.printers.zpl import framed
from forum.core.i18n import N_, words
from forum.core.pdf import BOLD, MM

FRAME_MM = 5
"""How far the frame stands from each edge of a label that was printed in its place."""
LINE_DOTS = 2
TICK_MM, FIVE_MM, TEN_MM = 0.8, 1.4, 2.2
CODE = "FORUM TEST"
CODE_MODULES = 21
WORDS = N_(
    "The frame is to stand 5 mm from each edge. Measure from the left edge and from the upper edge"
    " to its lines, and enter both on the printer’s page."
)


def label(
    size_mm: tuple[float, float], *, dpi: int, offset_mm: tuple[float, float], language: str
) -> bytes:
    """Return the test label of a printer, in ZPL II; `offset_mm` moves it as it moves badges."""
    wide, high = size_mm
    spot = Spot(dpi, *offset_mm)
    fields = [frame(spot, wide, high), *rulers(spot, wide, high)]
    scale = max(2, dpi // 75)
    side_mm = CODE_MODULES * scale / dpi * 25.4
    if side_mm + 2 * FRAME_MM + 4 <= min(wide, high):
        x, y = spot.across(wide - FRAME_MM - 2 - side_mm), spot.down(FRAME_MM + 2)
        fields.append(f"^FO{x},{y}^BQN,2,{scale}^FDMM,A{CODE}^FS")
    else:
        side_mm = 0
    room = wide - 2 * FRAME_MM - 5 - side_mm - (2 if side_mm else 0)
    text = words(language).gettext(WORDS)
    fields += lines(spot, text, room, high - 2 * FRAME_MM - 5)
    return framed(fields, spot.dots(wide), spot.dots(high))


def frame(spot: Spot, wide: float, high: float) -> str:
    """Return the frame."""
    width, height = spot.dots(wide - 2 * FRAME_MM), spot.dots(high - 2 * FRAME_MM)
    place = f"^FO{spot.across(FRAME_MM)},{spot.down(FRAME_MM)}"
    return f"{place}^GB{width},{height},{LINE_DOTS}^FS"


def rulers(spot: Spot, wide: float, high: float) -> list[str]:
    """Return ticks along the frame's left and upper line, inside, one a millimetre."""
    fields = []
    for n in range(1, int(wide - 2 * FRAME_MM)):
        length = spot.dots(tick_mm(n))
        place = f"^FO{spot.across(FRAME_MM + n)},{spot.down(FRAME_MM)}"
        fields.append(f"{place}^GB1,{length},1^FS")
    for n in range(1, int(high - 2 * FRAME_MM)):
        length = spot.dots(tick_mm(n))
        place = f"^FO{spot.across(FRAME_MM)},{spot.down(FRAME_MM + n)}"
        fields.append(f"{place}^GB{length},1,1^FS")
    return fields


def tick_mm(n: int) -> float:
    """Return how long the tick of the n-th millimetre is."""
    return TEN_MM if n % 10 == 0 else FIVE_MM if n % 5 == 0 else TICK_MM


def lines(spot: Spot, text: str, wide_mm: float, high_mm: float) -> list[str]:
    """Return a text inside the frame, beside the rulers."""
    sizes = (Size(lines=6, largest_pt=9, smallest_pt=5),)
    fitted = fit(text, sizes, BOLD, width_mm=wide_mm, height_mm=high_mm)
    height = int(fitted.size_pt * spot.dpi / POINTS)
    leading_mm = fitted.size_pt * LEADING / MM
    x = spot.across(FRAME_MM + 3)
    return [
        f"^FO{x},{spot.down(FRAME_MM + 3 + n * leading_mm)}^A0N,{height}{field(line)}"
        for n, line in enumerate(fitted.lines)
    ]
