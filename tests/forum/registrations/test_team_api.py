"""The API of registrations for the team: search, one, change, cancel, walk-in, link."""

import pytest

from forum.core.context import Role
from forum.editions.models import NewCategory
from tests.factories import SAME_ORIGIN


@pytest.fixture
async def team(site, edition):
    async with site.client(headers={**SAME_ORIGIN, **await site.signed_in(edition)}) as client:
        yield client


@pytest.fixture
async def reception(site, edition):
    headers = {**SAME_ORIGIN, **await site.signed_in(edition, Role.RECEPTION)}
    async with site.client(headers=headers) as client:
        yield client


@pytest.fixture
async def person(site, edition):
    return await site.register(
        edition, given_name="Zoé", family_name="Lefèvre", email="zoe@x.example", organisation="Lyon"
    )


def path(edition, rest=""):
    return f"/api/editions/{edition.slug}/registrations{rest}"


async def test_a_registration_is_told_whole(edition, team, person):
    answer = await team.get(path(edition, f"/{person.reference}"))
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json() == {
        "reference": person.reference,
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": "zoe@x.example",
        "organisation": "Lyon",
        "job_title": None,
        "category": "elected",
        "language": "fr",
        "status": "confirmed",
        "days": ["2027-03-23", "2027-03-24"],
        "group": None,
        "turn": None,
        "offer_until": None,
        "counted": True,
        "printed_at": None,
        "revision": 1,
        "created_at": "2027-03-01T12:00:00Z",
        "changed_at": "2027-03-01T12:00:00Z",
    }


async def test_pages_follow_each_other_to_the_end(site, edition, team):
    made = [(await site.register(edition, family_name=f"N{n}")).reference for n in range(5)]
    seen, query = [], {"limit": 2}
    while True:
        told = (await team.get(path(edition), params=query)).json()
        seen.append([item["reference"] for item in told["items"]])
        if told["next"] is None:
            break
        query["after"] = told["next"]
    assert seen == [made[:2], made[2:4], made[4:]]


async def test_search_and_filters(site, edition, team, person):
    await site.register(edition, family_name="Martin", category="press")
    for query, found in (
        ({"q": "lefevre"}, ["Lefèvre"]),
        ({"q": person.reference.replace("-", "")}, ["Lefèvre"]),
        ({"category": "press"}, ["Martin"]),
        ({"status": "waiting,confirmed", "sort": "-name"}, ["Martin", "Lefèvre"]),
        ({"status": "waiting"}, []),
    ):
        told = (await team.get(path(edition), params=query)).json()
        assert [item["family_name"] for item in told["items"]] == found, query


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"since": "x"}, {"since"}),
        ({"after": "x"}, {"after"}),
        ({"since": "x", "until": "31/12/2027"}, {"since", "until"}),
    ],
)
async def test_what_cannot_be_read_is_told(edition, team, query, fields):
    answer = await team.get(path(edition), params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert {*answer.json()["fields"]} == fields


@pytest.mark.parametrize("limit", ["0", "201", "x"])
async def test_a_limit_has_its_bounds(edition, team, limit):
    assert (await team.get(path(edition), params={"limit": limit})).status_code == 400


async def test_nothing_of_another_edition(site, edition, team):
    other = await site.edition()
    stranger = await site.register(other)
    for method in ("GET", "PATCH", "DELETE"):
        answer = await team.request(method, path(edition, f"/{stranger.reference}"), json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "registration_not_found")
        foreign = await team.request(method, path(other, f"/{stranger.reference}"), json={})
        assert foreign.status_code == 403
    assert (await site.registered(other, stranger.id)).status == "confirmed"


async def test_a_change_is_guarded_by_if_match(edition, team, person):
    one = path(edition, f"/{person.reference}")
    first = await team.patch(one, json={"given_name": "Zoë"}, headers={"if-match": '"1"'})
    assert (first.status_code, first.headers["etag"], first.json()["given_name"]) == (
        200,
        '"2"',
        "Zoë",
    )
    late = await team.patch(one, json={"given_name": "Zoe"}, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "registration_changed")
    assert late.json()["fields"] == {"given_name": "It is now: Zoë"}
    assert late.headers["etag"] == '"2"'
    gone = await team.delete(one, headers={"if-match": '"1"'})
    assert gone.status_code == 412
    nothing = await team.patch(one, json={}, headers={"if-match": 'W/"2", x'})
    assert (nothing.status_code, nothing.json().get("fields")) == (412, None)
    free = await team.patch(one, json={"given_name": "Zoe"})
    assert free.json()["revision"] == 3
    last = await team.delete(one, headers={"if-match": '"2", "3"'})
    assert (last.status_code, last.json()["status"]) == (200, "cancelled")


async def test_what_changed_since_is_told_with_what_it_is_now(site, edition, team, person):
    one = path(edition, f"/{person.reference}")
    await site.agree(edition, person)  # is no change of the registration
    await team.patch(one, json={"organisation": None, "days": ["2027-03-23"]})
    await team.patch(one, json={"given_name": "Zoë"})
    await team.delete(one)
    late = await team.patch(one, json={"given_name": "Zoe"}, headers={"if-match": '"1"'})
    assert late.json()["fields"] == {
        "organisation": "It is now: –",
        "days": "It is now: 2027-03-23",
        "given_name": "It is now: Zoë",
        "status": "It is now: cancelled",
    }
    later = await team.delete(one, headers={"if-match": '"2", "3"'})
    assert later.json()["fields"] == {"status": "It is now: cancelled"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"status": "cancelled"}, {"category": "press"}),
        ({"given_name": "Zoë"}, {"family_name": "Roux"}),
        ({"status": "cancelled"}, {"status": "cancelled"}),
    ],
)
async def test_of_two_requests_at_once_that_saw_the_same_one_is_done(
    site, edition, team, person, one, other
):
    address, seen = path(edition, f"/{person.reference}"), {"if-match": '"1"'}
    answers = await site.at_once(
        edition, *(team.patch(address, json=body, headers=seen) for body in (one, other))
    )
    done, late = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert (late.status_code, late.headers["etag"]) == (412, '"2"')
    [what] = late.json()["fields"]
    assert what in ("status", *one, *other)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"nonsense": 1}, {"nonsense"}),
        ({"revision": 1}, {"revision"}),
        ({"email": "no", "given_name": "x" * 200}, {"email", "given_name"}),
        ({"given_name": None}, {"given_name"}),
        ({"family_name": " "}, {"family_name"}),
        ({"category": "king"}, {"category"}),
        ({"language": "de"}, {"language"}),
        ({"days": ["2030-01-01"]}, {"days"}),
        ({"status": "waiting"}, {"status"}),
        ({"status": "king"}, {"status"}),
        ({"status": "cancelled", "given_name": "Zoe"}, {"given_name"}),
    ],
)
async def test_a_wrong_change_changes_nothing(site, edition, team, person, body, fields):
    answer = await team.patch(path(edition, f"/{person.reference}"), json=body)
    assert (answer.status_code, {*answer.json()["fields"]}) == (422, fields)
    assert await site.value("select revision from registration where id = $1", person.id) == 1


async def test_what_may_be_empty_is_taken_away(edition, team, person):
    one = path(edition, f"/{person.reference}")
    answer = await team.patch(one, json={"organisation": None, "days": ["2027-03-24"]})
    assert (answer.json()["organisation"], answer.json()["days"]) == (None, ["2027-03-24"])
    every = await team.patch(one, json={"days": []})
    assert every.json()["days"] == ["2027-03-23", "2027-03-24"]


async def test_approving_and_refusing(site, team):
    edition = await site.edition(
        categories=[NewCategory(code="partner", name={"fr": "Partenaire"}, approval=True)]
    )
    people = [await site.register(edition, category="partner") for _ in range(2)]
    async with site.client(headers={**SAME_ORIGIN, **await site.signed_in(edition)}) as client:
        told = [
            (await client.patch(path(edition, f"/{one.reference}"), json=body)).json()["status"]
            for one, body in zip(
                people, [{"status": "confirmed"}, {"status": "refused", "reason": "Complet"}],
                strict=True,
            )
        ]  # fmt: skip
        again = await client.patch(
            path(edition, f"/{people[0].reference}"), json={"status": "refused"}
        )
    assert told == ["confirmed", "refused"]
    assert (again.status_code, again.json()["code"]) == (409, "registration_not_possible")


async def test_reception_corrects_but_does_not_decide(edition, reception, person):
    one = path(edition, f"/{person.reference}")
    assert (await reception.patch(one, json={"given_name": "Zoë"})).status_code == 200
    for body in ({"status": "cancelled"}, {"category": "press"}, {"days": []}, {"beyond": True}):
        assert (await reception.patch(one, json=body)).status_code == 403
    assert (await reception.delete(one)).status_code == 403


async def test_a_walk_in_and_its_key(site, edition, reception):
    body = {"given_name": "Ada", "family_name": "Ferrand", "category": "press"}
    headers = {"idempotency-key": "one"}
    first = await reception.post(path(edition, "/walk-ins"), json=body, headers=headers)
    again = await reception.post(path(edition, "/walk-ins"), json=body, headers=headers)
    assert (first.status_code, first.json()["email"], first.json()["status"]) == (
        201,
        None,
        "confirmed",
    )
    assert again.json() == first.json()
    other = await reception.post(
        path(edition, "/walk-ins"), json={**body, "given_name": "A"}, headers=headers
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    twice = await reception.post(path(edition, "/walk-ins"), json=body)
    assert (twice.status_code, twice.json()["code"], twice.json()["fields"]) == (
        409,
        "namesakes",
        {"references": first.json()["reference"]},
    )
    sure = await reception.post(path(edition, "/walk-ins"), json={**body, "another_person": True})
    assert sure.status_code == 201
    beyond = await reception.post(path(edition, "/walk-ins"), json={**body, "beyond": True})
    assert beyond.status_code == 403


async def test_every_mistake_of_a_walk_in_is_told(edition, reception):
    answer = await reception.post(path(edition, "/walk-ins"), json={"email": "no", "x": 1})
    assert (answer.status_code, {*answer.json()["fields"]}) == (
        422,
        {"given_name", "family_name", "category", "email", "x"},
    )


async def test_a_registered_address_is_told_to_the_desk(edition, reception, person):
    body = {"given_name": "A", "family_name": "B", "category": "press", "email": "ZOE@x.example"}
    answer = await reception.post(path(edition, "/walk-ins"), json=body)
    assert (answer.status_code, answer.json()["fields"]) == (
        409,
        {"reference": person.reference},
    )


async def test_the_link_is_sent_again(site, edition, reception, person):
    links = path(edition, f"/{person.reference}/links")
    site.clock.forward(minutes=5)
    told = [await reception.post(links) for _ in range(2)]
    assert [(one.status_code, one.json()) for one in told] == [
        (202, {"sent": True}),
        (202, {"sent": False}),
    ]
