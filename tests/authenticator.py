"""A device that makes passkeys and signs with them; each part of its answers can be forged."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw):
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(given):
    return urlsafe_b64decode(given + "=" * (-len(given) % 4))


class Authenticator:
    """One device at one origin; it holds one passkey, once it has made it."""

    def __init__(self, origin="https://forum.example"):
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.count = 0
        self.user = None

    def create(self, options, **forged):
        """Answer `navigator.credentials.create`."""
        self.user = raw(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self.data(options["rp"]["id"], attested=attested, **forged)
        said = {"fmt": "none", "attStmt": {}, "authData": data}
        return self.credential(
            clientDataJSON=self.client_data("webauthn.create", options, **forged),
            attestationObject=cbor2.dumps(said),
        )

    def get(self, options, **forged):
        """Answer `navigator.credentials.get`."""
        self.count += 1
        data = self.data(options["rpId"], **forged)
        client_data = self.client_data("webauthn.get", options, **forged)
        signed = data + hashlib.sha256(client_data).digest()
        return self.credential(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=forged.get("signature") or self.key.sign(signed, ec.ECDSA(SHA256())),
            userHandle=forged.get("user", self.user),
        )

    def data(self, site, /, *, attested=b"", **forged):
        flags = forged.get("flags", PRESENT | VERIFIED) | (ATTESTED if attested else 0)
        site = hashlib.sha256(forged.get("site", site).encode()).digest()
        count = forged.get("count", self.count)
        return site + bytes([flags]) + count.to_bytes(4, "big") + attested

    def client_data(self, kind, options, /, **forged):
        return json.dumps(
            {
                "type": forged.get("kind", kind),
                "challenge": forged.get("challenge", options["challenge"]),
                "origin": forged.get("origin", self.origin),
                "crossOrigin": False,
            }
        ).encode()

    def credential(self, **response):
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "response": {
                name: text(value) for name, value in response.items() if value is not None
            },
        }
