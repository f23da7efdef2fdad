"""Registering on a slow phone: the seconds that network and drawing take of the two minutes wished.

Typing is reckoned, not waited for: 36 words of five letters a minute (Palin and others, "How do
people type on mobile devices?", MobileHCI 2019), and a second for each tap.
"""

import tempfile
from pathlib import Path
from statistics import median

import msgspec

from benchmarks import Row
from tests.browser.chromium import chromium
from tests.browser.phone import Phone
from tests.installations import Forum, link

NAME = "phone"
KEY_S = 60 / (36 * 5)
TAP_S = 1.0
MOST_S = 120.0
LANGUAGES = ("fr-FR", "en-GB")


def run(*, rounds: int = 3) -> list[Row]:
    """Register so often in each language, from the home page to the ticket."""
    with tempfile.TemporaryDirectory(prefix="forum-bench-") as name:
        Path(name).chmod(0o711)  # where root runs the cluster as nobody, nobody must reach it
        forum = Forum(Path(name))
        dates = ("--starts", "2027-03-22", "--ends", "2027-03-23")
        forum.run("edition", "create", "forum", "--title", "Forum", *dates)
        forum.start("serve")
        try:
            return [measured(forum, language, rounds) for language in LANGUAGES]
        finally:
            forum.stop()


def measured(forum: Forum, language: str, rounds: int) -> Row:
    """Return the row of one language: the median of the rounds."""
    waited = []
    with chromium() as browser:
        for n in range(rounds):
            phone = Phone(browser, language)
            address = f"maelle.{language}.{n}@example.org".lower()
            phone.register(f"{forum.base}/forum/", address, lambda to=address: path(forum, to))
            waited.append(phone.waited_s)
            phone.context.close()
    typed_s = phone.keys * KEY_S + phone.taps * TAP_S
    taken_s = median(waited)
    return Row(
        work=f"registering on a phone, {language}: {phone.taps} taps, {phone.keys} keys, "
        f"{phone.pages} pages on slow 3G, processor a quarter",
        measured=f"{taken_s:.1f} s waited, {typed_s:.0f} s of fingers",
        limit=f"{MOST_S:.0f} s in all",
        ratio=(taken_s + typed_s) / MOST_S,
        goal="≤ 1",
        reached=taken_s + typed_s <= MOST_S,
    )


def path(forum: Forum, address: str) -> str:
    """Return the address of the link in the e-mail that this address got."""
    return f"{forum.base}{link(forum.letter(address))}"


if __name__ == "__main__":
    for line in run():
        print(*msgspec.structs.astuple(line), sep="  ")
