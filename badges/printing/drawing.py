"""The process that draws badges and papers: reads frames from stdin, writes files, answers.

It holds no database and no key: badges come to it signed. It ends when nobody speaks to it any
more, and a file that is not complete by then was never at its place.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pikepdf

from badges.attestation_pdf import Papers
from badges.layouts.shipped import SHIPPED
from badges.models import Badge, BadgeCategory, BadgeRun
from badges.printing.frames import (
    LENGTH_BYTES,
    ORDERS,
    Answer,
    Begin,
    Drawn,
    Failed,
    More,
    Order,
    Pdf,
    Piece,
    Section,
    Sheaf,
    Single,
    Some,
    SomePapers,
    frame,
)
from badges.printing.press import render

PATIENT = "--patient"
"""Said on the command line: others go first, however long it takes."""
NICENESS = 10
UNFINISHED = ".new-"


class Gone(Exception):  # noqa: N818 -- not a failure: nobody asks any more
    """Whoever asked is gone."""


class Talk:
    """The two ways of speaking with the site."""

    def __init__(self, heard: BinaryIO, said: BinaryIO) -> None:
        self.heard = heard
        self.said = said

    def hear(self) -> Order:
        """Return the next frame.

        Raises:
            Gone: there is none, or half of one.
        """
        head = self.heard.read(LENGTH_BYTES)
        size = int.from_bytes(head, "big")
        content = self.heard.read(size) if len(head) == LENGTH_BYTES else b""
        if not content or len(content) < size:
            raise Gone
        return ORDERS.decode(content)

    def say(self, answer: Answer) -> None:
        """Answer."""
        self.said.write(frame(answer))
        self.said.flush()


class Run:
    """A run under way: a file for each of its sections, joined at the end."""

    def __init__(self, talk: Talk, begin: Begin) -> None:
        self.talk = talk
        self.begin = begin
        self.out = Path(begin.out)
        self.next: Order | None = None
        self.pages = 0
        self.problems: list[tuple[str, str]] = []

    def draw(self) -> Drawn:
        """Draw all that is said until the end, and put the file at its place.

        Raises:
            Gone: whoever asked is gone; there is no file then.
            OSError: the file cannot be written.
        """
        self.out.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as unfinished:
            parts: list[Path] = []
            self.listen()
            while isinstance(self.next, Section):
                part = self.unfinished(len(parts))
                unfinished.callback(part.unlink, missing_ok=True)
                parts.append(part)
                self.draw_section(self.next, part)
            whole = parts[0]
            if len(parts) > 1:
                whole = self.unfinished(len(parts))
                unfinished.callback(whole.unlink, missing_ok=True)
                join(parts, whole)
            size = self.settle(whole)
        return Drawn(pages=self.pages, size=size, problems=self.problems)

    def unfinished(self, number: int) -> Path:
        """Return where a part of the file lies until all is complete."""
        return self.out.with_name(f"{UNFINISHED}{self.out.name}-{number}")

    def listen(self) -> None:
        """Say that more is wanted, and hear what it is."""
        self.talk.say(More())
        self.next = self.talk.hear()

    def draw_section(self, section: Section, part: Path) -> None:
        """Draw the badges of one layout."""
        with part.open("wb") as out:
            report = render(
                self.begin.run,
                self.badges(),
                layout=section.layout,
                out=out,
                offset_mm=self.begin.offset_mm,
                images=section.images,
            )
        self.pages += report.pages
        self.problems += [(reference, what) for reference, what in report.problems]

    def badges(self) -> Iterator[Badge]:
        """Yield the badges of a section as they are said."""
        self.listen()
        while isinstance(self.next, Some):
            yield from self.next.badges
            self.listen()

    def settle(self, whole: Path) -> int:
        """Put a complete file on disk, at its place; return its size in bytes."""
        with whole.open("rb+") as file:
            os.fchmod(file.fileno(), self.begin.mode)
            os.fsync(file.fileno())
        size = whole.stat().st_size
        whole.replace(self.out)
        folder = os.open(self.out.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return size


def join(parts: list[Path], whole: Path) -> None:
    """Write the pages of several files as one, which says of itself what the first one does."""
    with ExitStack() as opened:
        first, *others = (opened.enter_context(pikepdf.open(part)) for part in parts)
        for other in others:
            first.pages.extend(other.pages)
        first.save(whole)


def papers(talk: Talk, begin: Sheaf) -> Piece:
    """Draw papers as they are said, answer each time with what the file has grown by.

    Raises:
        Gone: whoever asked is gone.
    """
    out = BytesIO()
    drawn = Papers(
        out,
        title=begin.title,
        author=begin.author,
        language=begin.language,
        made_at=begin.made_at,
    )
    talk.say(Piece(content=taken(out)))
    while isinstance(order := talk.hear(), SomePapers):
        for one in order.papers:
            drawn.add(one)
        talk.say(Piece(content=taken(out)))
    drawn.end()
    return Piece(content=taken(out))


def taken(out: BytesIO) -> bytes:
    """Return what was written, and keep nothing of it."""
    content = out.getvalue()
    out.seek(0)
    out.truncate()
    return content


def single(asked: Single) -> Pdf:
    """Draw one badge."""
    out = BytesIO()
    report = render(
        asked.run,
        [asked.badge],
        layout=asked.layout,
        out=out,
        offset_mm=asked.offset_mm,
        images=asked.images,
    )
    return Pdf(content=out.getvalue(), problems=list(report.problems))


def answer(talk: Talk, order: Order) -> Answer:
    """Do what is asked; a failure is an answer too.

    Raises:
        Gone: whoever asked is gone.
    """
    try:
        if isinstance(order, Begin):
            return Run(talk, order).draw()
        if isinstance(order, Single):
            return single(order)
        if isinstance(order, Sheaf):
            return papers(talk, order)
    except Gone:
        raise
    except OSError as error:
        return Failed(why=f"{error.filename or 'the file'}: {error.strerror}", full=True)
    except Exception as error:  # noqa: BLE001 -- told by its kind alone: a message may hold names
        return Failed(why=type(error).__name__)
    return Failed(why="UnexpectedFrame")


def warm() -> None:
    """Draw a badge that nobody sees, so that fonts and tables are at hand for the first one."""
    run = BadgeRun(
        title="Forum",
        dates="1",
        language="fr",
        categories={"warm": BadgeCategory(code="warm", name={"fr": "A"}, tint=1)},
    )
    badge = Badge(
        reference="AAAA-AAAA",
        given_name="Zoé",
        family_name="Lefèvre",
        category="warm",
        token="A" * 122,
    )
    for layout in SHIPPED.values():
        render(run, [badge], layout=layout, out=BytesIO())
        break


def main() -> None:
    """Draw what is asked for until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for whoever asked
    said = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints by accident does not speak to the site
    talk = Talk(sys.stdin.buffer, said)
    if PATIENT in sys.argv:
        os.nice(NICENESS)
    else:
        warm()
    with suppress(Gone, BrokenPipeError):
        talk.say(More())
        while True:
            talk.say(answer(talk, talk.hear()))


if __name__ == "__main__":
    main()
