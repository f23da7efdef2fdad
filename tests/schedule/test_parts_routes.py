"""The parts of the draft by the API: kept, guarded by If-Match, and never more than may be set."""

import uuid

import pytest

from forum.core.context import Role
from schedule import editing
from tests.factories import SAME_ORIGIN, draft

GOOD = {
    "rooms": {"name": "Salle Garonne", "capacity": 240, "access": ["hearing_loop"]},
    "tracks": {"name": {"fr": "Eau", "en": "Water"}, "tint": 4},
    "speakers": {"name": "Zoé Lefèvre", "email": "zoe@example.org", "note": "Rappeler"},
    "sessions": {"type": "talk", "title": {"fr": "Eau"}, "note": "À voir", "expected": 12},
    "plans": {"title": {"fr": "Niveau 0"}, "alt": {"fr": "L’entrée est en bas."}, "position": 2},
}
NOWHERE = uuid.UUID(int=7)


@pytest.fixture
async def api(site, edition, client):
    """Ask for a path of the edition's API as its programme editor."""
    headers = {**SAME_ORIGIN, **await site.signed_in(edition, Role.PROGRAMME_EDITOR)}

    async def ask(method, path, *, json=None, **more):
        return await client.request(
            method,
            f"/api/editions/{edition.slug}/{path}",
            json=json,
            headers={**headers, **more.pop("headers", {})},
            **more,
        )

    return ask


@pytest.fixture
async def there(site, edition):
    """A draft of two sessions in one room, with one person."""
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, draft(), at=site.clock.at)
        return await editing.read(db, edition)


@pytest.mark.parametrize("kind", GOOD)
async def test_a_part_is_added_told_changed_and_removed(api, edition, kind):
    made = await api("POST", kind, json=GOOD[kind])
    told = made.json()
    path = f"{kind}/{told['id']}"
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert made.headers["location"] == f"/api/editions/{edition.slug}/{path}"
    assert {name: told[name] for name in GOOD[kind]} == GOOD[kind]
    assert (await api("GET", path)).json() == told
    assert (await api("GET", kind)).json() == {"items": [told], "next": None}

    first = {"name": "Autre"} if kind in {"rooms", "speakers"} else {}
    name = {"tracks": "name", "sessions": "title", "plans": "title"}.get(kind)
    sent = first or {name: {"fr": "Autre"}}
    changed = await api("PATCH", path, json=sent, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json() == {**told, **sent, "edited": 2}

    put = await api("PUT", path, json=GOOD[kind], headers={"if-match": '"2"'})
    assert put.json() == {**told, "edited": 3}
    gone = await api("DELETE", path, headers={"if-match": '"3"'})
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await api("GET", path)).status_code == 404
    assert (await api("DELETE", path)).json()["code"] == "part_not_found"


async def test_a_put_takes_away_what_it_does_not_send_and_null_what_a_patch_sends(api):
    path = "rooms/" + (await api("POST", "rooms", json=GOOD["rooms"])).json()["id"]
    assert (await api("PATCH", path, json={"capacity": None})).json()["capacity"] is None
    assert (await api("PUT", path, json={"name": "Salle"})).json()["access"] == []


async def test_an_old_number_is_refused_with_what_changed_since_and_by_whom(
    site, edition, api, client
):
    path = "rooms/" + (await api("POST", "rooms", json=GOOD["rooms"])).json()["id"]
    other = await site.signed_in(edition, address="anne@example.org")
    await client.patch(
        f"/api/editions/{edition.slug}/{path}", json={"floor": "1"}, headers=SAME_ORIGIN | other
    )
    for method in ("PATCH", "PUT", "DELETE"):
        sent = None if method == "DELETE" else {"name": "Mine"}
        refused = await api(method, path, json=sent, headers={"if-match": '"1"'})
        assert (refused.status_code, refused.json()["code"]) == (412, "part_changed")
        [change] = refused.json()["changes"]
        assert (change["who"], change["number"], change["kind"]) == (
            "anne@example.org",
            2,
            "edited",
        )
        assert (change["before"]["floor"], change["after"]["floor"]) == (None, "1")
    for tag in ('"2"', '"1", "2"', "*"):
        assert (await api("PATCH", path, json={}, headers={"if-match": tag})).status_code == 200
    weak = await api("PATCH", path, json={}, headers={"if-match": 'W/"2"'})
    assert weak.status_code == 412


SET_ELSEWHERE = [
    *((kind, name) for kind in GOOD for name in ("id", "slug", "edited", "unknown")),
    ("plans", "picture"),
    *(("speakers", name) for name in ("registration_id", "photo", "photo_agreed_at", "sort_key")),
    *(("sessions", name) for name in ("number", "overlaps", "revision", "changed_at")),
]


@pytest.mark.parametrize(("kind", "name"), SET_ELSEWHERE)
async def test_what_is_not_set_from_outside_is_refused(api, kind, name):
    path = f"{kind}/" + (await api("POST", kind, json=GOOD[kind])).json()["id"]
    before = (await api("GET", path)).json()
    value = {"number": 99, "edited": 99, "photo": "f" * 64}.get(name, str(NOWHERE))
    answers = [
        await api("POST", kind, json={**GOOD[kind], name: value}),
        await api("PUT", path, json={**GOOD[kind], name: value}),
        await api("PATCH", path, json={name: value}),
    ]
    assert [one.status_code for one in answers] == [422, 422, 422]
    assert [list(one.json()["fields"]) for one in answers] == [[name]] * 3
    assert (await api("GET", path)).json() == before
    assert len((await api("GET", kind)).json()["items"]) == 1


async def test_every_mistake_is_named_by_its_place(api, there):
    person = str(there.speakers[0].id)
    wrong = {
        "type": "party",
        "title": {"fr": 3, "français": "x"},
        "minutes": 12.5,
        "starts_at": "2027-03-23T09:30:00",
        "people": [
            {"speaker_id": str(NOWHERE)},
            {"speaker_id": person},
            {"speaker_id": person, "role": "guest"},
        ],
        "links": [{"url": "javascript:alert(1)", "title": "x"}, 3],
        "url": "data:text/html,x",
        "tags": "eau",
        "guides": ["none"],
        "sign_up": "yes",
        "capacity": True,
        "room_id": str(NOWHERE),
        "note": ["x"],
    }
    refused = await api("POST", "sessions", json=wrong)
    assert refused.status_code == 422
    assert set(refused.json()["fields"]) == {
        *("type", "title.fr", "title", "minutes", "starts_at", "links.0.url", "links.1", "url"),
        *("tags", "guides", "sign_up", "capacity", "room_id", "note"),
        *("people.0.speaker_id", "people.2.speaker_id"),
    }


async def test_a_part_that_sessions_name_is_not_removed_and_the_answer_says_which(api, there):
    room, speaker = there.rooms[0].id, there.speakers[0].id
    for path in (f"rooms/{room}", f"speakers/{speaker}"):
        refused = await api("DELETE", path)
        assert (refused.status_code, refused.json()["code"]) == (409, "part_used")
        assert refused.json()["sessions"] == [
            {"id": str(one.id), "number": one.number, "title": one.title} for one in there.sessions
        ]


async def test_a_clash_is_refused_with_the_conflict(api, there):
    first, second = there.sessions
    refused = await api(
        "PATCH", f"sessions/{second.id}", json={"starts_at": first.starts_at.isoformat()}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "change_blocked")
    assert {one["code"] for one in refused.json()["conflicts"]} == {
        "room_taken",
        "person_in_two_places",
    }
    told = (await api("GET", f"sessions/{second.id}")).json()
    assert told["starts_at"] == second.starts_at.isoformat().replace("+00:00", "Z")


async def test_the_same_key_adds_once(api):
    keys = {"idempotency-key": "k-1"}
    one = await api("POST", "rooms", json=GOOD["rooms"], headers=keys)
    again = await api("POST", "rooms", json=GOOD["rooms"], headers=keys)
    other = await api("POST", "rooms", json={"name": "Autre"}, headers=keys)
    assert one.json() == again.json()
    assert other.json()["code"] == "idempotency_key_reused"
    assert len((await api("GET", "rooms")).json()["items"]) == 1


async def test_numbers_and_slugs_are_given_here_and_each_once(api):
    made = [(await api("POST", "sessions", json=GOOD["sessions"])).json() for _ in range(3)]
    assert [(one["number"], one["slug"]) for one in made] == [
        (1, "eau"),
        (2, "eau-2"),
        (3, "eau-3"),
    ]


async def test_lists_go_on_after_the_last_one_seen(api):
    ids = [(await api("POST", "rooms", json={"name": f"S{n}"})).json()["id"] for n in range(5)]
    first = (await api("GET", "rooms?limit=2")).json()
    second = (await api("GET", f"rooms?limit=2&after={first['next']}")).json()
    third = (await api("GET", f"rooms?limit=2&after={second['next']}")).json()
    seen = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert (seen, third["next"]) == (ids, None)
    assert (await api("GET", f"rooms?after={NOWHERE}")).json()["items"] == []


async def test_texts_come_clean_and_addresses_safe(api):
    sent = {
        "name": "Zo\u0065\u0301 \u202e\u2066Lefèvre\u0000",
        "biography": {"fr": "Un.\r\n\r\n\r\n\u202eDeux : oui", "de": "Ja"},
        "links": [{"url": "www.example.org/é", "title": "<b>Étude</b>"}],
    }
    told = (await api("POST", "speakers", json=sent)).json()
    assert told["name"] == "Zoé Lefèvre"
    assert told["biography"] == {"fr": "Un.\n\nDeux : oui", "de": "Ja"}
    assert told["links"] == [{"url": "https://www.example.org/%C3%A9", "title": "<b>Étude</b>"}]


async def test_what_stays_with_the_editors_is_in_no_public_answer(site, edition, api, client):
    secret = "backstage-secret"
    person = (
        await api(
            "POST",
            "speakers",
            json={
                "name": "Zoé Lefèvre",
                "email": f"{secret}@example.org",
                "note": secret,
                "availability": [
                    {"starts_at": "2027-03-23T08:00:00Z", "ends_at": "2027-03-23T12:34:00Z"}
                ],
            },
        )
    ).json()
    await api(
        "POST",
        "sessions",
        json={
            "type": "talk",
            "title": {"fr": "Eau"},
            "starts_at": "2027-03-23T09:00:00Z",
            "people": [{"speaker_id": person["id"]}],
            "note": secret,
            "internal_tags": [secret],
        },
    )
    async with site.pool.acquire() as db:
        made = await editing.read(db, edition)
    await site.programme(edition, made)
    for path in (
        f"/api/editions/{edition.slug}/programme",
        f"/{edition.slug}/programme",
        f"/{edition.slug}/sessions/eau",
        *(f"/{edition.slug}/programme.{one}" for one in ("json", "xml", "ics")),
    ):
        public = await client.get(path)
        assert public.status_code == 200
        assert secret not in public.text
        assert "12:34" not in public.text


async def test_another_edition_has_none_of_it(site, edition, api, there, client):
    other = await site.edition()
    stranger = SAME_ORIGIN | await site.signed_in(other, Role.PROGRAMME_EDITOR)
    room = there.rooms[0].id
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        sent = None if method in {"GET", "DELETE"} else {"name": "Volée"}
        elsewhere = await client.request(
            method, f"/api/editions/{other.slug}/rooms/{room}", json=sent, headers=stranger
        )
        here = await client.request(
            method, f"/api/editions/{edition.slug}/rooms/{room}", json=sent, headers=stranger
        )
        assert (elsewhere.status_code, here.status_code) == (404, 403)
    named = {"type": "talk", "title": {"fr": "Vol"}, "room_id": str(room)}
    refused = await client.post(
        f"/api/editions/{other.slug}/sessions", json=named, headers=stranger
    )
    assert list(refused.json()["fields"]) == ["room_id"]
    assert (await api("GET", f"rooms/{room}")).json()["name"] == "Salle Garonne"
