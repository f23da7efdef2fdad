"""Files by content: the same content once, whole or not at all, a full disk named."""

import os
from hashlib import sha256

import pytest

from forum.core.blobs import Blobs, StorageFull, write_whole


def test_a_file_is_found_by_its_digest(tmp_path):
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"a guide")
    assert digest == sha256(b"a guide").hexdigest()
    assert blobs.path(digest).read_bytes() == b"a guide"


def test_the_same_content_is_one_file(tmp_path):
    blobs = Blobs(tmp_path)
    assert blobs.put(b"x") == blobs.put(b"x")
    assert len([one for one in tmp_path.rglob("*") if one.is_file()]) == 1


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull, match=r"Cannot write .* \(No space left on device\)"):
        Blobs(tmp_path).put(b"x")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_a_file_replaced_is_never_half_there(tmp_path, monkeypatch):
    target = tmp_path / "file"
    write_whole(target, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "I/O error")))
    with pytest.raises(OSError, match="I/O error"):
        write_whole(target, b"new")
    assert (target.read_bytes(), list(tmp_path.iterdir())) == (b"old", [target])
