"""Check-in lists for programs: told, added, changed with `If-Match`, removed."""


async def test_lists_are_told_added_changed_and_removed(program, edition):
    new = {
        "name": {"fr": "Ateliers"},
        "categories": ["press"],
        "days": ["2027-03-24"],
        "hours": [{"opens": "9:00", "closes": "12:00", "days": ["2027-03-24"]}],
        "counts": "forum",
    }
    added = await program.post("lists", json=new)
    assert added.status_code == 201
    assert added.json() == {
        "slug": "ateliers",
        "revision": 1,
        "name": {"fr": "Ateliers"},
        "categories": ["press"],
        "days": ["2027-03-24"],
        "hours": [{"opens": "09:00", "closes": "12:00", "days": ["2027-03-24"]}],
        "rooms": None,
        "lead_minutes": 30,
        "seats": False,
        "seats_kept_minutes": None,
        "counts": "forum",
        "reentry": True,
        "building": False,
    }
    changed = await program.patch(
        "lists/ateliers",
        json={"categories": None, "hours": None},
        headers={"if-match": added.headers["etag"]},
    )
    assert changed.json() == {**added.json(), "categories": None, "hours": [], "revision": 2}
    stale = await program.patch("lists/ateliers", json={}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "check_in_list_changed")
    slugs = [one["slug"] for one in (await program.get("lists")).json()["items"]]
    assert slugs == ["ateliers", "dinner", "main"]
    used = await program.delete("lists/main")
    assert (used.status_code, used.json()["code"]) == (409, "check_in_list_used")
    assert (await program.delete("lists/ateliers", headers={"if-match": "*"})).status_code == 204
    assert (await program.get("lists/ateliers")).status_code == 404


async def test_every_mistake_is_told_by_its_field(program):
    wrong = {"name": {}, "hours": [{"opens": "late", "closes": "9:00"}], "counts": "session"}
    answer = await program.post("lists", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [*answer.json()["fields"]] == ["name.fr", "hours.0.opens", "counts"]
