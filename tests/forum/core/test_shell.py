"""Around every request: forged posts, the client's address, HEAD, headers, the log."""

from ipaddress import ip_network

import pytest
import structlog

from forum.core.shell import Shell, cross_site
from tests.factories import SAME_ORIGIN, Memory, answers, sent

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-origin, cross-site"}, True),
        ({"origin": "https://forum.example", "host": "forum.example"}, False),
        ({"origin": "https://evil.example", "host": "forum.example"}, True),
        ({"origin": "https://forum.example:8443", "host": "forum.example"}, True),
        ({"origin": "null", "host": "forum.example"}, True),
        ({"origin": "", "host": "forum.example"}, True),
        ({"origin": "http://[", "host": "forum.example"}, True),
        ({"origin": "null", "host": ""}, True),
        ({"origin": "null"}, True),
        ({"content-type": FORM}, True),
        ({"content-type": "multipart/form-data; boundary=x"}, True),
        ({"content-type": "text/plain"}, True),
        ({"content-type": "application/json"}, False),
        ({"content-type": "application/json", "cookie": "session=x"}, True),
        ({}, False),
    ],
)
def test_a_post_of_another_site_is_known(headers, refused):
    assert cross_site("POST", headers, "/essai/register") is refused


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"content-type": FORM}, False),
        ({"content-type": FORM, "cookie": "session=x"}, True),
        ({"content-type": FORM, "sec-fetch-site": "cross-site"}, True),
        ({"content-type": FORM, "origin": "https://evil.example", "host": "a.example"}, True),
    ],
)
def test_a_program_that_calls_its_json_a_form_is_left_to_the_api(headers, refused):
    assert cross_site("POST", headers, "/api/devices") is refused


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_never_forged(method):
    assert not cross_site(method, {"sec-fetch-site": "cross-site"}, "/")


async def test_a_form_from_another_site_changes_nothing(site, client, edition):
    answer = await client.post(
        f"/{edition.slug}/register", data=answers(), headers={"sec-fetch-site": "cross-site"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert (
        await site.value("select count(*) from registration where edition_id = $1", edition.id) == 0
    )


async def test_a_form_of_this_site_passes(site, client, edition):
    answer = await client.post(f"/{edition.slug}/register", data=answers(), headers=SAME_ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{edition.slug}/registered")
    assert (
        await site.value("select count(*) from registration where edition_id = $1", edition.id) == 1
    )


# The client's address


async def address(peer, *forwarded, proxies=("10.0.0.0/8",)):
    """Return the address that an application sees."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["client"][0])

    shell = Shell(app, proxies=[ip_network(one) for one in proxies])
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "client": (peer, 1)}
    await shell(scope, None, None)
    return seen[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1, 10.2.3.4"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1", "10.2.3.4"], "198.51.100.1"),
        ("10.0.0.1", ["10.5.5.5"], "10.5.5.5"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
    ],
)
async def test_only_trusted_proxies_say_who_asks(peer, forwarded, seen):
    assert await address(peer, *forwarded) == seen


async def test_without_proxies_nobody_is_believed():
    assert await address("10.0.0.1", "198.51.100.1", proxies=()) == "10.0.0.1"


# Headers


@pytest.mark.parametrize(
    "path",
    [
        "/{}/",
        "/{}/register",
        "/api/editions/{}",
        "/none/",
        "/api/nothing",
        "/%00/",
        "/scan",
        "/organiser/",
        "/health/live",
    ],
)
async def test_every_answer_carries_the_security_headers(client, edition, path):
    answer = await client.get(path.format(edition.slug))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["permissions-policy"]
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy


async def test_a_failure_and_a_forged_post_carry_them_too(client, edition, monkeypatch):
    async def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("forum.editions.queries.read_window", fail)
    failed = await client.get(f"/api/editions/{edition.slug}")
    forged = await client.post("/", headers={"sec-fetch-site": "cross-site"})
    assert [failed.status_code, forged.status_code] == [500, 403]
    for answer in (failed, forged):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("https", [True, False])
async def test_browsers_are_kept_on_https_where_the_site_has_it(https):
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    got = []

    async def send(message):
        got.extend(name for name, _ in message["headers"])

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": None}
    await Shell(app, https=https)(scope, None, send)
    assert (b"strict-transport-security" in got) is https


# HEAD


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/{}/",
        "/{}/register",
        "/{}/registered",
        "/{}/programme",
        "/{}/programme.ics",
        "/{}/programme.json",
        "/{}/programme.xml",
        "/{}/guides",
        "/api/editions/{}",
        "/api/editions/{}/programme",
        "/api/editions/{}/guides",
        "/health/live",
        "/health/ready",
        "/scan",
        "/api/docs",
        "/api/openapi.json",
        "/none/",
    ],
)
async def test_head_is_get_without_the_body(site, client, edition, path):
    await site.programme(edition)
    path = path.format(edition.slug)
    get, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    ignored = {"date", "set-cookie"}
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in get.headers.items() if k not in ignored
    }


# The log


@pytest.fixture
def logged():
    """What the log says, in lines."""
    from forum.core.log import without_values  # noqa: PLC0415

    lines = []

    class Lines:
        def msg(self, line):
            lines.append(line)

        info = warning = error = exception = msg

    structlog.configure(
        processors=[
            without_values,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: Lines(),
    )
    yield lines
    structlog.reset_defaults()


async def test_the_log_of_a_whole_journey_names_nobody(lone_site, logged):
    site = lone_site
    edition = await site.edition()
    cookie = await site.signed_in(edition, address="organiser@example.org")
    _, device = await site.device(edition)
    person = answers(given_name="Hildegarde", family_name="Quentin", email="hq@example.org")
    delivery = Memory()
    async with site.client() as client:
        await client.post(f"/{edition.slug}/register", data=person, headers=SAME_ORIGIN)
        await client.post(f"/api/editions/{edition.slug}/registrations", json=person)
        delivery.broken = [OSError("could not reach hq@example.org")]
        worker = site.worker(delivery)
        await worker.send_due()
        site.clock.forward(minutes=10)
        await worker.send_due()
        key = delivery.mails[0].text.split("/me/")[1].split()[0]
        bearer = {"authorization": f"Bearer {key}"}
        await client.get(f"/me/{key}", headers={"accept": "text/html"})
        await client.get("/api/me/registration", headers=bearer)
        token = site.keyring.token(await ticket(site))
        await client.post("/api/device/scans", json={"scans": [sent(token)]}, headers=device)
        await client.get(f"/organiser/{edition.slug}", headers=cookie)
        await client.post(f"/me/{key}/cancel", headers=SAME_ORIGIN)
        await client.get("/organiser/sign-in/a-token-of-a-link")
    said = "\n".join(logged)
    assert said.count('"route"') == 8
    assert "e-mail not sent" in said
    secrets = [
        "hq@example.org",
        "organiser@example.org",
        "Hildegarde",
        "Quentin",
        key,
        token,
        cookie["cookie"].split("=")[1],
        device["authorization"].split()[1],
        "a-token-of-a-link",
    ]
    assert [one for one in secrets if one in said] == []


async def ticket(site):
    from badges.models import Ticket  # noqa: PLC0415
    from forum.core.db import one  # noqa: PLC0415

    async with site.pool.acquire() as db:
        return await one(
            db,
            Ticket,
            """select edition_id, registration_id, number, key_id, category_number, days, revision,
                      revoked_at from ticket""",
        )


async def test_a_failure_is_logged_without_the_row_that_postgresql_quotes(
    lone_site, logged, monkeypatch
):
    edition = await lone_site.edition()
    person = await lone_site.register(edition, email="known@example.org")
    assert person.status == "confirmed"

    async def nobody(*_):
        return None

    monkeypatch.setattr("forum.registrations.queries.find_by_email", nobody)
    async with lone_site.client() as client:
        answer = await client.post(
            f"/api/editions/{edition.slug}/registrations", json=answers(email="known@example.org")
        )
    assert answer.status_code == 500
    said = "\n".join(logged)
    assert "registration_email_key" in said
    assert "known@example.org" not in said


async def test_what_says_nothing_of_caches_is_not_kept(site, edition):
    registered = await site.register(edition)
    async with site.client(headers={"authorization": f"Bearer {registered.key}"}) as client:
        answer = await client.get("/api/me/registration")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
