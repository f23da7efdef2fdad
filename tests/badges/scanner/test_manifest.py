"""Entries of a manifest: what a browser undoes with the token in hand, and nothing without it."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from badges.scanner.manifest import Lock, Name, by_reference
from badges.tokens import verify
from scripts import manifest_vectors

CASES = json.loads(manifest_vectors.PLACE.read_bytes())["cases"]


def plain(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(token, salt, info, length):
    """HKDF as RFC 5869 writes it, for at most one block."""
    extracted = hmac.new(salt.encode(), token.encode(), hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:length]


def opened(sealed, key):
    sealed = plain(sealed)
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], None).decode()


def test_the_known_answers_are_those_of_the_code():
    assert manifest_vectors.PLACE.read_bytes() == manifest_vectors.text()


@pytest.mark.parametrize("case", CASES)
def test_a_known_answer_is_what_the_standards_give(case):
    token, salt = case["token"], case["salt"]
    assert plain(case["h"]) == hkdf(token, salt, b"forum manifest id", 16)
    assert plain(case["key"]) == hkdf(token, salt, b"forum manifest key", 32)
    assert opened(case["n"], plain(case["key"])) == case["plaintext"]
    for short, text in (
        (case["k"], str(case["number"])),
        (case["r"], case["reference"].replace("-", "")),
    ):
        assert plain(short) == hashlib.sha256(f"{salt}|{text}".encode()).digest()[:12]


def test_the_tokens_of_the_known_answers_are_signed_by_their_keys():
    keys = {
        int(number): Ed25519PublicKey.from_public_bytes(plain(key))
        for number, key in manifest_vectors.vectors()["keys"].items()
    }
    assert [verify(case["token"], keys).ticket for case in CASES] == [
        case["number"] for case in CASES
    ]


@given(st.text(max_size=60), st.text(max_size=60), st.none() | st.text(max_size=80))
def test_any_name_opens_with_its_token(given_name, family_name, organisation):
    name = Name(g=given_name, f=family_name, o=organisation)
    lock = Lock.of("TOKEN", "salt")
    wanted = {"g": given_name, "f": family_name} | (
        {"o": organisation} if organisation is not None else {}
    )
    assert json.loads(opened(lock.seal(name), lock.key)) == wanted


def test_a_name_opens_with_no_other_token_or_salt():
    sealed = Lock.of("TOKEN", "salt").seal(Name(g="Zoé", f="Lefèvre"))
    for other in (Lock.of("TOKEM", "salt"), Lock.of("TOKEN", "self")):
        with pytest.raises(InvalidTag):
            opened(sealed, other.key)


def test_a_sealed_name_changes_with_the_name_alone():
    lock = Lock.of("TOKEN", "salt")
    texts = [lock.seal(Name(g="Zoé", f=family)) for family in ("Lefèvre", "Lefèvre", "Lefebvre")]
    assert texts[0] == texts[1]
    assert texts[0][:16] != texts[2][:16], "a nonce never serves twice"


def test_a_reference_is_found_as_people_type_it():
    assert by_reference("k7qm4txv", "salt") == by_reference("K7QM-4TXV", "salt")
