"""What can be done with a guide. Each verb is one transaction."""

from datetime import datetime
from io import BytesIO

import pikepdf

from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db, refused
from forum.core.ids import Ids
from forum.core.text import Text, clean, pick, slug
from forum.guides import queries
from forum.guides.models import (
    MOST_BYTES,
    Guide,
    GuideKind,
    GuideSlugTaken,
    GuideTooLarge,
    NewLink,
    NotAPdf,
)


def check_pdf(content: bytes) -> int:
    """Return the number of pages of a PDF.

    Raises:
        NotAPdf: `content` does not begin as one, cannot be read, or has no page.
        GuideTooLarge: it is longer than `MOST_BYTES`.
    """
    if len(content) > MOST_BYTES:
        raise GuideTooLarge
    if not content.startswith(b"%PDF-"):
        raise NotAPdf
    try:
        with pikepdf.open(BytesIO(content)) as document:
            pages = len(document.pages)
    except pikepdf.PdfError as error:
        raise NotAPdf from error
    if pages == 0:
        raise NotAPdf
    return pages


async def publish_document(
    db: Db,
    edition: Edition,
    content: bytes,
    *,
    title: Text,
    description: Text,
    blobs: Blobs,
    at: datetime,
    ids: Ids,
    name: str | None = None,
) -> Guide:
    """Publish a PDF; `name` is its slug, made from the title when absent.

    Raises:
        NotAPdf, GuideTooLarge: the file is refused, and nothing of it is stored.
        GuideSlugTaken: a guide has this slug.
        StorageFull: the file could not be written.
    """
    check_pdf(content)
    where = name or slug_of(edition, title)
    guide = Guide(
        id=ids.uuid(at),
        slug=where,
        kind=GuideKind.PDF,
        title=_cleaned(title),
        description=_cleaned(description),
        url=None,
        file_digest=blobs.put(content),
        file_name=f"{where}.pdf",
        size_bytes=len(content),
    )
    return await _publish(db, edition, guide, at)


async def publish_link(db: Db, edition: Edition, link: NewLink, *, at: datetime, ids: Ids) -> Guide:
    """Publish a useful link.

    Raises:
        GuideSlugTaken: a guide has this slug.
    """
    guide = Guide(
        id=ids.uuid(at),
        slug=link.slug or slug_of(edition, link.title),
        kind=GuideKind.LINK,
        title=_cleaned(link.title),
        description=_cleaned(link.description),
        url=link.url,
        file_digest=None,
        file_name=None,
        size_bytes=None,
    )
    return await _publish(db, edition, guide, at)


async def _publish(db: Db, edition: Edition, guide: Guide, at: datetime) -> Guide:
    with refused("guide_slug_key", GuideSlugTaken()):
        async with db.transaction():
            await queries.insert_guide(db, edition.id, guide, at)
    return guide


def _cleaned(text: Text) -> Text:
    return {language: clean(one) for language, one in text.items() if one}


def slug_of(edition: Edition, title: Text) -> str:
    """Return the name that a guide gets from its title."""
    return slug(pick(title, edition.language)) or "guide"
