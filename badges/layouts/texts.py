"""What a part of a layout says: its words in a language, with fields filled in."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from badges.layouts.models import FIELDS, PERSONAL, LocalText
from forum.core.text import pick

PLACE = re.compile(r"\{(" + "|".join(FIELDS) + r")\}")


class Template(NamedTuple):
    """A text cut at its fields: `words` has one more entry than `fields`, which stand between."""

    words: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def personal(self) -> bool:
        """Whether it differs from badge to badge."""
        return not PERSONAL.isdisjoint(self.fields)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text; '' when it has fields and all are empty.

        What stands before an empty field goes with it, and what stands between the first field
        that says something and those before it.
        """
        if self.words == ("", ""):
            return values.get(self.fields[0], "")
        text = ""
        for words, field in zip(self.words, self.fields, strict=False):
            value = values.get(field, "")
            if value:
                text += (words if text else self.words[0]) + value
        return text + self.words[-1] if text or not self.fields else ""


def template(text: LocalText, language: str) -> Template:
    """Return a text in `language`, or in another that it has, cut at its fields."""
    parts = PLACE.split(said(text, language))
    return Template(tuple(parts[::2]), tuple(parts[1::2]))


def said(text: LocalText, language: str) -> str:
    """Return a text in `language`, else in English, else in any language that it has."""
    return text if isinstance(text, str) else pick(text, language, "en")
