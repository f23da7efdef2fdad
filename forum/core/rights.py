"""Rights: who of the organiser's team may do what. One table; the test matrix is made from it."""

from enum import StrEnum

from msgspec import Struct

from forum.core.context import Edition, Organiser, Role
from forum.core.errors import Forbidden


class Deed(StrEnum):
    """What a member of the organiser's team may be allowed to do in an edition."""

    SEE_EDITION = "see_edition"
    SEE_REGISTRATIONS = "see_registrations"
    RECEIVE = "receive"
    """Register somebody at the desk, correct a name, send a link again."""
    DECIDE = "decide"
    """Approve, refuse, cancel, change a category: one by one or many at once."""
    SEE_NEEDS = "see_needs"
    """Read answers about diet and access."""
    PRINT_BADGES = "print_badges"
    EDIT_BADGES = "edit_badges"
    """Change badge layouts and printers; issue certificates and attestations to many."""
    EXCHANGE = "exchange"
    """Import and export registrations."""
    EDIT_FORM = "edit_form"
    """Change categories, places, dates, questions and consents."""
    INVITE = "invite"
    WRITE = "write"
    """Change the texts of e-mails, and write to many."""
    EDIT_PROGRAMME = "edit_programme"
    MANAGE_TEAM = "manage_team"
    RUN_DOORS = "run_doors"
    """Change gates, check-in lists and devices; settle what went wrong at a door."""
    WATCH_DOORS = "watch_doors"
    """See how many are in, how rooms fill, and how devices do."""
    SEE_PRESENT = "see_present"
    """See by name who is in the house, and save scans."""


RIGHTS: dict[Deed, frozenset[Role]] = {
    Deed.SEE_EDITION: frozenset(Role),
    Deed.SEE_REGISTRATIONS: frozenset({Role.ORGANISER, Role.RECEPTION}),
    Deed.RECEIVE: frozenset({Role.ORGANISER, Role.RECEPTION}),
    Deed.DECIDE: frozenset({Role.ORGANISER}),
    Deed.SEE_NEEDS: frozenset({Role.ORGANISER}),
    Deed.PRINT_BADGES: frozenset({Role.ORGANISER, Role.RECEPTION}),
    Deed.EDIT_BADGES: frozenset({Role.ORGANISER}),
    Deed.EXCHANGE: frozenset({Role.ORGANISER}),
    Deed.EDIT_FORM: frozenset({Role.ORGANISER}),
    Deed.INVITE: frozenset({Role.ORGANISER}),
    Deed.WRITE: frozenset({Role.ORGANISER}),
    Deed.EDIT_PROGRAMME: frozenset({Role.ORGANISER, Role.PROGRAMME_EDITOR}),
    Deed.MANAGE_TEAM: frozenset({Role.ORGANISER}),
    Deed.RUN_DOORS: frozenset({Role.ORGANISER}),
    Deed.WATCH_DOORS: frozenset({Role.ORGANISER, Role.RECEPTION, Role.DOOR}),
    Deed.SEE_PRESENT: frozenset({Role.ORGANISER, Role.RECEPTION}),
}


class Staff(Struct, frozen=True, kw_only=True):
    """A signed-in member of the team at work in one edition, held against the route's deed."""

    organiser: Organiser
    edition: Edition

    @property
    def actor(self) -> str:
        """How the audit names the person."""
        return f"organiser:{self.organiser.account_id}"

    def may(self, deed: Deed) -> bool:
        """Say whether the person may do this in the edition; templates pass its name."""
        return may(self.organiser, self.edition.id, Deed(deed))


def may(organiser: Organiser, edition_id: int, deed: Deed) -> bool:
    """Say whether a role that the person holds in the edition allows `deed`."""
    return bool(RIGHTS[deed] & {*organiser.roles.get(edition_id, [])})


def require(organiser: Organiser, edition_id: int, deed: Deed) -> None:
    """Hold a person against a deed.

    Raises:
        Forbidden: none of their roles in this edition allows it.
    """
    if not may(organiser, edition_id, deed):
        raise Forbidden
