"""What an account is."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from forum.core.context import Role
from forum.core.errors import Problem
from forum.core.forms import EMAIL

Email = Annotated[str, Meta(pattern=EMAIL, min_length=1, max_length=254)]
PasskeyName = Annotated[str, Meta(min_length=1, max_length=60)]


class LinkUsed(Problem):
    """This link has been used."""

    code = "sign_in_link_used"
    status = 410


class LinkExpired(Problem):
    """This link is unknown or too old."""

    code = "sign_in_link_expired"
    status = 410


class MemberNotFound(Problem):
    """This person is not in the team."""

    code = "member_not_found"
    status = 404


class LastOrganiser(Problem):
    """An edition keeps at least one organiser: make somebody else organiser first."""

    code = "last_organiser"


class TeamChanged(Problem):
    """Somebody changed these roles meanwhile: look at them, then send again."""

    code = "team_changed"
    status = 412


class PasskeysUnavailable(Problem):
    """Passkeys do not work at this address: they need https, or localhost."""

    code = "passkeys_unavailable"
    status = 404


class PasskeyRefused(Problem):
    """This passkey was not accepted: try again, or ask for a link by e-mail."""

    code = "passkey_refused"
    status = 403


class PasskeyKnown(Problem):
    """This passkey is registered already."""

    code = "passkey_known"


class TooManyPasskeys(Problem):
    """You have as many passkeys as an account may have: remove one first."""

    code = "too_many_passkeys"


class PasskeyNotFound(Problem):
    """You have no such passkey."""

    code = "passkey_not_found"
    status = 404


class WebSessionNotFound(Problem):
    """You have no such web session: it has ended."""

    code = "web_session_not_found"
    status = 404


class Purpose(StrEnum):
    """What a passkey's challenge is good for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"


class Account(Struct, frozen=True, kw_only=True):
    """A person of the organiser's team."""

    id: UUID
    email: str


class Membership(Struct, frozen=True, kw_only=True):
    """A role that an account holds in an edition."""

    edition_id: int
    role: Role


class Bearer(Struct, frozen=True, kw_only=True):
    """Who holds a web session, their roles, and when it was last noted that they did something."""

    id: UUID
    email: str
    seen_at: datetime
    memberships: list[Membership]


class SignInLink(Struct, frozen=True, kw_only=True):
    """A sign-in link as it is stored: its token is known only by its digest.

    `next` is the page of ours that it leads to, '' for the organisers' first one.
    """

    account_id: UUID
    email: str
    next: str
    expires_at: datetime
    used_at: datetime | None


class SignedIn(Struct, frozen=True, kw_only=True):
    """What signing in gives: the token of a new web session, and where to go."""

    secret: str
    next: str = ""


class AskForm(Struct, frozen=True, kw_only=True):
    """What the form sends by which a link is asked for."""

    email: Email


class SignInRequest(Struct, frozen=True, kw_only=True):
    """A link asked for, which the worker has taken to answer."""

    id: UUID
    email_key: str
    language: str
    next: str


class Addressee(Struct, frozen=True, kw_only=True):
    """Whom a sign-in letter goes to, in whose latest edition, and how many went lately."""

    id: UUID
    email: str
    edition_id: int
    lately: int


class MemberForm(Struct, frozen=True, kw_only=True):
    """What the form sends that takes a person into the team."""

    email: Email
    roles: Annotated[list[Role], Meta(min_length=1)]


class RolesForm(Struct, frozen=True, kw_only=True):
    """What the form sends that changes roles; `held` are those that it was shown."""

    roles: Annotated[list[Role], Meta(min_length=1)]
    held: list[Role] = []


class Member(Struct, frozen=True, kw_only=True):
    """A person of an edition's team; `seen_at` is when they were last at work here, roughly."""

    account_id: UUID
    email: str
    roles: list[Role]
    seen_at: datetime | None


class Removed(Struct, frozen=True, kw_only=True):
    """Who was taken out of a team, and the roles that they had."""

    account_id: UUID
    email: str
    detail: dict[str, Any]


class WebSession(Struct, frozen=True, kw_only=True):
    """A web session as its owner sees it."""

    id: UUID
    token_digest: bytes
    browser: str
    created_at: datetime
    seen_at: datetime


class RelyingParty(Struct, frozen=True, kw_only=True):
    """Who asks for a passkey (WebAuthn 4): a domain, and the origin that browsers must be at."""

    id: str
    origin: str


class PasskeyForm(Struct, frozen=True, kw_only=True):
    """What a browser sends to register a passkey: what it is called, and what the device said."""

    name: PasskeyName
    credential: dict[str, Any]


class NameForm(Struct, frozen=True, kw_only=True):
    """What the form sends that gives a passkey another name."""

    name: PasskeyName


class NewPasskey(Struct, frozen=True, kw_only=True):
    """A passkey as a device has just made it; the key is in COSE (RFC 9052)."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class Passkey(Struct, frozen=True, kw_only=True):
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


class StoredPasskey(Struct, frozen=True, kw_only=True):
    """A passkey as a signature is held against it."""

    id: UUID
    account_id: UUID
    public_key: bytes
    sign_count: int
