"""Make again the pictures that tests hold six layouts of badges against.

Look at them before they are committed. Only tests/data/golden/ is written; `--check` says which
would change, and writes nothing.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from badges.layouts.shipped import SHIPPED  # noqa: E402  # after the path
from tests.badges.printing.golden import FOLDER, PAGES, difference, drawn, written  # noqa: E402


def main() -> None:
    """Draw each page; write it, or say how far it is from the one that is kept."""
    check = "--check" in sys.argv[1:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES:
        path = FOLDER / f"{name}-{page + 1}.png"
        picture = drawn(SHIPPED[name], page)
        if not check:
            path.write_bytes(written(picture))
        apart = difference(picture, path) if path.exists() else 1.0
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes, {apart:.2%} apart")


if __name__ == "__main__":
    main()
