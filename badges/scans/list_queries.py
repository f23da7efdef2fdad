"""The SQL of the lists of scans: one function, one statement.

The first eight parameters are the filter's, see `scan_list.parameters`.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from badges.scans.listing import ListedScan, NamedDevice, ScanCursor
from forum.core.db import Db, batches, many, value


async def list_latest(
    db: Db, filter_: Sequence[Any], after: ScanCursor | None, size: int
) -> list[ListedScan]:
    """Return the latest scans first, those made before the one at `after`."""
    return await many(
        db,
        ListedScan,
        """
        select id, at, scanned_at, received_at, gate, gate_name, device_id, device, direction,
               outcome, refusal, offline, check_in_list, period, session, reference, family_name,
               given_name, organisation, category, seq, clock_offset_ms, undoes, undone_at,
               conflicts
          from listed_scan
         where edition_id = $1
           and ($2::text is null or gate = $2)
           and ($3::uuid is null or device_id = $3)
           and ($4::scan_outcome is null or outcome = $4)
           and ($5::text is null and $6::text[] is null
                or reference = $5 or sort_key like all($6))
           and ($7::timestamptz is null or at >= $7)
           and ($8::timestamptz is null or at < $8)
           and ($9::timestamptz is null or (at, id) < ($9, $10::uuid))
         order by at desc, id desc
         limit $11
        """,
        *filter_,
        after.at if after else None,
        after.id if after else None,
        size,
    )


async def list_arrived(
    db: Db, filter_: Sequence[Any], after: ScanCursor | None, until: datetime, size: int
) -> list[ListedScan]:
    """Return scans as they arrived, those after the one at `after`, and until an instant."""
    return await many(
        db,
        ListedScan,
        """
        select id, at, scanned_at, received_at, gate, gate_name, device_id, device, direction,
               outcome, refusal, offline, check_in_list, period, session, reference, family_name,
               given_name, organisation, category, seq, clock_offset_ms, undoes, undone_at,
               conflicts
          from listed_scan
         where edition_id = $1
           and ($2::text is null or gate = $2)
           and ($3::uuid is null or device_id = $3)
           and ($4::scan_outcome is null or outcome = $4)
           and ($5::text is null and $6::text[] is null
                or reference = $5 or sort_key like all($6))
           and ($7::timestamptz is null or at >= $7)
           and ($8::timestamptz is null or at < $8)
           and ($9::timestamptz is null or (received_at, id) > ($9, $10::uuid))
           and received_at <= $11
         order by received_at, id
         limit $12
        """,
        *filter_,
        after.at if after else None,
        after.id if after else None,
        until,
        size,
    )


async def count(db: Db, filter_: Sequence[Any]) -> int:
    """Return how many scans are meant."""
    return await value(
        db,
        int,
        """
        select count(*)
          from listed_scan
         where edition_id = $1
           and ($2::text is null or gate = $2)
           and ($3::uuid is null or device_id = $3)
           and ($4::scan_outcome is null or outcome = $4)
           and ($5::text is null and $6::text[] is null
                or reference = $5 or sort_key like all($6))
           and ($7::timestamptz is null or at >= $7)
           and ($8::timestamptz is null or at < $8)
        """,
        *filter_,
    )


async def stream(db: Db, filter_: Sequence[Any], *, size: int) -> AsyncIterator[list[ListedScan]]:
    """Yield the scans that are meant in the order of their times, `size` at a time."""
    async for rows in batches(
        db,
        ListedScan,
        """
        select id, at, scanned_at, received_at, gate, gate_name, device_id, device, direction,
               outcome, refusal, offline, check_in_list, period, session, reference, family_name,
               given_name, organisation, category, seq, clock_offset_ms, undoes, undone_at,
               conflicts
          from listed_scan
         where edition_id = $1
           and ($2::text is null or gate = $2)
           and ($3::uuid is null or device_id = $3)
           and ($4::scan_outcome is null or outcome = $4)
           and ($5::text is null and $6::text[] is null
                or reference = $5 or sort_key like all($6))
           and ($7::timestamptz is null or at >= $7)
           and ($8::timestamptz is null or at < $8)
         order by at, id
        """,
        *filter_,
        size=size,
    ):
        yield rows


async def list_devices(db: Db, edition_id: int) -> list[NamedDevice]:
    """Return the devices of an edition, revoked ones too, by name."""
    return await many(
        db,
        NamedDevice,
        "select id, name from device where edition_id = $1 order by name, id",
        edition_id,
    )
