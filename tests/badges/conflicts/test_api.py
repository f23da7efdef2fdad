"""Conflicts for programs: told, settled, opened again."""

import uuid


async def test_conflicts_are_told_settled_and_opened_again(site, edition, program, twice):
    second, person = twice
    told = (await program.get("conflicts")).json()
    assert (told["open"], told["next"], len(told["items"])) == (1, None, 1)
    one = told["items"][0]
    assert one["scan"]["id"] == second
    assert (one["kind"], one["revision"], one["settlement"]) == ("admitted_twice", 0, None)
    assert one["person"] == {
        "reference": person.reference,
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "category": {"fr": "Élu", "en": "Elected official"},
    }
    assert (one["other"]["gate"], one["other"]["at"]) == ("main", "2027-03-23T09:00:00Z")
    assert one["explanation"]["en"].startswith("Let in a first time on Tuesday 23 March at 10:00")
    assert one["explanation"].keys() == {"fr", "en"}
    place = f"conflicts/{second}/admitted_twice/settlement"
    wrong = await program.put(place, json={"decision": "time_right"})
    assert (wrong.status_code, [*wrong.json()["fields"]]) == (422, ["decision"])
    settled = await program.put(
        place, json={"decision": "same_person", "note": "Vu"}, headers={"if-match": '"0"'}
    )
    assert (settled.status_code, settled.headers["etag"]) == (200, '"1"')
    said = settled.json()["settlement"]
    assert (said["decision"], said["note"], said["by"]) == ("same_person", "Vu", "anne@example.org")
    late = await program.put(place, json={"decision": "copied_ticket"}, headers={"if-match": '"0"'})
    assert (late.status_code, late.json()["code"]) == (412, "conflict_changed")
    assert (await program.get("conflicts")).json()["items"] == []
    found = (await program.get("conflicts", params={"settled": True})).json()["items"]
    assert [each["settlement"]["decision"] for each in found] == ["same_person"]
    assert (await program.delete(place)).json()["settlement"] is None
    assert (await program.get("conflicts")).json()["open"] == 1


async def test_what_is_no_conflict_is_not_there(program):
    for kind in ("admitted_twice", "earthquake"):
        place = f"conflicts/{uuid.uuid4()}/{kind}/settlement"
        answer = await program.put(place, json={"decision": "same_person"})
        assert (answer.status_code, answer.json()["code"]) == (404, "conflict_not_found")
