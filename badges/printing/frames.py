"""What the site and the process that draws badges say to each other: frames of MessagePack."""

from datetime import datetime

import msgspec
from msgspec import Struct

from badges.layouts.models import Layout
from badges.models import Badge, BadgeRun, Signed

LENGTH_BYTES = 4


class Begin(Struct, frozen=True, kw_only=True, tag=True):
    """A run begins, whose file is to be at `out`, readable as `mode` says."""

    run: BadgeRun
    out: str
    mode: int
    offset_mm: tuple[float, float]


class Section(Struct, frozen=True, kw_only=True, tag=True):
    """Badges of one layout follow; `images` are the layout's own, by their names."""

    layout: Layout
    images: dict[str, bytes] = {}


class Some(Struct, frozen=True, kw_only=True, tag=True):
    """Some badges of the section in hand."""

    badges: list[Badge]


class End(Struct, frozen=True, kw_only=True, tag=True):
    """The run has no more badges."""


class Single(Struct, frozen=True, kw_only=True, tag=True):
    """One badge, to be answered as a PDF."""

    run: BadgeRun
    badge: Badge
    layout: Layout
    images: dict[str, bytes] = {}
    offset_mm: tuple[float, float] = (0, 0)


class Sheaf(Struct, frozen=True, kw_only=True, tag=True):
    """A document of papers begins: what it says of itself."""

    title: str
    author: str
    language: str
    made_at: datetime


class SomePapers(Struct, frozen=True, kw_only=True, tag=True):
    """Some papers of the document in hand, a page each."""

    papers: list[Signed]


class More(Struct, frozen=True, kw_only=True, tag=True):
    """The process is ready: for its first order, or for what follows in the run."""


class Drawn(Struct, frozen=True, kw_only=True, tag=True):
    """A run is at its place, whole and on disk; `problems` holds (reference, what is wrong)."""

    pages: int
    size: int
    problems: list[tuple[str, str]]


class Pdf(Struct, frozen=True, kw_only=True, tag=True):
    """One badge as a PDF."""

    content: bytes
    problems: list[tuple[str, str]]


class Piece(Struct, frozen=True, kw_only=True, tag=True):
    """The bytes by which a document of papers has grown; it is whole after the last one."""

    content: bytes


class Failed(Struct, frozen=True, kw_only=True, tag=True):
    """It could not be done; `full`: the file cannot be written, and `why` says what hinders it."""

    why: str
    full: bool = False


Order = Begin | Section | Some | End | Single | Sheaf | SomePapers
Answer = More | Drawn | Pdf | Piece | Failed

ORDERS: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
ANSWERS: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def frame(said: Order | Answer) -> bytes:
    """Return what is said with its length before it."""
    content = msgspec.msgpack.encode(said)
    return len(content).to_bytes(LENGTH_BYTES, "big") + content
