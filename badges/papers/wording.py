"""Half-days and hours in words, as papers and pages say them. No I/O."""

from datetime import datetime

from forum.core.context import Edition
from forum.core.i18n import Words


def half_in_words(said: Words, *, afternoon: bool) -> str:
    """Return `Morning` or `Afternoon`."""
    return said.gettext("Afternoon") if afternoon else said.gettext("Morning")


def span_in_words(starts_at: datetime, ends_at: datetime, edition: Edition, said: Words) -> str:
    """Return `9 h to 12 h 30`, on the wall of the edition."""
    return said.gettext("%(start)s to %(end)s") % {
        "start": said.time(starts_at, edition.zone),
        "end": said.time(ends_at, edition.zone),
    }
