"""A letter's parts and its values put together: blocks for the HTML, the plain text, the subject.

A line in which a value is missing is left out: `Reason: {reason}` is not there without a reason.
What a kind needs and its text leaves out, or loses with such a line, comes at the end.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from forum.core.forms import line as on_one_line
from forum.core.i18n import N_, Words
from forum.core.text import clean
from forum.letters.kinds import LABELS, TICKET
from forum.letters.markup import Anchor, Line, Parsed, Part, Piece
from forum.letters.models import Kind

TICKET_ALT = N_("QR code of your ticket")
TICKET_USE = N_(
    "Show this code at the entrance, on your screen or on paper."
    " It is joined to this message too, as a page to print."
)


class Span(NamedTuple):
    """Words in one look; with `address` they lead there. Line ends inside stay."""

    text: str
    address: str = ""
    strong: bool = False


class Block(NamedTuple):
    """A part of a letter as it is shown: `paragraph`, `bullets`, `button` or `ticket`.

    A button has one line of one span; a ticket one line: its picture in words, its reference, its
    use.
    """

    kind: str
    lines: list[list[Span]]


class Filled(NamedTuple):
    """A letter in one language: its subject on one line, its blocks."""

    subject: str
    blocks: list[Block]


def fill(parsed: Parsed, kind: Kind, values: Mapping[str, str], said: Words) -> Filled:
    """Put `values` (by the placeholders of `kind`; '' is none) into a text without mistakes."""
    safe = {name: clean(values[name]) for name in kind.placeholders}
    writer = _Writer(safe, said)
    blocks = [block for part in parsed.parts if (block := writer.block(part))]
    missing = [name for name in kind.needed if safe[name] and name not in writer.used]
    blocks += [writer.ticket() if name == TICKET else writer.button(name) for name in missing]
    subject = "".join(piece.text for piece in _plain(parsed.subject, safe))
    return Filled(on_one_line(subject), blocks)


def as_text(blocks: list[Block], said: Words) -> str:
    """Return blocks as the plain text of an e-mail, paragraphs an empty line apart."""
    return "\n\n".join(_block_text(block, said) for block in blocks) + "\n"


def _plain(line: Line, values: Mapping[str, str]) -> Iterator[Span]:
    for piece in line:
        if isinstance(piece, Piece):
            yield Span(values[piece.text] if piece.is_placeholder else piece.text)


class _Writer:
    """Fills parts in, and remembers which placeholders were shown."""

    def __init__(self, values: Mapping[str, str], said: Words) -> None:
        self.values = values
        self.said = said
        self.used: set[str] = set()

    def block(self, part: Part) -> Block | None:
        """Return a part filled in; None when nothing of it is left."""
        if part.kind == TICKET:
            return self.ticket() if self.values[TICKET] else None
        lines = [line for line in part.lines if self._has_values(line)]
        if not lines:
            return None
        if part.kind == "button":
            ((piece,),) = lines
            return self.button(piece.text if isinstance(piece, Piece) else "")
        return Block(part.kind, [[self._span(one) for one in line] for line in lines])

    def button(self, name: str) -> Block:
        """Return the button of a link."""
        self.used.add(name)
        label = self.said.gettext(LABELS[name])
        return Block("button", [[Span(label, self.values[name])]])

    def ticket(self) -> Block:
        """Return the ticket."""
        self.used.add(TICKET)
        use = self.said.gettext(TICKET_USE)
        alt = self.said.gettext(TICKET_ALT)
        return Block(TICKET, [[Span(alt), Span(self.values[TICKET]), Span(use)]])

    def _has_values(self, line: Line) -> bool:
        return all(self.values[name] for name in _named(line))

    def _span(self, one: Piece | Anchor) -> Span:
        if isinstance(one, Piece):
            return Span(self._filled(one), strong=one.strong)
        label = "".join(map(self._filled, one.label))
        return Span(label, self._filled(one.target), one.strong)

    def _filled(self, piece: Piece) -> str:
        if not piece.is_placeholder:
            return piece.text
        self.used.add(piece.text)
        return self.values[piece.text]


def _named(line: Line) -> Iterator[str]:
    """Yield the placeholders that a line names."""
    for one in line:
        pieces = [one] if isinstance(one, Piece) else [*one.label, one.target]
        yield from (piece.text for piece in pieces if piece.is_placeholder)


def _block_text(block: Block, said: Words) -> str:
    if block.kind == "button":
        ((button,),) = block.lines
        label = said.gettext("%(label)s:") % {"label": button.text}
        return f"{label}\n{button.address}"
    if block.kind == TICKET:
        ((alt, reference, use),) = block.lines
        label = said.gettext("%(label)s:") % {"label": alt.text}
        return f"{label} {reference.text}\n{use.text}"
    mark = "- " if block.kind == "bullets" else ""
    return "\n".join(mark + "".join(map(_span_text, line)) for line in block.lines)


def _span_text(span: Span) -> str:
    shown = span.address.removeprefix("mailto:")
    return span.text if shown in {"", span.text} else f"{span.text} ({shown})"
