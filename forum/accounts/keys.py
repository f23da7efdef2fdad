"""The tokens of sign-in links that go by e-mail: made of the letter, so that none is stored.

The outbox names the letter; its token is an HMAC-SHA256 over that, under a key derived from the
site's own. The database alone, or a copy of it, opens nothing.
"""

import hmac
from base64 import urlsafe_b64encode
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class LinkKeys:
    """Makes the tokens, of 256 bits, under a secret derived from the site's own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = HKDF(SHA256(), 32, salt=None, info=b"forum sign-in links").derive(secret)

    def token(self, letter: UUID) -> str:
        """Return the token in the link of a letter: the same each time."""
        proof = hmac.digest(self._secret, letter.bytes, "sha256")
        return urlsafe_b64encode(proof).rstrip(b"=").decode()
