"""What a campaign is, whom it reaches, and what became of each e-mail."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from forum.core.errors import Problem
from forum.letters.models import LetterText
from forum.registrations.listing import Filter
from forum.registrations.models import Addressee, Status

SLOWEST = 1
FASTEST = 600
USUAL = 60
"""How many e-mails leave in a minute: the bounds, and what a form begins with."""


class State(StrEnum):
    """Where a campaign stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    """Nobody waits any more; e-mails that failed may still be tried again."""


class Skip(StrEnum):
    """Why somebody whom the filter lets through gets nothing."""

    OVER = "over"
    """Cancelled or refused, and the filter does not ask for that."""
    WITHDREW = "withdrew"
    """The consent that was asked for is not given, or no longer."""
    NO_ADDRESS = "no_address"


class Fate(StrEnum):
    """What became of one e-mail."""

    SENT = "sent"
    WAITING = "waiting"
    LEAVING = "leaving"
    """The outbox has it, and it was not tried yet."""
    RETRYING = "retrying"
    """It was tried in vain, and will be tried again."""
    FAILED = "failed"
    """It was tried for days, and given up."""
    SKIPPED = "skipped"


class Reach(Struct, frozen=True, kw_only=True):
    """How many a filter reaches, and how many more it lets through, by why they get nothing."""

    reached: int
    over: int
    withdrew: int
    no_address: int


class Order(Struct, frozen=True, kw_only=True):
    """A campaign to start.

    `id` is that of the form; `reached` how many it showed, None where nobody looked. `consent` is
    a purpose of the edition, None for all. `texts` go by language, one at least.
    """

    id: UUID
    filter: Filter
    consent: str | None
    texts: dict[str, LetterText]
    per_minute: int
    reached: int | None


class Author(Struct, frozen=True, kw_only=True):
    """Who starts, stops or continues: the account, and how the audit names it."""

    account_id: UUID
    actor: str


class Campaign(Struct, frozen=True, kw_only=True):
    """A campaign as it is stored; `reached` is how many were in the set as it started.

    `started_by` and `changed_by` are addresses of accounts, when they still exist. `revision`
    counts stops and continuations.
    """

    edition_id: int
    number: int
    id: UUID
    filter: Filter
    consent: str | None
    texts: dict[str, LetterText]
    per_minute: int
    reached: int
    state: State
    revision: int
    next_at: datetime
    started_at: datetime
    started_by: str | None
    changed_at: datetime
    changed_by: str | None

    @property
    def languages(self) -> list[str]:
        """The languages in which it speaks, as stored."""
        return list(self.texts)


class Progress(Struct, frozen=True, kw_only=True):
    """How many e-mails of a campaign met which fate."""

    sent: int
    waiting: int
    leaving: int
    retrying: int
    failed: int
    skipped: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.sent + self.left + self.failed + self.skipped

    @property
    def left(self) -> int:
        """Those that may still leave."""
        return self.waiting + self.leaving + self.retrying


class Pending(Struct, frozen=True, kw_only=True):
    """The key of a campaign whose next e-mail may leave."""

    edition_id: int
    number: int


class Wording(Struct, frozen=True, kw_only=True):
    """What a campaign says in one language, and the consent by which it is sent."""

    text: LetterText
    consent: str | None


class Due(Struct, frozen=True, kw_only=True):
    """A running campaign whose next e-mail may leave, locked.

    `lately` is how many were handed to the outbox in the last minute, `untried` how many of them
    no worker has taken up.
    """

    edition_id: int
    number: int
    filter: Filter
    consent: str | None
    languages: list[str]
    per_minute: int
    next_at: datetime
    lately: int
    untried: int


class Recipient(Addressee, frozen=True, kw_only=True):
    """Somebody whose turn has come, as the registration is now.

    `letter_id` is that of an e-mail taken back before; `agreed` holds the consent asked for.
    """

    status: Status
    agreed: bool
    letter_id: UUID | None


class Row(Struct, frozen=True, kw_only=True):
    """One recipient in the record; `at` is when it was sent, given up, tried or handed over."""

    position: int
    reference: str
    name: str
    fate: Fate
    skipped: Skip | None
    at: datetime | None


class CampaignNotFound(Problem):
    """This edition has no campaign of this number."""

    code = "campaign_not_found"
    status = 404


class NobodyReached(Problem):
    """The filter reaches nobody who has an address."""

    code = "campaign_nobody_reached"
    status = 422


class ReachChanged(Problem):
    """The filter reaches another number of people than it did: look, then start again."""

    code = "campaign_reach_changed"
    status = 412


class StartedAlready(Problem):
    """This form has started a campaign already, with other words or to others."""

    code = "campaign_started_already"
    status = 409

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class CampaignChanged(Problem):
    """Somebody stopped or continued this campaign meanwhile: look how it stands."""

    code = "campaign_changed"
    status = 412


class CampaignOver(Problem):
    """Nothing of this campaign is left to leave."""

    code = "campaign_over"
