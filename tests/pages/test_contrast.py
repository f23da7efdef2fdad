"""The palette is readable: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (borders and focus, 3:1)."""

import re

import pytest

from forum.core.pages import ROOT

CSS = (ROOT / "forum" / "static" / "site.css").read_text()
SCANNER = (ROOT / "badges" / "static" / "scan.css").read_text()
TEXT, SIGN = 4.5, 3.0

PAIRS = [
    ("ink", "paper", TEXT),
    ("ink", "sheet", TEXT),
    ("soft", "paper", TEXT),
    ("soft", "sheet", TEXT),
    ("fir", "paper", TEXT),
    ("fir", "sheet", TEXT),
    ("fir", "fir-wash", TEXT),
    ("on-fir", "fir", TEXT),
    ("on-hero", "hero", TEXT),
    ("plum", "hero", TEXT),
    ("on-plum", "plum", TEXT),
    ("ink", "fir-wash", TEXT),
    ("ink", "bad-wash", TEXT),
    ("ink", "warn-wash", TEXT),
    ("bad", "paper", TEXT),
    ("bad", "sheet", TEXT),
    ("bad", "bad-wash", TEXT),
    ("warn", "warn-wash", TEXT),
    ("line", "paper", SIGN),
    ("line", "sheet", SIGN),
    ("focus", "paper", SIGN),
    ("focus", "sheet", SIGN),
    *((f"f{n}", f"b{n}", TEXT) for n in range(1, 7)),
    *((f"f{n}", "sheet", SIGN) for n in range(1, 7)),
]


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rgb` or `#rrggbb`, 0 to 1 (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def palette(css: str) -> dict[str, str]:
    """Return the colours that a part of the stylesheet names; those of tint n as fn and bn."""
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});?", css.partition("*, ::before")[0]))
    for n, back, front in re.findall(r"\.t(\d) \{ --b: (#\w+); --f: (#\w+) \}", css):
        colours |= {f"b{n}": back, f"f{n}": front}
    return colours


LIGHT_CSS, DARK_CSS = CSS.split("@media (prefers-color-scheme: dark)")
LIGHT = palette(LIGHT_CSS)
DARK = LIGHT | palette(DARK_CSS)


def test_black_on_white_is_twenty_one_to_one():
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_pair_of_colours_is_readable(front, back, least, scheme):
    colours = LIGHT if scheme == "light" else DARK
    assert contrast(colours[front], colours[back]) >= least


def test_the_tints_reach_the_ratio_of_the_design():
    ratios = [contrast(LIGHT[f"f{n}"], LIGHT[f"b{n}"]) for n in range(1, 7)]
    assert min(ratios) >= 7


@pytest.mark.parametrize("name", ["back", "pass", "look", "stop"])
def test_white_is_readable_on_every_verdict(name):
    [colour] = re.findall(rf"--{name}: (#\w+)", SCANNER)
    assert contrast("#fff", colour) >= TEXT
