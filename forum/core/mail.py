"""One e-mail, complete, and the two ways out: an SMTP server, or files that a newcomer can open."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from msgspec import Struct

from forum.core.blobs import write_whole

SMTP_TIMEOUT_S = 20
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Part(Struct, frozen=True, kw_only=True):
    """A file inside an e-mail; with `cid` it is shown in the text, else attached.

    `media_type` may carry parameters: `text/calendar; charset=utf-8`.
    """

    name: str
    media_type: str
    content: bytes
    cid: str | None = None


class Mail(Struct, frozen=True, kw_only=True):
    """One message; `id` makes its Message-ID, so that one sent twice is known as one.

    `unsubscribe` is the address of a page where such messages can be ended (RFC 2369), if there is
    one.
    """

    id: UUID
    kind: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str
    domain: str
    at: datetime
    parts: tuple[Part, ...] = ()
    unsubscribe: str = ""


class Delivery(Protocol):
    """A way out."""

    async def send(self, mail: Mail) -> None:
        """Deliver one message, or raise OSError or aiosmtplib.SMTPException."""
        ...


def compose(mail: Mail, sender: str) -> EmailMessage:
    """Return the message as RFC 5322 and MIME have it: text, HTML, pictures inside, attachments."""
    message = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.id}@{mail.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    shown = message.get_payload()[1]  # type: ignore[index]
    for part in mail.parts:
        kind, *told = part.media_type.split("; ")
        main, _, sub = kind.partition("/")
        params = dict(one.split("=", 1) for one in told)
        if part.cid:
            shown.add_related(  # type: ignore[union-attr]
                part.content,
                main,
                sub,
                cid=f"<{part.cid}>",
                filename=part.name,
                disposition="inline",
            )
        else:
            message.add_attachment(part.content, main, sub, filename=part.name, params=params)
    message["Content-Language"] = mail.language  # last: parts take the content's headers along
    return message


class Folder:
    """Writes each message as an `.eml` file, named by time, id and kind: so they are in order."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    async def send(self, mail: Mail) -> None:
        """Write the message, whole or not at all."""
        name = f"{mail.at:%Y%m%dT%H%M%S}-{mail.id}-{mail.kind}.eml"
        write_whole(self.folder / name, compose(mail, self.sender).as_bytes())


class Smtp:
    """Hands each message to an SMTP server: `smtp://`, `smtps://` or `smtp+starttls://`."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self.sender = sender
        self._host = parts.hostname or "localhost"
        self._port = parts.port or PORTS[parts.scheme]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._tls = parts.scheme == "smtps"
        self._starttls = parts.scheme == "smtp+starttls"

    async def send(self, mail: Mail) -> None:
        """Hand the message over; it counts as sent once the server has taken it."""
        await aiosmtplib.send(
            compose(mail, self.sender),
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._tls,
            start_tls=self._starttls,
            timeout=SMTP_TIMEOUT_S,
        )
