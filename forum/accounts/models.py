"""What an account is."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from forum.core.context import Role
from forum.core.errors import Problem


class LinkUsed(Problem):
    """This link has been used."""

    code = "sign_in_link_used"
    status = 410


class LinkExpired(Problem):
    """This link is unknown or too old."""

    code = "sign_in_link_expired"
    status = 410


class Account(Struct, frozen=True, kw_only=True):
    """A person of the organiser's team."""

    id: UUID
    email: str


class Membership(Struct, frozen=True, kw_only=True):
    """A role that an account holds in an edition."""

    edition_id: int
    role: Role


class SignInLink(Struct, frozen=True, kw_only=True):
    """A sign-in link as it is stored: its token is known only by its digest."""

    account_id: UUID
    expires_at: datetime
    used_at: datetime | None


class Bearer(Struct, frozen=True, kw_only=True):
    """Whose web session it is, with their roles: one look for each page of the team."""

    id: UUID
    email: str
    memberships: list[Membership]
