"""What an address asks of the public programme: a view, a day, filters, chosen sessions. No I/O."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote, urlencode

from msgspec import Struct
from msgspec.structs import asdict, replace

from forum.core.context import Edition
from forum.core.errors import Problem

LONGEST = 100
"""The longest value of an address that is read; what is longer is cut."""
MOST_CHOSEN = 100
LONGEST_CHOICE = 7_000
"""The most sessions that one address chooses, and the most characters that it does so in."""
ALL = "all"
"""The `day` that means every day."""
FILTERS = ("q", "track", "type", "language", "room", "tag")


class Arrangement(StrEnum):
    """How the programme is arranged on its page."""

    TIME = "time"
    ROOMS = "rooms"
    TRACKS = "tracks"
    NOW = "now"
    MINE = "mine"


class TooManyChosen(Problem):
    """This address chooses too many sessions: choose 100 at most."""

    code = "too_many_sessions"
    status = 422


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked; an empty text asks nothing.

    `track` and `room` are slugs, `type` is a session's type, `language` the one spoken (BCP 47).
    `day` is a date (ISO 8601) or `all`. `sessions` are the slugs of sessions that somebody chose.
    """

    view: Arrangement = Arrangement.TIME
    q: str = ""
    track: str = ""
    type: str = ""
    language: str = ""
    room: str = ""
    tag: str = ""
    sign_up: bool = False
    sessions: tuple[str, ...] = ()
    day: str = ""

    @property
    def filters(self) -> bool:
        """Whether a word is searched, or a filter set."""
        return self.sign_up or any(getattr(self, name) for name in FILTERS)


def read(query: Mapping[str, str]) -> Asked:
    """Read what an address asks; what makes no sense asks nothing.

    Raises:
        TooManyChosen: it chooses more than `MOST_CHOSEN` sessions.
    """
    view = query.get("view", "")
    return Asked(
        view=Arrangement(view) if view in list(Arrangement) else Arrangement.TIME,
        **{name: query.get(name, "")[:LONGEST].strip() for name in FILTERS},
        sign_up=query.get("sign_up") == "1",
        sessions=chosen(query.get("sessions", "")),
        day=query.get("day", "")[:10],
    )


def chosen(text: str) -> tuple[str, ...]:
    """Return the slugs that an address names, one comma apart: each once, in their order.

    Raises:
        TooManyChosen: there are more than `MOST_CHOSEN`.
    """
    if len(text) > LONGEST_CHOICE:
        raise TooManyChosen
    slugs = tuple(dict.fromkeys(filter(None, (one.strip() for one in text.split(",")))))
    if len(slugs) > MOST_CHOSEN:
        raise TooManyChosen
    return slugs


def address(edition: Edition, asked: Asked, **changes: object) -> str:
    """Return the address of the programme's page that asks `asked` with some changes."""
    values = asdict(replace(asked, **changes))
    if values["view"] is Arrangement.TIME:
        values["view"] = ""
    values["sign_up"] = "1" if values["sign_up"] else ""
    values["sessions"] = ",".join(values["sessions"])
    said = urlencode({name: value for name, value in values.items() if value}, safe=",")
    return f"/{edition.slug}/programme" + (f"?{said}" if said else "")


def calendar_address(edition: Edition, slugs: tuple[str, ...]) -> str:
    """Return the address of a calendar of these sessions alone."""
    return f"/{edition.slug}/programme.ics?sessions={quote(','.join(slugs), safe=',')}"
