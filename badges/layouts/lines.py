"""On which line of a TOML text each value stands, which the standard library's reader forgets."""

import re
import tomllib
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""The way to a value from the outside: keys of tables, and places in arrays, from 0."""

SPACE = re.compile(r"[ \t]*")
BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
BARE = re.compile(r"[A-Za-z0-9_-]+")
STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!"")|""(?!"))*"{3,5}'
    r"|'''(?:[^']|'(?!'')|''(?!'))*'{3,5}"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
OTHER = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every table and value of `text`, which `tomllib` has read.

    Where a table is written in several places, the first counts.
    """
    return Walk(text).lines


class Walk:
    """A way through a TOML text that is known to be right (TOML 1.0), from its first character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted = (0, 1)
        self.lines: dict[Path, int] = {(): 1}
        self.heads: dict[Path, int] = {}
        table: Path = ()
        self.skip(BLANK)
        while self.at < len(text):
            if text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(BLANK)

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Go past what matches here; return it."""
        found = pattern.match(self.text, self.at)
        if not found:
            raise ValueError(self.at)
        self.at = found.end()
        return found[0]

    def line(self) -> int:
        """Return the line at hand; each character is counted once."""
        last, line = self.counted
        line += self.text.count("\n", last, self.at)
        self.counted = (self.at, line)
        return line

    def note(self, path: Path) -> None:
        """Remember that a value begins here, and the tables around it that are not known yet."""
        line = self.line()
        while path not in self.lines:
            self.lines[path] = line
            path = path[:-1]

    def header(self) -> Path:
        """Read the name of a table, or of the next table of an array; return the way to it."""
        many = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if many else 1
        path: Path = ()
        keys = list(self.keys())
        end, self.at = self.at, start
        for n, key in enumerate(keys):
            path = (*path, key)
            if many and n == len(keys) - 1:
                self.heads[path] = self.heads.get(path, -1) + 1
                self.note(path)
            if path in self.heads:
                path = (*path, self.heads[path])
        self.note(path)
        self.at = end + (2 if many else 1)
        return path

    def keys(self) -> Iterator[str]:
        """Yield the parts of a key, and go past it."""
        while True:
            self.skip(SPACE)
            if self.text[self.at] in "\"'":
                raw = self.skip(STRING)
                yield next(iter(tomllib.loads(f"{raw} = 0")))
            else:
                yield self.skip(BARE)
            self.skip(SPACE)
            if self.text[self.at] != ".":
                return
            self.at += 1

    def pair(self, table: Path) -> None:
        """Read a key and its value."""
        start = self.at
        path = (*table, *self.keys())
        end, self.at = self.at, start
        self.note(path)
        self.at = end + 1
        self.skip(SPACE)
        self.value(path)

    def value(self, path: Path) -> None:
        """Go past a value, and note what is inside."""
        opening = self.text[self.at]
        if opening in "\"'":
            self.skip(STRING)
        elif opening == "[":
            self.at += 1
            self.elements(path)
        elif opening == "{":
            self.at += 1
            self.inline(path)
        else:
            self.skip(OTHER)

    def elements(self, path: Path) -> None:
        """Go past the elements of an array."""
        n = 0
        while True:
            self.skip(BLANK)
            if self.text[self.at] == "]":
                break
            self.note((*path, n))
            self.value((*path, n))
            n += 1
            self.skip(BLANK)
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def inline(self, path: Path) -> None:
        """Go past a table on one line."""
        while True:
            self.skip(BLANK)
            if self.text[self.at] == "}":
                break
            self.pair(path)
            self.skip(BLANK)
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1
