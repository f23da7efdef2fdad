"""What an address asks of the programme on paper: an order and the number of a version. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from forum.core.errors import Invalid
from forum.core.i18n import LANGUAGES, N_
from schedule.papers.orders import PAPERS, Form, Order, Paper, languages_of

DRAFT = "draft"
BOTH = "both"
LONGEST_NUMBER = 9
CHOOSE = N_("Choose one of those that are offered.")
NO_DAY = N_("Give days such as 2027-03-22.")


class Asked(NamedTuple):
    """An order, and the version that it is for: the latest when `number` is None."""

    order: Order
    number: int | None


def read(sent: Mapping[str, Sequence[str]], usual: Sequence[str]) -> Asked:
    """Read the parameters of an address; `usual` are the languages of the edition.

    Raises:
        Invalid: naming each parameter that cannot be read.
    """
    errors: dict[str, str] = {}

    def choice(name: str, offered: Sequence[str], default: str) -> str:
        value = (sent.get(name) or [""])[-1] or default
        if value in offered:
            return value
        errors[name] = CHOOSE
        return default

    form = Form(choice("form", [*Form], Form.BOOKLET))
    language = choice("language", [*LANGUAGES, BOTH], usual[0] if usual[0] in LANGUAGES else "fr")
    paper = Paper(choice("paper", [*Paper], PAPERS[form][0]))
    issue = (sent.get("version") or [""])[-1]
    number = None
    if issue.isascii() and issue.isdigit() and 0 < len(issue) <= LONGEST_NUMBER:
        number = int(issue)
    elif issue not in {"", DRAFT}:
        errors["version"] = CHOOSE
    days = []
    for text in filter(None, sent.get("day", ())):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            errors["day"] = NO_DAY
    if errors:
        raise Invalid(fields=errors)
    rooms = [text for text in sent.get("room", ()) if text]
    order = Order(
        form=form,
        languages=languages_of(language, usual),
        paper=paper,
        days=tuple(dict.fromkeys(days)),
        rooms=tuple(dict.fromkeys(rooms)),
        draft=issue == DRAFT,
    )
    return Asked(order, number)


def address(asked: Asked) -> str:
    """Return the parameters of an address that asks the same."""
    order = asked.order
    both = len(order.languages) > 1
    pairs = [
        ("form", order.form),
        ("language", BOTH if both else order.languages[0]),
        ("paper", order.paper),
        ("version", DRAFT if order.draft else str(asked.number or "")),
        *(("day", day.isoformat()) for day in order.days),
        *(("room", room) for room in order.rooms),
    ]
    return urlencode([pair for pair in pairs if pair[1]])
