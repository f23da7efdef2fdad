"""French and English: catalogues, plural rules, and dates in words."""

import datetime as dt
import re
from functools import cache
from gettext import NullTranslations, c2py
from pathlib import Path

from babel.dates import format_date, format_time, format_timedelta
from babel.messages import Catalog
from babel.messages.pofile import read_po

from forum.core.text import Filled, filled

LANGUAGES = ("fr", "en")
SOURCE = "en"
ROOT = Path(__file__).parents[2]
CATALOGUES = ("forum", "schedule", "badges")


def N_(sentence: str) -> str:  # noqa: N802 -- gettext's own name
    """Mark a sentence that is said later, by gettext, for the catalogue."""
    return sentence


class Catalogues(NullTranslations):
    """The sentences of several catalogues of one language; what none of them has stays English.

    They come from .po files as they are read: to write and read .mo files takes twice the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, str] = {}
        self._counted: dict[str, tuple[str, ...]] = {}
        self._form = c2py("n != 1")

    def take_in(self, catalogue: Catalog) -> None:
        """Add the sentences of a catalogue that are translated, and take on its rule of plurals."""
        self._form = c2py(catalogue.plural_expr)
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            if isinstance(message.id, str):
                if isinstance(message.string, str) and message.string:
                    self._said[message.id] = message.string
            elif isinstance(message.string, tuple | list) and all(message.string):
                self._counted[message.id[0]] = tuple(message.string)

    def gettext(self, message: str) -> str:
        """Return a sentence in the language of the catalogues."""
        return self._said.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the words for `n` of something."""
        forms = self._counted.get(msgid1)
        if forms is None:
            return super().ngettext(msgid1, msgid2, n)
        return forms[self._form(n)]


class Words:
    """Everything a page, an e-mail or a document says in one language."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self.gettext = translations.gettext
        self._plural = translations.ngettext

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return the words for `n` of something.

        French counts nought as one: where the words for one say no number, as in `Une personne`,
        nought takes those for many.
        """
        said = self._plural(one, many, n)
        numbered = "%(n)" in said or "%(count)" in said
        return said if n or numbered else self._plural(one, many, 2)

    def say(self, message: str) -> str:
        """Return what is wrong, as a rule says it in English, in this language."""
        if isinstance(message, Filled):
            return filled(self.gettext(message.sentence), message.values, self.language)
        return self.gettext(message)

    def date(self, day: dt.date) -> str:
        """Return `mardi 23 mars 2027`, `Tuesday 23 March 2027`."""
        return self._pattern(day, "EEEE d MMMM y")

    def day(self, day: dt.date) -> str:
        """Return `mardi 23 mars`, `Tuesday 23 March`."""
        return self._pattern(day, "EEEE d MMMM")

    def time(self, instant: dt.datetime, zone: dt.tzinfo) -> str:
        """Return the time on the wall in `zone`: `9 h 30`, `09:30`."""
        local = instant.astimezone(zone)
        if self.language == "fr":
            hours = f"{local.hour}\u00a0h"
            return f"{hours}\u00a0{local.minute:02}" if local.minute else hours
        return format_time(local.replace(tzinfo=None), "HH:mm", locale="en_GB")

    def moment(self, instant: dt.datetime, zone: dt.tzinfo) -> str:
        """Return day and time on the wall in `zone`: `mardi 23 mars à 9 h 30`."""
        day = self.day(instant.astimezone(zone).date())
        return self.gettext("%(day)s at %(time)s") % {"day": day, "time": self.time(instant, zone)}

    def span(self, length: dt.timedelta) -> str:
        """Return how long something takes, in one unit: `2 min`, `2 mins`."""
        return format_timedelta(length, format="short", threshold=1, locale=self._locale)

    def ago(self, length: dt.timedelta) -> str:
        """Return how long ago something was, in one unit: `il y a 2 min`, `2 min ago`."""
        back = -max(length, dt.timedelta(seconds=1))
        said = format_timedelta(
            back, format="short", threshold=1, add_direction=True, locale=self._locale
        )
        return said.replace("il y a ", "il y a\u00a0")

    def dates(self, first: dt.date, last: dt.date) -> str:
        """Return `22 et 23 mars 2027`, `du 30 mars au 2 avril 2027`, or one date."""
        if first == last:
            return self.date(first)
        if (first.year, first.month) != (last.year, last.month):
            start = self._pattern(first, "d MMMM" if first.year == last.year else "d MMMM y")
            span = self.gettext("%(first)s to %(last)s")
            return span % {"first": start, "last": self._pattern(last, "d MMMM y")}
        near = last.toordinal() - first.toordinal() == 1
        both, span = self.gettext("%(first)s and %(last)s"), self.gettext("%(first)s to %(last)s")
        span = both if near else span
        return span % {"first": self._pattern(first, "d"), "last": self._pattern(last, "d MMMM y")}

    @property
    def _locale(self) -> str:
        return "fr_FR" if self.language == "fr" else "en_GB"

    def _pattern(self, day: dt.date, pattern: str) -> str:
        text = format_date(day, pattern, locale=self._locale)
        return re.sub(r"\b1(?= [^\W\d]|$)", "1er", text) if self.language == "fr" else text


@cache
def words(language: str) -> Words:
    """Return the words of `language`; an unknown one speaks English, the language of msgids."""
    if language == SOURCE or language not in LANGUAGES:
        return Words(SOURCE, NullTranslations())
    whole = Catalogues()
    for package in CATALOGUES:
        path = ROOT / package / "locale" / f"{language}.po"
        with path.open("rb") as source:
            whole.take_in(read_po(source, locale=language))
    return Words(language, whole)


def accepted(header: str, *, among: tuple[str, ...] = LANGUAGES) -> str:
    """Return the language of `among` that an Accept-Language header prefers (RFC 9110, 12.5.4)."""
    best, best_weight = among[0], 0.0
    for item in header.split(","):
        tag, _, parameters = item.strip().partition(";")
        try:
            weight = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        language = tag.split("-")[0].lower()
        if language in among and weight > best_weight:
            best, best_weight = language, weight
    return best
