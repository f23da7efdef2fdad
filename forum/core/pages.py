"""Pages from templates, in the language of whoever reads."""

import gzip
import secrets
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from litestar import Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from forum.core.context import Edition
from forum.core.i18n import LANGUAGES, ROOT, Words, accepted, words
from forum.core.mail import Mail, Part
from forum.core.outbox import Letter
from forum.core.text import Text, pick
from forum.core.web import (
    ONCE_FIELD,
    PRIVATE,
    AnyRequest,
    AnyResponse,
    accepts_gzip,
    compressible,
    etag_of,
)

TEMPLATES = [ROOT / package / "templates" for package in ("forum", "schedule", "badges")]
STATIC = {
    "": ROOT / "forum" / "static",
    "schedule": ROOT / "schedule" / "static",
    "badges": ROOT / "badges" / "static",
}
LANGUAGE_COOKIE = "lang"
HTML = "text/html"
ONE_TIME_BYTES = 16
VARY = "Accept-Language, Cookie"


@cache
def static_version() -> str:
    """Return a digest of every static file: it stands in their addresses, so none goes stale."""
    whole = sha256()
    for folder in STATIC.values():
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            whole.update(path.relative_to(folder).as_posix().encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def one_time_field() -> Markup:
    """Return the hidden field by which a form, sent twice, does its deed once (`Once`)."""
    key = secrets.token_urlsafe(ONE_TIME_BYTES)
    return Markup('<input type="hidden" name="{}" value="{}">').format(ONCE_FIELD, key)


class Compiled(BytecodeCache):
    """What templates were compiled to, once for all languages: words are looked up as they run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what is kept, if anything: it says itself whether it is current."""
        if found := self._kept.get(bucket.key):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a bucket holds."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Templates:
    """Every template of every package; pages and e-mails are rendered here."""

    def __init__(self, *, version: str, demo: bool = False) -> None:
        self.version = version
        self.demo = demo
        self._environments = {language: self._environment(language) for language in LANGUAGES}

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=_escaped,  # noqa: S701 -- a function: all but `.txt` is escaped
            undefined=StrictUndefined,
            bytecode_cache=COMPILED,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        said = words(language)
        environment.install_gettext_callables(said.gettext, said.ngettext, newstyle=True)  # type: ignore[attr-defined]

        def in_this_language(text: Text) -> str:
            return pick(text, language, *LANGUAGES)

        environment.globals.update(
            words=said,
            language=language,
            other_language=next(other for other in LANGUAGES if other != language),
            pick=in_this_language,
            static=self.static,
            once=one_time_field,
            demo=self.demo,
        )
        return environment

    def static(self, path: str) -> str:
        """Return the address of a static file, good for a year."""
        return f"/static/{self.version}/{path}"

    def render(self, name: str, language: str, **context: Any) -> str:
        """Return the template `name`, filled in.

        Raises:
            jinja2.UndefinedError: the template asks for something that `context` lacks.
        """
        defaults = {"edition": None, "path": "/"}
        return self._environments[language].get_template(name).render(**{**defaults, **context})

    def mail(
        self,
        letter: Letter,
        context: dict[str, Any],
        *,
        parts: tuple[Part, ...] = (),
        base_url: str,
        at: datetime,
    ) -> Mail:
        """Return the message of a letter, from the templates under `mails/<kind>/`."""

        def part(name: str) -> str:
            return self.render(f"mails/{letter.kind}/{name}", letter.language, **context)

        return Mail(
            id=letter.id,
            kind=letter.kind,
            recipient=letter.recipient,
            language=letter.language,
            subject=part("subject.txt").strip(),
            text=part("body.txt"),
            html=part("body.html"),
            domain=urlsplit(base_url).hostname or "localhost",
            at=at,
            parts=parts,
        )


def _escaped(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


def language_of(request: AnyRequest, *, default: str = LANGUAGES[0]) -> str:
    """Return the page's language: `?lang=`, else the cookie, else Accept-Language, else French."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in LANGUAGES:
            return str(asked)
    header = request.headers.get("accept-language")
    return accepted(header) if header else default


def here(path: str) -> str:
    """Return a request's path as a link of this site: two slashes would lead to another one."""
    return "/" + quote(path.lstrip("/"), errors="replace")


class Page:
    """Answers the request in hand with a page; every slice gets one by dependency."""

    def __init__(self, request: AnyRequest, templates: Templates) -> None:
        self.request = request
        self.templates = templates
        self.language = language_of(request)

    @property
    def words(self) -> Words:
        """What the page's language says."""
        return words(self.language)

    def html(self, name: str, edition: Edition | None = None, **context: Any) -> bytes:
        """Return the page as bytes."""
        path = here(self.request.url.path)
        text = self.templates.render(name, self.language, edition=edition, path=path, **context)
        return text.encode()

    def __call__(
        self,
        name: str,
        edition: Edition | None = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> AnyResponse:
        """Answer with the template `name`; nothing of it is kept by caches."""
        sent = {"cache-control": PRIVATE, "vary": f"{VARY}, Accept-Encoding", **(headers or {})}
        body = self.html(name, edition, status=status, **context)
        if accepts_gzip(self.request) and compressible(HTML, body):
            body = gzip.compress(body, compresslevel=5, mtime=0)
            sent["content-encoding"] = "gzip"
        response: AnyResponse = Response(body, status_code=status, media_type=HTML, headers=sent)
        return self.stay(response)

    def stay(self, response: AnyResponse) -> AnyResponse:
        """Make a language chosen by `?lang=` stay."""
        if self.request.query_params.get("lang") == self.language:
            response.set_cookie(
                Cookie(
                    key=LANGUAGE_COOKIE,
                    value=self.language,
                    max_age=365 * 24 * 3600,
                    samesite="lax",
                    httponly=True,
                    secure=self.request.url.scheme == "https",
                )
            )
        return response


@lru_cache(maxsize=256)
def static_content(path: str) -> tuple[bytes, str] | None:
    """Return a static file and its entity tag, read once; None where there is none."""
    found = static_file(path)
    if found is None:
        return None
    content = found.read_bytes()
    return content, etag_of(content)


def static_file(path: str) -> Path | None:
    """Return the static file at `path`, or None: no way leads out of the folders."""
    package, _, rest = path.partition("/")
    folder, inside = (STATIC[package], rest) if package in STATIC and rest else (STATIC[""], path)
    found = (folder / inside).resolve()
    try:
        return found if found.is_relative_to(folder.resolve()) and found.is_file() else None
    except OSError:  # a name longer than a file's may be
        return None
