"""Shaped text in a PDF: each face as a composite font that holds the glyphs drawn, and no other.

A code of such a font stands for a glyph and for the text that it spells, so that whoever copies
or reads aloud gets the letters back in reading order (ISO 32000-1, 9.7 and 9.10).
"""

from typing import Any

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFZCompress,
)

from forum.core.pdf_scripts import HEAVIER, Glyph, GlyphRun, Shaped, opened

SYMBOLIC = 4
UNUSED_TABLES = (b"GSUB", b"GPOS", b"GDEF", b"cmap", b"OS/2", b"post", b"name", b"BASE")
UNTURNED = ("NotoNKo", "NotoAdlam")
"""Scripts read from right to left that readers of PDF take as read from left to right."""

RIGHT_TO_LEFT_MARK = "\u200f"
SLIVER = 200
"""How wide the invisible glyph is, in thousandths of the size; see `scripts/make_fonts.py`."""

STEP = 120
"""Between slivers: readers take letters closer than a tenth, or with such a gap, as apart."""

LINE_TOP, LINE_BOTTOM = 969, -241
"""What every line has above and below its foot, in thousandths; see `USUAL` in `pdf`.

A face is said to reach no further, accents left out (ISO 32000-1, 9.8.1): readers of PDF take lines
for one where what their faces reach overlaps, and one tall letter would stretch all lines.
"""

WHOLE = 0.5
"""Half a thousandth: shifts below it are not seen."""


class GlyphFont:
    """One face in one document; reportlab calls `addObjects` when the document is saved."""

    def __init__(self, face: str, name: str) -> None:
        self.face = face
        self.name = name
        self.codes: dict[tuple[int, str], int] = {}

    def code(self, glyph: int, text: str) -> int:
        """Return the code of a glyph that spells `text`; 1 upwards."""
        return self.codes.setdefault((glyph, text), len(self.codes) + 1)

    def advance(self, glyph: int) -> int:
        """Return the width that the font gives a glyph, in thousandths of the size."""
        one = opened(self.face)
        units: float = one.font.get_glyph_h_advance(glyph) * one.unit
        return round(units)

    def box(self) -> tuple[int, int, int, int]:
        """Return how far the glyphs drawn reach: left, down, right and up, in thousandths."""
        one = opened(self.face)
        inks = [one.font.get_glyph_extents(glyph) for glyph, _ in self.codes]
        seen = [ink for ink in inks if ink is not None and ink.height]
        left = min((ink.x_bearing for ink in seen), default=0)
        bottom = min((ink.y_bearing + ink.height for ink in seen), default=0)
        right = max((ink.x_bearing + ink.width for ink in seen), default=0)
        top = max((ink.y_bearing for ink in seen), default=0)
        unit = one.unit
        return round(left * unit), round(bottom * unit), round(right * unit), round(top * unit)

    def addObjects(self, doc: Any) -> None:  # noqa: N802  # reportlab's name
        """Add the font, cut down to the glyphs drawn, to the document."""
        import uharfbuzz as hb  # noqa: PLC0415  # see `pdf_scripts.opened`

        one = opened(self.face)
        numbers = [glyph for glyph, _ in self.codes]
        wanted = hb.SubsetInput()
        wanted.glyph_set.update(numbers)
        wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        wanted.drop_table_tag_set.update(int.from_bytes(name) for name in UNUSED_TABLES)
        plan = hb.SubsetPlan(one.face, wanted)
        data = plan.execute().blob.data
        places = plan.old_to_new_glyph_mapping
        base = f"{tag(self.name)}+{self.face}"
        file = packed(data, {"Length1": len(data)})
        by_code = [0, *(places[number] for number in numbers)]
        mapping = packed(b"".join(place.to_bytes(2) for place in by_code), {})
        left, bottom, right, top = self.box()
        descriptor = PDFDictionary(
            {
                "Type": PDFName("FontDescriptor"),
                "FontName": PDFName(base),
                "Flags": SYMBOLIC,
                "FontBBox": PDFArray([left, bottom, right, top]),
                "ItalicAngle": 0,
                "Ascent": min(top, LINE_TOP),
                "Descent": max(bottom, LINE_BOTTOM),
                "CapHeight": min(top, LINE_TOP),
                "StemV": 80,
                "FontFile2": doc.Reference(file),
            }
        )
        drawn = PDFDictionary(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("CIDFontType2"),
                "BaseFont": PDFName(base),
                "CIDSystemInfo": PDFDictionary(
                    {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0}
                ),
                "FontDescriptor": doc.Reference(descriptor),
                "DW": 0,
                "W": PDFArray([1, PDFArray([self.advance(number) for number in numbers])]),
                "CIDToGIDMap": doc.Reference(mapping),
            }
        )
        whole = PDFDictionary(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("Type0"),
                "BaseFont": PDFName(base),
                "Encoding": PDFName("Identity-H"),
                "DescendantFonts": PDFArray([doc.Reference(drawn)]),
                "ToUnicode": doc.Reference(packed(self.to_unicode().encode(), {})),
            }
        )
        doc.idToObject["BasicFonts"].dict[self.name] = doc.Reference(whole)

    def to_unicode(self) -> str:
        """Return the map from codes to the text that they spell."""
        used = [(code, text) for (_, text), code in self.codes.items() if text]
        lines = [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            f"/CMapName /{self.name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<0000> <FFFF>",
            "endcodespacerange",
        ]
        for first in range(0, len(used), 100):
            part = used[first : first + 100]
            lines.append(f"{len(part)} beginbfchar")
            lines += [f"<{code:04X}> <{utf16(text)}>" for code, text in part]
            lines.append("endbfchar")
        lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
        return "\n".join(lines)


class GlyphFonts:
    """The composite fonts of one document."""

    def __init__(self, doc: Any) -> None:
        self.doc = doc
        self.fonts: dict[str, GlyphFont] = {}

    def font(self, face: str) -> GlyphFont:
        """Return the font of a face, known to the document from its first use."""
        found = self.fonts.get(face)
        if found is None:
            found = self.fonts[face] = GlyphFont(face, f"G{len(self.fonts) + 1}")
            self.doc.delayedFonts.append(found)
        return found

    def operators(self, line: Shaped, size_pt: float) -> str:
        """Return the operators that show a line from the current point on, inside BT and ET."""
        lead = f"[{-line.lead:.0f}]TJ" if line.lead >= WHOLE else ""
        runs = [
            self.run(run, size_pt, "" if order else lead) for order, run in enumerate(line.runs)
        ]
        return "\n".join(runs)

    def run(self, run: GlyphRun, size_pt: float, lead: str) -> str:
        """Return the operators that show one run, after those of `lead`."""
        font = self.font(run.face)
        shown = [f"/{font.name} {size_pt:g} Tf", *([lead] if lead else [])]
        if run.thicken:
            shown.append(f"2 Tr {HEAVIER * size_pt:.3g} w")
        if run.face.startswith(UNTURNED):
            glyphs = [
                glyph_operators(font, one, one.text or run.text, size_pt) for one in run.glyphs
            ]
            shown.append(spelling(run.text, glyphs))
        else:
            lead = RIGHT_TO_LEFT_MARK if run.leftward else ""
            for group in clusters_of(run):
                shown.append(cluster_operators(font, group, size_pt, run.leftward, lead))
                lead = ""
        if run.thicken:
            shown.append("0 Tr")
        return "\n".join(shown)


def clusters_of(run: GlyphRun) -> list[list[Glyph]]:
    """Return the glyphs of a run in groups that spell something together."""
    groups: list[list[Glyph]] = []
    for glyph in run.glyphs:
        if glyph.text or not groups:
            groups.append([])
        groups[-1].append(glyph)
    return groups


def cluster_operators(
    font: GlyphFont, group: list[Glyph], size_pt: float, leftward: bool, lead: str
) -> str:
    """Return the operators of glyphs that spell one text between them.

    Readers take the letters of a text as standing from left to right, and turn Arabic and Hebrew
    round afterwards. There, each letter but the first is an invisible sliver before the others,
    and `lead` goes before an accent that would stand outside what is turned.
    """
    text = "".join(glyph.text for glyph in group)
    blank, sliver = opened(font.face)[3:]
    apart = text[:0:-1] if leftward and sliver else ""
    spelt = text[0] if apart else text
    shown = [glyph_operators(font, one, spelt, size_pt) for one in group]
    if blank and (apart or len(group) > 1 or group[0].y):
        begin, end = font.code(blank, spelt), font.code(blank, spelt)
        shift = len(apart) * STEP
        shown = [f"[{-shift}<{begin:04X}>{shift}]TJ", *shown, f"<{end:04X}>Tj"]
    hidden = [
        f"[{-n * STEP}<{font.code(sliver, char):04X}>{n * STEP + SLIVER}]TJ"
        for n, char in enumerate([lead + apart[0], *apart[1:]] if apart else "")
    ]
    return " ".join([*hidden, spelling(spelt, shown)])


def glyph_operators(font: GlyphFont, glyph: Glyph, text: str, size_pt: float) -> str:
    """Return the operators that show one glyph of a group that spells `text`."""
    code = font.code(glyph.number, text)
    after = font.advance(glyph.number) - glyph.advance + glyph.x
    before = f"{-glyph.x:.0f}" if abs(glyph.x) >= WHOLE else ""
    behind = f"{after:.0f}" if abs(after) >= WHOLE else ""
    shown = f"[{before}<{code:04X}>{behind}]TJ" if before or behind else f"<{code:04X}>Tj"
    if abs(glyph.y) >= WHOLE:
        return f"{glyph.y * size_pt / 1000:.3f} Ts {shown} 0 Ts"
    return shown


def spelling(text: str, operators: list[str]) -> str:
    """Return `operators` as one piece of content that spells `text`."""
    if len(operators) == 1:
        return operators[0]
    return f"/Span<</ActualText<FEFF{utf16(text)}>>>BDC {' '.join(operators)} EMC"


def packed(data: bytes, entries: dict[str, int]) -> PDFStream:
    """Return a compressed stream."""
    return PDFStream(PDFDictionary(entries), data, [PDFZCompress])


def tag(name: str) -> str:
    """Return the six capitals that mark a subset, from a font's name in its document."""
    number = int(name[1:])
    return "".join(chr(65 + number // 26**place % 26) for place in range(5, -1, -1))


def utf16(text: str) -> str:
    """Return `text` in UTF-16, as hexadecimal digits."""
    return text.encode("utf-16-be", "replace").hex().upper()
