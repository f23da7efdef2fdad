"""The SQL of what devices may do."""

from uuid import UUID

from msgspec import Struct

from forum.core.db import Db, maybe


class Rights(Struct, frozen=True, kw_only=True):
    """What a device may do beside scanning."""

    may_search: bool
    may_desk: bool
    may_evacuate: bool


async def find(db: Db, edition_id: int, device_id: UUID) -> Rights | None:
    """Return what a device may do now; None once it is revoked."""
    return await maybe(
        db,
        Rights,
        """
        select may_search, may_desk, may_evacuate
          from device
         where edition_id = $1 and id = $2 and revoked_at is null
        """,
        edition_id,
        device_id,
    )
