"""Reads the demonstration's data files, and sets French and English text as a printer would."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from forum.core.text import Text

FOLDER = Path(__file__).with_name("data")
NO_BREAK = "\u00a0"

BEFORE_HIGH_SIGN = re.compile(r" (?=[:;?!»%€])")
AFTER_QUOTE = re.compile(r"(?<=«) ")
BEFORE_UNIT = re.compile(r"(?<=\d) (?=\d{3}\b|kg\b|kWh\b|Wh\b|h\b|min\b|Mo\b|ans\b)")


@cache
def read(name: str) -> dict[str, Any]:
    """Return the tables of `data/<name>.toml`; callers leave them as they are."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def french(text: str) -> str:
    """Return `text` on one line, with the no-break spaces that French asks for."""
    line = " ".join(text.split())
    for place in (BEFORE_HIGH_SIGN, AFTER_QUOTE, BEFORE_UNIT):
        line = place.sub(NO_BREAK, line)
    return line


def english(text: str) -> str:
    """Return `text` on one line."""
    return " ".join(text.split())


def both(fr: str, en: str) -> Text:
    """Return one text in the demonstration's two languages."""
    return {"fr": french(fr), "en": english(en)}
