"""What an import says of a file, in the reader's language: its sentences hold words of the file.

Readers list losses in English with the file's own words inside, as commands print them. A page
finds the sentence again, translates it, and puts the same words into it.
"""

import re
from functools import lru_cache

from forum.core.i18n import N_, Words

SENTENCES = (
    N_("%(a)s is over %(b)s MB: is it a programme?"),
    N_("%(a)s is empty: choose the file that holds the programme."),
    N_("%(a)s is a PDF: give the schedule.xml, .json, .ics, CSV or XLSX of it."),
    N_("starts before “%(a)s” ends in the same room: kept, marked as overlapping"),
    N_("is on %(a)s, outside the days %(b)s to %(c)s: kept"),
    N_("has the guid of another room (%(a)s): kept under a new one"),
    N_("has the id of an earlier session (%(a)s): kept under a new one"),
    N_("has the id of “%(a)s”: taken as one person under that name"),
    N_("is of “%(a)s” and of “%(b)s”: taken as one person, of the first"),
    N_("its number %(a)s is taken or out of bounds: the next free one is given"),
    N_("has no title: called “%(a)s”"),
    N_("names “%(a)s” twice: kept once, as %(b)s"),
    N_("names no timezone: times are taken as local in %(a)s"),
    N_("the calendar breaks off here: download it again."),
    N_("this is not a calendar that can be read (%(a)s)."),
    N_("is not in UTF-8: read as Windows-1252"),
    N_("is not in the encoding it announces: read as Windows-1252"),
    N_("%(a)s cannot be read (%(b)s): left out"),
    N_("is repeated: only its first time is read"),
    N_("lasts whole days: left unplaced"),
    N_("has an address but no name: left out"),
    N_("there is no <vcalendar>: is it xCal?"),
    N_("has no time that can be read: left unplaced"),
    N_("%(a)s more could not be read: look at the file as a whole"),
    N_("is not a list: left out"),
    N_("holds what is no object: left out"),
    N_("it holds %(a)s parts, over %(b)s: is it a programme?"),
    N_("it holds %(a)s tags, over %(b)s: is it a programme?"),
    N_("it is nested too deep for a schedule."),
    N_("a number cannot be read (%(a)s)."),
    N_('this is not a schedule.json, which begins with {"schedule": …}.'),
    N_("this is not JSON (%(a)s): download the file again."),
    N_("the file is in no encoding of JSON: save it as UTF-8."),
    N_("there is no schedule → conference → days: is it a schedule.json?"),
    N_("timezone “%(a)s” is unknown: %(b)s is used for local times"),
    N_("has no date that can be read"),
    N_("has no date that can be read (“%(a)s”)"),
    N_("has rooms in a form that cannot be read"),
    N_("has no name: left out"),
    N_("“%(a)s” is unknown"),
    N_("names a person without a name: left out"),
    N_("has no place in our programme"),
    N_("has an unknown role “%(a)s”: read as speaker"),
    N_("the first element is <%(a)s>, a schedule.xml begins with <schedule>."),
    N_("there is neither <conference> nor <day>: is it a schedule?"),
    N_("links to “%(a)s”, no web address: left out"),
    N_("“%(a)s” is none of our types: read as “other”"),
    N_("has no length that can be read (“%(a)s”): taken as %(b)s minutes"),
    N_("there is no row under the headers: write one session a row."),
    N_("is none of ours: left out"),
    N_("no column holds the titles: name one “Titre” or “Title” in the first row."),
    N_("has neither a title nor a time: left out"),
    N_("has no end that can be read (“%(a)s”): its length is taken"),
    N_("has no end that can be read (“%(a)s”): taken as %(b)s minutes"),
    N_("ends (“%(a)s”) before it starts: its length is taken"),
    N_("ends (“%(a)s”) before it starts: taken as %(b)s minutes"),
    N_("“%(a)s” is no slug of a guide: left out"),
    N_("has a number of seats that cannot be read (“%(a)s”): left out"),
    N_("“%(a)s” is neither yes nor no: read as no"),
    N_("is streamed at “%(a)s”, no web address: left out"),
    N_("holds several commas: people are separated by semicolons"),
    N_("this is a web page, not schedule.xml: download the file itself."),
    N_("this is no XML: choose the file that holds the programme."),
    N_("the file breaks off here (%(a)s): download it again."),
    N_("this is not well-formed XML (%(a)s): download it again."),
    N_("%(a)s is over %(b)s MB: split it."),
    N_("%(a)s is empty: give a table whose first row names its columns."),
    N_("over %(a)s columns: is it a table?"),
    N_("%(a)s has over %(b)s rows: split it."),
    N_("%(a)s is not a text: save it as CSV in UTF-8, or as XLSX."),
    N_("%(a)s takes too long to read: save it again, or as CSV."),
    N_("%(a)s is not a workbook that can be read: save it as CSV."),
    N_("%(a)s is a broken workbook: save it again, or as CSV."),
    N_("%(a)s is an archive, not a workbook: save it as XLSX or CSV."),
    N_("%(a)s unpacks to %(b)s: save only its first sheet, or as CSV."),
    N_("session “%(a)s”"),
    N_("person “%(a)s”"),
    N_("room “%(a)s”"),
    N_("column “%(a)s”"),
    N_("session"),
    N_("room"),
    N_("track"),
    N_("day"),
    N_("file"),
    N_("row"),
    N_("type"),
    N_("language"),
    N_("times"),
    N_("event"),
    N_("events"),
    N_("attendee"),
    N_("conference"),
    N_("guides"),
    N_("sign-up"),
)
"""Every sentence that a reader says; `a`, `b`, `c` stand for words of the file."""

TIMES = re.compile(r"(.*) \((\d+) times, first here\)", re.DOTALL)
AT = re.compile(r"(Line|Row) (\d+): (.*)", re.DOTALL)
AGAIN = N_("%(what)s (%(n)s times, first here)")
ON_LINE = N_("Line %(n)s: %(what)s")
HOLE = re.compile(r"%\\\(([abc])\\\)s|%\(([abc])\)s")


def said(text: str, words: Words) -> str:
    """Return what an import says, in the language of `words`; an unknown text stays as it is."""
    if found := AT.fullmatch(text):
        values = {"n": found.group(2), "what": said(found.group(3), words)}
        return words.gettext(ON_LINE) % values
    if found := TIMES.fullmatch(text):
        values = {"what": said(found.group(1), words), "n": found.group(2)}
        return words.gettext(AGAIN) % values
    for sentence, pattern in _patterns():
        if matched := pattern.fullmatch(text):
            return words.gettext(sentence) % matched.groupdict()
    return words.gettext(text) if "%" not in text else text


def known(text: str) -> bool:
    """Say whether a text is one of the sentences, so that a page can translate it."""
    inside = AT.sub(r"\3", text)
    inside = TIMES.sub(r"\1", inside)
    return any(pattern.fullmatch(inside) for _, pattern in _patterns())


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return each sentence with the expression that finds the file's words in it, longest first."""
    ordered = sorted(SENTENCES, key=lambda one: -len(HOLE.sub("", one)))
    return [(one, re.compile(_expression(one), re.DOTALL)) for one in ordered]


def _expression(sentence: str) -> str:
    pieces = re.split(r"%\(([abc])\)s", sentence)
    return "".join(
        f"(?P<{piece}>.*?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
    )
