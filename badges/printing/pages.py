"""A document whose pages are in the file as soon as they end, so that memory stays flat.

reportlab keeps every object until the file is saved, and then the whole file twice. Here pages and
their contents are written at once, under numbers taken from reportlab's own count, and only where
they stand in the file is kept: eight bytes each. What pages share is written at the end.
"""

import zlib
from array import array
from typing import Any, BinaryIO

from reportlab.pdfbase.pdfdoc import PDFIndirectObject, PDFObject, PDFPages

from forum.core.pdf import Document

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
FREE = b"0000000000 65535 f \n"
ROWS = 1000
BATCH = 250
"""Pages compressed in one go: what draws and what compresses then keep their own tables at hand."""

LEVEL = 6
"""Of deflate: 9 takes two and a half times as long for two bytes in a hundred."""


class Shared(PDFPages):
    """The tree of pages: their numbers, and what all have in common."""

    def __init__(self, size_pt: tuple[float, float], resources: PDFObject) -> None:
        super().__init__()
        self.size_pt = size_pt
        self.resources = resources
        self.numbers = array("L")

    def format(self, document: Any) -> bytes:
        """Return the object as it stands in the file."""
        wide, high = self.size_pt
        kids = " ".join(f"{number} 0 R" for number in self.numbers)
        resources = str(document.Reference(self.resources).format(document), "ascii")
        return (
            f"<</Type/Pages/Count {len(self.numbers)}/MediaBox[0 0 {wide:.2f} {high:.2f}]"
            f"/Resources {resources}/Kids[{kids}]>>"
        ).encode()


class PagedDocument(Document):
    """A document of pages of one size that share their resources, each written as it is added."""

    _pagesize: tuple[float, float]

    def __init__(
        self,
        out: BinaryIO,
        *,
        size_mm: tuple[float, float],
        title: str,
        language: str,
        resources: PDFObject,
    ) -> None:
        super().__init__(out, size_mm=size_mm, title=title, language=language)
        self.out = out
        self.written = 0
        self.page_count = 0
        self.waiting: list[bytes] = []
        self.offsets = array("Q", [0])
        self.shared = Shared(self._pagesize, resources)
        self._doc.Pages = self._doc.Catalog.Pages = self.shared
        self.parent = self.reference(self.shared)
        self.write(HEAD)

    def reference(self, thing: PDFObject) -> str:
        """Give a number to an object of the file, once, and return how others point to it."""
        return str(self._doc.Reference(thing).format(self._doc), "ascii")

    def add_page(self, operators: bytes) -> None:
        """Take one page, to be compressed and written with those that wait already."""
        self.page_count += 1
        self.waiting.append(operators)
        if len(self.waiting) >= BATCH:
            self.write_pages()

    def write_pages(self) -> None:
        """Write the pages that wait."""
        for operators in self.waiting:
            self.write_page(zlib.compress(operators, LEVEL))
        self.waiting.clear()

    def write_page(self, content: bytes) -> None:
        """Write one page, of compressed content."""
        self._doc.updateSignature(content)
        head = f"<</Length {len(content)}/Filter/FlateDecode>>stream\n".encode()
        stream = self.number()
        self.add(stream, head + content + b"\nendstream")
        page = self.number()
        self.add(page, f"<</Type/Page/Parent {self.parent}/Contents {stream} 0 R>>".encode())
        self.shared.numbers.append(page)

    def number(self) -> int:
        """Take the next number of reportlab's objects for one that it never sees."""
        self._doc.objectcounter += 1
        return int(self._doc.objectcounter)

    def add(self, number: int, body: bytes) -> None:
        """Write an object, and keep where it is."""
        self.mark(number)
        self.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def mark(self, number: int) -> None:
        """Keep that an object begins where the file ends now."""
        self.offsets.extend([0] * (number + 1 - len(self.offsets)))
        self.offsets[number] = self.written

    def write(self, part: bytes) -> None:
        """Write bytes of the file."""
        self.out.write(part)
        self.written += len(part)

    def save(self) -> None:
        """Write what reportlab holds, then the table of all objects and the trailer."""
        self.write_pages()
        self._doc.format = self.finish
        super().save()

    def finish(self) -> bytes:
        """Write the rest of the file; return what is left to write, which is nothing.

        reportlab's objects may come up while others are put into words.
        """
        document = self._doc
        number = 0
        while number < document.objectcounter:
            number += 1
            if name := document.numberToId.get(number):
                whole = PDFIndirectObject(name, document.idToObject[name]).format(document)
                self.mark(number)
                self.write(whole)
        self.write_table()
        return b""

    def write_table(self) -> None:
        """Write where each object is, and the trailer (ISO 32000-1, 7.5.4 and 7.5.5)."""
        document = self._doc
        start, size = self.written, len(self.offsets)
        root, info = self.reference(document.Catalog), self.reference(document.info)
        digest = document.signature.hexdigest()
        self.write(b"xref\n0 %d\n" % size + FREE)
        for first in range(1, size, ROWS):
            rows = self.offsets[first : first + ROWS]
            self.write(b"".join(b"%010d 00000 n \n" % offset for offset in rows))
        self.write(
            f"trailer\n<</Size {size}/Root {root}/Info {info}/ID[<{digest}><{digest}>]>>\n"
            f"startxref\n{start}\n%%EOF\n".encode()
        )
