"""The words for roles and deeds, as pages and commands say them."""

from collections.abc import Collection

from forum.core.context import Role
from forum.core.i18n import Words
from forum.core.rights import RIGHTS, Deed

ROLES = {
    Role.ORGANISER: "Organiser",
    Role.PROGRAMME_EDITOR: "Programme editor",
    Role.RECEPTION: "Reception",
    Role.DOOR: "Door",
}
ABOUT = {
    Role.ORGANISER: "May do everything, the team included",
    Role.PROGRAMME_EDITOR: "Writes the programme",
    Role.RECEPTION: "Receives people at the desk, and prints badges",
    Role.DOOR: "Sees how many came in; phones at the doors need no account",
}
DEEDS = {
    Deed.SEE_EDITION: "See how the edition stands: places, doors",
    Deed.SEE_REGISTRATIONS: "See who is registered",
    Deed.RECEIVE: "Register somebody at the desk, correct a name, send a link again",
    Deed.DECIDE: "Approve, refuse, cancel, change a category",
    Deed.SEE_NEEDS: "Read answers about diet and access",
    Deed.PRINT_BADGES: "Print badges",
    Deed.EDIT_BADGES: "Change badge layouts and printers",
    Deed.EXCHANGE: "Import and export registrations",
    Deed.EDIT_FORM: "Change categories, places, dates, questions and consents",
    Deed.INVITE: "Make invitations",
    Deed.WRITE: "Change the texts of e-mails, and write to many",
    Deed.EDIT_PROGRAMME: "Change the programme",
    Deed.MANAGE_TEAM: "Manage the team",
    Deed.RUN_DOORS: "Change gates, check-in lists and devices, settle conflicts at the doors",
    Deed.WATCH_DOORS: "Watch the doors: who came in, rooms, devices",
    Deed.SEE_PRESENT: "See who is in the building, and save scans",
}


def role_words(said: Words, roles: Collection[Role]) -> str:
    """Return roles in words, `Organiser, Reception`, in the order of the table of rights."""
    return ", ".join(said.gettext(ROLES[role]) for role in Role if role in roles)


def rights_table(said: Words) -> list[tuple[str, list[bool]]]:
    """Return each deed in words, with whether each role may do it: RIGHTS itself, nothing else."""
    return [
        (said.gettext(DEEDS[deed]), [role in allowed for role in Role])
        for deed, allowed in RIGHTS.items()
    ]
