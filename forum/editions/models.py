"""What an edition is, beyond the value that every request carries."""

from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from badges.models import Counting, Directions, GateKind
from forum.core.context import EditionState
from forum.core.errors import Invalid, Problem
from forum.core.text import Text

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(?!\n)$", max_length=40)]
Code = Annotated[str, Meta(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*(?!\n)$", max_length=40)]
Places = Annotated[int, Meta(ge=1, le=1_000_000)]
Instant = Annotated[datetime, Meta(tz=True)]

RESERVED = {
    *("account", "api", "health", "me", "metrics", "organiser", "outbox", "problems", "scan"),
    *("sign-in", "sign-out", "speaker", "static", "verify"),
}


class EditionNotFound(Problem):
    """There is no edition at this address."""

    code = "edition_not_found"
    status = 404


class SlugTaken(Problem):
    """An edition has this name already: choose another."""

    code = "edition_slug_taken"


class EditionInvalid(Problem):
    """The edition's description has mistakes."""

    code = "edition_invalid"
    status = 422


class EditionChanged(Problem):
    """Somebody else has changed this meanwhile: look at what changed, then send it again."""

    code = "edition_changed"
    status = 412


class CategoryNotFound(Problem):
    """There is no such category."""

    code = "category_not_found"
    status = 404


class CategoryCodeTaken(Invalid):
    """A category has this code already: choose another."""

    code = "category_code_taken"


class CategoryUsed(Problem):
    """This category has registrations, questions or invitations: close it instead."""

    code = "category_used"


class ConsentNotFound(Problem):
    """There is no such consent."""

    code = "consent_not_found"
    status = 404


class ConsentTaken(Invalid):
    """A consent has this code already: choose another."""

    code = "consent_taken"


class NewCategory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category to create; `places` None means no limit but the edition's.

    It takes registrations while `open`, from `opens_at` to `closes_at` (None: as long as the
    edition), after an organiser's `approval`, or by an invitation alone. Attendees may move into
    it by themselves where `self_change` says so.
    """

    code: Code
    name: Text
    tint: Annotated[int, Meta(ge=1, le=6)] = 1
    places: Places | None = None
    open: bool = True
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    approval: bool = False
    invitation_only: bool = False
    self_change: bool = False


class NewGate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate to create; gates of one check-in list admit a person once between them.

    Without a `check_in_list` it has the list of its own name: one of `NewEdition.lists`, or the
    usual one of its kind. Gates are listed in the order in which they come.
    """

    slug: Slug
    name: Text
    kind: GateKind = GateKind.DOOR
    directions: Directions = Directions.BOTH
    check_in_list: Slug | None = None


class NewHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a list is open: `opens` and `closes` as `9:30`, on these days (None: all)."""

    opens: str
    closes: str
    days: list[date] | None = None


class NewCheckInList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check-in list to create, see `badges.models.CheckInList`.

    `days` are dates, `categories` codes. `rooms` are named as a table of the programme names them,
    or given by their ids.
    """

    slug: Slug
    name: Text
    categories: list[Code] | None = None
    days: list[date] | None = None
    hours: list[NewHours] = []
    rooms: list[str] | None = None
    lead_minutes: int = 30
    seats: bool = False
    seats_kept_minutes: int | None = None
    counts: Counting = Counting.DAY
    reentry: bool = True
    building: bool = False


class NewConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A purpose for which people may give their consent, in the words shown to them."""

    purpose: Code
    wording: Text


class NewEdition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edition to create, from the command line or a TOML file.

    `starts_on` and `ends_on` are both days of the edition (at most eight); registration is open
    from `registration_opens_at` (None: at once) to `registration_closes_at` (None: to the end),
    both with their offset from UTC. A place that is freed is the next in line's at once, or is
    offered for `offer_hours` first. Attendees may change their answers until `changes_until`
    (None: to the end), and say on which days they come where `asks_days`.
    """

    slug: Slug
    title: Text
    starts_on: date
    ends_on: date
    subtitle: Text = {}
    venue: Text = {}
    timezone: str = "Europe/Paris"
    languages: list[str] = field(default_factory=lambda: ["fr", "en"])
    contact_email: str = ""
    fictitious: bool = False
    state: EditionState = EditionState.OPEN
    places: Places | None = None
    registration_opens_at: Instant | None = None
    registration_closes_at: Instant | None = None
    offer_hours: Annotated[int, Meta(ge=1, le=720)] | None = None
    changes_until: Instant | None = None
    asks_days: bool = False
    categories: list[NewCategory] = []
    gates: list[NewGate] = []
    lists: list[NewCheckInList] = []
    consents: list[NewConsent] = []


class Window(Struct, frozen=True, kw_only=True):
    """When registration is open, and how many places there are in all.

    `reserved` places are kept for invitations, beside those `taken`.
    """

    state: EditionState
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    places: int | None
    taken: int
    reserved: int = 0


class Terms(Window, frozen=True, kw_only=True):
    """All that organisers set for the registrations of an edition; `revision` counts changes."""

    offer_hours: int | None
    changes_until: datetime | None
    asks_days: bool
    revision: int


class NewTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What organisers set anew for the registrations of an edition (see `NewEdition`)."""

    state: EditionState
    places: Places | None = None
    registration_opens_at: Instant | None = None
    registration_closes_at: Instant | None = None
    changes_until: Instant | None = None
    offer_hours: Annotated[int, Meta(ge=1, le=720)] | None = None
    asks_days: bool = False


class FormChange(Struct, frozen=True, kw_only=True):
    """A change of the form as the audit keeps it.

    `detail` holds the `revision` that it made, the `part` of the form (`terms`, `category press`),
    and under `changes` what was and what is, by field.
    """

    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class Opening(Struct, frozen=True, kw_only=True):
    """When a category takes registrations, while its edition does."""

    open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


class Category(Opening, frozen=True, kw_only=True):
    """A kind of attendee, its places, and how one gets into it (see `NewCategory`)."""

    code: str
    number: int
    name: Text
    tint: int
    places: int | None
    taken: int
    reserved: int = 0
    approval: bool = False
    invitation_only: bool = False
    self_change: bool = False

    @property
    def places_left(self) -> int | None:
        """How many places are left; None when there is no limit."""
        return None if self.places is None else max(0, self.places - self.taken - self.reserved)


class Consent(Struct, frozen=True, kw_only=True):
    """A purpose of consent and its wording; `version` counts changes of the wording."""

    purpose: str
    wording: Text
    version: int


class PublicCategory(Struct, frozen=True, kw_only=True):
    """A category as the API tells it."""

    code: str
    name: Text
    open: bool
    places_left: int | None
    approval: bool
    invitation_only: bool


class PublicEdition(Struct, frozen=True, kw_only=True):
    """An edition as the API tells it."""

    slug: str
    title: Text
    subtitle: Text
    venue: Text
    timezone: str
    languages: list[str]
    starts_on: date
    ends_on: date
    state: EditionState
    registration_open: bool
    fictitious: bool
    categories: list[PublicCategory]
