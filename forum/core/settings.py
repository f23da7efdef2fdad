"""Settings: one frozen struct, read once from the environment and `.env`, every mistake named."""

import difflib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct, structs

ROOT = Path(__file__).resolve().parents[2]
BASE_URL = "http://127.0.0.1:8000"
SECRET_KEY_MIN = 32
NAMES = (
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "FORUM_BASE_URL",
    "FORUM_DEMO",
    "FORUM_SECRET_KEY",
    "FORUM_STORAGE",
    "FORUM_SMTP_URL",
    "FORUM_MAIL_FROM",
    "FORUM_TRUSTED_PROXIES",
    "FORUM_INLINE_WORKER",
    "FORUM_LOCAL_PRINTERS",
    "FORUM_LOG",
    "FORUM_PG_BIN",
    "FORUM_RATE_LIMIT",
    "FORUM_VAR",
    "FORUM_WALLET_CERTIFICATE",
    "FORUM_WALLET_KEY",
    "FORUM_WALLET_PASS_TYPE",
    "FORUM_WALLET_TEAM",
    "FORUM_WALLET_WWDR",
)
WALLET = ("CERTIFICATE", "KEY", "WWDR", "PASS_TYPE", "TEAM")
SMTP_SCHEMES = ("smtp", "smtps", "smtp+starttls")
YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")

T = TypeVar("T")
Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """Every mistake found in the settings, one line each, with its mend."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(mistakes))


class WalletFiles(Struct, frozen=True, kw_only=True):
    """What signs passes for Apple Wallet: three files, and what the certificate is for.

    `wwdr` is the certificate of Apple's authority that issued `certificate`.
    """

    certificate: Path
    key: Path
    wwdr: Path
    pass_type: str
    team: str


class Settings(Struct, frozen=True, kw_only=True):
    """How this installation runs.

    `base_url` has no path and no final slash. `secret_key` has at least 32 bytes and signs what
    browsers keep. `var` holds what Forum writes: its files, its mails, its own PostgreSQL.
    Without `database_url` that PostgreSQL is used; `database_direct_url` is for LISTEN, where a
    pooler stands in between. `smtp_url` None: mails become files. `demo` is set by `forum demo`.
    `local_printers` lets organisers name label printers at this machine's own addresses.
    `wallet` None: there are no passes for Apple Wallet.
    """

    secret_key: bytes
    var: Path
    storage: Path
    database_url: str | None = None
    database_direct_url: str | None = None
    base_url: str = BASE_URL
    smtp_url: str | None = None
    mail_from: str = "Forum <forum@localhost>"
    trusted_proxies: tuple[Network, ...] = ()
    inline_worker: bool = True
    log: Literal["text", "json"] = "text"
    pg_bin: Path | None = None
    rate_limit: bool = True
    demo: bool = False
    local_printers: bool = False
    wallet: WalletFiles | None = None

    def __repr__(self) -> str:
        """Show every field but the secret key, and URLs without their passwords."""
        names = [name for name in self.__struct_fields__ if name != "secret_key"]
        shown = {name: getattr(self, name) for name in names}
        for name in ("database_url", "database_direct_url", "smtp_url"):
            shown[name] = without_password(shown[name])
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def without_password(url: str | None) -> str | None:
    """Return a URL as it may be shown, in a log or by `forum doctor`."""
    if url is None:
        return None
    hidden = re.sub(r"(://[^/?#]*?):[^/?#]*@", r"\1:…@", url)
    return re.sub(r"([?&](?:ssl)?password=)[^&]*", r"\1…", hidden)


def load() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: something is wrong; it names everything that is.
    """
    return read(os.environ, ROOT)


def read(environ: Mapping[str, str], root: Path) -> Settings:
    """Read the settings from `environ`, then `.env` in this folder, then `.env` in `root`.

    The first that has a name wins; an empty value counts as absent. Where no secret key is given,
    one is made once and kept in `var/secret.key`, readable by its owner alone.

    Raises:
        SettingsError: something is wrong; it names everything that is.
    """
    reader = _Reader(environ, [Path.cwd() / ".env", root / ".env"])
    var = reader.get("FORUM_VAR", lambda text: _folder(text, root), root / "var")
    found = Settings(
        secret_key=reader.get("FORUM_SECRET_KEY", _secret_key, b""),
        var=var,
        storage=reader.get("FORUM_STORAGE", lambda text: _storage(text, root), var / "files"),
        database_url=reader.get("DATABASE_URL", _database_url, None),
        database_direct_url=reader.get("DATABASE_DIRECT_URL", _database_url, None),
        base_url=reader.get("FORUM_BASE_URL", _base_url, BASE_URL),
        smtp_url=reader.get("FORUM_SMTP_URL", _smtp_url, None),
        mail_from=reader.get("FORUM_MAIL_FROM", _mailbox, "Forum <forum@localhost>"),
        trusted_proxies=reader.get("FORUM_TRUSTED_PROXIES", _networks, ()),
        inline_worker=reader.get("FORUM_INLINE_WORKER", _flag, default=True),
        log=reader.get("FORUM_LOG", _log, "text"),
        pg_bin=reader.get("FORUM_PG_BIN", _pg_bin, None),
        rate_limit=reader.get("FORUM_RATE_LIMIT", _flag, default=True),
        demo=reader.get("FORUM_DEMO", _flag, default=False),
        local_printers=reader.get("FORUM_LOCAL_PRINTERS", _flag, default=False),
        wallet=_wallet(reader, root),
    )
    if found.database_direct_url and not found.database_url:
        reader.mistakes.append("DATABASE_DIRECT_URL: needs DATABASE_URL beside it")
    if reader.mistakes:
        raise SettingsError(reader.mistakes)
    if not found.secret_key:
        return structs.replace(found, secret_key=_kept_key(var))
    return found


class _Reader:
    """Values by name, and every mistake met on the way."""

    def __init__(self, environ: Mapping[str, str], files: list[Path]) -> None:
        self.mistakes: list[str] = []
        self.values: dict[str, str] = {}
        for file in dict.fromkeys(reversed(files)):
            self.values.update(self._parse(file))
        self.values.update({k: v.strip() for k, v in environ.items() if v.strip()})
        for name in sorted(self.values):
            near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.85)
            if name.startswith("FORUM_") and name not in NAMES and near:
                self.mistakes.append(f"{name}: no such setting; is {near[0]} meant?")

    def get(self, name: str, parse: Callable[[str], T], default: T) -> T:
        text = self.values.get(name)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.mistakes.append(f"{name}: {error}")
            return default

    def _parse(self, file: Path) -> dict[str, str]:
        """Read `NAME=value` lines; `#` begins a comment; quotes keep spaces and `#`."""
        try:
            text = file.read_text("utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            self.mistakes.append(f"{file}: cannot be read ({error})")
            return {}
        found = {}
        for number, line in enumerate(text.splitlines(), start=1):
            stripped = line.strip()
            if not stripped or stripped.startswith("#"):
                continue
            match = re.fullmatch(
                r"""(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:\s\#.*)?""",
                stripped,
            )
            if match is None:
                self.mistakes.append(f"{file}, line {number}: not NAME=value")
                continue
            name, *values = match.groups()
            found[name] = next((v for v in values if v is not None), "")
        return {name: value for name, value in found.items() if value}


def _wallet(reader: _Reader, root: Path) -> WalletFiles | None:
    """Read what signs passes: all of it or nothing."""
    found = {name: reader.values.get(f"FORUM_WALLET_{name}") for name in WALLET}
    missing = [f"FORUM_WALLET_{name}" for name, value in found.items() if not value]
    if len(missing) == len(found):
        return None
    if missing:
        given = ", ".join(f"FORUM_WALLET_{name}" for name, value in found.items() if value)
        reader.mistakes.append(f"{', '.join(missing)}: needed beside {given}")
        return None
    files = {name.lower(): _folder(str(found[name]), root) for name in WALLET[:3]}
    return WalletFiles(**files, pass_type=str(found["PASS_TYPE"]), team=str(found["TEAM"]))


def _split(text: str) -> SplitResult:
    """Split a URL, its port checked.

    Raises:
        ValueError: the port is no number from 1 to 65535.
    """
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:  # the parser's own words would show a piece of a misplaced password
        raise ValueError("the port is no number from 1 to 65535")
    return parts


def _base_url(text: str) -> str:
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be like https://forum.example.fr")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
        raise ValueError("must stop after the host and its port: Forum lives at the root")
    return text.rstrip("/")


def _database_url(text: str) -> str:
    if urlsplit(text).scheme not in {"postgresql", "postgres"}:
        raise ValueError("must be like postgresql://user:password@host:5432/forum")
    return text


def _smtp_url(text: str) -> str:
    parts = _split(text)
    if parts.scheme not in SMTP_SCHEMES or not parts.hostname:
        raise ValueError(
            "must be like smtp+starttls://user:password@host:587 (smtp://, smtps://, smtp+starttls://)"
        )
    return text


def _secret_key(text: str) -> bytes:
    if len(text) < SECRET_KEY_MIN:
        raise ValueError(f"must have at least {SECRET_KEY_MIN} characters: openssl rand -hex 32")
    return text.encode()


def _mailbox(text: str) -> str:
    _, address = parseaddr(text)
    local, at, domain = address.partition("@")
    if not (local and at and domain) or "\n" in text or "\r" in text:
        raise ValueError("must be like Forum <forum@example.fr>")
    return text


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part, strict=False) for part in re.split(r"[\s,]+", text) if part)


def _flag(text: str) -> bool:
    if text.lower() not in YES + NO:
        raise ValueError("must be true or false")
    return text.lower() in YES


def _log(text: str) -> Literal["text", "json"]:
    if text == "text":
        return "text"
    if text == "json":
        return "json"
    raise ValueError("must be text or json")


def _folder(text: str, root: Path) -> Path:
    return (root / Path(text).expanduser()).resolve()


def _storage(text: str, root: Path) -> Path:
    if text.startswith("s3://"):
        raise ValueError("s3:// is not supported yet: name a folder, such as var/files")
    if "://" in text:
        raise ValueError("must be a folder, such as var/files")
    return _folder(text, root)


def _pg_bin(text: str) -> Path:
    folder = Path(text).expanduser()
    if not (folder / "initdb").is_file():
        raise ValueError(f"{folder} holds no initdb: name the bin folder of PostgreSQL 15 or newer")
    return folder.resolve()


def _kept_key(var: Path) -> bytes:
    """Return the key kept in `var`, made at the first call; two at once agree on one.

    Raises:
        SettingsError: `var` cannot be written, or holds a key that is too short.
    """
    file = var / "secret.key"
    try:
        if not file.exists():
            _make_key(file)
        key = file.read_bytes().strip()
    except OSError as error:
        mend = "let Forum write there, or name another folder with FORUM_VAR"
        raise SettingsError(
            [f"FORUM_SECRET_KEY: absent, and {file} cannot be kept ({error.strerror}): {mend}"]
        ) from error
    if len(key) < SECRET_KEY_MIN:
        raise SettingsError([f"{file}: too short; delete it to have a new one (all sign in again)"])
    return key


def _make_key(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix="secret.")  # 0600
    try:
        with os.fdopen(descriptor, "wb") as draft:
            draft.write(secrets.token_hex(32).encode())
            draft.flush()
            os.fsync(draft.fileno())
        os.link(name, file)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        Path(name).unlink()


def pass_on(settings: Settings) -> None:
    """Hand to the processes that serve what this one found out: its own database, and the demo."""
    os.environ["DATABASE_URL"] = str(settings.database_url)
    os.environ["FORUM_BASE_URL"] = settings.base_url
    os.environ["FORUM_DEMO"] = str(settings.demo).lower()


def at_address(settings: Settings, host: str, port: int) -> Settings:
    """Return the settings with links to where the site listens, unless FORUM_BASE_URL says."""
    if settings.base_url != BASE_URL:
        return settings
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 -- only compared
    name = f"[{shown}]" if ":" in shown else shown
    return structs.replace(settings, base_url=f"http://{name}:{port}")
