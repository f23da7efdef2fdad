"""Make the icons by which the programme is installed, and the code on which scanners are tried.

The icons are drawn from forum/static/favicon.svg by chromium, each on its own ground with a margin,
so that a system may cut it to a circle (a maskable icon: W3C Web Application Manifest, 80 % of the
middle are safe).
"""

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from badges.qr import svg

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "forum" / "static" / "favicon.svg"
FOLDER = ROOT / "schedule" / "static"
SIDES = (192, 512)
GROUND = "#0a5c4a"
INSIDE = 0.8
TEST_CODE = "TRYYOURSCANNER" * 8 + "A" * 10
"""What is no ticket, but has a token's length and letters, so that a scanner reads it as one."""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")


def drawn(side: int) -> bytes:
    """Return the icon, `side` pixels wide and high, as PNG."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("icons.py: chromium is missing: apt-get install chromium")
    margin = round(side * (1 - INSIDE) / 2)
    page = (
        f"<style>body{{margin:0;background:{GROUND}}}svg{{position:absolute;left:{margin}px;"
        f"top:{margin}px;width:{side - 2 * margin}px}}</style>{SOURCE.read_text('utf-8')}"
    )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "icon.html", Path(folder) / "icon.png"
        source.write_text(page, "utf-8")
        size = f"--window-size={side},{side + 200}"
        command = [chromium, *FLAGS, size, f"--screenshot={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(target) as picture:
            out = io.BytesIO()
            icon = picture.convert("RGB").crop((0, 0, side, side)).quantize(64)
            icon.save(out, "PNG", optimize=True)
    return out.getvalue()


def code_to_try() -> str:
    """Return the code on which a scanner is tried, as SVG."""
    return svg(TEST_CODE, title="Forum") + "\n"


if __name__ == "__main__":
    (ROOT / "badges" / "static" / "test-code.svg").write_text(code_to_try(), "utf-8")
    for each in SIDES:
        (FOLDER / f"icon-{each}.png").write_bytes(drawn(each))
