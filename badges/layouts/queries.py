"""The SQL of badge layouts: one function, one statement."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from forum.core.db import Db, many, maybe


class StoredLayout(Struct, frozen=True, kw_only=True):
    """A layout of an edition as its TOML; `revision` counts every change."""

    name: str
    source: str
    revision: int
    changed_at: datetime


class OldLayout(Struct, frozen=True, kw_only=True):
    """What a layout was at one of its revisions."""

    revision: int
    source: str
    changed_at: datetime


class StoredImage(Struct, frozen=True, kw_only=True):
    """An image of a layout: its file by digest, and the one that prints, once it has a place."""

    layout: str
    name: str
    digest: str
    printed_digest: str | None
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int


class Choice(Struct, frozen=True, kw_only=True):
    """Which layout a category uses; '' stands for all others."""

    category: str
    layout: str


class Bearer(Struct, frozen=True, kw_only=True):
    """Somebody whose badge is shown as an example."""

    reference: str
    given_name: str
    family_name: str
    organisation: str | None
    job_title: str | None
    category: str


async def lock(db: Db, edition_id: int) -> None:
    """Have whoever changes layouts of this edition take turns, to the transaction's end."""
    await db.execute("select pg_advisory_xact_lock(hashtext('badges.layouts'), $1)", edition_id)


async def list_layouts(db: Db, edition_id: int) -> list[StoredLayout]:
    """Return the layouts of an edition, by name."""
    return await many(
        db,
        StoredLayout,
        """
        select name, source, revision, changed_at
          from badge_layout
         where edition_id = $1
         order by name
        """,
        edition_id,
    )


async def find_layout(db: Db, edition_id: int, name: str) -> StoredLayout | None:
    """Return one layout of an edition."""
    return await maybe(
        db,
        StoredLayout,
        """
        select name, source, revision, changed_at
          from badge_layout
         where edition_id = $1 and name = $2
        """,
        edition_id,
        name,
    )


async def insert_layout(
    db: Db, edition_id: int, name: str, source: str, at: datetime, actor: str
) -> None:
    """Store a new layout."""
    await db.execute(
        """
        insert into badge_layout (edition_id, name, source, changed_at, changed_by)
             values ($1, $2, $3, $4, $5)
        """,
        edition_id,
        name,
        source,
        at,
        actor,
    )


async def update_layout(
    db: Db, edition_id: int, name: str, source: str, at: datetime, actor: str, kept: int
) -> None:
    """Store what a layout is now, and keep what it was: the latest `kept` revisions."""
    await db.execute(
        """
        with was as (
            insert into badge_layout_revision
                        (edition_id, layout, revision, source, changed_at, changed_by)
                 select edition_id, name, revision, source, changed_at, changed_by
                   from badge_layout
                  where edition_id = $1 and name = $2),
        old as (
            delete from badge_layout_revision r
             using badge_layout l
             where r.edition_id = $1 and r.layout = $2 and l.edition_id = $1 and l.name = $2
               and r.revision <= l.revision - $6)
        update badge_layout
           set source = $3, revision = revision + 1, changed_at = $4, changed_by = $5
         where edition_id = $1 and name = $2
        """,
        edition_id,
        name,
        source,
        at,
        actor,
        kept,
    )


async def delete_layout(db: Db, edition_id: int, name: str) -> None:
    """Delete a layout, with its images and what it was."""
    await db.execute(
        "delete from badge_layout where edition_id = $1 and name = $2", edition_id, name
    )


async def list_revisions(db: Db, edition_id: int, name: str) -> list[OldLayout]:
    """Return what a layout was, the latest first."""
    return await many(
        db,
        OldLayout,
        """
        select revision, source, changed_at
          from badge_layout_revision
         where edition_id = $1 and layout = $2
         order by revision desc
        """,
        edition_id,
        name,
    )


async def list_images(db: Db, edition_id: int) -> list[StoredImage]:
    """Return the images of all layouts of an edition, by name."""
    return await many(
        db,
        StoredImage,
        """
        select layout, name, digest, printed_digest, media_type, width_px, height_px, size_bytes
          from badge_layout_image
         where edition_id = $1
         order by layout, name
        """,
        edition_id,
    )


async def put_image(db: Db, edition_id: int, image: StoredImage) -> None:
    """Store an image of a layout, in the place of one of the same name."""
    await db.execute(
        """
        insert into badge_layout_image (edition_id, layout, name, digest, printed_digest,
                                        media_type, width_px, height_px, size_bytes)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (edition_id, layout, name) do update
                set digest = excluded.digest, printed_digest = excluded.printed_digest,
                    media_type = excluded.media_type, width_px = excluded.width_px,
                    height_px = excluded.height_px, size_bytes = excluded.size_bytes
        """,
        edition_id,
        image.layout,
        image.name,
        image.digest,
        image.printed_digest,
        image.media_type,
        image.width_px,
        image.height_px,
        image.size_bytes,
    )


async def delete_image(db: Db, edition_id: int, layout: str, name: str) -> None:
    """Delete an image of a layout; its file stays with those who have the same."""
    await db.execute(
        "delete from badge_layout_image where edition_id = $1 and layout = $2 and name = $3",
        edition_id,
        layout,
        name,
    )


async def list_choices(db: Db, edition_id: int) -> list[Choice]:
    """Return which layouts were chosen."""
    return await many(
        db,
        Choice,
        """
        select category, layout
          from badge_layout_choice
         where edition_id = $1
         order by category
        """,
        edition_id,
    )


async def put_choice(db: Db, edition_id: int, category: str, layout: str) -> None:
    """Store which layout a category uses."""
    await db.execute(
        """
        insert into badge_layout_choice (edition_id, category, layout)
             values ($1, $2, $3)
        on conflict (edition_id, category) do update set layout = excluded.layout
        """,
        edition_id,
        category,
        layout,
    )


async def delete_choices(db: Db, edition_id: int, categories: Sequence[str]) -> None:
    """Forget what was chosen for these categories."""
    await db.execute(
        "delete from badge_layout_choice where edition_id = $1 and category = any($2)",
        edition_id,
        categories,
    )


async def list_examples(db: Db, edition_id: int, category: str | None, nth: int) -> list[Bearer]:
    """Return three people of a category (None: of any): the longest name, the shortest, another.

    `nth` chooses the third among all, beginning again at the end; nobody is there twice.
    """
    return await many(
        db,
        Bearer,
        """
        with those as materialized (
            select id, reference, given_name, family_name, organisation, job_title, category,
                   row_number() over (order by length(given_name) + length(family_name) desc, id)
                     as longest,
                   row_number() over (order by id) as place,
                   count(*) over () as everybody
              from attendee
             where edition_id = $1 and status in ('confirmed', 'pending', 'waiting', 'offered')
               and ($2::text is null or category = $2)),
        chosen as (
            select id, 1 as n from those where longest = 1
             union all
            select id, 2 from those where longest = everybody
             union all
            select id, 3 from those where place = $3 % everybody + 1)
        select t.reference, t.given_name, t.family_name, t.organisation, t.job_title, t.category
          from those t
          join (select id, min(n) as n from chosen group by id) c using (id)
         order by c.n
        """,
        edition_id,
        category,
        nth,
    )
