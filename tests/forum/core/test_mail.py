"""E-mails: their MIME structure, the ticket inside, no header from outside, folder and SMTP."""

import asyncio
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from badges import qr
from badges.tokens import LENGTH
from forum.core.mail import Folder, Mail, Part, Smtp, compose
from tests.factories import decoded, message

TOKEN = "A" * LENGTH
SENDER = "Forum des communes <forum@example.org>"


def mail(**given):
    values = {
        "id": uuid.UUID(int=7),
        "kind": "confirmed",
        "recipient": "zoe@example.org",
        "language": "fr",
        "subject": "Votre place au forum",
        "text": "Bonjour Zoé, l’été arrive.\n",
        "html": '<p>Bonjour Zoé</p><img src="cid:ticket" alt="">',
        "domain": "forum.example",
        "at": datetime(2027, 3, 1, 12, tzinfo=UTC),
        "parts": (Part(name="t.png", media_type="image/png", content=qr.png(TOKEN), cid="ticket"),),
    }
    return Mail(**{**values, **given})


def received(**given):
    return message(compose(mail(**given), SENDER).as_bytes())


def tree(part):
    if part.is_multipart():
        return [part.get_content_subtype(), *(tree(inner) for inner in part.get_payload())]
    return part.get_content_type()


def test_where_to_unsubscribe_is_told_to_the_mail_program_if_there_is_a_place():
    assert received()["List-Unsubscribe"] is None
    told = received(unsubscribe="https://forum.example/me/abc")["List-Unsubscribe"]
    assert told == "<https://forum.example/me/abc>"


def test_text_comes_first_then_html_with_its_picture():
    assert tree(received()) == [
        "alternative",
        "text/plain",
        ["related", "text/html", "image/png"],
    ]


def test_the_picture_inside_is_the_one_that_the_html_names():
    (picture,) = [part for part in received().walk() if part.get_content_type() == "image/png"]
    assert picture["content-id"] == "<ticket>"
    assert picture["content-disposition"].startswith("inline")
    assert decoded(picture.get_payload(decode=True)) == TOKEN


def test_an_attachment_stands_beside():
    part = Part(name="Élus.pdf", media_type="application/pdf", content=b"%PDF-")
    got = received(parts=(part,))
    assert tree(got) == ["mixed", ["alternative", "text/plain", "text/html"], "application/pdf"]
    (attached,) = got.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Élus.pdf", b"%PDF-")


def test_an_attachment_says_its_parameters():
    part = Part(
        name="forum.ics",
        media_type="text/calendar; charset=utf-8; method=PUBLISH",
        content="SUMMARY:Forum d’été\r\n".encode(),
    )
    (attached,) = received(parts=(part,)).iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    assert dict(attached["content-type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    assert attached.get_content() == "SUMMARY:Forum d’été\r\n"


def test_the_headers_say_who_what_and_when():
    got = received()
    assert [got[name] for name in ("From", "To", "Subject", "Message-ID", "Content-Language")] == [
        SENDER,
        "zoe@example.org",
        "Votre place au forum",
        "<00000000-0000-0000-0000-000000000007@forum.example>",
        "fr",
    ]
    assert got["Date"].datetime == datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert got["Auto-Submitted"] == "auto-generated"


def test_accents_survive():
    got = received(subject="Élus à l’été")
    assert got["Subject"] == "Élus à l’été"
    assert got.get_body(("plain",)).get_content() == "Bonjour Zoé, l’été arrive.\r\n"


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@example.org", "a\nX: b", "a\r\n\r\nb"])
def test_a_subject_adds_no_header(subject):
    got = received(subject=subject)
    assert got["Bcc"] is None
    assert got["X"] is None
    assert got["Subject"] == " ".join(subject.split())


@pytest.mark.parametrize(
    "address", ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "a b@c.d"]
)
def test_what_is_no_single_address_is_never_written_to(address):
    with pytest.raises((ValueError, IndexError)):
        compose(mail(recipient=address), SENDER)


def test_a_file_name_adds_no_header():
    part = Part(name="a\r\nX: b.pdf", media_type="application/pdf", content=b"")
    try:
        raw = compose(mail(parts=(part,)), SENDER).as_bytes()
    except ValueError:
        return
    assert b"\nX: b" not in raw


# The folder


async def test_a_file_holds_the_whole_message(tmp_path):
    await Folder(tmp_path / "outbox", SENDER).send(mail())
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == "20270301T120000-00000000-0000-0000-0000-000000000007-confirmed.eml"
    assert message(file.read_bytes())["Subject"] == "Votre place au forum"


async def test_a_message_written_twice_is_one_file(tmp_path):
    folder = Folder(tmp_path, SENDER)
    await folder.send(mail())
    await folder.send(mail())
    assert len(list(tmp_path.iterdir())) == 1


# A real SMTP server


class Inbox:
    """Keeps what an SMTP server takes; `refusing` answers to the end of DATA."""

    def __init__(self):
        self.messages = []
        self.refusing = []

    async def handle_DATA(self, server, _, envelope):  # noqa: N802 -- its library's name
        if self.refusing and (reply := self.refusing.pop(0)) is not None:
            self.messages.append(envelope)
            if reply == "die":
                server.transport.abort()
                return "421 gone"
            return reply
        self.messages.append(envelope)
        return "250 kept"


@asynccontextmanager
async def served(inbox, **options):
    """Serve SMTP on a port of this machine; yield the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, **options), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_server_gets_the_message():
    inbox = Inbox()
    async with served(inbox) as port:
        await Smtp(f"smtp://127.0.0.1:{port}", SENDER).send(mail())
    (envelope,) = inbox.messages
    assert (envelope.mail_from, envelope.rcpt_tos) == ("forum@example.org", ["zoe@example.org"])
    got = message(envelope.content)
    assert tree(got) == ["alternative", "text/plain", ["related", "text/html", "image/png"]]
    assert got.get_body(("plain",)).get_content().split() == "Bonjour Zoé, l’été arrive.".split()


@pytest.mark.parametrize("reply", ["451 later", "550 never"])
async def test_a_refusal_is_told(reply):
    inbox = Inbox()
    inbox.refusing = [reply]
    async with served(inbox) as port:
        way = Smtp(f"smtp://127.0.0.1:{port}", SENDER)
        with pytest.raises(aiosmtplib.SMTPException):
            await way.send(mail())
    assert len(inbox.messages) == 1


async def test_a_server_that_dies_after_data_sees_the_same_message_id_again():
    inbox = Inbox()
    inbox.refusing = ["die"]
    async with served(inbox) as port:
        way = Smtp(f"smtp://127.0.0.1:{port}", SENDER)
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await way.send(mail())
        await way.send(mail())
    ids = [message(one.content)["Message-ID"] for one in inbox.messages]
    assert ids == ["<00000000-0000-0000-0000-000000000007@forum.example>"] * 2


async def test_no_server_is_told():
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        await Smtp("smtp://127.0.0.1:1", SENDER).send(mail())


async def test_the_password_is_sent_as_it_was_meant():
    inbox, seen = Inbox(), []

    def authenticate(server, session, envelope, mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    options = {"authenticator": authenticate, "auth_require_tls": False}
    async with served(inbox, **options) as port:
        await Smtp(f"smtp://us%40er:p%3Ass@127.0.0.1:{port}", SENDER).send(mail())
    assert seen == [(b"us@er", b"p:ss")]
