"""Papers of many as one PDF: drawn part by part in a process of its own, and sent as they come."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import IO, Generic, TypeVar

from msgspec import Struct

from badges.models import Signed
from badges.printing.drawer import Drawer
from badges.printing.frames import Answer, End, Piece, Sheaf, SomePapers
from badges.printing.run_models import NoDrawing
from forum.core.db import Db
from forum.core.errors import Problem

T = TypeVar("T")

AT_ONCE = 10
"""Papers that are put into words before others have their turn: some milliseconds."""


class PapersExport(Struct, Generic[T], frozen=True, kw_only=True):
    """Papers as one PDF, see `forum.core.exports.Export`.

    `read` yields those who have one, some at a time; `signed` is what the paper of one says.
    """

    about: Sheaf
    read: Callable[[Db], AsyncIterator[list[T]]]
    signed: Callable[[T], Signed]
    nobody: type[Problem]

    @property
    def grows(self) -> bool:
        """Pages leave as they are drawn."""
        return True

    async def count(self, db: Db) -> int:
        """Return how many papers it holds.

        Raises:
            Problem: it would hold none.
        """
        number = 0
        async for some in self.read(db):
            number += len(some)
        if not number:
            raise self.nobody
        return number

    async def parts(
        self,
        db: Db,
        out: IO[bytes],
        folder: Path,  # noqa: ARG002 -- nothing waits in a file
    ) -> AsyncGenerator[None, None]:
        """Write the file, and stop after each part.

        Raises:
            NoDrawing: the process that draws ended, or cannot draw one of them.
        """
        drawer = Drawer(patient=True)
        try:
            await drawer.start()
            await _write(out, await drawer.ask(self.about))
            yield
            async for some in self.read(db):
                papers = []
                for number, one in enumerate(some):
                    papers.append(self.signed(one))
                    if number % AT_ONCE == 0:
                        await asyncio.sleep(0)
                await _write(out, await drawer.ask(SomePapers(papers=papers)))
                yield
            await _write(out, await drawer.ask(End()))
            yield
        finally:
            await drawer.end()


async def _write(out: IO[bytes], answer: Answer) -> None:
    """Write what the process answers."""
    if not isinstance(answer, Piece):
        raise NoDrawing
    await asyncio.to_thread(out.write, answer.content)
