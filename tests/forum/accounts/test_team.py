"""The verbs of the team: what they refuse, what they record, who wins a race."""

import asyncio

import pytest

from forum.accounts import team
from forum.accounts.keys import LinkKeys
from forum.accounts.models import LastOrganiser, MemberForm, MemberNotFound, TeamChanged
from forum.core.context import Organiser, Role
from forum.core.errors import Invalid
from forum.core.rights import Staff
from tests.factories import numbers

ROUNDS = 10


@pytest.fixture
async def staff(site, edition):
    """The only organiser of an edition, at work in it."""
    return await member(site, edition, Role.ORGANISER)


async def member(site, edition, *roles):
    """Take somebody in; return them at work."""
    address = f"member-{next(numbers)}@example.org"
    await site.signed_in(edition, *roles, address=address)
    account_id = await site.value("select id from account where email_key = $1", address)
    organiser = Organiser(account_id=account_id, email=address, roles={edition.id: list(roles)})
    return Staff(organiser=organiser, edition=edition)


async def roles_of(site, edition, who):
    rows = await site.rows(
        """select m.role::text from membership m where edition_id = $1 and account_id = $2
            order by m.role""",
        edition.id,
        who.organiser.account_id,
    )
    return [role for (role,) in rows]


async def verb(site, do, *arguments, **named):
    async with site.pool.acquire() as db:
        return await do(db, *arguments, **named, at=site.clock.at, ids=site.ids)


async def take_in(site, staff, address, *roles):
    form = MemberForm(email=address, roles=list(roles))
    return await verb(site, team.take_in, staff, form, LinkKeys(site.settings.secret_key))


async def deeds(site, edition, who):
    return await site.rows(
        """select actor, action, detail from audit
            where edition_id = $1 and subject_id = $2 order by at, id""",
        edition.id,
        who,
    )


async def test_who_is_taken_in_is_recorded_with_who_did_it(site, edition, staff):
    account = await take_in(site, staff, "new@example.org", Role.DOOR, Role.RECEPTION)
    assert await deeds(site, edition, account) == [
        (staff.actor, "member added", {"roles": ["reception", "door"]})
    ]


async def test_who_is_in_the_team_is_not_taken_in_again(site, edition, staff):
    address = f"member-{next(numbers)}@example.org"
    await take_in(site, staff, address, Role.DOOR)
    with pytest.raises(Invalid) as refusal:
        await take_in(site, staff, address.upper(), Role.ORGANISER)
    assert [*refusal.value.fields] == ["email"]
    waiting = await site.value("select count(*) from outbox where edition_id = $1", edition.id)
    assert waiting == 1


async def test_two_who_take_in_the_same_person_send_one_letter(site, edition, staff):
    other = await member(site, edition, Role.ORGANISER)
    for _ in range(ROUNDS):
        address = f"member-{next(numbers)}@example.org"
        done = await asyncio.gather(
            take_in(site, staff, address, Role.DOOR),
            take_in(site, other, address, Role.RECEPTION),
            return_exceptions=True,
        )
        assert sorted(isinstance(one, Invalid) for one in done) == [False, True]
        letters = await site.value("select count(*) from outbox where recipient = $1", address)
        assert letters == 1


async def test_roles_are_changed_and_recorded(site, edition, staff):
    other = await member(site, edition, Role.DOOR)
    who = other.organiser.account_id
    await verb(
        site, team.change_roles, staff, who, [Role.RECEPTION, Role.ORGANISER], held=[Role.DOOR]
    )
    assert await roles_of(site, edition, other) == ["organiser", "reception"]
    assert (
        staff.actor,
        "member roles changed",
        {"before": ["door"], "roles": ["organiser", "reception"]},
    ) in await deeds(site, edition, who)


async def test_roles_that_stay_the_same_are_no_deed(site, edition, staff):
    other = await member(site, edition, Role.DOOR)
    who = other.organiser.account_id
    before = await deeds(site, edition, who)
    await verb(site, team.change_roles, staff, who, [Role.DOOR], held=[Role.DOOR])
    assert await deeds(site, edition, who) == before


async def test_roles_changed_meanwhile_are_not_overwritten(site, edition, staff):
    other = await member(site, edition, Role.DOOR)
    who = other.organiser.account_id
    with pytest.raises(TeamChanged):
        await verb(site, team.change_roles, staff, who, [Role.DOOR], held=[Role.RECEPTION])
    assert await roles_of(site, edition, other) == ["door"]


async def test_of_two_changes_at_once_one_is_told_of_the_other(site, edition, staff):
    for _ in range(ROUNDS):
        other = await member(site, edition, Role.DOOR, Role.ORGANISER)
        who, held = other.organiser.account_id, [Role.ORGANISER, Role.DOOR]
        done = await asyncio.gather(
            verb(site, team.change_roles, staff, who, [Role.RECEPTION], held=held),
            verb(site, team.change_roles, staff, who, [Role.PROGRAMME_EDITOR], held=held),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in done) == ["NoneType", "TeamChanged"]


async def test_the_last_organiser_stays(site, edition, staff):
    who = staff.organiser.account_id
    with pytest.raises(LastOrganiser):
        await verb(site, team.remove, edition, who, actor=staff.actor)
    with pytest.raises(LastOrganiser):
        await verb(site, team.change_roles, staff, who, [Role.RECEPTION], held=[Role.ORGANISER])
    assert await roles_of(site, edition, staff) == ["organiser"]


async def test_two_organisers_who_remove_each_other_leave_one(site):
    for _ in range(ROUNDS):
        edition = await site.edition()
        one, two = [await member(site, edition, Role.ORGANISER) for _ in range(2)]
        done = await asyncio.gather(
            verb(site, team.remove, edition, two.organiser.account_id, actor=one.actor),
            verb(site, team.remove, edition, one.organiser.account_id, actor=two.actor),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in done) == ["LastOrganiser", "NoneType"]
        left = await site.value(
            "select count(*) from membership where edition_id = $1 and role = 'organiser'",
            edition.id,
        )
        assert left == 1


async def test_a_removal_is_recorded_and_undone(site, edition, staff):
    other = await member(site, edition, Role.DOOR, Role.RECEPTION)
    who = other.organiser.account_id
    await verb(site, team.remove, edition, who, actor=staff.actor)
    assert await roles_of(site, edition, other) == []
    for _ in range(2):
        await verb(site, team.restore, staff, who)
    assert await roles_of(site, edition, other) == ["reception", "door"]
    told = [action for _, action, _ in await deeds(site, edition, who)]
    assert sorted(told) == ["member added", "member added", "member removed"]


async def test_who_was_never_here_is_neither_removed_nor_brought_back(site, edition, staff):
    elsewhere = await site.edition()
    other = await member(site, elsewhere, Role.ORGANISER, Role.DOOR)
    await member(site, elsewhere, Role.ORGANISER)
    who = other.organiser.account_id
    with pytest.raises(MemberNotFound):
        await verb(site, team.remove, edition, who, actor=staff.actor)
    with pytest.raises(MemberNotFound):
        await verb(site, team.change_roles, staff, who, [Role.DOOR], held=[])
    await verb(site, team.remove, elsewhere, who, actor="command")
    with pytest.raises(MemberNotFound):
        await verb(site, team.restore, staff, who)
    assert await roles_of(site, edition, other) == []


async def test_who_is_removed_by_address(site, edition, staff):
    other = await member(site, edition, Role.DOOR)
    await verb(site, team.remove_by_email, edition, other.organiser.email.upper())
    assert await roles_of(site, edition, other) == []
    with pytest.raises(MemberNotFound):
        await verb(site, team.remove_by_email, edition, "nobody-at-all@example.org")
