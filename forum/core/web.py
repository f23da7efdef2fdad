"""HTTP for every slice: refusals as JSON or as a page, conditional answers, byte ranges."""

import gzip
import re
from collections.abc import AsyncIterator
from email.utils import formatdate
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar
from urllib.parse import quote

import anyio
import msgspec
from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import SerializationException
from litestar.params import SkipValidation
from litestar.response import Stream

from forum.core.errors import MediaTypeUnsupported, Problem
from forum.core.kept import SHARED

T = TypeVar("T")
Given: TypeAlias = NamedDependency[SkipValidation[T]]
"""A parameter that the application provides by its name (`forum.app`), as it is."""

AnyRequest = Request[Any, Any, Any]
AnyResponse = Response[Any]

TAG = re.compile(r'"(\d{1,9})"')
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CHUNK = 256 * 1024
API = "/api/"
ONCE_FIELD = "once"
"""The hidden field of a form that makes pressing its button twice one deed."""
ONE_TIME_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
WITH_BODY = ("POST", "PUT", "PATCH")
JSON_SUFFIX = re.compile(r"application/[a-z0-9.!#$&^_-]+\+json")
REVALIDATE = "public, max-age=0, must-revalidate"
PRIVATE = "private, no-store"
IMMUTABLE = "public, max-age=31536000, immutable"
SHORTEST_PACKED = 600
PACKED = ("text/", "application/json", "application/xml", "application/wasm", "image/svg")


def etag_of(body: bytes) -> str:
    """Return the strong entity tag of a body (RFC 9110, 8.8.3)."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def unchanged(request: AnyRequest, etag: str) -> bool:
    """Say whether the client holds `etag` already (If-None-Match, RFC 9110, 13.1.2)."""
    sent = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in sent.split(",")]
    return etag in tags or tags == ["*"]


class Revised(Protocol):
    """What has a revision, which grows with each change of it."""

    @property
    def revision(self) -> int:
        """At which revision it is, from 1."""


R = TypeVar("R", bound=Revised)


def at_revision(one: R) -> Response[R]:
    """Answer something private; its entity tag is its revision, which `If-Match` takes."""
    return Response(one, headers={"etag": f'"{one.revision}"', "cache-control": PRIVATE})


def matched(request: AnyRequest) -> frozenset[int] | None:
    """Return the revisions that `If-Match` names (RFC 9110, 13.1.1); None for any."""
    sent = request.headers.get("if-match")
    if sent is None or sent.strip() == "*":
        return None
    return frozenset(int(tag[1]) for one in sent.split(",") if (tag := TAG.fullmatch(one.strip())))


def document(
    request: AnyRequest,
    body: bytes,
    media_type: str,
    *,
    etag: str | None = None,
    file_name: str | None = None,
    cache_control: str = REVALIDATE,
    vary: str = "",
    shared: bool = False,
) -> AnyResponse:
    """Answer a whole document, compressed where it pays: 200, or 304 when the client has it.

    A `shared` one is the same for all who ask with the same words, see `forum.core.kept`.
    """
    if shared:
        request.scope[SHARED] = True  # type: ignore[literal-required]
    etag = etag or etag_of(body)
    packed = compressible(media_type, body) and accepts_gzip(request)
    if packed:
        etag = f'{etag[:-1]}-gz"'
    headers = {"etag": etag, "cache-control": cache_control}
    headers["vary"] = ", ".join(filter(None, [vary, "Accept-Encoding"]))
    if file_name:
        headers["content-disposition"] = disposition(file_name)
    if unchanged(request, etag):
        return Response(None, status_code=304, headers=headers)
    if packed:
        headers["content-encoding"] = "gzip"
        body = gzipped(body)
    return Response(body, status_code=200, media_type=media_type, headers=headers)


def compressible(media_type: str, body: bytes) -> bool:
    """Say whether compressing pays: a text or a program, and not a short one."""
    return len(body) >= SHORTEST_PACKED and media_type.startswith(PACKED)


def accepts_gzip(request: AnyRequest) -> bool:
    """Say whether the client takes gzip (RFC 9110, 12.5.3)."""
    codings = request.headers.get("accept-encoding", "").replace(" ", "").split(",")
    return "gzip" in codings or any(c.startswith("gzip;q=") and c[7:] != "0" for c in codings)


@lru_cache(maxsize=256)
def gzipped(body: bytes) -> bytes:
    """Return `body` compressed, the same bytes each time (no clock in the header)."""
    return gzip.compress(body, compresslevel=9, mtime=0)


def disposition(file_name: str, *, kind: str = "attachment") -> str:
    """Return a Content-Disposition that every browser reads (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", file_name).strip("-.") or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def ranged(
    request: AnyRequest, path: Path, media_type: str, *, etag: str, file_name: str
) -> AnyResponse:
    """Answer one immutable file: 200, 206, 304 or 416 (RFC 9110, 14); of several ranges, all."""
    stat = path.stat()
    headers = {
        "etag": etag,
        "accept-ranges": "bytes",
        "last-modified": formatdate(stat.st_mtime, usegmt=True),
        "cache-control": REVALIDATE,
        "content-disposition": disposition(file_name),
    }
    if unchanged(request, etag):
        return Response(None, status_code=304, headers=headers)
    first, last, status = 0, stat.st_size - 1, 200
    span = RANGE.fullmatch(request.headers.get("range", "").strip())
    if span and any(span.groups()) and _still(request, headers):
        first, last = _bounds(span[1], span[2], stat.st_size)
        if first > last:
            headers["content-range"] = f"bytes */{stat.st_size}"
            return Response(b"", status_code=416, media_type=media_type, headers=headers)
        status, headers["content-range"] = 206, f"bytes {first}-{last}/{stat.st_size}"
    headers["content-length"] = str(last - first + 1)
    body = _read(path, first, last)
    return Stream(body, status_code=status, media_type=media_type, headers=headers)


def _still(request: AnyRequest, headers: dict[str, str]) -> bool:
    """Say whether If-Range, if sent, still holds."""
    condition = request.headers.get("if-range")
    return condition is None or condition in (headers["etag"], headers["last-modified"])


def _bounds(start: str, end: str, size: int) -> tuple[int, int]:
    if not start:
        return max(0, size - int(end)) if int(end) else size, size - 1
    return int(start), min(int(end), size - 1) if end else size - 1


async def _read(path: Path, first: int, last: int) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := await file.read(min(left, CHUNK))):
            left -= len(chunk)
            yield chunk


def problem_document(problem: Problem) -> AnyResponse:
    """Answer a refusal as problem details (RFC 9457)."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "code": problem.code,
        "title": str(problem.message),
        "status": problem.status,
    }
    body.update(problem.more)
    if problem.fields:
        body["fields"] = {name: str(message) for name, message in problem.fields.items()}
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status,
        media_type="application/problem+json",
        headers={"cache-control": "no-store", **problem.headers},
    )


class NotJson(Problem):
    """The body is not a JSON object: send one, with Content-Type application/json."""

    code = "not_json"
    status = 400


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON body is JSON, or refused as every refusal."""

    async def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            NotJson: it is anything else, or nested beyond measure.
        """
        try:
            return await super().json()
        except (SerializationException, UnicodeDecodeError, RecursionError) as error:
            raise NotJson from error


async def expect_json(request: AnyRequest) -> None:
    """Refuse a body for the API that says to be no JSON; one that says nothing is tried.

    Raises:
        MediaTypeUnsupported: the Content-Type is another.
    """
    if request.method not in WITH_BODY or not request.scope["path"].startswith(API):
        return
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said and said != "application/json" and not JSON_SUFFIX.fullmatch(said):
        raise MediaTypeUnsupported


async def json_object(request: AnyRequest) -> dict[str, Any]:
    """Read the body as a JSON object.

    Raises:
        NotJson: it is anything else.
    """
    try:
        return msgspec.json.decode(await request.body(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson from error


async def form_fields(request: AnyRequest) -> dict[str, list[str]]:
    """Read a posted form as texts by field name; files are left out, and so is the one-time key."""
    sent = (await request.form()).dict()
    return {
        name: [v for v in values if isinstance(v, str)]
        for name, values in sent.items()
        if name != ONCE_FIELD
    }


async def one_time_key(request: AnyRequest) -> str | None:
    """Return what makes a posted form one deed: its one-time key, and what was typed; None without.

    Pages make the key (`once()` in templates). Who goes back, types something else and sends that
    with the same key means another deed, unlike a program that reuses a key.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() not in FORMS:
        return None
    sent = (await request.form()).dict()
    key = sent.pop(ONCE_FIELD, [""])[-1]
    if not isinstance(key, str) or not ONE_TIME_KEY.fullmatch(key):
        return None
    typed = sha256()
    for name, values in sent.items():
        for value in values:
            content = value.encode() if isinstance(value, str) else await _whole(value)
            for part in (name.encode(), content):
                typed.update(len(part).to_bytes(8, "big") + part)
    return f"{key} {typed.hexdigest()}"


async def _whole(file: UploadFile) -> bytes:
    content: bytes = await file.read()
    await file.seek(0)
    return content
