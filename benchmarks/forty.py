"""A programme of forty sessions, from nothing to published: seconds waited beside those of hands.

Hands are reckoned, not waited for: 52 words of five letters a minute (Dhakal and others,
"Observations on Typing from 136 Million Keystrokes", CHI 2018), and 1.3 s to point and click (Card,
Moran and Newell, "The Keystroke-Level Model", 1980).
"""

import tempfile
from pathlib import Path
from statistics import median

import msgspec

from benchmarks import Row
from tests.browser.chromium import chromium
from tests.browser.forty import Organiser
from tests.installations import Forum

NAME = "forty"
KEY_S = 60 / (52 * 5)
CLICK_S = 1.3
MOST = 0.1


def run(*, rounds: int = 3) -> list[Row]:
    """Make the programme so often, each time in an installation of its own."""
    with chromium() as browser:
        made = [measured(browser) for _ in range(rounds)]
    one = made[-1]
    hands_s = one.keys * KEY_S + one.clicks * CLICK_S
    waited_s = median(one.waited_s for one in made)
    ratio = waited_s / hands_s
    return [
        Row(
            work="from an empty programme to forty sessions published: "
            f"{one.clicks} clicks, {one.keys} keys, {one.pages} pages",
            measured=f"{waited_s:.1f} s waited",
            limit=f"{hands_s:.0f} s of hands",
            ratio=ratio,
            goal=f"≤ {MOST}",
            reached=ratio <= MOST,
        )
    ]


def measured(browser: object) -> Organiser:
    """Make the programme once; return who made it, with what was counted."""
    with tempfile.TemporaryDirectory(prefix="forum-bench-") as name:
        Path(name).chmod(0o711)  # where root runs the cluster as nobody, nobody must reach it
        forum = Forum(Path(name))
        dates = ("--starts", "2027-03-23", "--ends", "2027-03-24")
        forum.run("edition", "create", "forum", "--title", "Forum", *dates)
        forum.start("serve")
        try:
            role = ("--role", "programme_editor")
            organiser = Organiser(browser, forum.base)
            organiser.sign_in(forum.json("organiser", "add", "ada@example.org", *role)["link"])
            organiser.make()
            organiser.context.close()
        finally:
            forum.stop()
    return organiser


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
