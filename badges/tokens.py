"""The token of a ticket: twelve bytes and their Ed25519 signature, as 122 capitals and digits."""

import base64
import re
import string
from collections.abc import Mapping
from hmac import compare_digest
from struct import Struct as Layout

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from badges.models import TokenPayload

VERSION = 1
LENGTH = 122
"""76 bytes in base32 (RFC 4648) without its padding; the last letter carries two zero bits."""

PAYLOAD = Layout(">B H 6s B B B")
BYTES = 76
SPARE = 0b11
LETTERS = (string.ascii_uppercase + "234567").encode()
DIGITS = (string.digits + string.ascii_uppercase[:22]).encode()
AS_DIGITS = bytes(DIGITS[LETTERS.index(one)] if one in LETTERS else ord("!") for one in range(256))
"""From base32's letters to the digits by which Python counts to 32; any other is none."""
IN_URL = re.compile(r"^https?://[^/\s]+/(?:[^?#\s]*/)?t/([^/?#\s]+)", re.IGNORECASE)
CAPITALS = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


class Forged(ValueError):  # noqa: N818  # the word of the gate's outcome
    """The token was not signed by us; `reason` says what gave it away, such as `signature`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a token of ours: {reason}")
        self.reason = reason


def sign(payload: TokenPayload, key: Ed25519PrivateKey) -> str:
    """Return the token of `payload`; equal arguments give an equal token (RFC 8032).

    Raises:
        ValueError: a number of `payload` is out of the bounds that `TokenPayload` states.

    """
    data = pack(payload)
    return base64.b32encode(data + key.sign(data)).decode().rstrip("=")


def verify(token: str, keys: Mapping[int, Ed25519PublicKey]) -> TokenPayload:
    """Return what `token` says, once its signature is verified with the key it names.

    `token` is as printed, see `normalise`; `keys` holds the public keys by key id.

    Raises:
        Forged: anything else, with the reason.

    """
    data = decode(token)
    payload = unpack(data[: PAYLOAD.size])
    key = keys.get(payload.key_id)
    if key is None:
        raise Forged("key")
    try:
        key.verify(data[PAYLOAD.size :], data[: PAYLOAD.size])
    except InvalidSignature:
        raise Forged("signature") from None
    return payload


def recognise(token: str, keys: Mapping[int, Ed25519PrivateKey]) -> TokenPayload:
    """Return what `token` says, once it is found to be the one that we sign for that.

    It is `verify` for whoever holds the private keys, in a fifth of its time: signing is quicker
    than verifying, and always gives the same signature (RFC 8032, 5.1.6).

    Raises:
        Forged: anything else, with the reason.

    """
    data = decode(token)
    payload = unpack(data[: PAYLOAD.size])
    key = keys.get(payload.key_id)
    if key is None:
        raise Forged("key")
    if not compare_digest(key.sign(data[: PAYLOAD.size]), data[PAYLOAD.size :]):
        raise Forged("signature")
    return payload


def normalise(text: str) -> str:
    """Return the token in what was read or typed: any case, spaces, or `https://…/t/TOKEN`.

    The answer is a token only if `verify` says so.
    """
    in_url = IN_URL.match(text.strip())
    token = "".join((in_url.group(1) if in_url else text).split())
    return token.upper() if token.isascii() else token.translate(CAPITALS)


def pack(payload: TokenPayload) -> bytes:
    """Return the twelve bytes that are signed: version and key id share the first.

    Raises:
        ValueError: a number is out of its bounds.

    """
    bounds = {
        "key_id": (0, 15),
        "edition": (1, 0xFFFF),
        "ticket": (0, 2**48 - 1),
        "category": (0, 255),
        "days": (0, 255),
        "revision": (0, 255),
    }
    for name, (least, most) in bounds.items():
        if not least <= getattr(payload, name) <= most:
            raise ValueError(f"{name} of a token is {least} to {most}: {getattr(payload, name)}")
    return PAYLOAD.pack(
        VERSION << 4 | payload.key_id,
        payload.edition,
        payload.ticket.to_bytes(6),
        payload.category,
        payload.days,
        payload.revision,
    )


def unpack(data: bytes) -> TokenPayload:
    """Return what twelve bytes say, signed or not.

    Raises:
        Forged: they are of another version than ours.

    """
    first, edition, ticket, category, days, revision = PAYLOAD.unpack(data)
    if first >> 4 != VERSION:
        raise Forged("version")
    return TokenPayload(
        key_id=first & 15,
        edition=edition,
        ticket=int.from_bytes(ticket),
        category=category,
        days=days,
        revision=revision,
    )


def decode(token: str) -> bytes:
    """Return the 76 bytes that `token` spells in the one canonical way.

    Raises:
        Forged: wrong length, a letter outside base32, or trailing bits that are not zero.

    """
    if len(token) != LENGTH:
        raise Forged("length")
    try:
        number = int(token.encode("ascii").translate(AS_DIGITS), 32)
    except ValueError:  # a UnicodeEncodeError is one
        raise Forged("alphabet") from None
    if number & SPARE:
        raise Forged("trailing bits")
    return (number >> SPARE.bit_length()).to_bytes(BYTES)
