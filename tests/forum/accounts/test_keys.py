"""The tokens of sign-in links in e-mails."""

import uuid

from forum.accounts.keys import LinkKeys

LETTER = uuid.UUID("01930000-0000-7000-8000-000000000001")


def test_a_letter_has_one_token_of_256_bits():
    keys = LinkKeys(b"the key of a test, of 32 bytes..")
    assert keys.token(LETTER) == keys.token(LETTER)
    assert len(keys.token(LETTER)) == 43


def test_another_letter_or_another_site_has_another():
    keys, others = LinkKeys(b"a" * 32), LinkKeys(b"b" * 32)
    tokens = {keys.token(LETTER), keys.token(uuid.uuid4()), others.token(LETTER)}
    assert len(tokens) == 3
