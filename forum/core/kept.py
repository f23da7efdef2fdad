"""Public answers kept for a moment: the same question, word for word, gets the same answer."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

FRESH_S = 0.25
MOST = 256
SELECTING = (b"accept-encoding", b"accept-language", b"cookie", b"if-none-match")
"""The only headers of a question on which an answer that is `shared` may depend."""
SHARED = "forum.shared"
"""The key in the scope by which a route says that its answer is the same for all who ask so."""
WHOLE = 2
"""The messages of an answer that is not streamed: its start and its body."""

Question = tuple[str, bytes, tuple[tuple[bytes, bytes], ...]]
Message = dict[str, Any]


class Answer:
    """An answer as it was sent; `route` is who gave it, from when to when (monotonic times)."""

    __slots__ = ("began_at", "made_at", "messages", "refreshing", "route")

    def __init__(
        self, messages: list[Message], route: str, *, began_at: float, made_at: float
    ) -> None:
        self.messages = messages
        self.route = route
        self.began_at = began_at
        self.made_at = made_at
        self.refreshing = False

    @property
    def status(self) -> int:
        """The answer's status."""
        status: int = self.messages[0]["status"]
        return status


def question_of(scope: dict[str, Any]) -> Question | None:
    """Return what a request asks, None when its answer is never kept."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    selecting = tuple((name, value) for name, value in scope["headers"] if name in SELECTING)
    return scope["path"], scope.get("query_string", b""), selecting


class Kept:
    """Keeps each answer for `fresh_s` seconds; then one who asks has it made anew.

    The others who ask meanwhile get the one kept, until it is twice as old. At most `most` answers
    are kept, the least used leave first.
    """

    def __init__(
        self,
        *,
        fresh_s: float = FRESH_S,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fresh_s = fresh_s
        self.most = most
        self.clock = clock
        self._answers: OrderedDict[Question, Answer] = OrderedDict()

    def find(self, question: Question) -> Answer | None:
        """Return the answer kept for a question; None when the caller must make one."""
        answer = self._answers.get(question)
        if answer is None:
            return None
        age_s = self.clock() - answer.made_at
        if age_s >= self.fresh_s and (not answer.refreshing or age_s >= 2 * self.fresh_s):
            answer.refreshing = True
            return None
        self._answers.move_to_end(question)
        return answer

    def keep(
        self,
        question: Question,
        scope: dict[str, Any],
        messages: list[Message],
        route: str,
        began_at: float,
    ) -> None:
        """Keep an answer if its route says that it is shared, and nothing in it is personal.

        One that began later stays: an answer that was slow takes no reader back.
        """
        if SHARED not in scope or len(messages) != WHOLE or _sets_cookie(messages[0]):
            return
        there = self._answers.get(question)
        if there is not None and there.began_at > began_at:
            return
        self._answers[question] = Answer(messages, route, began_at=began_at, made_at=self.clock())
        self._answers.move_to_end(question)
        while len(self._answers) > self.most:
            self._answers.popitem(last=False)


def _sets_cookie(start: Message) -> bool:
    return any(name.lower() == b"set-cookie" for name, _ in start["headers"])
