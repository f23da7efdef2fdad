"""The scanner over HTTP: its page, how it is installed, and the worker that keeps it."""

import json

import pytest

from badges import tokens
from badges.scanner import routes as scanner_routes
from badges.scanner.routes import FILES, SCANNER_POLICY, VERSION_HEADER
from forum.core.pages import static_content, static_file
from scripts.icons import TEST_CODE, code_to_try


def kept(program):
    """Return what the first line of a worker names."""
    first, _, rest = program.partition("\n")
    assert rest.encode() == scanner_routes.WORKER
    return json.loads(first.removeprefix("const KEPT = ").removesuffix(";"))


async def test_the_page_alone_may_run_our_reader_of_codes(client):
    answer = await client.get("/scan")
    assert answer.headers["content-security-policy"] == SCANNER_POLICY
    assert SCANNER_POLICY.count("'wasm-unsafe-eval'") == 1
    assert answer.headers["cache-control"] == "private, no-store"


async def test_the_worker_names_the_version_of_the_page_and_every_file(client):
    page = await client.get("/scan")
    told = kept((await client.get("/scan-worker.js")).text)
    assert told["version"] == page.headers[VERSION_HEADER]
    assert told["pages"] == {"fr": "/scan?lang=fr", "en": "/scan?lang=en"}
    assert [one.split("/", 3)[3] for one in told["files"]] == [
        path for path in FILES if static_file(path) is not None
    ]
    for address in told["files"]:
        assert (await client.get(address)).status_code == 200


async def test_every_file_that_the_page_asks_for_is_kept(client):
    page = (await client.get("/scan")).text
    told = kept((await client.get("/scan-worker.js")).text)
    asked = {part.partition('"')[0] for part in page.split('"/static/')[1:]}
    assert {f"/static/{one}" for one in asked if "." in one} <= {*told["files"]}


async def test_a_worker_that_has_not_changed_is_not_sent_again(client):
    first = await client.get("/scan-worker.js")
    again = await client.get("/scan-worker.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("language", "name"), [("fr", "Contrôle aux portes"), ("en", "Check at")])
async def test_the_scanner_can_be_installed(client, language, name):
    answer = await client.get(f"/scan.webmanifest?lang={language}")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert told["name"].startswith(name)
    assert (told["start_url"], told["scope"], told["display"]) == ("/scan", "/scan", "standalone")
    for icon in told["icons"]:
        assert (await client.get(icon["src"])).status_code == 200


async def test_a_static_file_by_itself_runs_nothing(client):
    page = (await client.get("/scan")).text
    script = page.partition('<script type="module" src="')[2].partition('"')[0]
    answer = await client.get(script)
    assert answer.headers["content-security-policy"] == "default-src 'none'"


def test_the_worker_s_program_is_no_file_of_its_own():
    assert static_content("badges/worker.js") is None


def test_the_code_to_try_a_scanner_on_is_read_as_a_token_and_is_none():
    content, _ = static_content("badges/test-code.svg")
    assert content.decode() == code_to_try()
    assert tokens.decode(TEST_CODE)
    with pytest.raises(tokens.Forged, match="version"):
        tokens.unpack(tokens.decode(TEST_CODE)[: tokens.PAYLOAD.size])
