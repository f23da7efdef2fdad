"""Guides over HTTP: the list, and the documents with ranges and entity tags."""

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Redirect

from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.pages import Page
from forum.core.web import AnyRequest, AnyResponse, Given, ranged
from forum.guides import queries
from forum.guides.models import Guide, GuideKind, GuideNotFound, PublicGuide

MEGABYTE = 1_000_000


@get("/api/editions/{edition_slug:str}/guides", tags=["guides"], summary="Tell the guides")
async def tell(edition: Given[Edition], db: Given[Db]) -> dict[str, list[PublicGuide]]:
    """Tell the guides in order."""
    guides = await queries.list_guides(db, edition.id)
    return {"guides": [_public(edition, guide) for guide in guides]}


@get("/{edition_slug:str}/guides", include_in_schema=False)
async def guides_page(
    edition: Given[Edition],
    db: Given[Db],
    page: Given[Page],
) -> AnyResponse:
    """Show the guides."""
    return page("guides/guides.html", edition, guides=await shown(db, edition, page))


@get("/{edition_slug:str}/guides/{slug:str}/download", include_in_schema=False)
async def download(
    request: AnyRequest,
    slug: FromPath[str],
    edition: Given[Edition],
    db: Given[Db],
    blobs: Given[Blobs],
) -> AnyResponse | Redirect:
    """Send a document, whole or in part; a link leads to its site."""
    guide = await queries.find_guide(db, edition.id, slug)
    if guide is None:
        raise GuideNotFound
    if guide.url is not None:
        return Redirect(guide.url, status_code=302)
    digest, name = str(guide.file_digest), str(guide.file_name)
    path = blobs.path(digest)
    return ranged(request, path, "application/pdf", etag=f'"{digest[:32]}"', file_name=name)


async def shown(db: Db, edition: Edition, page: Page) -> list[dict[str, object]]:
    """Return the guides as the pages show them."""
    return [
        {
            "title": guide.title,
            "description": guide.description,
            "kind": guide.kind,
            "size": size_in_words(guide.size_bytes, page.language),
            "path": _path(edition, guide),
        }
        for guide in await queries.list_guides(db, edition.id)
    ]


def size_in_words(size_bytes: int | None, language: str) -> str | None:
    """Return `2,1 Mo`, `2.1 MB`, `340 ko`; None for a link."""
    if size_bytes is None:
        return None
    byte = "o" if language == "fr" else "B"
    if size_bytes < MEGABYTE:
        return f"{max(1, round(size_bytes / 1000))}\u00a0k{byte}"
    number = f"{size_bytes / 1e6:.1f}"
    return f"{number.replace('.', ',') if language == 'fr' else number}\u00a0M{byte}"


def _path(edition: Edition, guide: Guide) -> str:
    if guide.kind is GuideKind.LINK:
        return str(guide.url)
    return f"/{edition.slug}/guides/{guide.slug}/download"


def _public(edition: Edition, guide: Guide) -> PublicGuide:
    return PublicGuide(
        slug=guide.slug,
        kind=guide.kind,
        title=guide.title,
        description=guide.description,
        url=_path(edition, guide),
        size_bytes=guide.size_bytes,
    )


router = Router("/", route_handlers=[tell, guides_page, download])
