"""Texts in several languages, and the keys by which names are sorted and searched."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Self

Text = dict[str, str]
"""One text by language tag (BCP 47, in practice `fr` and `en`); a missing language falls back."""

LIGATURES = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O"}
    | {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"}  # Unicode does not decompose these
)
CONTROLS = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufffe\uffff]"  # neither UTF-8 nor XML holds these
)


def pick(text: Text, *languages: str) -> str:
    """Return `text` in the first of `languages` it has, else in any language, else ''."""
    for language in languages:
        if text.get(language):
            return text[language]
    return next((one for one in text.values() if one), "")


class Filled(str):
    """An English sentence with values in it, which can be said in another language too.

    `sentence` is the msgid, with places as `%(name)s`; a value that is a `Text` is said in the
    reader's language. `Words.say` (`forum.core.i18n`) says it.
    """

    __slots__ = ("sentence", "values")
    sentence: str
    values: dict[str, Any]

    def __new__(cls, sentence: str, **values: Any) -> Self:
        """Fill `values` into `sentence`."""
        made = super().__new__(cls, filled(sentence, values, "en"))
        made.sentence = sentence
        made.values = values
        return made


def filled(sentence: str, values: dict[str, Any], language: str) -> str:
    """Return a sentence of `language` with `values` in the places that it names."""
    said = {k: pick(v, language) if isinstance(v, dict) else v for k, v in values.items()}
    return sentence % said


def fold(text: str) -> str:
    """Lower-case `text` without accents or ligatures: `Lefèvre` and `LEFEVRE` fold alike."""
    bare = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold()


def sort_key(*parts: str) -> str:
    """Return a key that sorts as French readers expect, accents and punctuation aside.

    `parts` go from the most to the least important: `sort_key(family_name, given_name)`.
    """
    return "\t".join(re.sub(r"[^0-9a-z]+", " ", fold(part)).strip() for part in parts)


def search_key(parts: Iterable[str | None]) -> str:
    """Return the words of `parts`, folded, one space apart: what accent-blind search looks in."""
    return " ".join(re.sub(r"[^0-9a-z@.]+", " ", fold(" ".join(p for p in parts if p))).split())


def slug(text: str, *, longest: int = 60) -> str:
    """Return `text` as lower-case ASCII words joined by hyphens, cut at a word where it can be."""
    whole = re.sub(r"[^0-9a-z]+", "-", fold(text)).strip("-")
    if len(whole) <= longest:
        return whole
    cut = whole[: longest + 1]
    return (cut.rsplit("-", 1)[0] if "-" in cut else cut[:longest]).strip("-")


def clean(text: str) -> str:
    """Return `text` in NFC, without control characters and bidirectional overrides, trimmed."""
    return unicodedata.normalize("NFC", CONTROLS.sub("", text)).strip()
