"""The key in the link of a speaker's e-mail: it names one person of a draft and proves itself.

A key is 34 bytes in base64url: edition (2), person (16), and the first 16 bytes of an HMAC-SHA256
over both. Nothing is stored, and any e-mail can carry it again.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forum.speakers.models import Guest, SpeakerNotFound

NAMED_BYTES, PROOF_BYTES = 18, 16


class SpeakerKeys:
    """Makes and reads the keys, under a secret derived from the site's own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = HKDF(SHA256(), 32, salt=None, info=b"forum speaker keys").derive(secret)

    def key(self, edition_id: int, speaker_id: UUID) -> str:
        """Return the key of a speaker: the same each time."""
        named = edition_id.to_bytes(2, "big") + speaker_id.bytes
        return urlsafe_b64encode(named + self._proof(named)).rstrip(b"=").decode()

    def read(self, key: str) -> Guest:
        """Return whose key it is.

        Raises:
            SpeakerNotFound: nobody's.
        """
        try:
            raw = urlsafe_b64decode(key + "=" * (-len(key) % 4))
        except (Error, ValueError) as error:
            raise SpeakerNotFound from error
        named, proof = raw[:NAMED_BYTES], raw[NAMED_BYTES:]
        if not hmac.compare_digest(proof, self._proof(named)):
            raise SpeakerNotFound
        return Guest(edition_id=int.from_bytes(named[:2], "big"), speaker_id=UUID(bytes=named[2:]))

    def _proof(self, named: bytes) -> bytes:
        return hmac.digest(self._secret, named, "sha256")[:PROOF_BYTES]
