"""Passkeys over HTTP, by a device whose answers are forged one part at a time."""

import msgspec
import pytest

from forum.accounts.passkeys import MOST
from forum.core.context import Role
from tests.authenticator import PRESENT, Authenticator
from tests.factories import SAME_ORIGIN, opened

BASE = "https://forum.example"
SESSION, CHALLENGE = "__Host-session", "__Host-challenge"
ACCOUNT = "/organiser/account/passkeys"
SIGN_IN = "/organiser/sign-in/passkey"


@pytest.fixture(scope="module")
async def named(cluster, template, tmp_path_factory):
    """A site at a name, where passkeys work."""
    from forum.core.db import open_pool  # noqa: PLC0415
    from tests.conftest import cloned, site_settings  # noqa: PLC0415

    settings = site_settings(tmp_path_factory.mktemp("passkeys"))
    async with (
        cloned(cluster, template) as name,
        open_pool(cluster.dsn(name)) as pool,
        opened(pool, msgspec.structs.replace(settings, base_url=BASE)) as site,
    ):
        yield site


@pytest.fixture
async def team(named):
    """A client signed in as an organiser of an edition of its own."""
    edition = await named.edition()
    async with named.client() as client:
        put(client, SESSION, await secret(named, edition))
        yield client


@pytest.fixture
async def device(team):
    """A device with a passkey of that organiser."""
    made = Authenticator()
    assert (await register(team, made)).status_code == 201
    return made


async def secret(site, edition):
    """The token of a web session of an organiser of an edition."""
    headers = await site.signed_in(edition, Role.ORGANISER)
    return headers["cookie"].removeprefix("session=")


def put(client, name, value):
    client.cookies.set(name, value, domain="forum.example", path="/")


async def post(client, path, body=None):
    return await client.post(path, json=body or {}, headers=SAME_ORIGIN)


async def register(client, device, *, options=None, **forged):
    if options is None:
        options = (await post(client, f"{ACCOUNT}/challenge")).json()
    credential = device.create(options, **forged)
    return await post(client, ACCOUNT, {"name": "Téléphone", "credential": credential})


async def sign_in(client, device, *, wanted="", **forged):
    options = (await post(client, f"{SIGN_IN}/challenge")).json()
    body = {"credential": device.get(options, **forged), "next": wanted}
    return await post(client, SIGN_IN, body)


async def code(answer):
    return answer.status_code, answer.json()["code"]


async def test_a_passkey_is_asked_for_on_the_device_and_with_its_user_verified(team):
    options = (await post(team, f"{ACCOUNT}/challenge")).json()
    assert options["rp"] == {"name": "Forum", "id": "forum.example"}
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert len(options["challenge"]) == 43
    asked = (await post(team, f"{SIGN_IN}/challenge")).json()
    assert (asked["rpId"], asked["userVerification"]) == ("forum.example", "required")
    assert asked.get("allowCredentials", []) == []


async def test_a_passkey_signs_in_whoever_registered_it(named, team, device):
    async with named.client() as other:
        answer = await sign_in(other, device)
        assert (answer.status_code, answer.json()) == (200, {"location": "/organiser/"})
        assert CHALLENGE not in other.cookies
        mine = (await other.get("/organiser/account")).text
        assert "Téléphone" in mine
        assert (await sign_in(other, device)).status_code == 200


async def test_a_passkey_leads_back_to_a_page_of_ours_only(named, device):
    async with named.client() as other:
        for wanted, location in (
            ("/organiser/x/team?done=added", "/organiser/x/team?done=added"),
            ("//evil.example", "/organiser/"),
            ("https://evil.example/organiser/", "/organiser/"),
            (["/organiser/"], "/organiser/"),
        ):
            answer = await sign_in(other, device, wanted=wanted)
            assert answer.json() == {"location": location}


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "http://evil.example"},
        {"origin": "https://forum.example:8443"},
        {"origin": "http://forum.example"},
        {"challenge": "A" * 43},
        {"kind": "webauthn.get"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
    ids=str,
)
async def test_a_forged_registration_is_refused(team, forged):
    assert await code(await register(team, Authenticator(), **forged)) == (403, "passkey_refused")
    assert "Téléphone" not in (await team.get("/organiser/account")).text


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "http://evil.example"},
        {"origin": "https://forum.example:8443"},
        {"challenge": "A" * 43},
        {"kind": "webauthn.create"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"signature": b"x" * 70},
        {"user": b"somebody else..."},
        {"user": None},
        {"count": 0},
    ],
    ids=str,
)
async def test_a_forged_signature_signs_nobody_in(named, device, forged):
    async with named.client() as thief:
        await sign_in(thief, device)
        thief.cookies.clear()
        answer = await sign_in(thief, device, **forged)
        assert await code(answer) == (403, "passkey_refused")
        assert SESSION not in thief.cookies


async def test_a_copy_that_lags_behind_is_refused_and_the_passkey_goes_on(named, device):
    async with named.client() as client:
        for _ in range(3):
            assert (await sign_in(client, device)).status_code == 200
        assert (await sign_in(client, device, count=device.count)).status_code == 403
        assert (await sign_in(client, device)).status_code == 200


async def test_a_device_that_never_counts_is_let_in_again(named, team):
    phone = Authenticator()
    await register(team, phone)
    async with named.client() as client:
        for _ in range(2):
            assert (await sign_in(client, phone, count=0)).status_code == 200


async def test_a_key_of_another_device_signs_nobody_in(named, device):
    stranger = Authenticator()
    stranger.id, stranger.user = device.id, device.user
    async with named.client() as client:
        assert (await sign_in(client, stranger)).status_code == 403
        nobody = Authenticator()
        assert (await sign_in(client, nobody, user=device.user)).status_code == 403


async def test_an_answer_is_good_once(named, device):
    async with named.client() as client:
        options = (await post(client, f"{SIGN_IN}/challenge")).json()
        body = {"credential": device.get(options)}
        held = client.cookies[CHALLENGE]
        assert (await post(client, SIGN_IN, body)).status_code == 200
        put(client, CHALLENGE, held)
        assert await code(await post(client, SIGN_IN, body)) == (403, "passkey_refused")


async def test_a_refused_answer_uses_its_challenge_up(named, device):
    async with named.client() as client:
        options = (await post(client, f"{SIGN_IN}/challenge")).json()
        wrong = {"credential": device.get(options, origin="http://evil.example")}
        assert (await post(client, SIGN_IN, wrong)).status_code == 403
        assert (await post(client, SIGN_IN, {"credential": device.get(options)})).status_code == 403


async def test_a_challenge_lasts_three_minutes(named, device):
    async with named.client() as client:
        options = (await post(client, f"{SIGN_IN}/challenge")).json()
        named.clock.forward(minutes=3)
        assert (await post(client, SIGN_IN, {"credential": device.get(options)})).status_code == 403


async def test_a_challenge_is_bound_to_the_browser_that_got_it(named, device):
    async with named.client() as victim, named.client() as thief:
        options = (await post(victim, f"{SIGN_IN}/challenge")).json()
        body = {"credential": device.get(options)}
        assert (await post(thief, SIGN_IN, body)).status_code == 403
        await post(thief, f"{SIGN_IN}/challenge")
        assert (await post(thief, SIGN_IN, body)).status_code == 403
        assert (await post(victim, SIGN_IN, body)).status_code == 200


async def test_a_challenge_is_bound_to_its_purpose_and_its_web_session(named, team, device):
    to_register = (await post(team, f"{ACCOUNT}/challenge")).json()
    put(team, CHALLENGE, team.cookies[SESSION])
    as_sign_in = {"credential": device.get({**to_register, "rpId": "forum.example"})}
    assert (await post(team, SIGN_IN, as_sign_in)).status_code == 403
    edition = await named.edition()
    async with named.client() as other:
        put(other, SESSION, await secret(named, edition))
        answer = await register(other, Authenticator(), options=to_register)
        assert await code(answer) == (403, "passkey_refused")
    assert (await register(team, Authenticator(), options=to_register)).status_code == 201


async def test_the_cookie_of_a_challenge_is_for_this_site_alone(named):
    async with named.client() as client:
        answer = await post(client, f"{SIGN_IN}/challenge")
    flags = {*answer.headers["set-cookie"].split("; ")[1:]}
    assert flags == {"HttpOnly", "Max-Age=180", "Path=/", "SameSite=strict", "Secure"}


@pytest.mark.parametrize("path", [SIGN_IN, f"{SIGN_IN}/challenge", ACCOUNT, f"{ACCOUNT}/challenge"])
async def test_another_site_cannot_use_the_browser(team, path):
    answer = await team.post(path, json={}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "cross_site"


@pytest.mark.parametrize(
    "credential",
    [
        None,
        [],
        {},
        {"id": 1},
        {"id": "a", "rawId": "a", "type": "public-key", "response": {}},
        {"id": "é", "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "!"}},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "AA",
                "authenticatorData": "AA",
                "signature": "AA",
                "userHandle": "A",
                "attestationObject": "AA",
            },
        },
    ],
    ids=str,
)
async def test_nonsense_is_refused_not_failed(team, credential):
    await post(team, f"{SIGN_IN}/challenge")
    assert (await post(team, SIGN_IN, {"credential": credential})).status_code == 403
    await post(team, f"{ACCOUNT}/challenge")
    answer = await post(team, ACCOUNT, {"name": "x", "credential": credential})
    assert answer.status_code in {403, 422}


async def test_one_passkey_is_registered_once(named, team, device):
    assert await code(await register(team, device)) == (409, "passkey_known")
    options = (await post(team, f"{ACCOUNT}/challenge")).json()
    assert len(options["excludeCredentials"]) == 1


async def test_an_account_has_so_many_passkeys_and_no_more(named, team):
    for _ in range(MOST):
        assert (await register(team, Authenticator())).status_code == 201
    answer = await post(team, f"{ACCOUNT}/challenge")
    assert await code(answer) == (409, "too_many_passkeys")


async def test_a_passkey_needs_a_name(team):
    options = (await post(team, f"{ACCOUNT}/challenge")).json()
    body = {"name": " ", "credential": Authenticator().create(options)}
    answer = await post(team, ACCOUNT, body)
    assert (answer.status_code, answer.json()["fields"]) == (
        422,
        {"name": "This answer is needed."},
    )


async def passkey_of(named, client):
    return await named.value(
        """select p.id from passkey p join web_session s on s.account_id = p.account_id
            where s.token_digest = sha256($1)""",
        client.cookies[SESSION].encode(),
    )


async def test_a_passkey_gets_another_name(named, team, device):
    path = f"{ACCOUNT}/{await passkey_of(named, team)}/name"
    answer = await team.post(path, data={"name": "Clé du bureau"}, headers=SAME_ORIGIN)
    assert answer.headers["location"] == "/organiser/account?done=renamed"
    assert "Clé du bureau" in (await team.get("/organiser/account")).text
    wrong = await team.post(path, data={"name": "x" * 61}, headers=SAME_ORIGIN)
    assert wrong.status_code == 422
    assert "x" * 61 in wrong.text
    assert "Cette réponse est trop longue" in wrong.text


async def test_a_removed_passkey_signs_nobody_in(named, team, device):
    passkey = await passkey_of(named, team)
    path = f"{ACCOUNT}/{passkey}/remove"
    assert (await team.post(path, headers=SAME_ORIGIN)).status_code == 303
    async with named.client() as client:
        assert (await sign_in(client, device)).status_code == 403
    assert (await team.post(path, headers=SAME_ORIGIN)).status_code == 404
    deeds = await named.rows(
        "select action, edition_id from audit where subject_id = $1 order by action", passkey
    )
    assert deeds == [("passkey registered", 0), ("passkey removed", 0)]


async def test_the_passkey_of_another_is_out_of_reach(named, team, device):
    theirs = await passkey_of(named, team)
    edition = await named.edition()
    async with named.client() as other:
        put(other, SESSION, await secret(named, edition))
        for what, data in (("remove", None), ("name", {"name": "à moi"})):
            answer = await other.post(f"{ACCOUNT}/{theirs}/{what}", data=data, headers=SAME_ORIGIN)
            assert answer.status_code == 404
            wrong = await other.post(f"{ACCOUNT}/none/{what}", data=data, headers=SAME_ORIGIN)
            assert wrong.status_code == 404
    assert "Téléphone" in (await team.get("/organiser/account")).text


async def test_signing_in_anew_ends_the_web_session_that_was_there(named, team, device):
    before = team.cookies[SESSION]
    assert (await sign_in(team, device)).status_code == 200
    assert team.cookies[SESSION] != before
    async with named.client() as thief:
        put(thief, SESSION, before)
        assert (await thief.get("/organiser/account")).status_code == 401


async def test_at_a_number_there_are_no_passkeys_and_the_page_says_why(site, client, edition):
    client.headers.update(await site.signed_in(edition))
    page = (await client.get("/organiser/account")).text
    assert "http://127.0.0.1:8000" in page
    assert "data-passkey=" not in page
    assert "data-passkey=" not in (await client.get("/organiser/sign-in")).text
    for path in (f"{SIGN_IN}/challenge", SIGN_IN, f"{ACCOUNT}/challenge", ACCOUNT):
        assert await code(await post(client, path)) == (404, "passkeys_unavailable")
