"""A disk that takes no more: the place and the mend are named, nothing is lost or half stored."""

import os
import resource
import subprocess
from contextlib import contextmanager
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from tests.installations import Forum, get, post, until

LEAST = 64 * 1024


@contextmanager
def full_disk(folder):
    """Put a disk of 64 kB under a folder, and fill it; it needs root."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={LEAST}", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse(f"NOTE: no disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        with (folder / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                pass  # it is full now
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def forum(empty):
    empty.run(
        "edition", "create", "forum", "--title", "Forum",
        "--starts", "2027-03-22", "--ends", "2027-03-23",
    )  # fmt: skip
    return empty


def test_an_export_that_cannot_be_written_leaves_nothing_behind(forum, tmp_path):
    people = "given name,family name,email\n" + "".join(
        f"Ada,Ferrand,ada{n}@example.org\n" for n in range(200)
    )
    (tmp_path / "people.csv").write_text(people)
    forum.run("import", "registrations", tmp_path / "people.csv")
    forum.start("serve")  # the database is up: only the command is held to small files
    out = tmp_path / "out" / "registrations.json"
    done = subprocess.run(
        forum.command("export", "registrations", out),
        env={
            **forum.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
        },  # Python keeps half of what it caches
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        check=False,
    )
    assert done.returncode == 1
    assert f"Cannot write {out} (File too large): free some space" in done.stderr
    assert list(out.parent.iterdir()) == []


def test_an_e_mail_waits_for_room_and_is_not_lost(forum):
    outbox = forum.var / "outbox"
    with full_disk(outbox):
        forum.start("serve")
        answer = post(
            f"{forum.base}/api/editions/forum/registrations",
            json={
                "given_name": "Ada",
                "family_name": "Ferrand",
                "email": "ada@example.org",
                "category": "attendee",
            },
        )
        assert answer.status_code == 202
        until(lambda: "e-mail not sent" in forum.said.read_text())
        assert list(outbox.glob("*.eml")) == []
    letter = forum.letter("ada@example.org")
    assert letter["Subject"].startswith("Votre billet")
    until(lambda: forum.values("select count(*) from outbox where sent_at is null") == [0])
    assert len(forum.letters("ada@example.org")) == 1


def test_a_guide_that_finds_no_room_is_not_published(forum, tmp_path):
    guides = tmp_path / "guides"
    guides.mkdir()
    noise = Image.effect_noise((600, 600), 100).convert("L")
    picture = BytesIO()
    noise.save(picture, "PDF")
    with pikepdf.open(BytesIO(picture.getvalue())) as document:
        document.save(guides / "guide.pdf")
    assert (guides / "guide.pdf").stat().st_size > LEAST
    files = forum.var / "files"
    with full_disk(files):
        error = forum.run("import", "guides", guides, status=1)
        assert "guide.pdf" in error
        assert str(files) in error
        assert "No space left on device" in error
    forum.start("serve")
    assert get(f"{forum.base}/api/editions/forum/guides").json() == {"guides": []}
    assert forum.run("import", "guides", guides) == "pdf  guide\n"


def test_a_first_start_on_a_full_disk_says_so(folder):
    place = folder / "full"
    with full_disk(place):
        (place / "filler").unlink()
        error = Forum(place).run("migrate", status=1)
        assert str(place) in error
        assert "disk is too full" in error or "free some space" in error
