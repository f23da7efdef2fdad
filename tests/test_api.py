"""The API as its own description tells it: whatever a stranger sends, nothing fails inside."""

import asyncio
import json
from urllib.parse import quote

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from tests.factories import SAME_ORIGIN, answers, draft

SEED = 20270323
EXAMPLES = 20


@pytest.fixture(scope="module")
async def house(shared_site):
    """An edition with all that the API tells, and the headers of those who may ask."""
    edition = await shared_site.edition()
    await shared_site.programme(edition, draft())
    await shared_site.guide(edition)
    await shared_site.ask(edition, "meal", "choices", options={"meat": 3, "soup": None})
    await shared_site.ask(edition, "card", "file", categories=["press"])
    person = await shared_site.register(edition)
    _, device = await shared_site.device(edition)
    team = {**SAME_ORIGIN, **await shared_site.signed_in(edition)}
    watch = shared_site.parts.watch
    longest_s, watch.longest_s = watch.longest_s, 0  # a client in here waits for a stream to end
    yield edition, [{"authorization": f"Bearer {person.key}"}, device, team, {}]
    watch.longest_s = longest_s


@pytest.fixture(scope="module")
async def described(shared_site):
    """The description that the site gives of its API."""
    async with shared_site.client() as client:
        return (await client.get("/api/openapi.json")).json()


async def test_the_description_names_every_route_of_the_api(shared_site, described):
    served = {
        route.path_format
        for route in shared_site.app.app.app.routes
        if route.path_format.startswith("/api/")
    }
    assert set(described["paths"]) == served - {"/api/docs", "/api/openapi.json"} - {
        path for path in served if path.startswith("/api/openapi.json")
    }


BY_ID = {"/api/device/scans"}
"""Sent again without harm by the ids in the body: no Idempotency-Key is needed."""


def test_every_post_of_the_api_takes_an_idempotency_key(shared_site, described):
    """A route that forgets `once` is found here."""
    posts = {
        path: {one["name"] for one in operations["post"].get("parameters", [])}
        for path, operations in described["paths"].items()
        if "post" in operations
    }
    without = {path for path, names in posts.items() if "Idempotency-Key" not in names}
    assert without == BY_ID
    asked = {
        route.path_format
        for route in shared_site.app.app.app.routes
        for handler in getattr(route, "route_handlers", [])
        if "POST" in handler.http_methods and route.path_format.startswith("/api/")
        if "once" in handler.fn.__annotations__
    }
    assert asked == posts.keys() - BY_ID


async def test_every_operation_says_in_words_what_it_does(described):
    said = [one for path in described["paths"].values() for one in path.values()]
    assert len({one["summary"] for one in said}) == len(said) >= 10
    assert all(" " in one["summary"] and one["description"].endswith(".") for one in said)


async def test_whatever_is_sent_nothing_fails_inside(shared_site, described, house):
    """Cases are drawn from the description, then sent by each who may ask; the seed is fixed."""
    edition, principals = house
    schema = schemathesis.openapi.from_dict(described)
    cases = []
    for result in schema.get_all_operations():
        drawn = result.ok().as_strategy(generation_mode=GenerationMode.POSITIVE)
        drawn |= result.ok().as_strategy(generation_mode=GenerationMode.NEGATIVE)

        @hypothesis.seed(SEED)
        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(drawn)
        def collect(case):
            cases.append(case)

        await asyncio.to_thread(collect)
    failed = []
    async with shared_site.client() as client:
        for case in cases:
            for headers in principals:
                answer = await send(client, case, edition.slug, headers)
                if answer.status_code >= 500:
                    failed.append((case.method, answer.url, answer.request.content, answer.text))
    assert failed == [], f"seed {SEED}"
    assert len(cases) >= EXAMPLES


async def send(client, case, slug, headers):
    """Send a case: with the path as drawn when it names no edition, else to the one there is."""
    values = {**(case.path_parameters or {})}
    if "edition_slug" in values and len(str(values["edition_slug"])) % 2:
        values["edition_slug"] = slug
    path = case.path
    for name, value in values.items():
        path = path.replace("{" + name + "}", encoded(value))
    body = None if isinstance(case.body, schemathesis.core.NotSet) else case.body
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return await client.request(
        case.method,
        path,
        content=body,
        headers={**headers, **({"content-type": "application/json"} if body else {})},
    )


def encoded(value):
    return quote(str(value).encode("utf-8", "replace"), safe="")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    "given_name family_name email category organisation job_title language consents answers".split()
)


@hypothesis.seed(SEED)
@hypothesis.settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@hypothesis.given(changed=st.dictionaries(FIELDS | st.text(), VALUES, max_size=4))
async def test_whatever_a_form_holds_it_is_taken_or_its_mistakes_are_named(
    changed, shared_site, house
):
    """The description leaves the body of a registration open: it is drawn here."""
    edition, _ = house
    async with shared_site.client() as client:
        answer = await client.post(
            f"/api/editions/{edition.slug}/registrations", json={**answers(), **changed}
        )
    assert answer.status_code in {202, 422}
    if answer.status_code == 422:
        wrong = {
            "answers" if name.startswith("answers.") and name not in changed else name
            for name in answer.json()["fields"]
        }
        assert wrong <= set(changed)
