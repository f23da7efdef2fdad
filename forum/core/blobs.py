"""Content-addressed files in a local folder: written whole or not at all, never changed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from forum.core.errors import Problem


class StorageFull(Problem):
    """The file could not be stored: the disk is full or cannot be written."""

    code = "storage_full"
    status = 507


class Blobs:
    """Files named by the SHA-256 of their content, under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the file of this digest (64 hexadecimal digits) lies."""
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Store `content`; return its digest.

        Raises:
            StorageFull: naming the folder, when it cannot be written.
        """
        digest = sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        try:
            write_whole(target, content)
        except OSError as error:
            message = f"Cannot write {target.parent} ({error.strerror}): free some space there."
            raise StorageFull(message) from error
        return digest


def write_whole(target: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file so that it is there whole, on disk, or not at all; `mode` says who reads it."""
    with whole_file(target, mode=mode) as part:
        part.write(content)


@contextmanager
def whole_file(target: Path, *, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """Give a file to fill, which is at `target`, on disk, once the block ends well, or nowhere."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as part:
        try:
            yield part
            part.flush()
            os.fchmod(part.fileno(), mode)
            os.fsync(part.fileno())
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
