"""The little language of letters: an organiser's text in, its parts out, each mistake by its line.

It has paragraphs (ended by an empty line; a line's end stays one), lists (lines that begin with
`- `), `**strong**` words, links (`[words](https://…)`, `[words]({manage_link})`, or an address as
it is) and placeholders (`{given_name}`) from the kind's closed list. `{{` and `}}` are braces. A
link's placeholder alone on a line is a button, `{ticket}` alone on a line is the ticket. There is
nothing else, and nothing is run: values never become markup.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from forum.core.forms import EMAIL, NEEDED
from forum.core.i18n import N_
from forum.core.text import CONTROLS
from forum.letters.kinds import LABELS, TICKET
from forum.letters.models import LONGEST_BODY, LONGEST_SUBJECT, Kind

MOST_PLACEHOLDERS = 200
BULLET = "- "
TOKEN = re.compile(
    r"(?P<brace>\{\{|\}\})"
    r"|\{(?P<name>[^{}]*)\}"
    r"|(?P<lone>[{}])"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|\[(?P<label>[^\[\]]+)\]\((?P<target>[^()\s]*)\)"
    r"|(?P<address>https?://[^\s<>\"{}()\[\]]+)"
)
SUBJECT_TOKEN = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<name>[^{}]*)\}|(?P<lone>[{}])")
AFTER_AN_ADDRESS = ".,;:!?»"
"""What ends a sentence, and no address."""

UNKNOWN = N_("Line %(line)d: there is no {%(what)s} for this e-mail.")
LONE_BRACE = N_("Line %(line)d: a brace stands alone; write {{ or }} for a brace to be seen.")
NOT_ALONE = N_("Line %(line)d: {%(what)s} stands on a line of its own.")
BAD_LINK = N_("Line %(line)d: %(what)s is no address; write https://… or a link of the list.")
NOT_IN_SUBJECT = N_("A subject has no place for {%(what)s}.")
TOO_LONG = N_("This text is too long: %(line)d characters at most.")
TOO_MANY = N_("This text is too long: %(line)d placeholders at most.")


class Mistake(NamedTuple):
    """What is wrong: an English msgid of `line` and `what`."""

    said: str
    line: int = 0
    what: str = ""


class Piece(NamedTuple):
    """A piece of text, or the name of a placeholder."""

    text: str
    is_placeholder: bool = False
    strong: bool = False


class Anchor(NamedTuple):
    """Words that lead to an address, or to that of a placeholder."""

    label: tuple[Piece, ...]
    target: Piece
    strong: bool = False


Line = tuple[Piece | Anchor, ...]


class Part(NamedTuple):
    """A part of a letter: `paragraph` or `bullets` with its lines, `button` or `ticket`.

    A button has one line of one piece, its link's placeholder; a ticket has none.
    """

    kind: str
    lines: tuple[Line, ...] = ()


class Parsed(NamedTuple):
    """A text taken apart; where there are mistakes, parts are only what could be read."""

    subject: Line
    parts: tuple[Part, ...]
    subject_mistakes: tuple[Mistake, ...]
    body_mistakes: tuple[Mistake, ...]


def normal(text: str) -> str:
    """Return what was typed with plain line ends, in NFC, without controls or overrides."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", CONTROLS.sub("", text))


@lru_cache(maxsize=512)
def parse(subject: str, body: str, kind: Kind) -> Parsed:
    """Take a letter's text apart, held against what its kind may say."""
    subject, body = normal(subject), normal(body)
    subject_line, subject_mistakes = _parse_subject(subject, kind)
    mistakes: list[Mistake] = []
    if len(body) > LONGEST_BODY:
        return Parsed(subject_line, (), subject_mistakes, (Mistake(TOO_LONG, LONGEST_BODY),))
    if not body.strip():
        mistakes.append(Mistake(NEEDED))
    elif len(TOKEN.findall(body)) > MOST_PLACEHOLDERS:
        return Parsed(subject_line, (), subject_mistakes, (Mistake(TOO_MANY, MOST_PLACEHOLDERS),))
    reader = _Reader(kind, mistakes)
    for number, line in enumerate(body.split("\n"), start=1):
        reader.read(line.strip(), number)
    return Parsed(subject_line, reader.ended(), subject_mistakes, tuple(mistakes))


def _parse_subject(subject: str, kind: Kind) -> tuple[Line, tuple[Mistake, ...]]:
    if not subject.strip():
        return (), (Mistake(NEEDED),)
    if len(subject) > LONGEST_SUBJECT:
        return (), (Mistake(TOO_LONG, LONGEST_SUBJECT),)
    mistakes: list[Mistake] = []
    pieces = []
    for match in _tokens(SUBJECT_TOKEN, " ".join(subject.split())):
        if isinstance(match, str):
            pieces.append(Piece(match))
        elif match["name"] is not None:
            name = match["name"].strip()
            if name in LABELS or name == TICKET:
                mistakes.append(Mistake(NOT_IN_SUBJECT, 1, name))
            elif name not in kind.placeholders:
                mistakes.append(Mistake(UNKNOWN, 1, name))
            else:
                pieces.append(Piece(name, is_placeholder=True))
        elif match["lone"]:
            mistakes.append(Mistake(LONE_BRACE, 1))
        else:
            pieces.append(Piece(match["brace"][0]))
    return tuple(pieces), tuple(mistakes)


def _tokens(pattern: re.Pattern[str], text: str) -> Iterator[str | re.Match[str]]:
    """Yield the tokens of a line, and the text between them."""
    end = 0
    for match in pattern.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
        yield match
        end = match.end()
    if end < len(text):
        yield text[end:]


class _Reader:
    """Reads line after line, and gathers the lines of one part."""

    def __init__(self, kind: Kind, mistakes: list[Mistake]) -> None:
        self.kind = kind
        self.mistakes = mistakes
        self.parts: list[Part] = []
        self._open: list[Line] = []
        self._open_kind = "paragraph"

    def read(self, line: str, number: int) -> None:
        """Read one line, without the spaces around it."""
        if not line:
            self._close()
            return
        name = line[1:-1].strip() if re.fullmatch(r"\{[^{}]*\}", line) else ""
        if name in self.kind.placeholders and (name == TICKET or name in LABELS):
            self._close()
            piece = Piece(name, is_placeholder=True)
            self.parts.append(Part(TICKET) if name == TICKET else Part("button", ((piece,),)))
            return
        kind = "bullets" if line.startswith(BULLET) else "paragraph"
        if kind != self._open_kind:
            self._close()
            self._open_kind = kind
        text = line.removeprefix(BULLET) if kind == "bullets" else line
        self._open.append(tuple(self._inline(text.strip(), number)))

    def ended(self) -> tuple[Part, ...]:
        """Return all parts."""
        self._close()
        return tuple(self.parts)

    def _close(self) -> None:
        if self._open:
            self.parts.append(Part(self._open_kind, tuple(self._open)))
            self._open = []

    def _inline(
        self, text: str, number: int, *, strong: bool = False, in_label: bool = False
    ) -> Iterator[Piece | Anchor]:
        for match in _tokens(TOKEN, text):
            if isinstance(match, str):
                yield Piece(match, strong=strong)
            elif match["brace"]:
                yield Piece(match["brace"][0], strong=strong)
            elif match["lone"]:
                self.mistakes.append(Mistake(LONE_BRACE, number))
            elif match["name"] is not None:
                name = match["name"].strip()
                yield from self._placeholder(name, number, strong=strong, in_label=in_label)
            elif match["strong"]:
                yield from self._inline(match["strong"], number, strong=True, in_label=in_label)
            elif in_label:
                yield Piece(match[0], strong=strong)
            elif match["label"]:
                yield from self._link(match["label"], match["target"], number, strong=strong)
            else:
                yield from _address(match["address"], strong=strong)

    def _placeholder(
        self, name: str, number: int, *, strong: bool, in_label: bool
    ) -> Iterator[Piece | Anchor]:
        if name not in self.kind.placeholders:
            self.mistakes.append(Mistake(UNKNOWN, number, name))
        elif name == TICKET:
            self.mistakes.append(Mistake(NOT_ALONE, number, name))
        elif name in LABELS and not in_label:
            piece = Piece(name, is_placeholder=True)
            yield Anchor((piece,), piece, strong)
        else:
            yield Piece(name, is_placeholder=True, strong=strong)

    def _link(
        self, label: str, target: str, number: int, *, strong: bool
    ) -> Iterator[Piece | Anchor]:
        inner = self._inline(label, number, strong=strong, in_label=True)
        words = tuple(piece for piece in inner if isinstance(piece, Piece))
        name = target[1:-1] if re.fullmatch(r"\{\w*\}", target) else ""
        if name in LABELS and name in self.kind.placeholders:
            yield Anchor(words, Piece(name, is_placeholder=True), strong)
        elif is_address(target):
            yield Anchor(words, Piece(target), strong)
        else:
            self.mistakes.append(Mistake(BAD_LINK, number, target))


def _address(text: str, *, strong: bool) -> Iterator[Piece | Anchor]:
    address = text.rstrip(AFTER_AN_ADDRESS)
    if is_address(address):
        yield Anchor((Piece(address, strong=strong),), Piece(address), strong)
    else:
        yield Piece(address, strong=strong)
    if len(address) < len(text):
        yield Piece(text[len(address) :], strong=strong)


def is_address(text: str) -> bool:
    """Say whether a text is an address that a letter may lead to: a web site's or an e-mail's."""
    if text.startswith("mailto:"):
        return re.fullmatch(EMAIL, text.removeprefix("mailto:")) is not None
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
    except ValueError:
        return False
