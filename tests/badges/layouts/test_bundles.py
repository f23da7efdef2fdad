"""Layouts as files: packed and unpacked alike, and ZIP bombs refused as they unpack."""

import zipfile
from io import BytesIO

import pytest

from badges.layouts.bundles import BundleTooLarge, NotALayoutFile, pack, unpack
from tests.badges.layouts.samples import SOURCE


def archive(members, method=zipfile.ZIP_DEFLATED):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def test_what_is_packed_is_unpacked_and_equal_content_is_an_equal_file():
    images = {"logo": ("image/png", b"one"), "photo": ("image/jpeg", b"two")}
    packed = pack(SOURCE, images)
    assert packed == pack(SOURCE, images)
    found = unpack(packed)
    assert (found.source, found.images) == (SOURCE, {"logo": b"one", "photo": b"two"})


def test_a_toml_alone_is_a_layout():
    assert unpack(b"\xef\xbb\xbf" + SOURCE.encode()).source == SOURCE


def test_what_else_is_in_a_zip_is_left_there():
    found = unpack(archive({"layout.toml": SOURCE, "../../evil": "x", "__MACOSX/a": "y"}))
    assert (found.source, found.images) == (SOURCE, {})


LYING = archive({"layout.toml": b" " * 10_000_000})


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (archive({"layout.toml": b" " * 10_000_000}), BundleTooLarge),
        (archive({"layout.toml": SOURCE, "images/a.png": b"\0" * 6_000_000}), BundleTooLarge),
        (
            archive(
                {"layout.toml": SOURCE} | {f"images/{n}.png": b"\0" * 4_900_000 for n in range(9)}
            ),
            BundleTooLarge,
        ),
        (archive({"layout.toml": SOURCE} | {f"images/{n}": "" for n in range(40)}), BundleTooLarge),
        # it says to be short, and unpacks to more
        (
            LYING.replace((10_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")),
            (BundleTooLarge, NotALayoutFile),
        ),
        (b"PK" + b"\0" * 50, NotALayoutFile),
        (archive({"other.toml": SOURCE}), NotALayoutFile),
        (archive({"layout.toml": b"\xff\xfe"}), NotALayoutFile),
        (b"\xff\xd8\xff", NotALayoutFile),
        (b" " * 300_000, BundleTooLarge),
        (b"PK" + b"\0" * 20_000_000, BundleTooLarge),
    ],
    ids=range(11),
)
def test_what_is_no_layout_is_refused(content, refusal):
    with pytest.raises(refusal):
        unpack(content)
