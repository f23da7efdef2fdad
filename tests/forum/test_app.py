"""The application: what its requests share, they share fairly."""

import asyncio

import msgspec
import pytest

from forum.app import LOANS, Parts
from tests.factories import SAME_ORIGIN, answers, eventually


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_who_sends_slowly_keeps_nobody_waiting(site, client, edition, kind):
    last = asyncio.Event()
    awaited = []

    async def slowly():
        yield b"{"
        awaited.append(1)  # the site asks for more
        await last.wait()
        yield msgspec.json.encode(answers())[1:]

    page = f"/{edition.slug}/register" if "form" in kind else None
    slow = [
        asyncio.create_task(
            client.post(
                page or f"/api/editions/{edition.slug}/registrations",
                content=slowly(),
                headers={"content-type": kind, **SAME_ORIGIN},
            )
        )
        for _ in range(LOANS)
    ]
    await eventually(lambda: len(awaited) == LOANS)
    assert (await client.get(f"/api/editions/{edition.slug}")).status_code == 200
    last.set()
    statuses = {answer.status_code for answer in await asyncio.gather(*slow)}
    assert statuses == ({422} if page else {202})


@pytest.mark.parametrize(("inline", "started"), [(True, ["Worker.run"]), (False, [])])
async def test_e_mails_leave_from_the_site_only_where_that_is_wanted(lone_site, inline, started):
    settings = msgspec.structs.replace(lone_site.settings, inline_worker=inline)
    parts = Parts(settings, lone_site.pool, lone_site.keyring, lone_site.clock, lone_site.ids)
    before = asyncio.all_tasks()
    async with parts.open(None):
        tasks = asyncio.all_tasks() - before
        assert {one.get_coro().__qualname__ for one in tasks} == {*started, "DeskDrawer.warm"}


async def test_a_form_in_parts_is_read(client, edition):
    answer = await client.post(
        f"/{edition.slug}/register",
        files={name: (None, value) for name, value in answers().items()},
        headers=SAME_ORIGIN,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{edition.slug}/registered")


async def test_who_hangs_up_in_the_middle_of_a_body_is_no_failure_of_ours(site, edition, capsys):
    events = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent = []

    async def receive():
        return events.pop(0)

    async def send(message):
        sent.append(message)

    path = f"/api/editions/{edition.slug}/registrations"
    headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
    await site.app(scope(path, headers), receive, send)
    assert sent[0]["status"] == 400
    assert msgspec.json.decode(sent[1]["body"])["code"] == "body_cut"
    assert "Traceback" not in "".join(capsys.readouterr())


def scope(path, headers):
    """Return the scope of a POST, as a server gives it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
