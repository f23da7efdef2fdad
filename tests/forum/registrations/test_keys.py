"""The key of an attendee's link: it names one registration and proves itself."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import RegistrationNotFound

KEYS = AttendeeKeys(b"a secret of at least 32 bytes....")
ONE = uuid.UUID(int=12345)


@given(st.integers(1, 65535), st.uuids())
def test_a_key_names_its_registration(edition_id, registration_id):
    key = KEYS.key(edition_id, registration_id)
    read = KEYS.read(key)
    assert (read.edition_id, read.registration_id) == (edition_id, registration_id)
    assert KEYS.key(edition_id, registration_id) == key


def test_another_secret_makes_another_key():
    other = AttendeeKeys(b"another secret of 32 bytes.......")
    with pytest.raises(RegistrationNotFound):
        KEYS.read(other.key(1, ONE))


@pytest.mark.parametrize("place", range(0, 45, 3))
def test_one_letter_changed_is_nobodys(place):
    key = KEYS.key(1, ONE)
    other = "A" if key[place] != "A" else "B"
    with pytest.raises(RegistrationNotFound):
        KEYS.read(key[:place] + other + key[place + 1 :])


@given(st.text())
def test_anything_else_is_nobodys(text):
    with pytest.raises(RegistrationNotFound):
        KEYS.read(text)
