"""Opens XML without entities, external files or network, and says where it breaks."""

import re
from typing import Any

from lxml import etree

from schedule.importing.found import Losses, Unreadable

MAX_PARTS = 1_000_000
ENTITIES = "the file declares entities: remove its DOCTYPE and import it again."


def root_of(data: bytes, losses: Losses) -> etree._Element:
    """Return the root of an XML file.

    Raises `Unreadable` with the line where the file breaks off or is no XML, and for a document
    type with entities, which no schedule needs. A file that is not in the encoding it announces
    is read as Windows-1252, and that is listed.
    """
    parts = data.count(b"<")
    if parts > MAX_PARTS:
        raise Unreadable(f"it holds {parts:,} tags, over {MAX_PARTS:,}: is it a programme?")
    try:
        root = _parsed(data, None)
    except etree.XMLSyntaxError as error:
        if not _wrong_encoding(data, error):
            raise _refusal(data, error) from None
        try:
            root = _parsed(data, "windows-1252")
        except etree.XMLSyntaxError as second:
            raise _refusal(data, second) from None
        losses.add(1, "file", "is not in the encoding it announces: read as Windows-1252")
    document = root.getroottree().docinfo
    if document.internalDTD is not None and _entities(document.internalDTD):
        raise Unreadable(ENTITIES, line=1)
    return root


def _parsed(data: bytes, encoding: str | None) -> etree._Element:
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(data, parser)


def _wrong_encoding(data: bytes, error: etree.XMLSyntaxError) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "encod" in str(error.msg).lower() or "utf-8" in str(error.msg).lower()
    return False


def _refusal(data: bytes, error: etree.XMLSyntaxError) -> Unreadable:
    line = max(1, min(error.lineno or 1, data.count(b"\n") + 1))
    if re.search(rb"<!doctype\s+html|<html[\s>]", data[:2000], re.IGNORECASE):
        return Unreadable(
            "this is a web page, not schedule.xml: download the file itself.", line=line
        )
    if "amplification" in str(error.msg):
        return Unreadable(ENTITIES, line=line)
    if "'<' not found" in str(error.msg) and line == 1:
        return Unreadable("this is no XML: choose the file that holds the programme.", line=line)
    message = re.sub(r", line \d+, column \d+.*$", "", str(error.msg))
    if line >= data.rstrip().count(b"\n"):
        return Unreadable(f"the file breaks off here ({message}): download it again.", line=line)
    return Unreadable(f"this is not well-formed XML ({message}): download it again.", line=line)


def _entities(document_type: Any) -> list[object]:
    return list(document_type.iterentities())


def line_of(element: etree._Element) -> int | None:
    """Return the line on which an element begins."""
    found: Any = element.sourceline
    return int(found) if found else None


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace; '' for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """Return the children with one of these names, whatever their namespace."""
    return [child for child in element if local(child) in names]


def text_of(element: etree._Element | None) -> str:
    """Return all the text inside an element; '' for none."""
    return "" if element is None else "".join(map(str, element.itertext()))
