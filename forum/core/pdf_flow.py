"""Tagged PDF of any length: what is drawn goes to the file part by part, and memory stays flat.

A part is an element below the root with the pages on which it stands: an attestation, say. Once it
is finished, only the numbers of its objects are kept, and its bookmarks.
"""

import zlib
from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from reportlab.pdfbase import pdfdoc

from forum.core.pdf_file import LEVEL, PackedFile
from forum.core.pdf_tags import Annotation, Literal, Node, TaggedDocument, prune, string, walk

LEAF = 400
"""Entries in each leaf of the tree that leads from pages and links to elements."""


class Shared(pdfdoc.PDFPages):
    """The tree of pages: their numbers, their size, and what all draw with."""

    def __init__(self, size_pt: tuple[float, float], numbers: list[int]) -> None:
        super().__init__()
        self.size_pt = size_pt
        self.numbers = numbers
        self.resources: Any = pdfdoc.PDFResourceDictionary()

    def format(self, document: Any) -> bytes:
        """Return the object as it stands in the file."""
        self.resources.basicFonts()
        self.resources.basicProcs()
        wide, high = self.size_pt
        kids = " ".join(f"{number} 0 R" for number in self.numbers)
        head = (
            f"<</Type/Pages/Count {len(self.numbers)}/MediaBox[0 0 {wide:.2f} {high:.2f}]"
            f"/Kids[{kids}]/Resources "
        )
        drawn_with = bytes(pdfdoc.format(self.resources, document))
        return head.encode() + drawn_with + b">>"


class FlowingDocument(TaggedDocument):
    """A tagged document of pages of one size, written part by part into `out`.

    Links lead to the web, or to places that are drawn before their part is finished.
    """

    def __init__(
        self,
        out: BinaryIO,
        *,
        size_mm: tuple[float, float],
        title: str,
        language: str,
        author: str = "",
        made_at: datetime,
    ) -> None:
        super().__init__(
            out, size_mm=size_mm, title=title, language=language, author=author, made_at=made_at
        )
        self._file = PackedFile(out)
        self._shared = Shared(self._size_pt, self._page_numbers)
        self._doc.Pages = self._doc.Catalog.Pages = self._shared
        self._parent = self._number(self._shared)
        self._tree = self._literal()
        self._whole.number = self._take()
        self._parts = array("L")
        self._parents = array("L")
        """Where each page's elements are listed, and each link's element, by key of the tree."""
        self._ended: list[tuple[int, int, list[Node]]] = []
        """The pages of the part in hand: number from 0, number of its content, its elements."""

    def showPage(self) -> None:  # noqa: N802  # reportlab's name
        """End the page and begin the next one."""
        content = zlib.compress("\n".join([*self._code, ""]).encode("latin-1"), LEVEL)
        number = self._take()
        self._add_content(number, content)
        self._ended.append((self._page, number, self._marks))
        self._page_numbers.append(self._take())
        self._marks = []
        self._startPage()  # type: ignore[attr-defined]  # the stubs lack it

    def add_page(self, content: bytes, pieces: Sequence[tuple[str, str]]) -> None:
        """Write a page by its deflated operators, as a part of its own; faster than to draw it.

        `pieces` are its elements in reading order, as (role, words for a picture); each is the
        content that the operators mark by its place among them, from 0.
        """
        first = self._doc.objectcounter + 1
        stream, page, listed, part = range(first, first + 4)
        self._doc.objectcounter += 4 + len(pieces)
        self._add_content(stream, content)
        kids = []
        where = f"/P {part} 0 R/Pg {page} 0 R"
        for mark, (role, alt) in enumerate(pieces):
            number = first + 4 + mark
            words = f"/Alt{string(alt)}" if alt else ""
            self._file.add(number, f"<</S/{role}{where}{words}/K {mark}>>".encode("latin-1"))
            kids.append(f"{number} 0 R")
        elements = " ".join(kids)
        self._file.add(part, f"<</S/Sect/P {self._whole.number} 0 R/K[{elements}]>>".encode())
        self._parts.append(part)
        self._finish_page(page, stream, listed, elements)
        self._page_numbers.append(page)
        self._doc.objectcounter = self._file.pack(self._doc.objectcounter)
        self._pageNumber += 1

    def finish_part(self) -> None:
        """Write what was drawn since the last part: pages, links, and the elements below the root.

        Raises: ValueError when a link names a target that was not set yet.
        """
        if len(self._code) > 1:
            self.showPage()
        prune(self._whole)
        kids = [kid for kid in self._whole.kids if isinstance(kid, Node)]
        nodes = [node for kid in kids for node in walk(kid)]
        for link in self._links:
            link.number = self._take()
        for node in nodes:
            node.number = self._take()
        for node in nodes:
            self._file.add(node.number, self._element(node, self._tree.number).encode("latin-1"))
        self._parts.extend(kid.number for kid in kids)
        links = self._finish_links()
        for page, content, marks in self._ended:
            elements = " ".join(f"{node.number} 0 R" for node in marks)
            number = self._page_numbers[page]
            self._finish_page(number, content, self._take(), elements, links.get(page, ()))
        self._whole.kids.clear()
        self._links.clear()
        self._ended.clear()
        self._doc.objectcounter = self._file.pack(self._doc.objectcounter)

    def save(self) -> None:
        """End the last part and write the rest of the document.

        Raises: ValueError when a bookmark names a target that was never set.
        """
        self.finish_part()
        self._finish(self._file)

    # Objects of a part

    def _take(self) -> int:
        """Take the next number of reportlab's objects for one that it never sees."""
        self._doc.objectcounter += 1
        return int(self._doc.objectcounter)

    def _add_content(self, number: int, deflated: bytes) -> None:
        """Write the deflated operators of a page."""
        head = f"<</Length {len(deflated)}/Filter/FlateDecode>>\nstream\n".encode()
        self._file.add(number, head + deflated + b"\nendstream\n")

    def _finish_links(self) -> dict[int, list[Annotation]]:
        """Write the links of a part; return them by page."""
        found: dict[int, list[Annotation]] = {}
        for link in self._links:
            body = self._annotation(link, len(self._parents))
            self._file.add(link.number, body.encode("latin-1"))
            self._parents.append(link.node.number)
            found.setdefault(link.page, []).append(link)
        return found

    def _finish_page(
        self, page: int, content: int, listed: int, elements: str, links: Sequence[Annotation] = ()
    ) -> None:
        """Write a page, and the list of its elements; all by the numbers of their objects."""
        self._file.add(listed, f"[{elements}]".encode())
        annotations = " ".join(f"{link.number} 0 R" for link in links)
        self._file.add(
            page,
            (
                f"<</Type/Page/Parent {self._parent} 0 R/Contents {content} 0 R"
                f"/StructParents {len(self._parents)}/Tabs/S"
                + (f"/Annots[{annotations}]" if annotations else "")
                + ">>"
            ).encode(),
        )
        self._parents.append(listed)

    # Objects of the whole

    def _structure(self) -> Literal:
        tree, whole = self._tree, self._whole
        kids = " ".join(f"{number} 0 R" for number in self._parts)
        whole_body = f"<</S/{whole.role}/P {tree.number} 0 R/K[{kids}]>>"
        self._file.add(whole.number, whole_body.encode())
        leaves = [
            self._leaf(first, self._parents[first : first + LEAF])
            for first in range(0, len(self._parents), LEAF)
        ]
        by_key = self._literal(f"<</Kids[{' '.join(leaves)}]>>" if leaves else "<</Nums[]>>")
        tree.body = (
            f"<</Type/StructTreeRoot/K {whole.number} 0 R/ParentTree {by_key.number} 0 R"
            f"/ParentTreeNextKey {len(self._parents)}>>"
        )
        return tree

    def _leaf(self, first: int, parents: "array[int]") -> str:
        number = self._take()
        entries = " ".join(f"{key} {parent} 0 R" for key, parent in enumerate(parents, first))
        limits = f"{first} {first + len(parents) - 1}"
        self._file.add(number, f"<</Limits[{limits}]/Nums[{entries}]>>".encode())
        return f"{number} 0 R"
