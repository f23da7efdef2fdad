"""What fields of a label are made of: dots, text that is no command, colours in black and white."""

import re
from typing import NamedTuple

from PIL import Image

from badges.printers.graphics import Dots

INCH_MM = 25.4
POINTS = 72
DARK = 0.45
"""What is darker is printed black; labels have no other colour."""
RESIDENT = frozenset(bytes([*range(0x20, 0x7F), *range(0xA0, 0x100)]).decode("latin-1")) | {
    *"€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
}
"""What the printer's own font draws: the characters of Windows-1252."""
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f^~\\_]")


class Spot(NamedTuple):
    """What a label is drawn by: dots an inch, where its face begins, and whose it is."""

    dpi: int
    left_mm: float
    top_mm: float

    def dots(self, length_mm: float) -> int:
        """Return a length in dots."""
        return round(length_mm * self.dpi / INCH_MM)

    def across(self, x_mm: float) -> int:
        """Return how far from the label's left edge a place of the face is, in dots."""
        return max(0, self.dots(self.left_mm + x_mm))

    def down(self, y_mm: float) -> int:
        """Return how far from the label's upper edge a place of the face is, in dots."""
        return max(0, self.dots(self.top_mm + y_mm))


def escaped(text: str) -> str:
    """Return `text` as field data after `^FH`: nothing in it ends the field or is a command."""
    return UNSAFE.sub(lambda char: "".join(f"_{byte:02X}" for byte in char[0].encode()), text)


def field(text: str, *, block: bool = False) -> str:
    """Return `text` as a field; `^FH` stands before it where something had to be escaped.

    In a `block` (`^FB`) a backslash is written twice, for one alone would break the line.
    """
    text = text.replace("\u00a0", " ")  # a line is broken here already
    data = escaped(text.replace("\\", "\\\\") if block else text)
    return f"{'' if data == text else '^FH'}^FD{data}^FS"


def dots_of(image: Image.Image) -> Dots:
    """Return a picture of mode `1` (white is 1) as black dots."""
    stride = -(-image.width // 8)
    spare = stride * 8 - image.width
    mask = (1 << stride * 8) - (1 << spare)
    content = image.tobytes()
    rows = (content[y * stride : (y + 1) * stride] for y in range(image.height))
    return Dots(
        image.width, tuple((int.from_bytes(row) & mask ^ mask).to_bytes(stride) for row in rows)
    )


def is_dark(name: str) -> bool:
    """Say whether a colour of a layout is printed black: each tint has a dark ink."""
    if name.startswith("#"):
        red, green, blue = bytes.fromhex(name[1:])
        return (0.299 * red + 0.587 * green + 0.114 * blue) / 255 < DARK
    return name in ("ink", "soft", "fir", "black", "line", "category")
