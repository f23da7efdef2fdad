"""Decisions on accounts: values in, a decision out."""

import re
from collections.abc import Collection
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from forum.accounts.models import LastOrganiser, RelyingParty
from forum.core.context import Role

ASKED_LIFE = timedelta(minutes=30)
"""How long a link that was asked for by e-mail is good."""
ASKED_WINDOW, ASKED_MOST = timedelta(minutes=15), 3
"""At most so many letters to one address within so long: the window is shorter than a link's life,
so that whoever asks in another's name never leaves them without a good link."""
LONGEST_PATH = 500
OURS = re.compile(
    r"/organiser(?!/+sign-)(?:/(?!\.\.?(?:[/?]|$))[\w.~%-]+)*/?(?:\?[\w.~%&=+:,;@!*'()-]*)?",
    re.ASCII,
)
FAMILIES = [  # the first that is named: most browsers name others beside themselves
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
]
SYSTEMS = [
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
]


def way_back(wanted: str) -> str:
    """Return the page of the organisers that was wanted, '' where it is none of ours.

    Nothing passes that a browser could read as another site's address (two slashes, a backslash, a
    scheme, a control character), nor signing in or out.
    """
    return wanted if len(wanted) <= LONGEST_PATH and OURS.fullmatch(wanted) else ""


def browser_of(user_agent: str) -> str:
    """Return the family of a browser and its system, `Firefox · Windows`; '' when unknown.

    The words are ours: nothing of what the browser says of itself is kept.
    """
    found = [
        next((name for name, pattern in table if re.search(pattern, user_agent)), "")
        for table in (FAMILIES, SYSTEMS)
    ]
    return " · ".join(filter(None, found))


def relying_party(base_url: str) -> RelyingParty | None:
    """Return who asks for passkeys at this address; None where browsers offer none.

    They want a name, not a number, and https, but for `localhost` (WebAuthn 5.1.2, Secure Contexts
    3.1).
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    if parts.scheme != "https" and not local:
        return None
    try:
        ip_address(host)
    except ValueError:
        usual = {"https": 443, "http": 80}[parts.scheme]
        port = f":{parts.port}" if parts.port not in {None, usual} else ""
        return RelyingParty(id=host, origin=f"{parts.scheme}://{host}{port}")
    return None


def keep_an_organiser(
    organisers: Collection[UUID], account_id: UUID, roles: Collection[Role]
) -> None:
    """Hold the roles that a person is to have against who organises now.

    Raises:
        LastOrganiser: nobody would be left who can manage the team.
    """
    if {*organisers} == {account_id} and Role.ORGANISER not in roles:
        raise LastOrganiser
