"""Answers kept for a moment: what counts as the same question, for how long, and what never is."""

import pytest
import structlog

from forum.core import shell as shell_module
from forum.core.kept import SHARED, Kept
from forum.core.shell import Shell


class Origin:
    """An application that numbers its answers."""

    def __init__(self, *, shared=True, headers=(), pieces=1):
        self.shared = shared
        self.headers = list(headers)
        self.pieces = pieces
        self.asked = 0

    async def __call__(self, scope, _, send):
        self.asked += 1
        if self.shared:
            scope[SHARED] = True
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        for piece in range(self.pieces):
            body = f"answer {self.asked}".encode()
            more = piece + 1 < self.pieces
            await send({"type": "http.response.body", "body": body, "more_body": more})


class Seconds:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


def before(origin, seconds, **options):
    shell = Shell(origin)
    shell.kept = Kept(clock=seconds, fresh_s=1.0, **options)
    return shell


async def ask(shell, path="/p", *, method="GET", query=b"", **headers):
    """Return the body of the answer."""
    said = []

    async def send(message):
        said.append(message)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query}
    await shell({**scope, "headers": pairs, "client": ("203.0.113.9", 1)}, None, send)
    return b"".join(message.get("body", b"") for message in said).decode()


async def test_the_same_question_gets_the_same_answer_for_a_moment(seconds):
    shell = before(Origin(), seconds)
    got = [await ask(shell)]
    seconds.now += 0.99
    got.append(await ask(shell))
    seconds.now += 0.02
    got.append(await ask(shell))
    assert got == ["answer 1", "answer 1", "answer 2"]


async def test_a_slow_answer_takes_nobody_back(seconds):
    """It began before the one that is kept by now, and may tell what was true before."""
    kept = Kept(clock=seconds, fresh_s=1.0)
    question = ("/p", b"", ())

    def keep(body, began_at):
        start = {"type": "http.response.start", "status": 200, "headers": []}
        messages = [start, {"type": "http.response.body", "body": body}]
        kept.keep(question, {SHARED: True}, messages, "/p", began_at)

    keep(b"new", seconds.now - 0.5)
    keep(b"old", seconds.now - 0.75)
    assert kept.find(question).messages[1]["body"] == b"new"
    keep(b"newer", seconds.now)
    assert kept.find(question).messages[1]["body"] == b"newer"


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/q"},
        {"query": b"lang=en"},
        {"accept_language": "en"},
        {"accept_encoding": "gzip"},
        {"cookie": "lang=en"},
        {"if_none_match": '"x"'},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_another_question_gets_an_answer_of_its_own(seconds, other):
    shell = before(Origin(), seconds)
    assert [await ask(shell), await ask(shell, **other)] == ["answer 1", "answer 2"]


async def test_who_asks_makes_no_difference(seconds):
    shell = before(Origin(), seconds)
    got = [await ask(shell, user_agent=agent, host="x") for agent in ("one", "two")]
    assert got == ["answer 1", "answer 1"]


@pytest.mark.parametrize(
    "origin",
    [
        Origin(shared=False),
        Origin(headers=[(b"Set-Cookie", b"lang=en")]),
        Origin(pieces=2),
    ],
    ids=["not shared", "sets a cookie", "streamed"],
)
async def test_what_is_personal_or_long_is_never_kept(seconds, origin):
    shell = before(origin, seconds)
    await ask(shell)
    await ask(shell)
    assert origin.asked == 2


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE"])
async def test_only_get_is_answered_from_memory(seconds, method):
    origin = Origin()
    shell = before(origin, seconds)
    await ask(shell)
    await ask(shell, method=method)
    assert origin.asked == 2


async def test_one_makes_it_anew_while_the_others_get_what_there_is(seconds):
    """When an answer is no longer fresh, a crowd does not fall upon the application."""
    kept = Kept(clock=seconds, fresh_s=1.0)
    question = ("/p", b"", ())
    start = {"type": "http.response.start", "status": 200, "headers": []}
    kept.keep(question, {SHARED: True}, [start, {"type": "http.response.body"}], "/p", seconds.now)
    seconds.now += 1.0
    assert [kept.find(question) is None for _ in range(3)] == [True, False, False]
    seconds.now += 1.0
    assert kept.find(question) is None


async def test_the_least_used_answer_leaves_first(seconds):
    origin = Origin()
    shell = before(origin, seconds, most=2)
    for path in ("/a", "/b", "/a", "/c"):
        await ask(shell, path)
    assert [await ask(shell, path) for path in ("/a", "/c", "/b")] == [
        "answer 1",
        "answer 3",
        "answer 4",
    ]


async def test_answers_from_memory_are_logged_together(seconds, monkeypatch):
    monkeypatch.setattr(shell_module, "log", structlog.get_logger("kept"))
    shell = before(Origin(), seconds)
    with structlog.testing.capture_logs() as logs:
        for _ in range(4):
            await ask(shell)
        shell._log_repeated()
    assert [(one["event"], one.get("times")) for one in logs] == [
        ("request", None),
        ("requests", 3),
    ]


async def test_a_page_of_the_programme_is_kept_and_the_form_is_not(site, client, edition):
    await site.programme(edition)
    for path in ("programme", "programme.ics", "register"):
        await client.get(f"/{edition.slug}/{path}")
    paths = {question[0] for question in site.app.kept._answers}
    own = {path for path in paths if path.startswith(f"/{edition.slug}/")}
    assert own == {f"/{edition.slug}/programme", f"/{edition.slug}/programme.ics"}
