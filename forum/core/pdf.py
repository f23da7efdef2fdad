"""Fonts, colours and the blank document that programme and badges share (reportlab)."""

from datetime import UTC, datetime
from functools import cache
from threading import RLock
from typing import Any, BinaryIO, NamedTuple

from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDocument, PDFZCompress
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from forum.core.font_coverage import FONTS, plain
from forum.core.font_coverage import missing_glyphs as missing_glyphs  # noqa: PLC0414  # for its users
from forum.core.pdf_glyphs import GlyphFonts
from forum.core.pdf_scripts import shape, thickened

REGULAR = "Inter-Regular"
SEMIBOLD = "Inter-SemiBold"
BOLD = "Inter-Bold"

MM = 72 / 25.4
"""Points in one millimetre."""


class Colour(NamedTuple):
    """Red, green and blue, each 0 to 1; reportlab's `setFillColor` takes it as it is."""

    red: float
    green: float
    blue: float

    @property
    def fill(self) -> str:
        """The operator that makes this the colour of text and surfaces."""
        return f"{self.red:.3g} {self.green:.3g} {self.blue:.3g} rg"


class Tint(NamedTuple):
    """A pale surface and the ink that reads on it (7.6:1 or more)."""

    background: Colour
    foreground: Colour


def colour(code: str) -> Colour:
    """Return the colour written `#rrggbb`."""
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return Colour(red / 255, green / 255, blue / 255)


PAPER = colour("#fbfaf5")
WHITE = colour("#ffffff")
INK = colour("#1b2a2f")
SOFT = colour("#4c5b60")
LINE = colour("#7b8a8e")
HAIR = colour("#d9ddd6")
FIR = colour("#0a5c4a")
HIGHLIGHT = colour("#ffd166")

TINTS = {
    1: Tint(colour("#dcefe8"), colour("#0a4a3c")),
    2: Tint(colour("#e7e3f6"), colour("#3c2f7a")),
    3: Tint(colour("#fbe4e1"), colour("#8a1c16")),
    4: Tint(colour("#fff1cc"), colour("#5e4300")),
    5: Tint(colour("#ddedf8"), colour("#0d4468")),
    6: Tint(colour("#e6eaec"), colour("#2f3e46")),
}
"""The six tints of tracks and categories, as `site.css` has them in `.t1` to `.t6`."""


FACES = RLock()
"""Held by who reads a font's file: a face keeps its place in it, and threads draw side by side."""


class Font(TTFont):
    """A TrueType font whose ToUnicode maps name used characters only, as PDF/UA asks.

    reportlab maps each unused slot to U+0000, and writes more than the 100 entries that one
    `beginbfchar` may hold (ISO 32000-1, 9.10.3).
    """

    def addObjects(self, doc: PDFDocument) -> None:  # noqa: N802  # reportlab's name
        """Add the font's subsets to the document, then set their ToUnicode maps right."""
        subsets = [list(subset) for subset in self.state[doc].subsets]
        names = [self.getSubsetInternalName(n, doc)[1:] for n in range(len(subsets))]
        with FACES:
            super().addObjects(doc)
        objects: dict[str, Any] = doc.idToObject
        for name, subset in zip(names, subsets, strict=True):
            base_name = objects["BasicFonts"].dict[name].BaseFont
            objects[f"toUnicodeCMap:{base_name}"].content = to_unicode(base_name, subset)


def to_unicode(name: str, subset: list[int]) -> str:
    """Return the ToUnicode map of one subset: `subset[code]` is the character, 0 where unused."""
    used = [(code, char) for code, char in enumerate(subset) if char not in (0, 0xFEFF, 0xFFFE)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for first in range(0, len(used), 100):
        part = used[first : first + 100]
        lines.append(f"{len(part)} beginbfchar")
        lines += [f"<{code:02X}> <{chr(c).encode('utf-16-be').hex().upper()}>" for code, c in part]
        lines.append("endbfchar")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def register_fonts() -> None:
    """Make the three faces known to reportlab; the first call reads them, the others do nothing."""
    with FACES:
        _register_fonts()


@cache
def _register_fonts() -> None:
    for name in (REGULAR, SEMIBOLD, BOLD):
        pdfmetrics.registerFont(Font(name, str(FONTS / f"{name}.ttf")))


def font(name: str) -> Font:
    """Return one of the three faces."""
    register_fonts()
    found = pdfmetrics.getFont(name)
    assert isinstance(found, Font)  # noqa: S101  # for the type checker
    return found


class Widths(dict[str, float]):
    """The advance of each character of one face, in thousandths of the size."""

    def __init__(self, name: str) -> None:
        face = font(name).face
        super().__init__({chr(code): advance for code, advance in face.charWidths.items()})
        self["\u00a0"] = self[" "]  # reportlab draws a no-break space as a space
        self._default: float = face.defaultWidth

    def __missing__(self, char: str) -> float:
        return self._default


@cache
def widths(name: str) -> Widths:
    """Return the widths of one face."""
    return Widths(name)


def width(text: str, font: str, size_pt: float) -> float:
    """Return the width of `text` in points."""
    if plain().issuperset(text):
        return sum(map(widths(font).__getitem__, text)) * size_pt / 1000
    return shape(text, font).width * size_pt / 1000


class Extent(NamedTuple):
    """How far a line of text goes above and below its base line, over the size of type."""

    above: float
    below: float


USUAL = Extent(0.969, 0.241)
"""Inter's own ascent and descent: lines so far apart never touch."""


def extent(text: str, font: str) -> Extent:
    """Return what lines of `text` take: Inter's own height, or more where letters need it."""
    if plain().issuperset(text):
        return USUAL
    line = shape(text, font)
    return Extent(max(USUAL.above, line.top / 1000), max(USUAL.below, -line.bottom / 1000))


def fill_of(ink: Colour, text: str, font: str) -> str:
    """Return the operators that make `ink` the colour of `text`."""
    if plain().issuperset(text) or not thickened(text, font):
        return ink.fill
    return f"{ink.fill} {ink.fill.upper()}"


class Document(Canvas):
    """A blank PDF: its title, its language, our fonts, plain deflate, no ASCII85.

    `size_mm` is the width and height of a page. `made_at` dates the file; without it the date
    is a constant, so that equal content gives equal bytes.
    """

    _doc: Any

    def __init__(
        self,
        out: BinaryIO,
        *,
        size_mm: tuple[float, float],
        title: str,
        language: str,
        author: str = "",
        subject: str = "",
        made_at: datetime | None = None,
    ) -> None:
        register_fonts()
        super().__init__(
            out,
            pagesize=(size_mm[0] * MM, size_mm[1] * MM),
            initialFontName=REGULAR,  # type: ignore[arg-type]  # the stubs say float
            pageCompression=1,
            invariant=1,
            pdfVersion=(1, 7),
            lang=language,
        )
        self._pageCompression = 0  # for then the document's own filter applies: no ASCII85
        self._doc.defaultStreamFilters = [PDFZCompress]
        self.setTitle(title)
        self.setAuthor(author)
        self.setSubject(subject)
        self.setCreator("Forum")
        self.setViewerPreference("DisplayDocTitle", "true")
        self._glyph_fonts = GlyphFonts(self._doc)
        if made_at is not None:
            stamp = TimeStamp(invariant=True)
            stamp.YMDhms = made_at.astimezone(UTC).timetuple()[:6]
            self._doc._timeStamp = stamp  # noqa: SLF001  # reportlab offers no other way

    def shaped(self, text: str, font: str, size_pt: float) -> str:
        """Return the operators that show `text`, of any script, from the current point on.

        They stand between BT and ET. Texts of `font_coverage.plain` characters have a faster way.
        """
        return self._glyph_fonts.operators(shape(text, font), size_pt)
