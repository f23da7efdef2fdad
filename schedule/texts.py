"""Texts and addresses as programmes are exchanged: made safe, made plain, made one line."""

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from lxml import etree

from forum.core.text import clean

SCHEMES = ("http", "https", "mailto")
MAX_ADDRESS = 2_000

TAG = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|a|b|i|u|em|strong|h[1-6]|blockquote|pre|code|table|tr|td|th"
    r"|tbody|thead|img|hr|sub|sup|small|section|article|font)\b[^<>]*>",
    re.IGNORECASE,
)
BLOCKS = frozenset("p div ul ol h1 h2 h3 h4 h5 h6 blockquote pre table section article hr".split())
LINES = frozenset({"br", "li", "tr"})
HIDDEN = frozenset({"script", "style", "head", "title"})
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?=[/?#]|$)")
DEEPEST = 200


def line(text: str) -> str:
    """Return `text` clean and on one line; no-break spaces stay."""
    return re.sub(r"[ \t\n\u2028\u2029]+", " ", clean(text)).strip()


def without_bullet(text: str) -> str:
    """Return the text of an item of a list: what follows `- ` or `• `."""
    return re.sub(r"^(?:[*\u2022-]\s+)+", "", text)


def paragraphs(text: str) -> str:
    """Return `text` clean, with at most one empty line between paragraphs."""
    return re.sub(r"(?<![ \t])[ \t]*\n[ \t]*(?:\n[ \t]*)+", "\n\n", clean(text)).strip()


def plain(text: str) -> str:
    """Return `text` as `paragraphs`; HTML becomes plain text, its blocks paragraphs."""
    if not TAG.search(text):
        return paragraphs(text)
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    safe = NOT_XML.sub("", text)
    try:
        root = etree.fromstring(f"<html><body>{safe}</body></html>", parser)
    except etree.LxmlError:
        return paragraphs(TAG.sub(" ", text))
    pieces: list[str] = []
    _gather(root, pieces, 0)
    joined = re.sub(r"[ \t]+", " ", "".join(pieces))
    return paragraphs(re.sub(r" ?\n ?", "\n", joined))


def _gather(element: etree._Element, pieces: list[str], depth: int) -> None:
    tag = element.tag if isinstance(element.tag, str) else "script"
    if tag in HIDDEN or depth > DEEPEST:
        return
    opening = "\n\n" if tag in BLOCKS else "\n" if tag in LINES else ""
    pieces.append(opening + ("- " if tag == "li" else ""))
    keep_lines = tag == "pre"
    pieces.append(_inline(element.text, keep_lines=keep_lines))
    for child in element:
        _gather(child, pieces, depth + 1)
        pieces.append(_inline(child.tail, keep_lines=keep_lines))
    if tag == "a":
        address = web_address(element.get("href") or "")
        shown = "".join(map(str, element.itertext())).strip()
        if address and address not in (shown, f"http://{shown}", f"https://{shown}"):
            pieces.append(f" ({address})")
    pieces.append("\n\n" if tag in BLOCKS else "")


def _inline(text: str | None, *, keep_lines: bool) -> str:
    return (text or "") if keep_lines else re.sub(r"[ \t\r\n]+", " ", text or "")


def xml_safe(text: str) -> str:
    """Return `text` without the characters that XML 1.0 cannot hold."""
    return NOT_XML.sub("", text)


def web_address(text: str, base: str = "") -> str | None:
    """Return `text` as an absolute http, https or mailto address (RFC 3986), or None.

    A relative address is taken from `base`, a bare host (`www.example.org`) is https; letters
    other than ASCII are escaped, so that the result stands in XML, JSON and iCalendar alike.
    `javascript:` and other schemes give None.
    """
    bare = text.strip()
    if not bare or len(bare) > MAX_ADDRESS:
        return None
    if bare.startswith("www.") or (not base and HOST.match(bare)):
        bare = f"https://{bare}"
    try:
        parts = urlsplit(urljoin(base, bare) if base else bare)
        if parts.scheme not in SCHEMES:
            return None
        return _escaped(parts)
    except ValueError:
        return None


def _escaped(parts: SplitResult) -> str | None:
    if parts.scheme == "mailto":
        address = quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", parts.path), safe="%@!$&'*+,=~-._/")
        return urlunsplit(("mailto", "", address, "", "")) if "@" in address else None
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not re.fullmatch(r"[0-9a-z._~-]+|[0-9a-f:.]+", host):
        return None
    if ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port is not None else ""
    escaped = [
        quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", part), safe="%/:@!$&'()*+,;=~-._?")
        for part in (parts.path, parts.query, parts.fragment)
    ]
    return urlunsplit((parts.scheme, host + port, *escaped))
