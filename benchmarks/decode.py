"""Codes on paper, read: of every layout that ships as drawn, and before a simulated phone.

`python -m benchmarks.decode --badges 800` reads the codes of so many badges of each layout, drawn
at 100, 150 and 200 dpi by pdfium and by poppler, with zxing-cpp and with zbar, and counts.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from badges.layouts.models import Layout
from badges.layouts.shipped import SHIPPED
from badges.models import Badge
from benchmarks import Row
from tests.badges.printing.samples import people, printed
from tests.documents import shots
from tests.documents.camera import LEAST_WIDTH, WIDTH
from tests.documents.decoding import DECODERS, DPIS, RENDERERS, codes_per_badge, read_badges

NAME = "decode"
SEED = 20261126
USUAL_MM = 32
SHARE = 0.99
SIDES_MM = (22.6, 24.4, 27.5, 30, USUAL_MM, 34.5)


def run(
    count: int = 300,
    badges: int = 40,
    *,
    sides_mm: Sequence[float] = SIDES_MM,
    layouts: Sequence[str] = tuple(SHIPPED),
) -> list[Row]:
    """Read `badges` of each layout as drawn, and `count` pictures of a phone of each size."""
    rows = [_drawn(badges, layouts)]
    for side in sides_mm:
        for width in (WIDTH, LEAST_WIDTH):
            found = shots.read(side, count, random.Random(SEED), width=width)  # noqa: S311 -- repeatable
            for name, one in found.items():
                what = f"{side:g} mm at 20 cm, {width} pixels, {name}"
                held = side >= USUAL_MM and name == "zxing"
                rows += [
                    _row(f"{what}, one frame", one.at_once, one.of, held=held),
                    _row(f"{what}, three frames", one.in_all, one.of, held=held),
                ]
    return rows


def _row(what: str, good: int, count: int, *, held: bool) -> Row:
    """Return a row; what is held to is that zxing, which the scanner uses, reads 32 mm or more."""
    share = good / count
    return Row(
        work=f"decode, {what}",
        measured=f"{good} of {count}",
        limit=f"{SHARE:.0%}" if held else "told only",
        ratio=share,
        goal=f"≥ {SHARE}" if held else "≥ 0",
        reached=share >= SHARE if held else True,
    )


def _drawn(badges: int, layouts: Sequence[str]) -> Row:
    good = wanted = 0
    for name in layouts:
        for missed, of in counted(SHIPPED[name], people(badges)).values():
            good += of - missed
            wanted += of
    return Row(
        work=f"decode, {badges} badges of {len(layouts)} layouts, drawn",
        measured=f"{good} of {wanted}",
        limit="all",
        ratio=good / wanted,
        goal="= 1",
        reached=good == wanted,
    )


def counted(
    layout: Layout, badges: Sequence[Badge], dpis: Sequence[int] = DPIS
) -> dict[tuple[int, str, str], tuple[int, int]]:
    """Return how many codes were missed, of how many, by resolution, renderer and decoder."""
    made = printed(layout, [*badges])
    per_badge = codes_per_badge(layout)
    wanted = Counter({badge.token: per_badge for badge in badges})
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "badges.pdf"
        path.write_bytes(made.pdf)
        for dpi in dpis:
            for renderer in RENDERERS:
                read = read_badges(path, layout, dpi, renderer)
                for name in DECODERS:
                    missed = (wanted - read[name]).total()
                    found[dpi, renderer, name] = missed, wanted.total()
                    for strange in read[name].keys() - wanted.keys():  # no door believes it
                        print(f"{layout.name} {dpi} {renderer} {name} also said {strange!r}")
    return found


def main() -> None:
    """Read the codes of all badges asked for, and print what was missed, layout by layout."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--badges", type=int, default=800, help="how many of each layout")
    asked.add_argument("layouts", nargs="*", choices=[[], *SHIPPED], help="all, unless named")
    given = asked.parse_args()
    good = wanted = 0
    for name in given.layouts or SHIPPED:
        started = time.monotonic()
        found = counted(SHIPPED[name], people(given.badges))
        missed = {" ".join(map(str, how)): one for how, (one, _) in found.items() if one}
        of = sum(count for _, count in found.values())
        good, wanted = good + of - sum(missed.values()), wanted + of
        told = ", ".join(f"{how}: {one} missed" for how, one in missed.items()) or "all read"
        print(f"{name}: {of} readings, {told} ({time.monotonic() - started:.0f} s)", flush=True)
    print(f"{good} of {wanted} readings")


if __name__ == "__main__":
    main()
