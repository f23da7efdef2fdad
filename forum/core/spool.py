"""A file that one task writes while another reads it: the writer waits for nobody."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

CHUNK = 256 * 1024


class CutShort(Exception):  # noqa: N818 -- it says what became of the file
    """What was being written broke: the reader has only a part of it."""


class Spool:
    """A file without a name: it is gone with its last user, whatever becomes of the process.

    The writer fills `file` and says with `grown` how far it is final; there is one reader.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 -- `close`
        self._ready = 0
        self._ended = False
        self._failed = False
        self._news = asyncio.Event()

    def grown(self) -> None:
        """Let the reader have all that was written and flushed so far; none of it changes again."""
        self._ready = self.file.tell()
        self._news.set()

    def end(self) -> None:
        """Say that the file is whole."""
        self._ready = os.fstat(self.file.fileno()).st_size
        self._ended = True
        self._news.set()

    def fail(self) -> None:
        """Say that no more comes, and that the file is not whole."""
        self._failed = True
        self._news.set()

    def close(self) -> None:
        """Give the file back; where both writer and reader are gone this is done by itself."""
        self.file.close()

    def __del__(self) -> None:
        """Close the file with the last reference to it."""
        self.file.close()

    async def read(self) -> AsyncIterator[bytes]:
        """Yield the file from its beginning, as far as it has grown, to its end.

        Raises:
            CutShort: the writer failed.
        """
        at = 0
        while True:
            self._news.clear()
            while at < self._ready:
                length = min(CHUNK, self._ready - at)
                chunk = await asyncio.to_thread(os.pread, self.file.fileno(), length, at)
                at += len(chunk)
                yield chunk
            if self._failed:
                raise CutShort
            if self._ended and at == self._ready:
                return
            await self._news.wait()
