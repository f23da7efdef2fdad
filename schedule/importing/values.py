"""Times, lengths, dates and languages as people and programs write them."""

import re
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from forum.core.text import fold
from schedule.vocabulary import LANGUAGE_WORDS, bare

YEARS = range(1970, 2201)
MAX_MINUTES = 10_080
"""A session lasts a week at most."""

MONTHS = {
    word: number
    for number, words in enumerate(
        [
            "janvier january januar jan janv", "fevrier february februar feb fev fevr",
            "mars march marz mar maerz", "avril april apr avr", "mai may", "juin june juni jun",
            "juillet july juli jul juil", "aout august aug", "septembre september sep sept",
            "octobre october oktober oct okt", "novembre november nov",
            "decembre december dezember dec dez",
        ],
        start=1,
    )
    for word in words.split()
}  # fmt: skip

ISO_LENGTH = (
    r"p(?:(?P<w>\d{1,2})w)?(?:(?P<d>\d{1,2})d)?"
    r"(?:t(?:(?P<h>\d{1,3})h)?(?:(?P<m>\d{1,5})m)?(?:(?P<s>\d{1,6})s)?)?"
)
"""PT1H30M (ISO 8601), in lower case."""


def zone_of(name: str) -> ZoneInfo | None:
    """Return the timezone of an IANA name, or None."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):
        return None


def day_of(text: str) -> date | None:
    """Return the date in `2027-03-22`, `22/03/2027`, `lundi 22 mars 2027`, `March 22, 2027`.

    Day before month where both are numbers, as in French, German and British English.
    """
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d([T ].*)?", text):
            return _sane(date.fromisoformat(text[:10]))
        if re.fullmatch(r"\d{8}", text):
            return _sane(date.fromisoformat(text))
        if found := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d\d)", text):
            day, month, year = (int(part) for part in found.groups())
            return _sane(date(year + 2000 if year < 100 else year, month, day))  # noqa: PLR2004
        words = bare(text).split()
        month = next((MONTHS[word] for word in words if word in MONTHS), 0)
        years = [int(word) for word in words if re.fullmatch(r"\d{4}", word)]
        days = [re.match(r"(\d{1,2})(?:er|st|nd|rd|th)?$", word) for word in words]
        numbers = [int(found.group(1)) for found in days if found]
        return _sane(date(years[0], month, numbers[0])) if years and numbers else None
    except ValueError:
        return None


def _sane(day: date) -> date | None:
    return day if day.year in YEARS else None


def clock_minutes(text: str) -> int | None:
    """Return minutes after midnight of `9:30`, `9h30`, `9 h`, `09:30:00`, `9.30 pm`, up to 48:00.

    24:30 is half past midnight of the next day.
    """
    folded = fold(text).strip()
    found = re.fullmatch(
        r"(\d{1,2})\s*(?:[:h.]\s*([0-5]\d)?)?(?::([0-5]\d)(?:\.\d+)?)?\s*(am|pm)?", folded
    )
    if not found:
        return None
    hours, minutes = int(found.group(1)), int(found.group(2) or 0)
    if found.group(4):
        if not 1 <= hours <= 12:  # noqa: PLR2004
            return None
        hours = hours % 12 + (12 if found.group(4) == "pm" else 0)
    total = hours * 60 + minutes
    return total if total <= 48 * 60 else None


def length_minutes(text: str) -> int | None:
    """Return the minutes in `01:30`, `1:30:00`, `1h30`, `90`, `90 min`, `PT1H30M`, `013000`.

    Seconds are rounded to the next minute. None for what is no length, for 0 and over a week.
    """
    folded = fold(text).strip().replace(" ", "")
    patterns = (
        r"(?P<h>\d{1,3}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?",
        ISO_LENGTH,
        r"(?P<h>\d\d)(?P<m>[0-5]\d)(?P<s>[0-5]\d)",
        r"(?P<h>\d{1,3})(?:h|heures?|hours?)(?:(?P<m>[0-5]?\d)(?:m|mn|min|minutes?)?)?",
        r"(?P<m>\d{1,5})(?:m|mn|min|mins|minutes?|'|\u2032)?",
    )
    found = next((found for one in patterns if (found := re.fullmatch(one, folded))), None)
    if not found:
        return None
    unit = {"w": 10_080, "d": 1_440, "h": 60, "m": 1}
    parts = {name: int(value or 0) for name, value in found.groupdict().items()}
    total = sum(parts.get(name, 0) * each for name, each in unit.items())
    total += -(-parts.get("s", 0) // 60)
    return total if 1 <= total <= MAX_MINUTES else None


def instant(text: str, zone: tzinfo) -> datetime | None:
    """Return an ISO 8601 date and time in UTC; one without an offset is on the wall in `zone`."""
    try:
        if "T" not in text and " " not in text.strip():
            return None
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return in_utc(found, zone)


def in_utc(moment: datetime, zone: tzinfo) -> datetime | None:
    """Return `moment` in UTC, to the second; one without a timezone is on the wall in `zone`."""
    if moment.year not in YEARS:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def language_tag(text: str) -> str | None:
    """Return the language as a BCP 47 tag (`fr`, `pt-BR`), or None when it is none we know."""
    text = text.strip().replace("_", "-")
    if re.fullmatch(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        first, *rest = text.split("-")
        return "-".join([first.lower(), *rest])
    return LANGUAGE_WORDS.get(bare(text))
