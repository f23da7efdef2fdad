"""A layout as a file to take along: its TOML alone, or a ZIP with its images. Values in, out."""

import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from msgspec import Struct

from badges.layouts.images import MOST_BYTES
from forum.core.errors import Problem

LARGEST_FILE = 20_000_000
MOST_SOURCE_BYTES = 200_000
MOST_FILES = 30
MOST_UNPACKED = 40_000_000
TOML = "layout.toml"
FOLDER = "images/"
ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}
CHUNK = 64 * 1024
DATED = (2027, 1, 1, 0, 0, 0)
"""Equal content gives an equal file."""


class NotALayoutFile(Problem):
    """This is no layout: bring a .toml, or a .zip that was saved here."""

    code = "not_a_layout_file"
    status = 422


class BundleTooLarge(Problem):
    """This file is too large, or unpacks to more than a layout may hold."""

    code = "bundle_too_large"
    status = 422


class Bundle(Struct, frozen=True, kw_only=True):
    """A layout's TOML, and its images by name."""

    source: str
    images: dict[str, bytes] = {}


def pack(source: str, images: Mapping[str, tuple[str, bytes]]) -> bytes:
    """Return a ZIP of a layout; `images` are media type and content by name."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        toml = ZipInfo(TOML, DATED)
        toml.compress_type = ZIP_DEFLATED
        archive.writestr(toml, source)
        for name, (media_type, content) in sorted(images.items()):
            image = ZipInfo(f"{FOLDER}{name}.{ENDINGS[media_type]}", DATED)
            image.compress_type = ZIP_STORED
            archive.writestr(image, content)
    return out.getvalue()


def unpack(content: bytes) -> Bundle:
    """Return the layout of a file that was brought: TOML, or a ZIP.

    What a ZIP unpacks to is counted while it is unpacked, whatever it says of itself.

    Raises:
        BundleTooLarge: it holds more than a layout may.
        NotALayoutFile: it is neither, or holds no layout.
    """
    if len(content) > LARGEST_FILE:
        raise BundleTooLarge
    if not content.startswith(b"PK"):
        return Bundle(source=_text(content))
    try:
        with ZipFile(BytesIO(content)) as archive:
            return _unpacked(archive)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise NotALayoutFile from error  # broken, in another way of packing, or under a password


def _unpacked(archive: ZipFile) -> Bundle:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_FILES:
        raise BundleTooLarge
    source = None
    images: dict[str, bytes] = {}
    left = MOST_UNPACKED
    for info in infos:
        most = min(left, MOST_SOURCE_BYTES if info.filename == TOML else MOST_BYTES)
        if info.filename == TOML:
            content = _member(archive, info, most)
            source = _text(content)
        elif info.filename.startswith(FOLDER):
            content = _member(archive, info, most)
            images[info.filename.removeprefix(FOLDER).rpartition(".")[0]] = content
        else:
            continue
        left -= len(content)
    if source is None:
        raise NotALayoutFile
    return Bundle(source=source, images=images)


def _member(archive: ZipFile, info: ZipInfo, most: int) -> bytes:
    found = bytearray()
    with archive.open(info) as member:
        while chunk := member.read(CHUNK):
            found += chunk
            if len(found) > most:
                raise BundleTooLarge
    return bytes(found)


def _text(content: bytes) -> str:
    if len(content) > MOST_SOURCE_BYTES:
        raise BundleTooLarge
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotALayoutFile from error
