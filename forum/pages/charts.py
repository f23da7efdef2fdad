"""Pictures of numbers as SVG: values in, markup out. No script, no style of their own.

Colours and patterns come from the classes of `dashboard.css`, so that they follow light and dark.
"""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct

from forum.territories.models import Atlas

PATTERNS = ("offered", "pending", "reserved", "waiting")
"""The parts of a bar that are told apart by a pattern too."""
STEPS = 5
"""The shades of the map, beside that of nothing."""


HIDDEN = Markup('aria-hidden="true"')


class Part(Struct, frozen=True, kw_only=True):
    """A part of a bar: `kind` names its colour and pattern."""

    kind: str
    count: int


class Line(Struct, frozen=True, kw_only=True):
    """A curve: `points` are days before the first day, and how many in all by then."""

    kind: str
    points: Sequence[tuple[int, int]]


class Axes(Struct, frozen=True, kw_only=True):
    """What stands along the curves: places on the axes and the words there."""

    first: int
    last: int
    most: int
    days: Sequence[tuple[int, str]]
    counts: Sequence[tuple[int, str]]


def patterns() -> Markup:
    """Return the definitions that bars and swatches of the same page refer to."""
    strokes = {
        "offered": "M0 8 8 0M-1 1 1-1M7 9 9 7",
        "pending": "M2 2h2v2h-2zM6 6h2v2h-2z",
        "reserved": "M2 0v8M6 0v8",
        "waiting": "M0 2h8M0 6h8",
    }
    inside = Markup().join(
        Markup(
            '<pattern id="{0}-pattern" width="8" height="8" patternUnits="userSpaceOnUse">'
            '<rect class="under" width="8" height="8"/><path class="over {0}" d="{1}"/></pattern>'
        ).format(kind, strokes[kind])
        for kind in PATTERNS
    )
    return Markup('<svg class="vh" aria-hidden="true"><defs>{}</defs></svg>').format(inside)


def _fill(kind: str) -> Markup:
    if kind in PATTERNS:
        return Markup('fill="url(#{}-pattern)"').format(kind)
    return Markup('class="{}"').format(kind)


def bar(parts: Sequence[Part], whole: int, said: str = "") -> Markup:
    """Return a bar as wide as its place, `whole` long; `said` is its name, '' where a text is by.

    Lengths are in hundredths of the width.
    """
    rects = []
    before = 0
    for part in parts:
        if part.count > 0 and whole > 0:
            x, width = 100 * before / whole, 100 * part.count / whole
            rects.append(
                Markup('<rect x="{:.4g}%" width="{:.4g}%" height="100%" {}/>').format(
                    x, width, _fill(part.kind)
                )
            )
        before += max(part.count, 0)
    name = Markup('role="img" aria-label="{}"').format(said) if said else HIDDEN
    return Markup('<svg class="bar" {}>{}</svg>').format(name, Markup().join(rects))


def swatch(kind: str) -> Markup:
    """Return the little square by which a legend shows a colour and its pattern."""
    return Markup(
        '<svg class="swatch" aria-hidden="true" viewBox="0 0 16 16">'
        '<rect width="16" height="16" {}/></svg>'
    ).format(_fill(kind))


def stroke(kind: str) -> Markup:
    """Return the little line by which a legend shows a curve."""
    return Markup(
        '<svg class="swatch" aria-hidden="true" viewBox="0 0 32 16">'
        '<path class="line {}" d="M0 8h32"/></svg>'
    ).format(kind)


WIDTH, HEIGHT = 400, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 28


def curves(lines: Sequence[Line], axes: Axes, said: str) -> Markup:
    """Return curves over the days before an edition; `said` is the picture's name."""

    def x(day: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (axes.first - day) / max(1, axes.first - axes.last)

    def y(count: int) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / max(1, axes.most)

    drawn = [
        Markup(
            '<path class="grid" d="M{} {:.1f}H{}"/><text class="end" x="{}" y="{:.1f}">{}</text>'
        ).format(LEFT, y(count), WIDTH - RIGHT, LEFT - 6, y(count) + 4, label)
        for count, label in axes.counts
    ]
    tick = Markup(
        '<path class="tick" d="M{0:.1f} {1}v5"/><text class="{2}" x="{0:.1f}" y="{3}">{4}</text>'
    )
    for day, label in axes.days:
        place = "mid" if day else "end"  # the first day stands at the right edge
        drawn.append(tick.format(x(day), HEIGHT - BOTTOM, place, HEIGHT - 8, label))
    for line in lines:
        steps = " ".join(f"{x(day):.1f} {y(count):.1f}" for day, count in line.points)
        drawn.append(Markup('<path class="line {}" d="M{}"/>').format(line.kind, steps))
    return Markup(
        '<svg class="curves" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, said, Markup().join(drawn))


def france(atlas: Atlas, shades: Mapping[str, int], titles: Mapping[str, str], said: str) -> Markup:
    """Return the map of the départements: `shades` is the step of each, 0 to 5, `titles` its words.

    Pointing at a département shows its title.
    """

    def shape(code: str, path: str) -> Markup:
        return Markup('<path class="s{}" d="{}"><title>{}</title></path>').format(
            shades.get(code, 0), path, titles.get(code, "")
        )

    drawn = [shape(code, one.path) for code, one in atlas.departements.items() if one.path]
    frame = Markup('<path class="frame" d="M{0} {1}h{2}v{2}h-{2}z"/>')
    side = atlas.close_up_side
    drawn.append(frame.format(0, 0, side))
    drawn += [shape(code, path) for code, path in atlas.close_up.items()]
    label = Markup('<text class="mid" x="{}" y="{}">{}</text>')
    drawn.append(label.format(side // 2, side + 18, atlas.departements["75"].name))
    for code, (left, top) in atlas.frames.items():
        drawn.append(frame.format(left, top, atlas.frame))
        name = atlas.departements[code].name
        drawn.append(label.format(left + atlas.frame // 2, top + atlas.frame + 18, name))
    return Markup(
        '<svg class="france" viewBox="-2 -2 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(atlas.width + 4, atlas.height + 4, said, Markup().join(drawn))
