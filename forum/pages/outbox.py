"""The demonstration's outbox: without a mail server, a newcomer reads the e-mails here."""

import email
import email.policy
import re
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from litestar import Router, get
from litestar.params import FromPath

from forum.core.errors import NotFound
from forum.core.i18n import Words
from forum.core.pages import Page
from forum.core.settings import Settings
from forum.core.web import AnyResponse, Given

NAME = re.compile(r"[0-9A-Za-z._-]+\.eml")
MOST_SHOWN = 200


@get("/outbox", include_in_schema=False)
async def outbox_page(page: Given[Page], settings: Given[Settings]) -> AnyResponse:
    """Show the e-mails that left, the latest first."""
    files = sorted((settings.var / "outbox").glob("*.eml"), reverse=True)[:MOST_SHOWN]
    mails = [{**_shown(file, page.words), "path": f"/outbox/{file.name}"} for file in files]
    return page("demo/outbox.html", mails=mails)


@get("/outbox/{name:str}", include_in_schema=False)
async def mail_page(
    name: FromPath[str], page: Given[Page], settings: Given[Settings]
) -> AnyResponse:
    """Show one e-mail, its text and its pictures; of the files joined to it the names."""
    file = settings.var / "outbox" / name
    if not NAME.fullmatch(name) or not file.is_file():
        raise NotFound
    return page("demo/mail.html", mail=_shown(file, page.words))


def _shown(file: Path, words: Words) -> dict[str, Any]:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    sent = message["Date"].datetime.astimezone()  # this machine's clock: the reader sits at it
    return {
        "subject": message["Subject"],
        "to": message["To"],
        "sender": message["From"],
        "when": f"{words.date(sent)}, {words.time(sent, sent.tzinfo)}",
        "text": body.get_content() if isinstance(body, EmailMessage) else "",
        "images": [
            {"name": part.get_filename() or "", "data_url": _data_url(part)}
            for part in message.walk()
            if part.get_content_maintype() == "image"
        ],
        "files": [part.get_filename() or "" for part in message.iter_attachments()],
    }


def _data_url(part: Any) -> str:
    content = b64encode(part.get_payload(decode=True)).decode()
    return f"data:{part.get_content_type()};base64,{content}"


router = Router("/", route_handlers=[outbox_page, mail_page])
