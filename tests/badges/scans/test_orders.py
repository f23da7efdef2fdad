"""Whatever arrives when, scans come to the same: decided in memory, and stored in PostgreSQL."""

import random
from datetime import timedelta

import pytest

from badges.models import TokenPayload
from badges.scans import scanning
from badges.tokens import sign
from benchmarks.orders import (
    ENDED,
    Model,
    Person,
    State,
    difference,
    invented,
    order,
    story,
    try_order,
)

SEED = 20270323


@pytest.mark.parametrize("number", range(40))
def test_all_that_devices_showed_comes_to_the_same_in_any_order(number):
    chance = random.Random(SEED + number)  # noqa: S311
    told = invented(chance, left_to_us=False)
    states = [try_order(chance, told) for _ in range(15)]
    assert all(one == states[0] for one in states), f"seed {SEED + number}"


@pytest.mark.parametrize("number", range(40))
def test_what_we_decide_as_it_arrives_comes_to_what_the_model_says(number):
    chance = random.Random(-SEED - number)  # noqa: S311
    told = invented(chance, left_to_us=True)
    for _ in range(15):
        try_order(chance, told)


@pytest.mark.parametrize("number", range(16))
async def test_postgresql_holds_what_the_model_says(site, edition, number):
    chance = random.Random(SEED * 2 + number)  # noqa: S311
    people = await gathered(site, edition)
    devices = [(await site.device(edition))[0] for _ in range(3)]
    told = story(chance, edition, people, devices, scans=14, left_to_us=number % 2 == 1)
    model, ended = Model(told), False
    for sent in order(chance, told):
        if sent.received_at >= ENDED and not ended:
            await end(site, edition, people)
            ended = True
        async with site.pool.acquire() as db:
            await scanning.scan_all(
                db, edition, told.known, site.keyring, sent.scans, at=sent.received_at
            )
        model.deliver(sent)
    got, wanted = await stored(site, edition), model.state()
    assert got == wanted, f"seed {SEED * 2 + number}:\n{difference(got, wanted)}"


async def gathered(site, edition):
    """Register one who holds a seat, one who will be cancelled, one whose ticket is replaced."""
    people = []
    for what in ("seated", "cancelled", "reissued"):
        made = await site.register(edition)
        number = await site.value(
            "select number from ticket where edition_id = $1 and registration_id = $2",
            edition.id,
            made.id,
        )
        again = {"key_id": 0, "edition": edition.id, "category": 1, "days": 3, "revision": 1}
        newer = sign(TokenPayload(ticket=number, **again), site.keyring._opened.private[0])
        people.append(
            Person(
                id=made.id,
                number=number,
                tokens=(made.token, newer) if what == "reissued" else (made.token,),
                reference=made.reference,
                **{what: True},
            )
        )
    await seat(site, edition, people[0])
    return people


async def seat(site, edition, person):
    """Give a person a seat in the first session of the room."""
    await site.value(
        """
        insert into seating (edition_id, session_id, number, slug, title, starts_at, ends_at, open,
                             capacity, taken)
             values ($1, $2, 1, 'one', '{}', $3, $4, true, 10, 1)
        """,
        edition.id,
        "00000000-0000-0000-0000-000000000001",
        ENDED - timedelta(hours=1),
        ENDED,
    )
    await site.value(
        """
        insert into sign_up (edition_id, session_id, registration_id, state, at)
             values ($1, $2, $3, 'seat', $4)
        """,
        edition.id,
        "00000000-0000-0000-0000-000000000001",
        person.id,
        ENDED,
    )


async def end(site, edition, people):
    """Cancel who is to be cancelled, and issue another ticket to whose is to be replaced."""
    _, cancelled, reissued = people
    await site.value(
        "update registration set status = 'cancelled' where edition_id = $1 and id = $2",
        edition.id,
        cancelled.id,
    )
    await site.value(
        "update ticket set revoked_at = $3 where edition_id = $1 and registration_id = $2",
        edition.id,
        cancelled.id,
        ENDED,
    )
    await site.value(
        "update ticket set revision = 1, reissued_at = $3"
        " where edition_id = $1 and registration_id = $2",
        edition.id,
        reissued.id,
        ENDED,
    )


async def stored(site, edition):
    """Return what the tables hold."""
    check_ins = await site.rows(
        """
        select check_in_list, registration_id, period, scan_id, gate, at, inside, entries, last_at
          from check_in
         where edition_id = $1 and last_at is not null
        """,
        edition.id,
    )
    scans = await site.rows(
        """
        select id, registration_id, at, check_in_list, period, outcome::text, refusal::text, offline
          from scan
         where edition_id = $1
        """,
        edition.id,
    )
    conflicts = await site.rows(
        """
        select scan_id, kind::text, other_scan_id
          from scan_conflict
         where edition_id = $1 and settled_at is null
        """,
        edition.id,
    )
    return State(
        check_ins=sorted((*row[:3], *map(str, row[3:6]), *row[6:]) for row in check_ins),
        scans=sorted(
            (row[0], str(row[1]), row[2], *map(str, row[3:5]), row[5], str(row[6]), row[7])
            for row in scans
        ),
        conflicts=sorted((*row[:2], str(row[2])) for row in conflicts),
    )
