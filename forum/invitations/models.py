"""What an invitation is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from forum.core.errors import Problem
from forum.core.forms import EMAIL
from forum.editions.models import Code, Instant

Uses = Annotated[int, Meta(ge=1, le=10_000)]
InvitationCode = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9]+([ -][A-Za-z0-9]+)*(?!\n)$", max_length=40)
]
Label = Annotated[str, Meta(max_length=120)]
Address = Annotated[str, Meta(pattern=EMAIL, max_length=254)]


class InvitationNotFound(Problem):
    """There is no such invitation."""

    code = "invitation_not_found"
    status = 404


class CodeTaken(Problem):
    """An invitation has this code already: choose another."""

    code = "invitation_code_taken"


class NoPlacesToReserve(Problem):
    """There are not so many places left to reserve: reserve fewer, or raise the places."""

    code = "no_places_to_reserve"


class NewInvitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation to create.

    It is good for `uses` registrations, in `category` alone (None: in any), until `expires_at`
    (None: to the end). `bypass_approval`: nobody approves them. `bypass_limit`: they are confirmed
    even when all places are taken, and then take none. `reserves`: as many places as it has uses
    are kept for it, in its category, until it is used, revoked or too old. A personal one names its
    guest, who gets it by e-mail. Without `code` one is made.
    """

    code: InvitationCode | None = None
    label: Label = ""
    category: Code | None = None
    uses: Uses = 1
    expires_at: Instant | None = None
    bypass_approval: bool = False
    bypass_limit: bool = False
    reserves: bool = False
    email: Address | None = None
    name: Annotated[str, Meta(max_length=240)] | None = None
    language: Code | None = None


class Invitation(Struct, frozen=True, kw_only=True):
    """An invitation as it is stored; see `NewInvitation`."""

    edition_id: int
    id: UUID
    code: str
    label: str
    category: str | None
    uses: int
    used: int
    expires_at: datetime | None
    bypass_approval: bool
    bypass_limit: bool
    reserves: bool
    email: str | None
    name: str | None
    language: str | None
    created_at: datetime
    revoked_at: datetime | None

    @property
    def left(self) -> int:
        """How many registrations it is still good for, were it not too old or revoked."""
        return self.uses - self.used
