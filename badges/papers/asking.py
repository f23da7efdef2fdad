"""What an address asks of the papers of presence: sheets, lists, their choices. No I/O."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from msgspec import Struct

from forum.core.errors import Invalid
from forum.core.i18n import LANGUAGES, N_

MOST_BLANK = 60
USUAL_BLANK = 8
MOST_QUEUES = 6
CHOOSE = N_("Choose one of the answers offered.")
BLANK = N_("Give a whole number from 0 to 60.")
QUEUES = N_("Give a whole number from 1 to 6.")
ALL, EACH = "all", "each"


class Who(StrEnum):
    """Whose names stand on the sheet of a session."""

    SEATED = "seated"
    ALL = "all"


class Breaks(StrEnum):
    """Where a letter of a list begins."""

    LINE = "line"
    PAGE = "page"


class SignInAsked(Struct, frozen=True, kw_only=True):
    """Which sign-in sheets: of half-days, or of one session (its number; 0: of none).

    `half` is the name of a half-day, a day in ISO form, or `all`; `category` a code, `all` for one
    sheet of everybody, `each` for a sheet for each.
    """

    half: str = ALL
    category: str = ALL
    session: int = 0
    who: Who = Who.SEATED
    blank: int = USUAL_BLANK
    filled: bool = False
    language: str


class ListAsked(Struct, frozen=True, kw_only=True):
    """Which list for the desk: of whom, where letters begin, for how many queues."""

    category: str = ALL
    breaks: Breaks = Breaks.LINE
    queues: int = 1
    language: str


def sign_in(
    sent: Mapping[str, str],
    *,
    halves: Collection[str],
    categories: Collection[str],
    sessions: Collection[int],
    language: str,
) -> SignInAsked:
    """Read which sheets are asked for.

    Raises:
        Invalid: naming every choice that there is not.
    """
    errors: dict[str, str] = {}
    days = {name.partition("_")[0] for name in halves}
    number = _number(sent.get("session") or "0")
    if number != 0 and number not in sessions:
        errors["session"] = CHOOSE
    blank = _number(sent.get("blank") or str(USUAL_BLANK))
    if blank is None or blank > MOST_BLANK:
        errors["blank"] = BLANK
    asked = SignInAsked(
        half=_chosen("half", sent, {ALL, *days, *halves}, ALL, errors),
        category=_chosen("category", sent, {ALL, EACH, *categories}, ALL, errors),
        session=number or 0,
        who=Who(_chosen("who", sent, {*Who}, Who.SEATED, errors)),
        blank=blank or 0,
        filled=_chosen("filled", sent, {"yes", "no"}, "no", errors) == "yes",
        language=_chosen("language", sent, LANGUAGES, language, errors),
    )
    if errors:
        raise Invalid(fields=errors)
    return asked


def people_list(
    sent: Mapping[str, str], *, categories: Collection[str], language: str
) -> ListAsked:
    """Read which list is asked for.

    Raises:
        Invalid: naming every choice that there is not.
    """
    errors: dict[str, str] = {}
    queues = _number(sent.get("queues") or "1")
    if queues is None or not 1 <= queues <= MOST_QUEUES:
        errors["queues"] = QUEUES
    asked = ListAsked(
        category=_chosen("category", sent, {ALL, *categories}, ALL, errors),
        breaks=Breaks(_chosen("breaks", sent, {*Breaks}, Breaks.LINE, errors)),
        queues=queues or 1,
        language=_chosen("language", sent, LANGUAGES, language, errors),
    )
    if errors:
        raise Invalid(fields=errors)
    return asked


def _chosen(
    name: str, sent: Mapping[str, str], among: Collection[str], usual: str, errors: dict[str, str]
) -> str:
    given = sent.get(name) or usual
    if given in among:
        return given
    errors[name] = CHOOSE
    return usual


def _number(text: str) -> int | None:
    """Return the whole number that a text writes; None where it writes none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None
