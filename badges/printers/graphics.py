"""Pictures of black and white dots as label printers take them: `^GF`, compressed. No I/O.

The compression is that of ZPL II: digits of a row in hexadecimal, a letter before a digit for how
often it comes, `,` for zeros to the end of the row, `:` for a row like the one above.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

ONES = ["", *"GHIJKLMNOPQRSTUVWXY"]
"""The letters of 1 to 19 times."""
TWENTIES = ["", *"ghijklmnopqrstuvwxyz"]
"""The letters of 20, 40, … 400 times."""
MOST = 419


class Dots(NamedTuple):
    """Rows of dots, the most significant bit of each first byte on the left; 1 is black."""

    width: int
    rows: tuple[bytes, ...]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def blank(self) -> bool:
        """Whether nothing is black."""
        return not any(map(any, self.rows))


def graphic(dots: Dots) -> str:
    """Return the `^GF` field of `dots`; where it stands is said by the `^FO` before."""
    stride = -(-dots.width // 8)
    total = stride * dots.height
    return f"^GFA,{total},{total},{stride},{compressed(dots.rows)}^FS"


def compressed(rows: Iterable[bytes]) -> str:
    """Return rows of bytes in the compression of ZPL II."""
    out = []
    before = None
    for row in rows:
        out.append(":" if row == before else row_code(row.hex().upper()))
        before = row
    return "".join(out)


def row_code(digits: str) -> str:
    """Return one row of hexadecimal digits, compressed."""
    kept = digits.rstrip("0")
    parts = [times(len(list(group))) + digit for digit, group in groupby(kept)]
    return "".join(parts) + ("," if len(kept) < len(digits) else "")


def times(count: int) -> str:
    """Return the letters that say how often the next digit comes; none for once."""
    if count == 1:
        return ""
    letters = ""
    while count > MOST:
        letters += "z"
        count -= 400
    return f"{letters}{TWENTIES[count // 20]}{ONES[count % 20]}"


def scaled(modules: bytes, size: int, scale: int) -> Dots:
    """Return a QR symbol of `size` modules a side, each `scale` dots wide."""
    stride = -(-size // 8)
    rows: list[bytes] = []
    for y in range(size):
        bits = f"{int.from_bytes(modules[y * stride : (y + 1) * stride]):0{stride * 8}b}"[:size]
        wide = "".join(bit * scale for bit in bits)
        filled = wide.ljust(-(-len(wide) // 8) * 8, "0")
        rows += [int(filled, 2).to_bytes(len(filled) // 8)] * scale
    return Dots(size * scale, tuple(rows))
