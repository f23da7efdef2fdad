"""Invitations that are sent to those whom they name."""

import pytest

from forum.core.errors import Invalid
from forum.invitations.models import NewInvitation
from forum.registrations import inviting

TEAM = {"actor": "organiser:test"}
GUESTS = [
    NewInvitation(email=f"{n}@example.org", name=f"Guest {n}", category="press", language=language)
    for n, language in (("a", "fr"), ("b", "en"))
]


async def test_each_guest_gets_a_code_of_their_own(site, edition):
    made = await site.do(inviting.invite, edition, [*GUESTS, NewInvitation(code="ALL")], **TEAM)
    assert len({one.code for one in made}) == 3
    letters = "select recipient, language, data->>'code' from outbox where edition_id = $1"
    assert sorted(await site.rows(letters, edition.id)) == [
        ("a@example.org", "fr", made[0].code),
        ("b@example.org", "en", made[1].code),
    ]


async def test_of_a_list_with_a_mistake_nobody_is_written_to(site, edition):
    with pytest.raises(Invalid) as caught:
        await site.do(inviting.invite, edition, [*GUESTS, NewInvitation(category="king")], **TEAM)
    assert caught.value.fields.keys() == {"3.category"}
    assert await site.letters(edition) == []
