"""The signed token: one spelling, and nothing but ours is accepted."""

import string

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from badges.models import TokenPayload
from badges.tokens import Forged, decode, normalise, recognise, sign, verify

ALPHABET = string.ascii_uppercase + "234567"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
KEYS = {3: KEY.public_key()}
PAYLOAD = TokenPayload(
    key_id=3, edition=2027, ticket=0x123456789ABC, category=4, days=0b11, revision=1
)
TOKEN = sign(PAYLOAD, KEY)

JUDGES = [(verify, KEYS), (recognise, {3: KEY})]
"""Two ways to one answer: with the public keys, and with the private ones."""

both = pytest.mark.parametrize(("judge", "keys"), JUDGES, ids=["verify", "recognise"])
payloads = st.builds(
    TokenPayload,
    key_id=st.integers(0, 15),
    edition=st.integers(1, 65535),
    ticket=st.integers(0, 2**48 - 1),
    category=st.integers(0, 255),
    days=st.integers(0, 255),
    revision=st.integers(0, 255),
)


def test_a_token_is_122_letters_of_base32_and_stays_the_same_for_ever():
    assert TOKEN == (
        "CMD6WERUKZ4JVPAEAMAT7EG4UDNH5VD6UBZJ73IHI6ASANBDLJREZJBL3RINC"
        "IEE6VTWQESNM5X47F3FJP2FHGVO73W6EJZ5PP4AUZ7BFVPABCY4TGIXUQWGA4"
    )
    assert len(TOKEN) == 122
    assert set(TOKEN) <= set(ALPHABET)


def test_the_payload_is_twelve_bytes_in_the_order_of_the_design():
    assert decode(TOKEN)[:12].hex(" ") == "13 07 eb 12 34 56 78 9a bc 04 03 01"


@given(payloads)
def test_what_was_signed_is_what_is_verified(payload):
    assert verify(sign(payload, KEY), {payload.key_id: KEY.public_key()}) == payload


@given(payloads)
def test_what_was_signed_is_what_is_recognised(payload):
    assert recognise(sign(payload, KEY), {payload.key_id: KEY}) == payload


@both
@given(place=st.integers(0, 121), letter=st.sampled_from(ALPHABET))
def test_one_letter_changed_anywhere_is_forged(judge, keys, place, letter):
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    if changed == TOKEN:
        assert judge(changed, keys) == PAYLOAD
    else:
        with pytest.raises(Forged):
            judge(changed, keys)


@both
@given(text=st.text(max_size=200) | st.text(alphabet=ALPHABET + "0189_+- a", min_size=122))
def test_any_other_text_is_forged_and_nothing_else_happens(judge, keys, text):
    with pytest.raises(Forged):
        judge(normalise(text), keys)


@both
@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "length"),
        (TOKEN[:-1], "length"),
        (TOKEN + "A", "length"),
        (TOKEN.lower(), "alphabet"),
        ("É" + TOKEN[1:], "alphabet"),
        ("=" * 122, "alphabet"),
        ("_" + TOKEN[1:], "alphabet"),
        ("+" + TOKEN[1:], "alphabet"),
        ("0" + TOKEN[1:], "alphabet"),
        (TOKEN[:-1] + ALPHABET[ALPHABET.index(TOKEN[-1]) + 1], "trailing bits"),
        ("E" + TOKEN[1:], "version"),
        (sign(PAYLOAD, OTHER_KEY), "signature"),
        (
            sign(TokenPayload(key_id=9, edition=1, ticket=1, category=1, days=1, revision=0), KEY),
            "key",
        ),
    ],
)
def test_a_forged_token_says_what_gave_it_away(judge, keys, token, reason):
    with pytest.raises(Forged) as caught:
        judge(token, keys)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key_id", 16),
        ("edition", 0),
        ("edition", 65536),
        ("ticket", 2**48),
        ("ticket", -1),
        ("category", 256),
        ("days", 256),
        ("revision", 256),
    ],
)
def test_a_number_out_of_bounds_is_not_signed(field, value):
    numbers = {"key_id": 1, "edition": 1, "ticket": 1, "category": 1, "days": 1, "revision": 1}
    with pytest.raises(ValueError, match=f"{field} of a token is"):
        sign(TokenPayload(**{**numbers, field: value}), KEY)


@pytest.mark.parametrize(
    "read",
    [
        TOKEN,
        TOKEN.lower(),
        f"  {TOKEN}\r\n",
        " ".join(TOKEN[n : n + 4] for n in range(0, 122, 4)),
        f"https://forum.example/t/{TOKEN}",
        f"HTTPS://FORUM.EXAMPLE/T/{TOKEN}",
        f"https://forum.example/2027/t/{TOKEN}?lang=fr#top",
        f"http://127.0.0.1:8000/t/{TOKEN.lower()}/",
    ],
)
def test_what_is_read_or_typed_is_brought_to_the_one_spelling(read):
    assert normalise(read) == TOKEN


def test_letters_that_only_look_like_ours_stay_what_they_are():
    long_s, dotless_i = "\u017f", "\u0131"
    assert normalise(long_s + dotless_i) == long_s + dotless_i
