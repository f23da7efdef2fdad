"""A QR code of any text as drawing operators: one path, one fill, no picture."""

from itertools import groupby

QUIET_MODULES = 4
"""The blank margin that readers need on each side, in modules (ISO/IEC 18004)."""
MASK = 2
"""Searching the best of eight masks costs seven times more, and readers see no difference."""


def qr_path(text: str, *, x: float, y: float, size: float) -> str:
    """Return the operators that fill a QR code of `text`, level M, quiet zone included.

    `x`, `y` is the lower left corner and `size` the side of the square, in points.
    Raises: qrcode.exceptions.DataOverflowError beyond some 2,300 bytes.
    """
    from qrcode import constants, main  # noqa: PLC0415  # a tenth of a second, and seldom needed

    code = main.QRCode(
        error_correction=constants.ERROR_CORRECT_M, border=QUIET_MODULES, mask_pattern=MASK
    )
    code.add_data(text)
    rows = code.get_matrix()
    module = size / len(rows)
    rectangles = []
    for row, cells in enumerate(rows):
        bottom = y + size - (row + 1) * module
        column = 0
        for dark, group in groupby(cells):
            length = len(list(group))
            if dark:
                left = x + column * module
                rectangles.append(f"{left:.3f} {bottom:.3f} {length * module:.3f} {module:.3f} re")
            column += length
    return "\n".join(["0 0 0 rg", *rectangles, "f"])
