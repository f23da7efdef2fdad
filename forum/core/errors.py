"""Refusals that a caller can understand and act on."""

from collections.abc import Mapping


class Problem(Exception):  # noqa: N818 -- the word of RFC 9457
    """A refusal: `code` for programs, the message for people, `status` for HTTP (RFC 9457).

    A subclass sets `code` and `status`; its docstring is the message when none is given. The
    message is an English msgid: pages show it through the catalogue. `fields` holds one message
    per field at fault, `headers` what the answer must carry (Retry-After, WWW-Authenticate).
    """

    code: str = "problem"
    status: int = 409

    def __init__(
        self,
        message: str | None = None,
        *,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})
        super().__init__(self.message)


class NotFound(Problem):
    """There is nothing at this address."""

    code = "not_found"
    status = 404


class Unauthenticated(Problem):
    """Say who you are first."""

    code = "unauthenticated"
    status = 401

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    """You do not have the right to do this."""

    code = "forbidden"
    status = 403


class Invalid(Problem):
    """Some answers need a correction."""

    code = "invalid"
    status = 422


class TooMany(Problem):
    """Too many requests: wait a moment, then try again."""

    code = "too_many_requests"
    status = 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(headers={"Retry-After": str(retry_after_s)})
