"""What pages share on which letters are written: mistakes in words, previews in a frame."""

from litestar.response import Response

from forum.core.i18n import Words
from forum.core.pages import HTML
from forum.core.shell import POLICY
from forum.core.web import PRIVATE, AnyResponse
from forum.letters.markup import Mistake

WITH_A_FRAME = f"{POLICY}; frame-src 'self'"
"""The policy of the page that shows a preview in a frame."""
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'; sandbox"
)
"""The policy of a preview: an e-mail has its styles inside, and does nothing."""
NAMES = {"fr": "Français", "en": "English"}
"""The languages, each in its own words."""


def told(mistake: Mistake, said: Words) -> str:
    """Return a mistake in words."""
    return said.gettext(mistake.said) % {"line": mistake.line, "what": mistake.what}


def framed(body: bytes, *, status: int = 200) -> AnyResponse:
    """Answer with what a preview's frame shows."""
    headers = {"content-security-policy": PREVIEW_POLICY, "cache-control": PRIVATE}
    return Response(body, status_code=status, media_type=HTML, headers=headers)


def places(languages: list[str], said: Words) -> dict[str, tuple[str, str]]:
    """Return the label and the id of each field of a letter's form, by its name."""
    found = {"reference": (said.gettext("Reference of a registration"), "reference")}
    for code in languages:
        name = {"language": NAMES.get(code, code)}
        found |= {
            f"subject-{code}": (said.gettext("Subject (%(language)s)") % name, f"subject-{code}"),
            f"body-{code}": (said.gettext("Text (%(language)s)") % name, f"body-{code}"),
        }
    return found
