"""Make tests/data/manifest.json, by which browsers and server seal alike, or check it (`--check`).

python -m scripts.manifest_vectors
python -m scripts.manifest_vectors --check
"""

import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import json

from badges.models import TokenPayload
from badges.scanner.manifest import Lock, Name, by_number, by_reference, spelt
from badges.tokens import sign

PLACE = Path(__file__).parents[1] / "tests" / "data" / "manifest.json"
SALTS = ("xO5JfDqWm1cT9bqZQ0pR8A", "sel d’une autre édition")
NAMES = (
    Name(g="Zoé", f="Lefèvre"),
    Name(g="Jean-Noël", f="d’Ânglade de La Tour", o="Communauté d’agglomération du Pays basque"),
    Name(g="نور", f="الهاشمي", o="Ville de « Saint-Œuf » & <Cie>"),
    Name(g="", f="李", o="🏛️"),
)
KEY_IDS = (0, 7)
"""The key that signs is of 32 bytes of its id plus one."""


def vectors() -> dict[str, Any]:
    """Return tickets with all that is derived from them, and what was derived from."""
    keys = {
        number: Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32) for number in KEY_IDS
    }
    return {
        "about": "Made by scripts/manifest_vectors.py from badges/scanner/manifest.py.",
        "keys": {
            str(number): spelt(key.public_key().public_bytes_raw()) for number, key in keys.items()
        },
        "cases": [
            _case(salt, name, turn, key_id, keys[key_id])
            for salt in SALTS
            for turn, name in enumerate(NAMES)
            for key_id in KEY_IDS
        ],
    }


def _case(
    salt: str, name: Name, turn: int, key_id: int, private: Ed25519PrivateKey
) -> dict[str, Any]:
    number = (turn + 1) * 0x2A5C3F9B171
    reference = ("K7QM-4TXV", "0000-0000", "ZZZZ-ZZZZ", "1A2B-3C4D")[turn]
    payload = TokenPayload(
        key_id=key_id,
        edition=turn + 1,
        ticket=number,
        category=turn,
        days=3,
        revision=0 if key_id == 0 else 255,
    )
    token = sign(payload, private)
    lock = Lock.of(token, salt)
    return {
        "salt": salt,
        "token": token,
        "number": number,
        "reference": reference,
        "h": lock.h,
        "k": by_number(number, salt),
        "r": by_reference(reference, salt),
        "key": spelt(lock.key),
        "n": lock.seal(name),
        "plaintext": json.encode(name).decode(),
    }


def text() -> bytes:
    """Return the file."""
    return json.format(json.encode(vectors()), indent=1) + b"\n"


def main() -> int:
    """Make the file, or check it with `--check`: exit 1 when it is another."""
    if sys.argv[1:] != ["--check"]:
        PLACE.parent.mkdir(exist_ok=True)
        PLACE.write_bytes(text())
        return 0
    if PLACE.read_bytes() == text():
        return 0
    sys.stderr.write(f"{PLACE.name} differs: run python -m scripts.manifest_vectors\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
