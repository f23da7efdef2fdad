"""JSON whose objects know their line, read without trusting any value to be of its type."""

import json
import re
from collections.abc import Iterator
from typing import Any

from forum.core.text import Text
from schedule.importing.found import Losses, Unreadable

TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\n]', re.DOTALL)
MAX_PARTS = 500_000
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class JsonObject(dict[str, Any]):
    """A JSON object and the line on which it begins."""

    line: int = 1

    def text(self, *names: str) -> str:
        """Return the first of these fields that holds a text or a number, as text."""
        for name in names:
            value = self.get(name)
            if isinstance(value, str) and value.strip():
                return value
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
        return ""

    def texts(self, name: str, language: str) -> Text:
        """Return a text or a map of texts by language; a bare text is in `language`."""
        value = self.get(name)
        if isinstance(value, dict):
            return {k: v for k, v in value.items() if isinstance(v, str) and LANGUAGE.fullmatch(k)}
        found = self.text(name)
        return {language: found} if found else {}

    def whole(self, name: str) -> int | None:
        """Return a whole number, also one written as text."""
        value = self.get(name)
        if isinstance(value, str) and re.fullmatch(r"\d{1,12}", value.strip()):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def object(self, name: str) -> "JsonObject":
        """Return the object in a field, an empty one where there is none."""
        value = self.get(name)
        if isinstance(value, JsonObject):
            return value
        empty = JsonObject()
        empty.line = self.line
        return empty

    def objects(self, name: str, losses: Losses) -> "Iterator[JsonObject]":
        """Yield the objects in the list of a field; what is no object is listed as lost."""
        value = self.get(name)
        if value is not None and not isinstance(value, list):
            losses.add(self.line, name, "is not a list: left out")
        yield from objects_of(value, self.line, name, losses)


def objects_of(value: object, line: int, name: str, losses: Losses) -> Iterator[JsonObject]:
    """Yield the objects of a list; what is no object is listed as lost."""
    for one in value if isinstance(value, list) else []:
        if isinstance(one, JsonObject):
            yield one
        else:
            losses.add(line, name, "holds what is no object: left out")


def parse(data: bytes, losses: Losses) -> JsonObject:
    """Return the object that a JSON file holds.

    Raises `Unreadable` with the line for what is no JSON, is cut short or nested too deep.
    """
    text = _decoded(data, losses)
    lines: Iterator[int] = iter(())

    def lined(pairs: list[tuple[str, Any]]) -> JsonObject:
        one = JsonObject(pairs)
        one.line = next(lines, 1)
        return one

    parts = text.count("{") + text.count("[")
    if parts > MAX_PARTS:
        raise Unreadable(f"it holds {parts:,} parts, over {MAX_PARTS:,}: is it a programme?")
    try:
        json.loads(text)  # only of what is JSON are the lines sought
        lines = iter(_lines_of_objects(text))
        found = json.loads(text, object_pairs_hook=lined)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            message = f"the file breaks off here ({error.msg}): download it again."
        else:
            message = f"this is not JSON ({error.msg}): download the file again."
        raise Unreadable(message, line=error.lineno) from None
    except RecursionError:
        raise Unreadable("it is nested too deep for a schedule.", line=1) from None
    except ValueError as error:
        raise Unreadable(f"a number cannot be read ({error}).") from None
    if not isinstance(found, JsonObject):
        raise Unreadable('this is not a schedule.json, which begins with {"schedule": …}.', line=1)
    return found


def _lines_of_objects(text: str) -> list[int]:
    """Return the line of each object's opening brace, in the order in which the objects close."""
    line, opened, closed = 1, [], []
    for token in TOKENS.finditer(text):
        match token.group()[0]:
            case "\n":
                line += 1
            case "{":
                opened.append(line)
            case "}":
                closed.append(opened.pop() if opened else line)
            case _:
                continue
    return closed


def _decoded(data: bytes, losses: Losses) -> str:
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if not encoding.startswith("utf-8"):
            raise Unreadable(
                "the file is in no encoding of JSON: save it as UTF-8.", line=line
            ) from None
        losses.add(line, "file", "is not in UTF-8: read as Windows-1252")
        return data.decode("cp1252", "replace")
