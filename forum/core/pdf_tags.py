"""Tagged PDF (PDF/UA-1, ISO 14289-1) on reportlab's canvas: structure, links, bookmarks, metadata.

Draw on a `TaggedDocument` as on any canvas, each thing either inside `tagged(node)`, where `node`
is an element of the structure tree that grows from `root`, or inside `artifact()` when it carries
no meaning. `save()` writes a PDF 1.7 whose small objects are packed and compressed together; the
same calls give the same bytes. Lengths are points, from the lower left corner of the page.
"""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import BinaryIO

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import TTFont

from forum.core.pdf import MM, Document
from forum.core.pdf_file import PackedFile

Rect = tuple[float, float, float, float]

ESCAPES = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)", "\r": r"\r", "\n": r"\n"})
SPECIAL = frozenset("\\()\r\n")
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{producer}</pdf:Producer>
<xmp:CreateDate>{at}</xmp:CreateDate>
<xmp:ModifyDate>{at}</xmp:ModifyDate>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


class Node:
    """One element of the structure tree; `role` is a standard type of ISO 32000-1, 14.8.4.

    `alt` says in words what a picture or a link is; `language` (BCP 47) only where it differs from
    the document's; `box` is where a Figure stands; `scope` (Row, Column) is what a TH heads. An
    element that gets no content is left out.
    """

    __slots__ = ("alt", "box", "kids", "language", "number", "parent", "role", "scope")

    def __init__(
        self,
        role: str,
        parent: "Node | None" = None,
        *,
        alt: str = "",
        language: str = "",
        box: Rect | None = None,
        scope: str = "",
    ) -> None:
        self.role = role
        self.parent = parent
        self.alt = alt
        self.language = language
        self.box = box
        self.scope = scope
        self.kids: list[Node | Content | Annotation] = []
        self.number = 0

    def add(
        self,
        role: str,
        *,
        alt: str = "",
        language: str = "",
        box: Rect | None = None,
        scope: str = "",
    ) -> "Node":
        """Append a child element and return it."""
        child = Node(role, self, alt=alt, language=language, box=box, scope=scope)
        self.kids.append(child)
        return child


class Content:
    """A piece of a page's drawing that belongs to a node: page from 0, and its number there."""

    __slots__ = ("mark", "page")

    def __init__(self, page: int, mark: int) -> None:
        self.page = page
        self.mark = mark


class Annotation:
    """A link on a page (from 0): where, what it says, and the target's key or a web address."""

    __slots__ = ("contents", "node", "number", "page", "rect", "target", "url")

    def __init__(
        self, node: Node, page: int, rect: Rect, contents: str, *, target: str = "", url: str = ""
    ) -> None:
        self.node = node
        self.page = page
        self.rect = rect
        self.contents = contents
        self.target = target
        self.url = url
        self.number = 0


class Bookmark:
    """An entry of the outline; `level` counts from 0."""

    __slots__ = ("key", "kids", "level", "opened", "title")

    def __init__(self, title: str, key: str, level: int, *, opened: bool) -> None:
        self.title = title
        self.key = key
        self.level = level
        self.opened = opened
        self.kids: list[Bookmark] = []


class Literal(pdfdoc.PDFObject):
    """A PDF object written by hand; registered first, so that others may name its number."""

    def __init__(self, body: str = "") -> None:
        self.body = body
        self.number = 0

    def format(self, document: object) -> bytes:  # noqa: ARG002  # reportlab's protocol
        """Return the object as it stands in the file."""
        return self.body.encode("latin-1")


class TaggedDocument(Document):
    """A document that passes PDF/UA-1, where all that is drawn is tagged or an artifact."""

    _code: list[str]
    _pageNumber: int  # noqa: N815  # reportlab's name

    def __init__(
        self,
        out: BinaryIO,
        *,
        size_mm: tuple[float, float],
        title: str,
        language: str,
        author: str = "",
        subject: str = "",
        made_at: datetime,
    ) -> None:
        super().__init__(
            out,
            size_mm=size_mm,
            title=title,
            language=language,
            author=author,
            subject=subject,
            made_at=made_at,
        )
        self._whole = self.root = Node("Document")
        self._size_pt = (size_mm[0] * MM, size_mm[1] * MM)
        self._prefix = ""
        self._depth = 0
        self._out = out
        self._language = language
        self._made_at = made_at.astimezone(UTC)
        self._marking = False
        self._page_numbers: list[int] = []
        self._marks: list[Node] = []
        self._marks_by_page: list[list[Node]] = []
        self._links: list[Annotation] = []
        self._targets: dict[str, tuple[int, float]] = {}
        self._bookmarks: list[Bookmark] = []

    # Drawing

    @contextmanager
    def tagged(self, node: Node) -> Iterator[None]:
        """Mark what is drawn inside as content of `node`.

        Raises: ValueError inside another `tagged` or `artifact`: marked content does not nest.
        """
        mark = len(self._marks)
        self._begin(f"/{node.role} <</MCID {mark}>> BDC")
        self._marks.append(node)
        node.kids.append(Content(self._page, mark))
        yield
        self._end()

    @contextmanager
    def artifact(self, kind: str = "Layout") -> Iterator[None]:
        """Mark what is drawn inside as carrying no meaning.

        `kind` is Layout, Page, Pagination (headers, page numbers) or Background.
        Raises: ValueError inside another `tagged` or `artifact`.
        """
        self._begin(f"/Artifact <</Type/{kind}>> BDC")
        yield
        self._end()

    @contextmanager
    def part(self, title: str, *, language: str) -> Iterator[None]:
        """Hold what is drawn inside, whole pages, as a part in `language` (BCP 47).

        `root` is the element of the part meanwhile; its places have names of their own, and its
        bookmarks stand below one with its `title`.
        """
        self.root = self._whole.add("Part", language=language)
        self._prefix = f"{language}:"
        self.target("", self._size_pt[1])
        self.bookmark(title, "", 0)
        self._depth = 1
        yield
        self.root, self._prefix, self._depth = self._whole, "", 0

    def link(self, node: Node, rect: Rect, contents: str, target: str) -> None:
        """Make `rect` lead to the place that `target(key)` names; it may come later.

        `node` has the role Link; `contents` says where the link leads.
        """
        key = self._prefix + target
        self._link(Annotation(node, self._page, rect, contents, target=key))

    def web_link(self, node: Node, rect: Rect, contents: str, url: str) -> None:
        """Make `rect` open `url`; `node` has the role Link."""
        self._link(Annotation(node, self._page, rect, contents, url=url))

    def target(self, key: str, top: float) -> None:
        """Name the height `top` of the current page, for links and bookmarks."""
        self._targets[self._prefix + key] = (self._page, top)

    def bookmark(self, title: str, key: str, level: int, *, opened: bool = True) -> None:
        """Add an entry to the outline; `level` from 0, at most one deeper than the last one."""
        entry = Bookmark(title, self._prefix + key, self._depth + level, opened=opened)
        self._bookmarks.append(entry)

    def glyphs(self, text: str, font: TTFont) -> Iterator[tuple[str, str]]:
        """Yield `text` in pieces of one font resource: its name, and the escaped string to show."""
        for subset, codes in font.splitString(text, self._doc):
            yield font.getSubsetInternalName(subset, self._doc), escaped(codes.decode("latin-1"))

    def literal(self, code: str) -> None:
        """Append drawing operators; characters up to U+00FF stand for bytes."""
        self._code.append(code)

    def showPage(self) -> None:  # noqa: N802  # reportlab's name
        """End the page and begin the next one."""
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.stream = page.stream.encode("latin-1")
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = len(self._marks_by_page)
        page.Tabs = pdfdoc.PDFName("S")
        self._page_numbers.append(self._number(page))
        self._marks_by_page.append(self._marks)
        self._marks = []

    def save(self) -> None:
        """End the last page and write the document.

        Raises: ValueError when a link or a bookmark names a target that was never set.
        """
        if len(self._code) > 1:
            self.showPage()
        self._write_links()
        self._finish(PackedFile(self._out))

    def _finish(self, file: PackedFile) -> None:
        """Write all that reportlab holds, and what the whole document says of itself."""
        catalog = self._doc.Catalog
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": "true"})
        catalog.Metadata = self._metadata()
        catalog.StructTreeRoot = self._structure()
        catalog.Outlines = self._outline()
        if catalog.Outlines:
            self.showOutline()
        for font in self._doc.delayedFonts:
            font.addObjects(self._doc)
        root, information = self._number(catalog), self._number(self._doc.info)
        file.add_all(self._doc)
        file.end(root=root, information=information, count=self._doc.objectcounter)

    # Marked content and annotations

    @property
    def _page(self) -> int:
        return self._pageNumber - 1

    def _begin(self, code: str) -> None:
        if self._marking:
            raise ValueError("marked content does not nest")
        self._marking = True
        self._code.append(code)

    def _end(self) -> None:
        self._code.append("EMC")
        self._marking = False

    def _link(self, link: Annotation) -> None:
        self._links.append(link)
        link.node.kids.append(link)

    # Objects written at the end

    def _number(self, one: pdfdoc.PDFObject) -> int:
        """Return the number of a PDF object, registering it when it is new."""
        name = self._doc.Reference(one).name
        number: int = self._doc.idToObjectNumberAndVersion[name][0]
        return number

    def _literal(self, body: str = "") -> Literal:
        one = Literal(body)
        one.number = self._number(one)
        return one

    def _write_links(self) -> None:
        by_page: dict[int, list[str]] = {}
        for order, link in enumerate(self._links, start=len(self._page_numbers)):
            link.number = self._literal(self._annotation(link, order)).number
            by_page.setdefault(link.page, []).append(f"{link.number} 0 R")
        for page, references in by_page.items():
            self._doc.Pages.pages[page].Annots = Literal(f"[{' '.join(references)}]")

    def _annotation(self, link: Annotation, order: int) -> str:
        """Return a link as it stands in the file; `order` is its key in the tree of parents."""
        action = f"/A<</S/URI/URI{string(link.url)}>>"
        where = action if link.url else f"/Dest{self._place(link.target)}"
        return (
            f"<</Type/Annot/Subtype/Link/Rect{numbers(link.rect)}"
            f"/Border[0 0 0]/F 4/StructParent {order}/Contents{string(link.contents)}{where}>>"
        )

    def _place(self, key: str) -> str:
        if key not in self._targets:
            raise ValueError(f"nothing in the document is named {key!r}")
        page, top = self._targets[key]
        return f"[{self._page_numbers[page]} 0 R/XYZ null {top:.1f} null]"

    def _metadata(self) -> Literal:
        about = self._doc.info
        values = {
            "title": about.title,
            "author": about.author,
            "subject": about.subject,
            "producer": about.producer,
            "language": self._language,
            "at": self._made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        text = XMP.format(
            **{name: html.escape(value, quote=False) for name, value in values.items()}
        ).encode()
        return self._literal(
            f"<</Type/Metadata/Subtype/XML/Length {len(text)}>>\n"
            f"stream\n{text.decode('latin-1')}\nendstream\n"
        )

    def _structure(self) -> Literal:
        tree = self._literal()
        prune(self._whole)
        nodes = list(walk(self._whole))
        objects = [self._literal() for _ in nodes]
        for node, one in zip(nodes, objects, strict=True):
            node.number = one.number
        for node, one in zip(nodes, objects, strict=True):
            one.body = self._element(node, tree.number)
        parents = [
            f"{page}[{' '.join(f'{node.number} 0 R' for node in marks)}]"
            for page, marks in enumerate(self._marks_by_page)
        ]
        parents += [
            f"{order} {link.node.number} 0 R"
            for order, link in enumerate(self._links, start=len(self._page_numbers))
        ]
        by_key = self._literal(f"<</Nums[{' '.join(parents)}]>>")
        tree.body = (
            f"<</Type/StructTreeRoot/K {self._whole.number} 0 R/ParentTree {by_key.number} 0 R"
            f"/ParentTreeNextKey {len(parents)}>>"
        )
        return tree

    def _element(self, node: Node, tree: int) -> str:
        page = next((kid.page for kid in node.kids if isinstance(kid, Content)), None)
        kids = " ".join(self._kid(kid, page) for kid in node.kids)
        parent = node.parent.number if node.parent else tree
        return (
            f"<</S/{node.role}/P {parent} 0 R"
            + (f"/Pg {self._page_numbers[page]} 0 R" if page is not None else "")
            + (f"/Alt{string(node.alt)}" if node.alt else "")
            + (f"/Lang{string(node.language)}" if node.language else "")
            + (f"/A<</O/Layout/BBox{numbers(node.box)}>>" if node.box else "")
            + (f"/A<</O/Table/Scope/{node.scope}>>" if node.scope else "")
            + f"/K[{kids}]>>"
        )

    def _kid(self, kid: "Node | Content | Annotation", page: int | None) -> str:
        if isinstance(kid, Node):
            return f"{kid.number} 0 R"
        where = f"/Pg {self._page_numbers[kid.page]} 0 R"
        if isinstance(kid, Annotation):
            return f"<</Type/OBJR{where}/Obj {kid.number} 0 R>>"
        return str(kid.mark) if kid.page == page else f"<</Type/MCR{where}/MCID {kid.mark}>>"

    def _outline(self) -> Literal | None:
        top = Bookmark("", "", -1, opened=True)
        path = [top]
        for bookmark in self._bookmarks:
            del path[bookmark.level + 1 :]
            path[-1].kids.append(bookmark)
            path.append(bookmark)
        if not top.kids:
            return None
        outline = self._literal()
        outline.body = f"<</Type/Outlines{self._entries(top, outline.number)}>>"
        return outline

    def _entries(self, parent: Bookmark, number: int) -> str:
        """Write the entries below `parent`; return what its own object says of them."""
        if not parent.kids:
            return ""
        objects = [self._literal() for _ in parent.kids]
        for order, (one, entry) in enumerate(zip(objects, parent.kids, strict=True)):
            one.body = (
                f"<</Title{string(entry.title)}/Parent {number} 0 R"
                + (f"/Prev {objects[order - 1].number} 0 R" if order else "")
                + (f"/Next {objects[order + 1].number} 0 R" if order + 1 < len(objects) else "")
                + f"/Dest{self._place(entry.key)}{self._entries(entry, one.number)}>>"
            )
        count = shown(parent) if parent.opened else -shown(parent)
        return f"/First {objects[0].number} 0 R/Last {objects[-1].number} 0 R/Count {count}"


def shown(bookmark: Bookmark) -> int:
    """Return how many entries are seen below `bookmark` when it is open."""
    return sum(1 + (shown(kid) if kid.opened else 0) for kid in bookmark.kids)


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and all below it, in reading order."""
    yield node
    for kid in node.kids:
        if isinstance(kid, Node):
            yield from walk(kid)


def prune(node: Node) -> bool:
    """Take the elements without content out of the tree; say whether any content is left."""
    node.kids = [kid for kid in node.kids if not isinstance(kid, Node) or prune(kid)]
    return bool(node.kids)


def numbers(rect: Rect) -> str:
    """Return a rectangle as a PDF array."""
    return f"[{' '.join(f'{value:.1f}' for value in rect)}]"


def escaped(text: str) -> str:
    """Return `text`, U+0000 to U+00FF, as it stands between the parentheses of a PDF string."""
    if SPECIAL.isdisjoint(text):
        return text
    return text.translate(ESCAPES)


def string(text: str) -> str:
    """Return `text` as a PDF string: one byte a character where PDFDocEncoding has it, else UTF-16.

    Spaces that do not break become plain ones: these strings are spoken or listed, not set.
    """
    if text.isascii():
        return f"({escaped(text)})"
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    try:
        return f"({escaped(text.encode('pdfdoc').decode('latin-1'))})"
    except UnicodeEncodeError:
        return f"<FEFF{text.encode('utf-16-be', 'replace').hex().upper()}>"
