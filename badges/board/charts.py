"""Pictures of the board of the doors as SVG: values in, markup out. No script, no style.

Colours come from the classes of `dashboard.css`, so that they follow light and dark.
"""

from collections.abc import Sequence
from datetime import tzinfo

from markupsafe import Markup

from badges.board.numbers import Arrivals, Level
from forum.core.i18n import Words

WIDTH, HEIGHT = 400, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 28
INNER, HIGH = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
MOST_TICKS = 6


def bar(inside: int, capacity: int, level: Level | None) -> Markup:
    """Return how full a room is, as wide as its place; a text beside it says the same."""
    share = min(1.0, inside / capacity) if capacity else 1.0
    return Markup(
        '<svg class="bar {}" aria-hidden="true"><rect width="{:.4g}%" height="100%"/></svg>'
    ).format(level or "", 100 * share)


def flow(arrivals: Sequence[Arrivals], zone: tzinfo, words: Words, said: str) -> Markup:
    """Return who came in, five minutes by five minutes, as columns; the last edition as a line.

    `said` is the picture's name; the table beside it has the numbers.
    """
    most, step = scale(max(max(one.entered, one.last or 0) for one in arrivals))
    wide = INNER / len(arrivals)

    def y(count: int) -> float:
        return HEIGHT - BOTTOM - HIGH * count / most

    drawn = [
        Markup(
            '<path class="grid" d="M{} {:.1f}H{}"/><text class="end" x="{}" y="{:.1f}">{}</text>'
        ).format(LEFT, y(count), WIDTH - RIGHT, LEFT - 6, y(count) + 4, count)
        for count in range(0, most + 1, step)
    ]
    drawn += _hours(arrivals, wide, zone, words)
    for place, one in enumerate(arrivals):
        if one.entered:
            drawn.append(
                Markup(
                    '<rect class="confirmed" x="{:.1f}" y="{:.1f}" width="{:.2f}" height="{:.1f}"/>'
                ).format(
                    LEFT + place * wide, y(one.entered), wide * 0.85, HIGH * one.entered / most
                )
            )
    if arrivals[0].last is not None:
        line = " ".join(
            f"{LEFT + (place + 0.5) * wide:.1f} {y(one.last or 0):.1f}"
            for place, one in enumerate(arrivals)
        )
        drawn.append(Markup('<path class="line last" d="M{}"/>').format(line))
    return Markup(
        '<svg class="curves" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, said, Markup().join(drawn))


def _hours(arrivals: Sequence[Arrivals], wide: float, zone: tzinfo, words: Words) -> list[Markup]:
    """Return the full hours along the axis, as many as have room."""
    whole = [
        (place, one.at) for place, one in enumerate(arrivals) if not one.at.astimezone(zone).minute
    ]
    every = -(-len(whole) // MOST_TICKS) or 1
    tick = Markup(
        '<path class="tick" d="M{0:.1f} {1}v5"/><text class="mid" x="{0:.1f}" y="{2}">{3}</text>'
    )
    return [
        tick.format(LEFT + place * wide, HEIGHT - BOTTOM, HEIGHT - 8, words.time(at, zone))
        for place, at in whole[::every]
    ]


def scale(most: int) -> tuple[int, int]:
    """Return the top of an axis that holds `most`, and its steps: 1, 2 or 5 times ten."""
    step = next(
        base * 10**power
        for power in range(9)
        for base in (1, 2, 5)
        if base * 10**power * MOST_TICKS > most
    )
    return -(-most // step) * step or step, step


def key(kind: str) -> Markup:
    """Return the little mark by which the legend shows `now` or `last`."""
    if kind == "last":
        shape = Markup('<path class="line last" d="M0 8h32"/>')
    else:
        shape = Markup('<rect class="confirmed" width="32" height="16"/>')
    return Markup('<svg class="swatch" aria-hidden="true" viewBox="0 0 32 16">{}</svg>').format(
        shape
    )
