"""The SQL of guides: one function, one statement."""

from datetime import datetime
from uuid import UUID

from forum.core.db import Db, many, maybe
from forum.guides.models import Guide


async def insert_guide(db: Db, edition_id: int, guide: Guide, at: datetime) -> None:
    """Publish a guide, after those that are there."""
    await db.execute(
        """
        insert into guide (edition_id, id, slug, position, kind, title, description, url,
                           file_digest, file_name, size_bytes, published_at)
             values ($1, $2, $3,
                     (select coalesce(max(position), -1) + 1 from guide where edition_id = $1), $4,
                     $5, $6, $7, $8, $9, $10, $11)
        """,
        edition_id,
        guide.id,
        guide.slug,
        guide.kind,
        guide.title,
        guide.description,
        guide.url,
        guide.file_digest,
        guide.file_name,
        guide.size_bytes,
        at,
    )


async def list_guides(db: Db, edition_id: int) -> list[Guide]:
    """Return the guides in order."""
    return await many(
        db,
        Guide,
        """
        select id, slug, kind, title, description, url, file_digest, file_name, size_bytes
          from guide
         where edition_id = $1
         order by position, slug
        """,
        edition_id,
    )


async def find_guide(db: Db, edition_id: int, slug: str) -> Guide | None:
    """Return the guide of this name."""
    return await maybe(
        db,
        Guide,
        """
        select id, slug, kind, title, description, url, file_digest, file_name, size_bytes
          from guide
         where edition_id = $1 and slug = $2
        """,
        edition_id,
        slug,
    )


async def delete_guide(db: Db, edition_id: int, guide_id: UUID) -> None:
    """Withdraw a guide; its file stays for those who hold its address in a version."""
    await db.execute("delete from guide where edition_id = $1 and id = $2", edition_id, guide_id)


async def delete_edition_data(db: Db, edition_id: int) -> None:
    """Delete all that this slice keeps of an edition; for demonstrations and purges."""
    await db.execute("delete from guide where edition_id = $1", edition_id)
