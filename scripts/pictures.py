"""Make the pictures of README.md: a page, badges, the booklet, a door sheet, of a demonstration.

Needs chromium and poppler's pdftoppm. Everything is made in a temporary folder and served on
127.0.0.1 for as long as a picture takes; only docs/pictures/ is written.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 200_000
COLOURS = 128
READY_WITHIN_S = 120.0
WINDOW_PX = (1100, 900)
PAPER_DPI = 80
BOOKLET_PAGE, DOOR_PAGE = 3, 1
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--force-color-profile=srgb"),
]


def tool(name: str, package: str) -> str:
    """Return the path of a program, or stop with what to install."""
    path = shutil.which(name)
    if path is None:
        sys.exit(f"pictures.py: {name} is missing: apt-get install {package}")
    return path


def free_port() -> int:
    """Return a port that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demonstration(folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve a demonstration from `folder`; yield its address and the folder of its documents."""
    port = free_port()
    environ = environment(folder)
    command = [sys.executable, "-m", "forum.cli", "demo", "--port", str(port)]
    with (folder / "said.txt").open("wb") as said:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health/ready", server)
            yield f"http://127.0.0.1:{port}", folder / "demo"
        finally:
            server.terminate()
            server.wait(timeout=60)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a forum that keeps all it has in `folder`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FORUM_", "DATABASE_"))}
    return {**kept, "FORUM_VAR": str(folder)}


def door_sheets(folder: Path) -> Path:
    """Draw the door sheets of the demonstration that runs from `folder`; return the PDF."""
    out = folder / "doors.pdf"
    command = [sys.executable, "-m", "forum.cli", "programme", str(out), "--form", "doors"]
    command += ["--edition", "demo", "--language", "fr"]
    subprocess.run(
        command, cwd=ROOT, env=environment(folder), check=True, capture_output=True, timeout=120
    )
    return out


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until `url` answers 200.

    Raises:
        RuntimeError: the server ended, or does not answer in time.
    """
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 -- our own, on 127.0.0.1
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the demonstration did not answer at {url}")


def photograph(url: str, out: Path) -> None:
    """Take a picture of a page as a browser shows it."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            tool("chromium", "chromium"),
            *FLAGS,
            f"--user-data-dir={profile}",
            f"--window-size={WINDOW_PX[0]},{WINDOW_PX[1]}",
            f"--screenshot={out}",
            url,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    lighten(out)


def draw(pdf: Path, page: int, out: Path) -> None:
    """Draw a page of a PDF."""
    command = [tool("pdftoppm", "poppler-utils"), "-png", "-singlefile", "-r", str(PAPER_DPI)]
    command += ["-f", str(page), "-l", str(page)]
    command += [str(pdf), str(out.with_suffix(""))]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    lighten(out)


def lighten(picture: Path) -> None:
    """Write a PNG again with few colours, so that a reader on a train waits for nothing.

    Raises:
        RuntimeError: it is still over `MOST_BYTES`.
    """
    with Image.open(picture) as full:
        few = full.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)
    if picture.stat().st_size > MOST_BYTES:
        raise RuntimeError(f"{picture} is over {MOST_BYTES // 1000} kB: draw it smaller")


def main() -> None:
    """Make the four pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="forum-") as name,
        demonstration(Path(name)) as (site, documents),
    ):
        photograph(f"{site}/demo/?lang=fr", PICTURES / "home.png")
        draw(documents / "badges.pdf", 1, PICTURES / "badges.png")
        draw(documents / "programme.pdf", BOOKLET_PAGE, PICTURES / "booklet.png")
        draw(door_sheets(Path(name)), DOOR_PAGE, PICTURES / "door.png")
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size} bytes")


if __name__ == "__main__":
    main()
