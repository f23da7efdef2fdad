"""Refusals that a caller can understand and act on."""

from collections.abc import Iterable, Mapping

from forum.core.i18n import N_
from forum.core.text import Filled


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


class MethodNotAllowed(Problem):
    """This address does not take this method: the Allow header says which it takes."""

    code = "method_not_allowed"
    status = 405

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__(headers={"Allow": ", ".join(sorted(allowed))})


class BodyTooLarge(Problem):
    """The request is too large: send 2 MB at most."""

    code = "body_too_large"
    status = 413

    def __init__(self, most_bytes: int = 2_000_000) -> None:
        said = N_("The request is too large: send %(most)d MB at most.")
        super().__init__(Filled(said, most=most_bytes // 10**6))


class MediaTypeUnsupported(Problem):
    """The API reads JSON: send it with Content-Type application/json."""

    code = "unsupported_media_type"
    status = 415

    def __init__(self) -> None:
        super().__init__(headers={"Accept": "application/json"})


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
