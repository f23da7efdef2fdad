"""Decisions on campaigns: how fast they leave, who is left out, what a form must hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from forum.campaigns.models import FASTEST, SLOWEST, Due, Recipient, Skip
from forum.core.forms import NEEDED
from forum.core.i18n import N_
from forum.letters.kinds import CAMPAIGN
from forum.letters.markup import Mistake, normal, parse
from forum.letters.models import LetterText
from forum.registrations.listing import Filter
from forum.registrations.models import OVER

SLACK = timedelta(seconds=2)
"""How much a worker that came late may make up for: somewhat more than it sleeps."""
AHEAD = 10
"""The most e-mails of a campaign in the outbox that no worker has taken up: whatever else is
stored waits behind no more."""
MINUTE = timedelta(minutes=1)
LARGEST = 2**31 - 1
"""The largest number that an integer of the database holds."""
BAD_RATE = N_("Give a whole number from 1 to 600.")


def allowance(due: Due, *, at: datetime) -> int:
    """Return how many e-mails may be handed over now.

    They are spaced evenly; no minute has more than `per_minute`, whatever was made up for.
    """
    since = max(due.next_at, at - SLACK)
    spaced = 1 + (at - since) // (MINUTE / due.per_minute)
    return max(0, min(spaced, due.per_minute - due.lately, AHEAD - due.untried))


def next_after(due: Due, count: int, *, at: datetime) -> datetime:
    """Return when the next e-mail may leave, once `count` were handed over."""
    return max(due.next_at, at - SLACK) + count * (MINUTE / due.per_minute)


def skip(person: Recipient, filter_: Filter) -> Skip | None:
    """Say why somebody whose turn has come gets nothing; None for who gets the e-mail.

    Who has cancelled, or was refused, since the campaign started is left out, unless its filter
    names that status.
    """
    if person.status in OVER and person.status not in filter_.status:
        return Skip.OVER
    if not person.agreed:
        return Skip.WITHDREW
    return None if person.email else Skip.NO_ADDRESS


def language_for(wanted: str, offered: Sequence[str]) -> str:
    """Return the language in which somebody is written to: their own, else the other one."""
    return wanted if wanted in offered else offered[0]


def minutes(count: int, per_minute: int) -> int:
    """Return about how many minutes it takes until all have left."""
    return -(-count // per_minute)


def rate_of(text: str) -> int | None:
    """Read a rate; None where it is none, or out of bounds."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(FASTEST))):
        return None
    return int(digits) if SLOWEST <= int(digits) <= FASTEST else None


def number_of(text: str) -> int | None:
    """Read a whole number that the database can hold; None where it is none."""
    digits = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))
    return int(text) if digits and int(text) <= LARGEST else None


def texts_of(typed: Mapping[str, tuple[str, str]]) -> dict[str, LetterText]:
    """Return the texts that were typed (subject, body) by language, without those left empty."""
    cleaned = {
        code: (normal(subject).strip(), normal(body)) for code, (subject, body) in typed.items()
    }
    return {
        code: LetterText(subject=subject, body=body.strip())
        for code, (subject, body) in cleaned.items()
        if subject or body.strip()
    }


def mistakes(
    texts: Mapping[str, LetterText], languages: Sequence[str]
) -> dict[str, tuple[Mistake, ...]]:
    """Return what is wrong with the texts, by the name of the field: `subject-fr`, `body-fr`."""
    if not texts:
        first = languages[0]
        return {f"{part}-{first}": (Mistake(NEEDED),) for part in ("subject", "body")}
    found = {}
    for code, text in texts.items():
        parsed = parse(text.subject, text.body, CAMPAIGN)
        found[f"subject-{code}"] = parsed.subject_mistakes
        found[f"body-{code}"] = parsed.body_mistakes
    return {name: wrong for name, wrong in found.items() if wrong}
