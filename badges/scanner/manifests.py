"""Manifests: all that devices of an edition need to decide alone, whole or as it changed.

A cursor tells a device's next request from where to go on: the oldest transaction that had not
ended as its manifest was read. Whatever that one or a later one writes is told again, so nothing is
missed that was under way meanwhile. See DECISIONS.md.
"""

import asyncio
import re
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from gzip import compress
from hashlib import sha256
from typing import TypeVar

from msgspec import Raw, Struct, json
from msgspec.structs import replace

from badges import queries
from badges.doors import doors
from badges.doors.deciding import DoorRules
from badges.doors.doors import Doors
from badges.keys import Keyring
from badges.models import CategoryRow, Ticket
from badges.scanner import manifest_queries
from badges.scanner.manifest import (
    Entry,
    Lock,
    Name,
    Passed,
    by_number,
    by_reference,
    instant,
    spelt,
)
from badges.scanner.manifest_queries import CheckInRow, Standing, TicketRow
from forum.core.context import Device, Edition
from forum.core.db import Database, Db
from forum.core.ids import Ids
from forum.core.shelf import Shelf
from forum.core.text import Text

T = TypeVar("T")

FORM = 1
"""Another number makes every device ask for a whole manifest: what it holds has another form."""
CURSOR = re.compile(r"(\d{1,19})\.([\w-]{11})\.([\w-]{11})", re.ASCII)
MARK_BYTES = 8
COUNTED_BACK = 2**31 - 2**24
"""The age of the oldest cursor, in transactions: rows carry half of the number of theirs."""
EDITIONS_KEPT = 8
ANSWERS_KEPT = 16
BETWEEN_YIELDS = 8
"""So many entries are sealed, a millisecond's work, until the event loop may go on."""
COMPRESSION = 1
"""What can be compressed in a manifest is base64, and fast compression does as well on that."""
SHORTEST_PACKED = 600


class Cursor(Struct, frozen=True):
    """From where a device goes on: a transaction, of which era, and for which check-in lists."""

    transaction: int
    era: str
    lists: str

    def __str__(self) -> str:
        """Write it as devices keep it."""
        return f"{self.transaction}.{self.era}.{self.lists}"


class ManifestEdition(Struct, frozen=True, kw_only=True):
    """What a device shows of the edition."""

    id: int
    slug: str
    timezone: str
    language: str


class ManifestHead(Struct, frozen=True, kw_only=True):
    """All of a manifest but its rows."""

    cursor: str
    full: bool
    count: int
    now: datetime
    edition: ManifestEdition
    rules: DoorRules
    keys: dict[str, str]
    categories: dict[str, Text]
    sessions: dict[str, Text]
    salt: str


class Manifest(ManifestHead, frozen=True, kw_only=True):
    """All that a device decides by, without naming anybody to who has no badge in hand.

    `full` says that it replaces what the device holds; otherwise each of `tickets` replaces the
    one with the same `k`, and each of `check_ins` the one with the same `k`, `l` and `p`. `count`
    is how many tickets there are: a device that then holds another number asks for a whole
    manifest. `keys` are the public keys by number, `categories` and `sessions` names by number.
    """

    tickets: list[Entry]
    check_ins: list[Passed]


class _Written(ManifestHead, frozen=True, kw_only=True):
    """A manifest whose rows are JSON already."""

    tickets: Raw
    check_ins: Raw


class _Kept(Struct, frozen=True, kw_only=True, eq=False):
    """What all devices of an edition that ask from one place are told; its cursor lacks `lists`.

    `check_ins` are of each check-in list apart.
    """

    cursor: Cursor
    head: ManifestHead
    tickets: Raw
    check_ins: Mapping[str, Sequence[bytes]]

    def written(self, lists: Collection[str], cursor: Cursor, now: datetime) -> bytes:
        """Return it as JSON for a device whose gates have these check-in lists."""
        mine = [one for name in lists for one in self.check_ins.get(name, ())]
        head = {name: getattr(self.head, name) for name in ManifestHead.__struct_fields__}
        head |= {"cursor": str(cursor), "now": now}
        return json.encode(_Written(**head, tickets=self.tickets, check_ins=_array(mine)))


class _Found(Struct, frozen=True, kw_only=True, eq=False):
    """What was read in one snapshot."""

    standing: Standing
    salt: str
    full: bool
    known: Doors
    categories: list[CategoryRow]
    tickets: list[TicketRow]
    check_ins: list[CheckInRow]


class Locks:
    """What tokens give, kept by edition: to sign ten thousand takes a third of a second."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._kept: OrderedDict[tuple[int, str], dict[tuple[int, ...], Lock]] = OrderedDict()

    def entries(self, edition_id: int, salt: str, rows: Sequence[TicketRow], *, whole: bool) -> Raw:
        """Return the entries of tickets as JSON; for a thread. `whole`: there are no others."""
        known = self._kept.get((edition_id, salt), {})
        used: dict[tuple[int, ...], Lock] = {}
        made = []
        for row in _yielding(rows):
            key = row.number, row.revision, row.key_id, row.category_number, row.days
            lock = used[key] = known.get(key) or Lock.of(self._token(row), salt)
            made.append(json.encode(_entry(row, lock, salt)))
        self._kept[edition_id, salt] = used if whole else known | used
        self._kept.move_to_end((edition_id, salt))
        while len(self._kept) > EDITIONS_KEPT:
            self._kept.popitem(last=False)
        return _array(made)

    def _token(self, row: TicketRow) -> str:
        return self._keyring.token(
            Ticket(
                edition_id=row.edition_id,
                registration_id=row.registration_id,
                number=row.number,
                key_id=row.key_id,
                category_number=row.category_number,
                days=row.days,
                revision=row.revision,
                revoked_at=row.revoked_at,
            )
        )


class Manifests:
    """Answers devices; those that ask from the same place within a second share the work."""

    def __init__(
        self, database: Database, keyring: Keyring, now: Callable[[], datetime], ids: Ids
    ) -> None:
        self._database = database
        self._now = now
        self._ids = ids
        self._keyring = keyring
        self._locks = Locks(keyring)
        self.kept: Shelf[tuple[int, int | None, str], _Kept] = Shelf(most=ANSWERS_KEPT)

    async def answer(
        self, device: Device, edition: Edition, since: str | None, *, packed: bool
    ) -> tuple[bytes, bool]:
        """Return the manifest of a device as JSON, and whether it is packed (gzip).

        It is whole without `since`, and wherever that is no cursor that still tells what changed.
        """
        asked = read_cursor(since)
        kept = await self._kept(edition, asked)
        lists = lists_of(device, kept.head.rules)
        cursor = replace(kept.cursor, lists=_mark(*lists))
        if asked is not None and not kept.head.full and asked.lists != cursor.lists:
            return await self.answer(device, edition, None, packed=packed)
        write = partial(kept.written, lists, cursor, self._now())
        return await asyncio.to_thread(_packed if packed else _plain, write)

    async def _kept(self, edition: Edition, asked: Cursor | None) -> _Kept:
        key = (edition.id, asked.transaction, asked.era) if asked else (edition.id, None, "")
        return await self.kept.get(key, partial(self._load, key, edition, asked))

    async def _load(
        self, key: tuple[int, int | None, str], edition: Edition, asked: Cursor | None
    ) -> _Kept:
        """Read and seal; what was made is let go of when nobody is given it any more."""
        async with self._database.acquire() as db:
            found = await self._look(db, edition, asked)
            while found is None:
                await manifest_queries.insert_salt(db, edition.id, self._ids.secret())
                found = await self._look(db, edition, asked)
        made = await self._sealed(edition, found)
        asyncio.get_running_loop().call_later(self.kept.fresh_s, self.kept.forget, key)
        return made

    async def _look(self, db: Db, edition: Edition, asked: Cursor | None) -> _Found | None:
        """Read all in one snapshot; None where the edition has no salt yet."""
        async with db.transaction(isolation="repeatable_read", readonly=True):
            standing = await manifest_queries.read_standing(db, edition.id)
            if standing.salt is None:
                return None
            since = since_of(asked, standing)
            return _Found(
                standing=standing,
                salt=standing.salt,
                full=since is None,
                known=await doors.read(db, edition),
                categories=await queries.list_categories(db, edition.id),
                tickets=await _all(manifest_queries.list_tickets(db, edition.id, since)),
                check_ins=await _all(manifest_queries.list_check_ins(db, edition.id, since)),
            )

    async def _sealed(self, edition: Edition, found: _Found) -> _Kept:
        entries = partial(self._locks.entries, edition.id, found.salt, whole=found.full)
        tickets, check_ins = await asyncio.gather(
            asyncio.to_thread(entries, found.tickets),
            asyncio.to_thread(_passed, found.check_ins, found.salt),
        )
        head = ManifestHead(
            cursor="",
            full=found.full,
            count=found.standing.count,
            now=self._now(),
            edition=ManifestEdition(
                id=edition.id,
                slug=edition.slug,
                timezone=edition.timezone,
                language=edition.language,
            ),
            rules=found.known.rules,
            keys={
                str(number): spelt(key.public_bytes_raw())
                for number, key in self._keyring.public.items()
            },
            categories={str(one.number): one.name for one in found.categories},
            sessions={str(number): one.title for number, one in found.known.sessions.items()},
            salt=found.salt,
        )
        cursor = Cursor(found.standing.oldest, era_of(found.standing), "")
        return _Kept(cursor=cursor, head=head, tickets=tickets, check_ins=check_ins)


def read_cursor(text: str | None) -> Cursor | None:
    """Return what a device sent as its cursor; None for what is none of ours."""
    read = CURSOR.fullmatch(text or "")
    return Cursor(int(read[1]), read[2], read[3]) if read else None


def era_of(standing: Standing) -> str:
    """Return the mark of an era: in another one a cursor says nothing."""
    return _mark(str(FORM), standing.salt or "", standing.era)


def since_of(asked: Cursor | None, standing: Standing) -> str | None:
    """Return from which transaction on rows are told; None: all of them."""
    if asked is None or asked.era != era_of(standing):
        return None
    tellable = standing.next - COUNTED_BACK < asked.transaction <= standing.oldest
    return str(asked.transaction) if tellable else None


def lists_of(device: Device, rules: DoorRules) -> list[str]:
    """Return the check-in lists of the gates at which a device may stand, in order."""
    gates = {device.gate, *device.gates}
    return sorted({rules.gates[one].check_in_list for one in gates if one in rules.gates})


def _entry(row: TicketRow, lock: Lock, salt: str) -> Entry:
    name = Name(g=row.given_name, f=row.family_name, o=row.organisation or None)
    opens = row.status == "confirmed" and row.revoked_at is None
    return Entry(
        h=lock.h,
        k=by_number(row.number, salt),
        r=by_reference(row.reference, salt),
        s="cancelled" if row.status == "refused" else row.status,
        c=row.category,
        d=row.days,
        v=row.revision,
        e=instant(row.revoked_at),
        p=instant(row.reissued_at),
        t=row.seats or [],
        n=lock.seal(name) if opens else None,
    )


def _passed(rows: Sequence[CheckInRow], salt: str) -> dict[str, list[bytes]]:
    """Return what scans come to as JSON, list by list."""
    made: defaultdict[str, list[bytes]] = defaultdict(list)
    for row in _yielding(rows):
        passed = Passed(
            k=by_number(row.number, salt),
            l=row.check_in_list,
            p=row.period,
            i=row.inside,
            a=instant(row.at),
            g=row.gate,
        )
        made[row.check_in_list].append(json.encode(passed))
    return made


def _yielding(rows: Sequence[T]) -> Iterator[T]:
    """Yield rows to a thread that lets the event loop go on in between."""
    for turn, row in enumerate(rows):
        if turn % BETWEEN_YIELDS == 0:
            time.sleep(0)
        yield row


def _array(rows: Sequence[bytes]) -> Raw:
    return Raw(b"[" + b",".join(rows) + b"]")


def _plain(write: Callable[[], bytes]) -> tuple[bytes, bool]:
    return write(), False


def _packed(write: Callable[[], bytes]) -> tuple[bytes, bool]:
    """Write a manifest and pack it, where that pays; say whether it did."""
    body = write()
    if len(body) < SHORTEST_PACKED:
        return body, False
    return compress(body, compresslevel=COMPRESSION, mtime=0), True


async def _all(batches: AsyncIterator[list[T]]) -> list[T]:
    return [row async for rows in batches for row in rows]


def _mark(*parts: str) -> str:
    return spelt(sha256("\n".join(parts).encode()).digest()[:MARK_BYTES])
