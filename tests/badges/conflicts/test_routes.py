"""The organisers' page of conflicts: explained, settled, taken back."""

from datetime import timedelta

from forum.core.context import Role
from tests.factories import DURING, SAME_ORIGIN


def after(done):
    """Return where the browser goes after a form was sent."""
    return done.headers["location"].partition("/doors/")[2]


async def test_the_page_settles_and_takes_back(site, edition, team, twice):
    second, person = twice
    page = (await team.get("conflicts")).text
    assert "One conflict is open." in page
    assert f'/organiser/{edition.slug}/registrations/{person.reference}"' in page
    assert "Neither device had a network then: neither could know of the other." in page
    place = f"conflicts/{second}/admitted_twice"
    typed = {"decision": "same_person", "note": "Vue", "revision": "0", "filter.gate": "garden"}
    done = await team.post(f"{place}/settlement", data=typed)
    home = f"/organiser/{edition.slug}/doors/conflicts"
    assert done.headers["location"] == f"{home}?gate=garden&done={second}/admitted_twice/1"
    page = (await team.get(after(done))).text
    assert "Settled: The same person, twice." in page
    assert "No conflict is open." in page
    assert "Vue" in (await team.get("conflicts?state=settled")).text
    back = await team.post(f"{place}/reopening", data={"revision": "1"})
    assert back.headers["location"] == f"{home}?done=reopened"
    assert "Taken back: the conflict is open again." in (await team.get(after(back))).text


async def test_the_second_organiser_is_told_what_the_first_decided(program, team, twice):
    second, _ = twice
    place = f"conflicts/{second}/admitted_twice/settlement"
    await program.put(place, json={"decision": "copied_ticket"})
    late = await team.post(place, data={"decision": "same_person", "revision": "0"})
    assert late.status_code == 412
    said = "anne@example.org decided on this conflict meanwhile: A copied ticket: two people."
    assert said in late.text
    await program.delete(place)
    late = await team.post(place, data={"decision": "same_person", "revision": "1"})
    assert "Somebody else took the decision on this conflict back meanwhile." in late.text


async def test_without_a_decision_the_page_says_so_beside_the_field(team, twice):
    second, _ = twice
    typed = {"decision": "", "note": "Qui ?", "revision": "0"}
    answer = await team.post(f"conflicts/{second}/admitted_twice/settlement", data=typed)
    assert answer.status_code == 422
    assert f'href="#decision-{second}-admitted_twice"' in answer.text
    assert f'id="decision-{second}-admitted_twice-error"' in answer.text
    assert 'value="Qui ?"' in answer.text
    answer = await team.post(
        "conflicts/settlements", data={"kind": "admitted_twice", "filter.kind": "admitted_twice"}
    )
    assert (answer.status_code, 'href="#decision-all"' in answer.text) == (422, True)


async def test_all_of_one_kind_are_settled_from_the_page(site, edition, team, twice):
    assert "Settle all of this kind" not in (await team.get("conflicts")).text
    page = (await team.get("conflicts?kind=admitted_twice")).text
    assert "Settle all of this kind" in page
    found_until = (DURING + timedelta(hours=9)).isoformat()
    typed = {"kind": "admitted_twice", "decision": "let_in_rightly", "found_until": found_until}
    done = await team.post("conflicts/settlements", data=typed)
    assert done.headers["location"].endswith("/doors/conflicts?done=all/1")
    assert "One conflict was settled." in (await team.get(after(done))).text


async def test_who_watches_the_doors_sees_conflicts_and_settles_none(site, edition, twice):
    second, person = twice
    headers = await site.signed_in(edition, Role.DOOR)
    async with site.client(headers={**SAME_ORIGIN, **headers}) as client:
        base = f"/organiser/{edition.slug}/doors/conflicts"
        page = (await client.get(base)).text
        assert "Zoé Lefèvre" in page
        assert person.reference not in page
        assert "/settlement" not in page
        refused = await client.post(f"{base}/{second}/admitted_twice/settlement", data={})
        assert refused.status_code == 403
