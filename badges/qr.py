"""QR codes: a ticket's token in one fixed shape, very fast; any other text through `qrcode`.

A QR symbol is affine over GF(2) in its data bits: flipping one data bit flips always the same
modules. For one version, level, mask and length those modules are found once, with the functions
of `qrcode`, and then a symbol is a few dozen exclusive-ors (12 µs instead of 6 ms).
"""

import io
import re
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape

import qrcode
from PIL import Image
from qrcode import LUT
from qrcode.base import gexp, glog, rs_blocks
from qrcode.exceptions import DataOverflowError
from qrcode.util import ALPHA_NUM, MODE_ALPHA_NUM, BitBuffer, length_in_bits

VERSION = 5
LEVEL = qrcode.ERROR_CORRECT_M
MASK = 2
LENGTH = 122
SIZE = 17 + 4 * VERSION
ROW_BYTES = -(-SIZE // 8)
MODULE_BYTES = SIZE * ROW_BYTES
QUIET_ZONE = 4
"""Modules of white that ISO/IEC 18004 asks for around a symbol."""

NO_VALUE = 255
VALUES = bytes(ALPHA_NUM.find(code) % 256 for code in range(256))
"""The value of each character of the alphanumeric mode; `NO_VALUE` for any other."""

RUN = re.compile("1+")
BLOCKS = {("0", "0"): " ", ("1", "0"): "▀", ("0", "1"): "▄", ("1", "1"): "█"}


class QrCode(NamedTuple):
    """A symbol of `size` by `size` modules.

    `modules` holds them as PBM does: row by row from the top, each row from a new byte, the first
    module in the highest bit, dark ones set.
    """

    size: int
    modules: bytes

    def rows(self) -> list[str]:
        """Return the modules as strings of `0` and `1` (dark), from top to bottom."""
        stride = len(self.modules) // self.size
        starts = range(0, len(self.modules), stride)
        rows = (int.from_bytes(self.modules[n : n + stride]) for n in starts)
        return [f"{row:0{stride * 8}b}"[: self.size] for row in rows]

    def framed(self) -> list[str]:
        """Return the rows with their quiet zone."""
        side = "0" * QUIET_ZONE
        blank = ["0" * (self.size + 2 * QUIET_ZONE)] * QUIET_ZONE
        return [*blank, *(f"{side}{row}{side}" for row in self.rows()), *blank]

    def png(self, *, scale: int = 8) -> bytes:
        """Return a black and white PNG, `scale` pixels a module, with the quiet zone."""
        rows = self.framed()
        light = bytes(0 if module == "1" else 255 for row in rows for module in row)
        image = Image.frombytes("L", (len(rows), len(rows)), light).convert("1")
        out = io.BytesIO()
        image.resize((len(rows) * scale,) * 2, Image.Resampling.NEAREST).save(out, "PNG")
        return out.getvalue()

    def svg(self, *, title: str = "QR") -> str:
        """Return an SVG, black on white whatever the page's colours, with the quiet zone."""
        rows = self.framed()
        path = "".join(
            f"M{run.start()} {y}h{run.end() - run.start()}v1H{run.start()}z"
            for y, row in enumerate(rows)
            for run in RUN.finditer(row)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}" '
            f'role="img" shape-rendering="crispEdges"><title>{escape(title)}</title>'
            f'<path fill="#fff" d="M0 0h{len(rows)}v{len(rows)}H0z"/>'
            f'<path fill="#000" d="{path}"/></svg>'
        )

    def terminal(self) -> str:
        """Return the symbol in half blocks, for a terminal of dark letters or light ones.

        Light modules are drawn and dark ones are left, as most terminals are dark; a decoder
        reads the symbol either way.
        """
        rows = [row.translate(str.maketrans("01", "10")) for row in self.framed()]
        rows += ["0" * len(rows)] * (len(rows) % 2)
        lines = zip(rows[::2], rows[1::2], strict=True)
        return "\n".join("".join(map(BLOCKS.__getitem__, zip(*two, strict=True))) for two in lines)


def any_qr(text: str) -> QrCode:
    """Return the smallest symbol of level M for any text: a link, an enrolment code.

    Raises:
        ValueError: the text is longer than a QR code holds (2,331 bytes).

    """
    code = qrcode.QRCode(error_correction=LEVEL, border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        raise ValueError(f"too long for a QR code: {len(text)} characters") from None
    return QrCode(code.modules_count, packed(code.modules))


def ticket_qr(token: str) -> QrCode:
    """Return the version 5-M symbol of a token of 122 capitals and digits.

    Raises:
        ValueError: the token has another length, or a character outside the alphanumeric mode.

    """
    return QrCode(SIZE, ticket_modules(token))


def ticket_modules(token: str) -> bytes:
    """Return the modules of a token's symbol, as `QrCode` holds them.

    Raises:
        ValueError: as `ticket_qr`.

    """
    if len(token) != LENGTH:
        raise ValueError(f"a token has {LENGTH} characters: {len(token)}")
    values = token.encode("latin-1", "replace").translate(VALUES)
    if NO_VALUE in values:
        raise ValueError(f"a token has no {token[values.index(NO_VALUE)]!r}")
    bits, tables = shape()
    for (high, low), first, second in zip(tables, values[::2], values[1::2], strict=True):
        pair = 45 * first + second
        bits ^= high[pair >> 5] ^ low[pair & 31]
    return bits.to_bytes(MODULE_BYTES)


def png(token: str, *, scale: int = 8) -> bytes:
    """Return a token's symbol as PNG, `scale` pixels a module."""
    return ticket_qr(token).png(scale=scale)


def svg(token: str, *, title: str = "QR") -> str:
    """Return a token's symbol as SVG; `title` is what a screen reader says."""
    return ticket_qr(token).svg(title=title)


def packed(modules: list[list[bool | None]]) -> bytes:
    """Return the modules that `qrcode` set, as `QrCode` holds them."""
    rows = ("".join("1" if dark else "0" for dark in row) for row in modules)
    stride = -(-len(modules) // 8)
    return b"".join(int(row.ljust(stride * 8, "0"), 2).to_bytes(stride) for row in rows)


@cache
def shape() -> tuple[int, list[tuple[list[int], list[int]]]]:
    """Return the symbol of all-zero pairs, and per pair of characters what its bits flip.

    A pair's eleven bits are looked up in two parts: the six high ones, then the five low ones.
    """
    base, flips = data_flips()
    header = BitBuffer()
    header.put(MODE_ALPHA_NUM, 4)
    header.put(LENGTH, length_in_bits(MODE_ALPHA_NUM, VERSION))  # type: ignore[arg-type]
    for n in range(len(header)):
        if header.get(n):
            base ^= flips[n]
    starts = range(len(header), len(header) + 11 * LENGTH // 2, 11)
    return base, [(combine(flips[n : n + 6]), combine(flips[n + 6 : n + 11])) for n in starts]


def combine(flips: list[int]) -> list[int]:
    """Return, for every number of `len(flips)` bits, the exclusive-or of what its bits flip."""
    table = [0]
    for flip in reversed(flips):
        table += [flip ^ known for known in table]
    return table


def data_flips() -> tuple[int, list[int]]:
    """Return the symbol of all-zero data, and for each data bit the modules that it flips.

    A data bit flips its own module, and those of the error correction bits that depend on it.
    """
    base, modules = placed_modules()
    blocks = rs_blocks(VERSION, LEVEL)
    data_count, total_count = blocks[0].data_count, blocks[0].total_count
    remainders = data_remainders(data_count, total_count - data_count)
    flips = []
    for block in range(len(blocks)):
        for place in range(data_count):
            own = (place * len(blocks) + block) * 8
            for bit in range(8):
                flip = modules[own + bit]
                for n, value in enumerate(remainders[place][bit]):
                    first = ((data_count + n) * len(blocks) + block) * 8
                    for k in range(8):
                        if value & 128 >> k:
                            flip ^= modules[first + k]
                flips.append(flip)
    return base, flips


def placed_modules() -> tuple[int, list[int]]:
    """Return the symbol of all-zero codewords, and the module where each codeword bit goes.

    Bit `n` is told from the others by its number: eleven symbols, the k-th of which holds the
    k-th binary digit of every bit's number, spell each module's number.
    """
    count = sum(block.total_count for block in rs_blocks(VERSION, LEVEL)) * 8

    def symbol(codeword_bits: str) -> int:
        code = qrcode.QRCode(version=VERSION, error_correction=LEVEL, border=0, mask_pattern=MASK)
        code.data_cache = list(int(codeword_bits, 2).to_bytes(count // 8))
        code.makeImpl(test=False, mask_pattern=MASK)
        return int.from_bytes(packed(code.modules))

    base = symbol("0" * count)
    digits = count.bit_length()
    spelled = [
        symbol("".join(str((n + 1) >> digit & 1) for n in range(count))) ^ base
        for digit in range(digits)
    ]
    modules = [0] * count
    for place in range(MODULE_BYTES * 8):
        number = sum((flipped >> place & 1) << digit for digit, flipped in enumerate(spelled))
        if number:
            modules[number - 1] = 1 << place
    return base, modules


def data_remainders(data_count: int, check_count: int) -> list[list[list[int]]]:
    """Return the check codewords of each single data bit: `[place][bit]`, bit 0 the highest.

    The check codewords are the remainder of the data by the generator polynomial (ISO/IEC 18004,
    7.5.2): that of a codeword one place earlier is the same times x, reduced.
    """
    generator = LUT.rsPoly_LUT[check_count][1:]
    remainder = generator  # of 1 in the last place: x**check_count, reduced
    by_place = []
    for _ in range(data_count):
        by_place.append([[times(value, 128 >> bit) for value in remainder] for bit in range(8)])
        head, *tail = [*remainder, 0]
        remainder = [a ^ times(head, b) for a, b in zip(tail, generator, strict=True)]
    return by_place[::-1]


def times(a: int, b: int) -> int:
    """Return the product of two bytes in the field of QR codes, GF(256) modulo 0x11D."""
    return gexp(glog(a) + glog(b)) if a and b else 0
