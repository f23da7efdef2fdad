"""For whom there is an attestation, from when on, and what a code proves."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from badges.models import Direction
from forum.letters.kinds import KINDS
from forum.registrations import attestations, changing, sending
from forum.registrations.attestations import NotAttested
from forum.registrations.codes import AttestationCodes, AttestationUnknown, Paper
from forum.registrations.models import Change, RegistrationNotFound
from tests.factories import DURING, FIRST_DAY

NEXT_DAY = DURING + timedelta(days=1)
LAST_NIGHT_ENDS = datetime(2027, 3, 25, 3, tzinfo=UTC)  # four o'clock in Paris


@pytest.fixture
async def there(site, edition):
    """Somebody who was there on the first day."""
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    await site.was_there(edition, person)
    return person


@pytest.fixture
def own(site, edition):
    async def own(person, at=LAST_NIGHT_ENDS):
        async with site.pool.acquire() as db:
            return await attestations.own(db, edition, person.id, at=at)

    return own


@pytest.fixture
def codes(site):
    return AttestationCodes(site.settings.secret_key)


@pytest.fixture
def verify(site, codes):
    async def verify(code):
        async with site.pool.acquire() as db:
            return await attestations.verify(db, codes, codes.read(code), at=LAST_NIGHT_ENDS)

    return verify


async def test_it_is_theirs_once_the_night_after_their_last_day_is_over(own, there):
    with pytest.raises(NotAttested):
        await own(there, LAST_NIGHT_ENDS - timedelta(seconds=1))
    found = await own(there)
    assert (found.attested.given_name, found.attested.family_name) == ("Zoé", "Lefèvre")
    assert [one.day for one in found.attested.presences] == [FIRST_DAY]


async def test_who_came_for_the_first_day_alone_has_it_the_morning_after(site):
    edition = await site.edition(asks_days=True)
    person = await site.register(edition, days=[FIRST_DAY])
    await site.was_there(edition, person)
    morning = LAST_NIGHT_ENDS - timedelta(days=1)
    async with site.pool.acquire() as db:
        had = [
            await attestations.may_have(db, edition, person.id, at=at)
            for at in (morning - timedelta(seconds=1), morning)
        ]
    assert had == [False, True]


async def test_it_is_theirs_from_the_thanks_on(site, edition, own, there):
    with pytest.raises(NotAttested):
        await own(there, DURING)
    site.clock.at = DURING
    await site.do(sending.send_to_confirmed, edition, KINDS["thanks"], actor="organiser:x")
    assert (await own(there, DURING)).attested.reference == there.reference


async def test_who_was_not_let_in_has_none(site, edition, own, there):
    absent = await site.register(edition)
    left = await site.register(edition)
    await site.was_there(edition, left, (DURING, Direction.OUT))
    for person in (absent, left):
        with pytest.raises(NotAttested):
            await own(person)


async def test_who_gave_up_has_none(site, edition, own, there, verify, codes):
    code = codes.code((await own(there)).attested)
    await site.cancel(edition, there)
    with pytest.raises(NotAttested):
        await own(there)
    with pytest.raises(AttestationUnknown):
        await verify(code)


async def test_nobody_is_not_found(site, edition):
    async with site.pool.acquire() as db:
        with pytest.raises(RegistrationNotFound):
            await attestations.own(db, edition, site.ids.uuid(DURING), at=DURING)


async def everybody(site, edition):
    async with site.pool.acquire() as db, db.transaction():
        parts = [some async for some in attestations.of_all(db, edition, at=site.clock.at)]
    return [one for some in parts for one in some]


async def test_all_are_sorted_by_name_and_none_is_anothers(site, edition):
    assert await everybody(site, edition) == []
    for name in ("Roux", "Édouard", "Absent", "Œuvrard", "Dupont"):
        person = await site.register(edition, family_name=name)
        if name != "Absent":
            await site.was_there(edition, person)
    other = await site.edition()
    await site.was_there(other, await site.register(other))
    found = await everybody(site, edition)
    assert [one.attested.family_name for one in found] == ["Dupont", "Édouard", "Œuvrard", "Roux"]


async def test_a_code_proves_name_and_hours_as_they_are(own, there, verify, codes, edition):
    attested = (await own(there)).attested
    found = await verify(codes.code(attested))
    assert (found.edition.id, found.attested, found.unchanged) == (edition.id, attested, True)


async def test_what_changed_since_is_said_and_shown(site, edition, own, there, verify, codes):
    code = codes.code((await own(there)).attested)
    await site.was_there(edition, there, (DURING + timedelta(hours=8), Direction.OUT), NEXT_DAY)
    found = await verify(code)
    assert found.unchanged is False
    assert found.attested == (await own(there)).attested
    assert (await verify(codes.code(found.attested))).unchanged is True


async def test_a_corrected_name_is_a_change(site, edition, own, there, verify, codes):
    code = codes.code((await own(there)).attested)
    await site.do(
        changing.change, edition, there.id, Change(family_name="Lefebvre"), by_staff=True, actor="x"
    )
    found = await verify(code)
    assert (found.unchanged, found.attested.family_name) == (False, "Lefebvre")


async def test_a_code_of_an_edition_that_is_gone_proves_nothing(own, there, verify, codes):
    attested = (await own(there)).attested
    for gone in (replace(attested, edition_id=65535), replace(attested, reference="0000-0000")):
        with pytest.raises(AttestationUnknown):
            await verify(codes.code(gone))


async def test_a_code_of_days_alone_is_good_until_a_day_changes(
    site, edition, own, there, verify, codes
):
    """Papers issued before hours existed told the days alone; they stay good."""
    attested = (await own(there)).attested
    assert attested.halves
    old = codes.code(replace(attested, halves=None, sessions=[]))
    assert codes.read(old).paper is Paper.DAYS
    assert old != codes.code(attested)
    found = await verify(old)
    assert (found.unchanged, found.attested) == (True, attested)
    await site.was_there(edition, there, NEXT_DAY)
    assert (await verify(old)).unchanged is False


async def test_hours_that_changed_leave_the_old_code_good_as_long_as_days_stand(
    site, edition, own, there, verify, codes
):
    attested = (await own(there)).attested
    old, new = codes.code(replace(attested, halves=None, sessions=[])), codes.code(attested)
    for hours, way in ((1, Direction.OUT), (2, Direction.IN)):  # out for an hour, and in again
        await site.was_there(edition, there, (DURING + timedelta(hours=hours), way))
    changed = (await own(there)).attested
    assert changed.presences == attested.presences
    assert (await verify(old)).unchanged is True
    assert (await verify(new)).unchanged is (changed.halves == attested.halves)


async def test_a_code_names_the_edition_it_was_made_for(site, own, there, verify, codes):
    other = await site.edition()
    attested = (await own(there)).attested
    with pytest.raises(AttestationUnknown):
        await verify(codes.code(replace(attested, edition_id=other.id)))


async def test_a_good_code_of_other_hours_says_that_they_changed(own, there, verify, codes):
    attested = (await own(there)).attested
    [*_, last] = attested.halves
    later = replace(last, until=last.until + timedelta(minutes=1))
    found = await verify(codes.code(replace(attested, halves=[*attested.halves[:-1], later])))
    assert (found.unchanged, found.attested) == (False, attested)
