"""Gates for programs: told, added, changed with `If-Match`, removed."""


async def test_gates_are_told_added_changed_and_removed(program, edition):
    told = (await program.get("gates")).json()["items"]
    assert [one["slug"] for one in told] == ["main", "garden", "dinner"]
    assert told[0] == {
        "slug": "main",
        "revision": 1,
        "name": {"fr": "Entrée", "en": "Entrance"},
        "kind": "door",
        "directions": "both",
        "check_in_list": "main",
        "position": 0,
        "checked_in": 0,
    }
    new = {"name": {"fr": "Cantine"}, "kind": "meal", "directions": "in"}
    added = await program.post("gates", json=new, headers={"idempotency-key": "a"})
    again = await program.post("gates", json=new, headers={"idempotency-key": "a"})
    assert (added.status_code, added.json()) == (201, again.json())
    assert added.headers["location"] == f"/api/editions/{edition.slug}/gates/cantine"
    assert (added.headers["etag"], added.json()["check_in_list"]) == ('"1"', "cantine")
    assert (await program.get("gates/cantine")).json() == added.json()
    changed = await program.patch(
        "gates/cantine", json={"position": 9}, headers={"if-match": '"7", "1"'}
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json() == {**added.json(), "position": 9, "revision": 2}
    stale = await program.patch("gates/cantine", json={}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "gate_changed")
    stale = await program.delete("gates/cantine", headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert (await program.delete("gates/cantine")).status_code == 204
    gone = await program.get("gates/cantine")
    assert (gone.status_code, gone.json()["code"]) == (404, "gate_not_found")


async def test_every_mistake_is_told_by_its_field(program):
    answer = await program.post("gates", json={"kind": "window", "check_in_list": "main"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [*answer.json()["fields"]] == ["name.fr", "kind"]
