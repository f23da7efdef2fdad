"""The code of an attestation: typed from paper, proven, and compared with what holds now."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from badges.models import Presence
from forum.core.ids import READABLE
from forum.registrations.codes import AttestationCodes, AttestationUnknown, Attested, Claim

CODES = AttestationCodes(b"a secret of at least 32 bytes....")
NINE = datetime(2027, 3, 23, 9, tzinfo=UTC)
DAY = Presence(day=date(2027, 3, 23), arrived_at=NINE, left_at=NINE + timedelta(hours=8))
ONE = Attested(
    edition_id=7, reference="K7QM-42XR", given_name="Zoé", family_name="Lefèvre", presences=[DAY]
)
CODE = CODES.code(ONE)
REFERENCES = st.text(READABLE, min_size=8, max_size=8).map(lambda text: f"{text[:4]}-{text[4:]}")


@given(st.integers(1, 65535), REFERENCES)
def test_a_code_names_its_registration_and_holds_what_was_attested(edition_id, reference):
    attested = replace(ONE, edition_id=edition_id, reference=reference)
    claim = CODES.read(CODES.code(attested))
    assert (claim.edition_id, claim.reference) == (edition_id, reference)
    assert CODES.holds(claim, attested)


def test_a_code_is_seven_groups_of_four_and_the_same_each_time():
    assert [len(group) for group in CODE.split("-")] == [4] * 7
    assert set(CODE) <= {*READABLE, "-"}
    assert CODES.code(ONE) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"  {CODE}\n",
        CODE.replace("0", "O").replace("1", "l"),
    ],
)
def test_it_may_be_typed_as_people_type(typed):
    assert CODES.read(typed) == CODES.read(CODE)


@pytest.mark.parametrize("place", [n for n, sign in enumerate(CODE) if sign != "-"])
def test_one_sign_changed_is_not_ours(place):
    other = "A" if CODE[place] != "A" else "B"
    with pytest.raises(AttestationUnknown):
        CODES.read(CODE[:place] + other + CODE[place + 1 :])


@given(st.text() | st.text(READABLE, min_size=28, max_size=28))
def test_anything_else_is_not_ours(text):
    with pytest.raises(AttestationUnknown):
        CODES.read(text)


def test_another_secret_makes_another_code():
    with pytest.raises(AttestationUnknown):
        AttestationCodes(b"another secret of 32 bytes.......").read(CODE)


@pytest.mark.parametrize(
    "changed",
    [
        {"given_name": "Zoe"},
        {"family_name": "Lefebvre"},
        {"presences": [replace(DAY, left_at=None)]},
        {"presences": [replace(DAY, arrived_at=NINE - timedelta(minutes=1))]},
        {"presences": [DAY, replace(DAY, day=date(2027, 3, 24))]},
        {"presences": []},
    ],
    ids=str,
)
def test_what_was_changed_since_is_told(changed):
    claim = CODES.read(CODE)
    assert CODES.holds(claim, ONE)
    assert not CODES.holds(claim, replace(ONE, **changed))


def test_seconds_are_on_no_paper_and_change_nothing():
    claim = CODES.read(CODE)
    assert CODES.holds(
        claim, replace(ONE, presences=[replace(DAY, arrived_at=NINE + timedelta(seconds=59))])
    )


def test_a_code_tells_three_things():
    claim = CODES.read(CODE)
    assert claim == Claim(edition_id=7, reference="K7QM-42XR", stamp=claim.stamp)
    assert not CODES.holds(replace(claim, stamp=claim.stamp ^ 1), ONE)
