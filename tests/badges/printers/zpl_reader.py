"""A label printer that reads ZPL II, as far as Forum writes it: bytes in, a picture out.

It draws texts in a wide bold face, codes with `qrcode`, and raises on whatever it does not know,
so that nothing stands in a label that was not meant.
"""

import re
from dataclasses import dataclass, field

import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageFont
from qrcode.util import MODE_ALPHA_NUM, QRData

from forum.core.pdf import FONTS

TIMES = {c: n for n, c in enumerate("GHIJKLMNOPQRSTUVWXY", 1)} | {
    c: 20 * n for n, c in enumerate("ghijklmnopqrstuvwxyz", 1)
}


class StrangeCommandError(ValueError):
    """A command that no label of ours has."""


@dataclass
class Drawn:
    """A label as it is printed: its picture (0 is black), and what each field was."""

    image: Image.Image
    texts: list[str] = field(default_factory=list)
    boxes: list[tuple[int, int, int, int]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    outside: int = 0


def labels(data):
    """Split a stream into labels; what is outside of them must be nothing."""
    found = []
    rest = data
    while rest:
        assert rest.startswith(b"^XA"), rest[:40]
        one, end, rest = rest.partition(b"^XZ")
        assert end
        found.append(one + end)
    return found


def commands(data):
    """Yield (name, parameters) of each command; field data is raw up to the next caret or tilde."""
    text = data.decode("utf-8")
    for match in re.finditer(r"([\^~])(A0|[A-Z]{2})([^\^~]*)", text):
        yield match[1] + match[2], match[3]
    assert re.sub(r"[\^~](A0|[A-Z]{2})[^\^~]*", "", text) == "", "something between commands"


class Reader:
    """The state of a printer while it reads one label."""

    def __init__(self):
        self.size = [0, 0]
        self.canvas = None
        self.drawn = None
        self.ended = False
        self.reset()

    def reset(self):
        self.place = (0, 0)
        self.height = 0
        self.block = None
        self.reverse = self.hexadecimal = False
        self.data = None
        self.qr = 0

    def read(self, data):
        for name, given in commands(data):
            assert not self.ended, name
            handle = getattr(self, {"^": "caret_", "~": "tilde_"}[name[0]] + name[1:].lower(), None)
            if handle is None:
                raise StrangeCommandError(name + given[:20])
            if self.drawn is not None:
                self.drawn.commands.append(name)
            handle(given)
        assert self.ended
        return self.drawn

    def caret_xa(self, given):
        assert given == ""
        self.canvas = Image.new("L", (3000, 3000), 255)
        self.drawn = Drawn(self.canvas)

    def caret_ci(self, given):
        assert given == "28"

    def caret_pw(self, given):
        self.size[0] = int(given)

    def caret_ll(self, given):
        self.size[1] = int(given)

    def caret_lh(self, given):
        assert given == "0,0"

    def caret_fo(self, given):
        self.reset()
        x, y = map(int, given.split(","))
        self.place = (x, y)

    def caret_a0(self, given):
        orientation, height = given.split(",")
        assert orientation == "N"
        self.height = int(height)

    def caret_fb(self, given):
        width, lines, _, align = given.split(",")
        assert lines == "1"
        self.block = (int(width), align)

    def caret_fr(self, given):
        assert given == ""
        self.reverse = True

    def caret_fh(self, given):
        assert given == ""
        self.hexadecimal = True

    def caret_bq(self, given):
        orientation, model, scale = given.split(",")
        assert (orientation, model) == ("N", "2")
        self.qr = int(scale)
        assert 1 <= self.qr <= 10

    def caret_fd(self, given):
        raw = given.encode()
        if self.hexadecimal:
            raw = re.sub(rb"_([0-9A-F]{2})", lambda m: bytes.fromhex(m[1].decode()), raw)
        text = raw.decode("utf-8")
        if self.block:
            text = text.replace("\\\\", "\\")
        if self.qr:
            self.draw_code(text)
        else:
            self.draw_text(text)

    def caret_gb(self, given):
        width, height, thick, *more = given.split(",")
        width, height, thick = int(width), int(height), int(thick)
        ink = 255 if more and more[0] == "W" else 0
        layer = Image.new("L", (width, height), 0)
        draw = ImageDraw.Draw(layer)
        draw.rectangle((0, 0, width - 1, height - 1), fill=255)
        if 2 * thick < min(width, height):
            draw.rectangle((thick, thick, width - 1 - thick, height - 1 - thick), fill=0)
        self.canvas.paste(ink, self.place, layer)
        self.note((self.place[0], self.place[1], self.place[0] + width, self.place[1] + height))

    def caret_gf(self, given):
        kind, total, count, stride, digits = given.split(",", 4)
        total, stride = int(total), int(stride)
        assert (kind, int(count), total % stride) == ("A", total, 0)
        rows = unpacked(digits, stride)
        assert len(rows) * stride == total, (len(rows), stride, total)
        layer = Image.frombytes("1", (stride * 8, len(rows)), b"".join(rows)).convert("L")
        self.put(layer)

    def caret_fs(self, given):
        assert given == ""

    def caret_xz(self, given):
        assert given == ""
        self.ended = True
        wide, high = self.size
        beyond = self.canvas.copy()
        beyond.paste(255, (0, 0, wide, high))
        self.drawn.outside = sum(beyond.histogram()[:128])
        self.drawn.image = self.canvas.crop((0, 0, wide, high))

    def draw_text(self, text):
        assert text.isprintable(), repr(text)
        self.drawn.texts.append(text)
        font = ImageFont.truetype(FONTS / "Inter-Bold.ttf", self.height)
        width = round(font.getlength(text))
        spare = self.block[0] - width if self.block else 0
        assert spare >= -1, (text, spare)
        x = {"L": 0, "C": spare // 2, "R": spare}[self.block[1] if self.block else "L"]
        layer = Image.new("L", (width + 4, self.height * 2), 0)
        ImageDraw.Draw(layer).text((0, 0), text, font=font, fill=255)
        self.put(layer.point(lambda level: 255 if level > 127 else 0), x)

    def draw_code(self, text):
        assert text.startswith("MM,A")
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        code.add_data(QRData(text[4:], mode=MODE_ALPHA_NUM))
        code.make(fit=True)
        rows = code.modules
        layer = Image.new("L", (len(rows),) * 2, 0)
        layer.putdata([255 if dark else 0 for row in rows for dark in row])
        self.put(layer.resize((len(rows) * self.qr,) * 2, Image.Resampling.NEAREST))

    def put(self, layer, right=0):
        """Print the light of a layer; reversed, it turns what is there."""
        x, y = self.place[0] + right, self.place[1]
        box = layer.getbbox()
        if box is None:
            return
        if self.reverse:
            there = self.canvas.crop((x, y, x + layer.width, y + layer.height))
            turned = Image.composite(ImageChops.invert(there), there, layer)
            self.canvas.paste(turned, (x, y))
        else:
            self.canvas.paste(0, (x, y), layer)
        self.note((x + box[0], y + box[1], x + box[2], y + box[3]))

    def note(self, box):
        self.drawn.boxes.append(box)


def unpacked(digits, stride):
    """Undo the compression of `^GF`."""
    rows, row, count = [], "", 0
    for char in digits:
        if char == ":":
            assert row == ""
            rows.append(rows[-1])
        elif char == ",":
            rows.append(bytes.fromhex(row.ljust(2 * stride, "0")))
            row = ""
        elif char in TIMES:
            count += TIMES[char]
        else:
            row += char * (count or 1)
            count = 0
            if len(row) == 2 * stride:
                rows.append(bytes.fromhex(row))
                row = ""
    assert row == ""
    return rows


def printed(data):
    """Return the one label that `data` prints."""
    [one] = labels(data)
    return Reader().read(one)
