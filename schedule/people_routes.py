"""The people of the published programme over HTTP: the list by letter, and one person's page."""

from litestar import Router, get
from litestar.params import FromPath

from forum.core.context import Edition
from forum.core.db import Database
from forum.core.pages import Page
from forum.core.web import AnyRequest, AnyResponse, Given
from schedule.asking import LONGEST
from schedule.models import Programme
from schedule.published import Shelves
from schedule.serving import SpeakerNotFound, kept_page, shelved_of
from schedule.views import MOST_ON_ONE_PAGE, Viewer


@get("/{edition_slug:str}/speakers", include_in_schema=False)
async def speakers_page(
    request: AnyRequest,
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Show the people of the programme by letter, or those that a search finds."""
    shelved = await shelved_of(shelves, database, edition)
    q = request.query_params.get("q", "")[:LONGEST].strip()
    letter = request.query_params.get("letter", "")[:1].upper()

    def build() -> bytes:
        return _speakers_html(shelved.programme, edition, page, q=q, letter=letter)

    return await kept_page(request, page, shelved, edition, (q, letter), build)


@get("/{edition_slug:str}/speakers/{slug:str}", include_in_schema=False)
async def speaker_page(
    request: AnyRequest,
    slug: FromPath[str],
    edition: Given[Edition],
    database: Given[Database],
    shelves: Given[Shelves],
    page: Given[Page],
) -> AnyResponse:
    """Show one person: who they are, and all their sessions."""
    shelved = await shelved_of(shelves, database, edition)
    speaker = shelved.speakers.get(slug)
    if speaker is None:
        raise SpeakerNotFound

    def build() -> bytes:
        viewer = Viewer(shelved.programme, page.words)
        return page.html(
            "schedule/speaker.html",
            edition,
            programme=shelved.programme,
            speaker=viewer.whole_speaker(speaker),
        )

    return await kept_page(request, page, shelved, edition, slug, build)


def _speakers_html(
    programme: Programme, edition: Edition, page: Page, *, q: str, letter: str
) -> bytes:
    """Build the list: whole where it is short or searched, else one letter of it."""
    groups = Viewer(programme, page.words).letters(q)
    found = sum(len(group["people"]) for group in groups)
    by_letter = found > MOST_ON_ONE_PAGE
    letters = [group["letter"] for group in groups]
    if by_letter:
        letter = letter if letter in letters else letters[0]
        groups = [group for group in groups if group["letter"] == letter]
    return page.html(
        "schedule/speakers.html",
        edition,
        programme=programme,
        groups=groups,
        letters=letters,
        letter=letter if by_letter else "",
        found=found,
        q=q,
    )


router = Router("/", route_handlers=[speakers_page, speaker_page])
