"""The board of the doors over HTTP: who may watch, what is shown, and streams of a real server."""

import asyncio
import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from badges.board.watching import MOST_STREAMS
from forum.core.context import Role
from tests.factories import DURING, sent
from tests.installations import PATIENCE_S, Forum

ACCEPTED = {"accept": "text/event-stream"}


@pytest.fixture
async def door(site, edition):
    """The headers of somebody who watches the doors."""
    site.clock.at = DURING
    return await site.signed_in(edition, Role.DOOR)


async def test_the_numbers_are_told_to_the_team_and_to_devices(site, client, edition, door):
    person = await site.register(edition)
    await site.was_there(edition, person)
    _, device = await site.device(edition)
    address = f"/api/editions/{edition.slug}/counters"
    told = [(await client.get(address, headers=one)).json() for one in (door, device)]
    assert told[0] == told[1]
    figures = {name: told[0][name] for name in ("inside", "entered_today", "entered", "expected")}
    assert figures == {"inside": 1, "entered_today": 1, "entered": 1, "expected": 1}
    assert told[0]["arrivals"] == [{"at": "2027-03-23T09:00:00Z", "entered": 1, "last": None}]
    assert told[0]["gates"][0] == {
        "slug": "main",
        "name": {"fr": "Entrée", "en": "Entrance"},
        "kind": "door",
        "entries": 1,
        "exits": 0,
        "refused": 0,
    }
    assert (await client.get(address)).status_code == 401


async def test_a_device_of_another_edition_or_a_revoked_one_is_told_nothing(site, client, edition):
    address = f"/api/editions/{edition.slug}/counters"
    _, stranger = await site.device(await site.edition())
    assert (await client.get(address, headers=stranger)).status_code == 403
    mine, headers = await site.device(edition)
    await site.value("update device set revoked_at = now() where id = $1", mine.id)
    assert (await client.get(address, headers=headers)).status_code == 401


async def test_a_stream_too_many_is_refused_with_when_to_come_back(
    site, client, edition, door, monkeypatch
):
    monkeypatch.setattr(site.parts.watch, "most", 0)
    address = f"/api/editions/{edition.slug}/counters/stream"
    answer = await client.get(address, headers=door)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["code"] == "too_many_watch"


async def test_the_head_of_a_stream_is_all_that_head_asks_for(client, edition, door):
    answer = await client.head(f"/api/editions/{edition.slug}/counters/stream", headers=door)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "no-store" in answer.headers["cache-control"]
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("fr", ["Dans le bâtiment", "Attendus aujourd’hui", "Personne n’est encore entré"]),
        ("en", ["In the building", "Expected today", "Nobody has come in yet today."]),
    ],
)
async def test_the_board_says_its_numbers_without_javascript(
    site, client, edition, door, language, says
):
    await site.register(edition)
    answer = await client.get(f"/organiser/{edition.slug}/doors?lang={language}", headers=door)
    assert answer.status_code == 200
    assert [one for one in says if one not in answer.text] == []
    assert '<dd data-count="expected">1</dd>' in answer.text
    assert f'href="/organiser/{edition.slug}/doors"' in answer.text


async def test_the_wall_shows_nothing_of_one_person_or_device(site, client, edition, door):
    person = await site.register(edition, family_name="Quimperlé")
    device, _ = await site.device(edition)
    await site.was_there(edition, person)
    wall = (await client.get(f"/organiser/{edition.slug}/doors/wall", headers=door)).text
    board = (await client.get(f"/organiser/{edition.slug}/doors", headers=door)).text
    assert device.name in board
    assert device.name not in wall
    assert "Quimperlé" not in wall + board
    assert '<dd data-count="inside">1</dd>' in wall


async def test_the_overview_leads_to_the_board_whoever_may_see_it(site, client, edition):
    link = f'<p><a href="/organiser/{edition.slug}/doors">'
    for role, shown in ((Role.ORGANISER, True), (Role.PROGRAMME_EDITOR, False)):
        headers = await site.signed_in(edition, role)
        page = (await client.get(f"/organiser/{edition.slug}", headers=headers)).text
        assert (link in page) == shown


# A real server


class Served:
    """A served installation with an edition of today, somebody registered, and a device."""

    def __init__(self, forum, place):
        day = datetime.now(UTC).date()
        forum.run("edition", "create", "now", "--title", "Forum", "--starts", day - timedelta(1),
                  "--ends", day + timedelta(1))  # fmt: skip
        table = place / "people.csv"
        table.write_text("given_name,family_name,email\nZoé,Lefèvre,zoe@example.org\n", "utf-8")
        forum.run("import", "registrations", table, "--edition", "now")
        tickets = place / "tickets.json"
        forum.run("export", "tickets", tickets, "--edition", "now")
        self.token = json.loads(tickets.read_text("utf-8"))[0]["token"]
        self.forum = forum
        forum.start("serve")
        self.device = forum.device("now")
        self.address = f"{forum.base}/api/editions/now/counters"

    def scan(self, direction="in"):
        at = datetime.now(UTC)
        [answer] = self.forum.scan(self.device, sent(self.token, at=at, direction=direction))
        return answer["outcome"]

    def client(self):
        headers = {**self.device, **ACCEPTED}
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        return httpx.AsyncClient(headers=headers, timeout=PATIENCE_S, limits=limits)

    def memory(self):
        """Return the resident memory of the process that serves, in MB."""
        return (
            max(
                int(Path(f"/proc/{one}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                for one in children(self.forum.server.pid)
            )
            / 1e6
        )


def children(pid):
    """Return the processes that descend from one, itself too."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += children(int(child))
    return found


@pytest.fixture(scope="module")
def served(folder):
    """One installation for the tests below; the last of them ends it."""
    place = Path(tempfile.mkdtemp(dir=folder))
    place.chmod(0o711)
    forum = Forum(place)
    yield Served(forum, place)
    forum.stop()


async def numbers(answer):
    """Yield the numbers that a stream tells."""
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_whoever_connects_again_reads_all_that_happened_meanwhile(served):
    async with served.client() as client:
        async with client.stream("GET", f"{served.address}/stream") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            told = numbers(answer)
            assert (await anext(told))["inside"] == 0
            assert await asyncio.to_thread(served.scan) == "admitted"
            assert (await anext(told))["inside"] == 1
            await told.aclose()
        assert await asyncio.to_thread(served.scan, "out") == "left"
        async with client.stream("GET", f"{served.address}/stream") as answer:
            async for again in numbers(answer):  # the first may be a second old
                if not again["inside"]:
                    break
    assert (again["inside"], again["entered_today"]) == (0, 1)


async def test_clients_that_are_gone_make_room_and_leave_nothing(served):
    """As many as may listen do so, and vanish, again and again."""
    grown = []
    for _ in range(4):
        async with served.client() as client:
            streams = await asyncio.gather(*(opened(client, served) for _ in range(MOST_STREAMS)))
            async with client.stream("GET", f"{served.address}/stream") as refused:
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
            for answer, _ in streams:
                await answer.aclose()
        grown.append(served.memory())
    assert grown[-1] - grown[1] < 10, grown


async def opened(client, served):
    """Open a stream, as soon as there is room for it, and read its first numbers."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            request = client.build_request("GET", f"{served.address}/stream")
            answer = await client.send(request, stream=True)
            if answer.status_code == 200:
                lines = answer.aiter_lines()
                async for line in lines:
                    if line.startswith("data: "):
                        return answer, lines
            await answer.aclose()
            await asyncio.sleep(0.05)


async def test_a_server_that_ends_lets_those_go_who_listen(served):
    """SIGTERM ends streams at once and whole, and the server within its time."""
    async with served.client() as client:
        streams = [await opened(client, served) for _ in range(8)]
        served.forum.server.terminate()
        async with asyncio.timeout(PATIENCE_S):
            for _, lines in streams:
                async for line in lines:  # to its proper end: a cut would raise
                    assert line == "" or line.startswith(("data: ", "id: ", "event: ", ":"))
    assert await asyncio.to_thread(served.forum.server.wait, PATIENCE_S) == 0
    served.forum.server = None
