"""What every public page of the programme shares: the version at hand, and pages kept with it."""

from collections.abc import Callable

import msgspec

from forum.core.context import Edition
from forum.core.db import Database
from forum.core.errors import NotFound
from forum.core.pages import HTML, VARY, Page
from forum.core.web import AnyRequest, AnyResponse, document
from schedule.published import Shelved, Shelves

VERSION_HEADER = "x-programme-version"
"""By this a page of the programme is known from whatever else a network answers."""


class NotPublished(NotFound):
    """The programme is not published yet."""

    code = "programme_not_published"


class SessionNotFound(NotFound):
    """There is no session at this address."""

    code = "session_not_found"


class SpeakerNotFound(NotFound):
    """There is nobody at this address."""

    code = "speaker_not_found"


async def shelved_of(shelves: Shelves, database: Database, edition: Edition) -> Shelved:
    """Return the version of an edition that everyone reads.

    Raises:
        NotPublished: there is none.
    """
    shelved = await shelves.current(database, edition)
    if shelved is None:
        raise NotPublished
    return shelved


async def kept_page(
    request: AnyRequest,
    page: Page,
    shelved: Shelved,
    edition: Edition,
    key: object,
    build: Callable[[], bytes],
) -> AnyResponse:
    """Answer a page of a version, built for the first who asks; `key` tells it from the others."""
    whole_key = (page.language, request.url.path, key, msgspec.json.encode(edition))
    body, etag = await shelved.slow_page(whole_key, build)
    response = document(request, body, HTML, etag=etag, vary=VARY, shared=True)
    response.headers[VERSION_HEADER] = str(shelved.programme.version)
    return page.stay(response)
