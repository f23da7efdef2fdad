"""An edition with a programme, a door to the house and a door to its room, and reading badges."""

import uuid
from datetime import timedelta

from badges.doors import gates
from badges.doors import queries as door_queries
from badges.models import CheckInList, Counting, Direction, GateKind
from badges.scans import scanning
from schedule import signing_up
from tests.factories import MORNING, draft, scan

IN, OUT = Direction.IN, Direction.OUT


def after(**time):
    """Return an instant of the first day: so long after eight in UTC, nine on the wall."""
    return MORNING + timedelta(**time)


async def with_rooms(site, made=None, **given):
    """Make an edition whose sessions are read at the gate `room`; return it and its programme.

    The sessions are of 30 minutes from nine o'clock on the wall, as `draft` makes them.
    """
    edition = await site.edition()
    programme = await site.programme(
        edition, made or draft("Ouverture", "Atelier", capacity=20, sign_up=True)
    )
    rule = CheckInList(
        **{
            "slug": "rooms",
            "name": {"fr": "Salles"},
            "rooms": [one.id for one in programme.rooms],
            "counts": Counting.SESSION,
            **given,
        }
    )
    async with site.pool.acquire() as db:
        await door_queries.insert_check_in_list(db, edition.id, rule)
        await gates.put(
            db, edition.id, "room", {"fr": "Salle"}, "rooms", position=7, kind=GateKind.ROOM
        )
    return edition, programme


async def reads(site, edition, person, *moments, gate="main"):
    """Read somebody's badge at these instants, or pairs of an instant and a direction."""
    device, _ = await site.device(edition, gate)
    ids = []
    for moment in moments:
        at, way = moment if isinstance(moment, tuple) else (moment, IN)
        one = scan(person.token, at=at, gate=gate, direction=way)
        async with site.pool.acquire() as db:
            await scanning.scan(db, device, edition, site.keyring, [one], at=at)
        ids.append(one.id)
    return device, ids


async def takes_back(site, edition, device, scan_id, *, at, gate="main"):
    """Take a scan of a device back."""
    one = scan("", at=at, gate=gate, id=uuid.uuid4(), undoes=scan_id)
    async with site.pool.acquire() as db:
        await scanning.scan(db, device, edition, site.keyring, [one], at=at)


async def takes_seat(site, edition, person, session):
    """Give somebody a seat in a session."""
    async with site.pool.acquire() as db:
        await signing_up.sign_up(db, edition, person.id, session.id, at=site.clock.at, ids=site.ids)
