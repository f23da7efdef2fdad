"""`forum doctor`: what is wrong with this installation, and the mend."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from msgspec import Struct

from badges import rotation
from badges.keys import open_keyring
from badges.wallet_signing import WalletUnfit, faults_at, open_signer
from forum.commands.installation import database
from forum.core import clock
from forum.core.db import connect
from forum.core.errors import Problem
from forum.core.migrate import pending
from forum.core.postgres import PostgresError
from forum.core.settings import Settings

LEAST_FREE_BYTES = 500_000_000
OLDEST_SERVER = 150_000
OLDEST_PYTHON = (3, 11)


class Finding(Struct, frozen=True, kw_only=True):
    """One thing looked at: whether it is right, and the mend when it is not."""

    what: str
    ok: bool
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that this installation needs; change nothing but start the database."""
    findings = [_python(), *_folders(settings), _mail(settings), _address(settings)]
    findings += _wallet(settings)
    try:
        with database(settings) as ready:
            findings += asyncio.run(_database(ready))
    except (Problem, PostgresError) as error:
        findings.append(Finding(what="database", ok=False, mend=str(error)))
    return findings


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= OLDEST_PYTHON
    mend = "" if good else "install Python 3.11 or newer"
    return Finding(what=f"Python {version}", ok=good, mend=mend)


def _folders(settings: Settings) -> list[Finding]:
    return [_folder(settings.var), _folder(settings.storage)]


def _folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(what=str(folder), ok=False, mend=f"{error.strerror}: make it writable")
    if not os.access(folder, os.W_OK):
        return Finding(what=str(folder), ok=False, mend="make it writable for this user")
    if free < LEAST_FREE_BYTES:
        return Finding(what=str(folder), ok=False, mend=f"{free // 10**6} MB are free: make room")
    return Finding(what=f"{folder}, {free // 10**9} GB free", ok=True)


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url:
        return Finding(what="e-mail by SMTP", ok=True)
    return Finding(
        what=f"e-mail as files under {settings.var / 'outbox'} (FORUM_SMTP_URL)", ok=True
    )


def _address(settings: Settings) -> Finding:
    secure = settings.base_url.startswith("https:")
    local = any(name in settings.base_url for name in ("//127.0.0.1", "//localhost"))
    mend = "" if secure or local else "set FORUM_BASE_URL to an https address"
    return Finding(what=f"address {settings.base_url}", ok=secure or local, mend=mend)


def _wallet(settings: Settings) -> list[Finding]:
    """Look at what signs passes for Apple Wallet, each fault by itself."""
    if settings.wallet is None:
        return []
    what = f"passes for Apple Wallet, {settings.wallet.pass_type}"
    try:
        signer = open_signer(settings.wallet)
    except WalletUnfit as unfit:
        return [Finding(what=what, ok=False, mend=mend) for mend in unfit.mends]
    wrong = faults_at(signer, clock.now())
    if wrong:
        return [Finding(what=what, ok=False, mend=mend) for mend in wrong]
    return [Finding(what=f"{what}, until {signer.until:%Y-%m-%d}", ok=True)]


async def _database(settings: Settings) -> list[Finding]:
    db = await connect(str(settings.database_url))
    try:
        version = int(await db.fetchval("show server_version_num"))
        missing = await pending(db)
        findings = [
            Finding(
                what=f"PostgreSQL {version // 10_000}",
                ok=version >= OLDEST_SERVER,
                mend="" if version >= OLDEST_SERVER else "use PostgreSQL 15 or newer",
            ),
            Finding(
                what="schema",
                ok=not missing,
                mend=f"run forum migrate ({', '.join(missing)})" if missing else "",
            ),
        ]
        if not missing:
            findings += [await _keys(db, settings), await _letters(db)]
    finally:
        await db.close()
    return findings


async def _keys(db: object, settings: Settings) -> Finding:
    try:
        keyring = await open_keyring(db, settings.secret_key, at=clock.now())  # type: ignore[arg-type]
    except Problem as problem:
        return Finding(what="signing keys", ok=False, mend=problem.message)
    left = rotation.MOST - len(keyring.public)
    return Finding(
        what=f"signing keys: {len(keyring.public)} good",
        ok=left > 0,
        mend="" if left else "no id is left for another: forum keys list, forum keys retire",
    )


async def _letters(db: object) -> Finding:
    failed = await db.fetchval("select count(*) from outbox where failed_at is not null")  # type: ignore[attr-defined]
    mend = f"{failed} could not be sent: look at outbox.last_error" if failed else ""
    return Finding(what="e-mails", ok=not failed, mend=mend)
