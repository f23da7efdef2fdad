"""The key of a speaker's link proves itself, and nobody else's."""

from uuid import UUID

import pytest

from forum.registrations.keys import AttendeeKeys
from forum.speakers.keys import SpeakerKeys
from forum.speakers.models import Guest, SpeakerNotFound

SECRET = b"the key of a test, of 32 bytes.."
ADA = UUID(int=7)


def test_a_key_names_its_speaker_and_is_the_same_each_time():
    keys = SpeakerKeys(SECRET)
    key = keys.key(300, ADA)
    assert keys.read(key) == Guest(edition_id=300, speaker_id=ADA)
    assert key == SpeakerKeys(SECRET).key(300, ADA)
    assert len(key) == 46


def test_the_key_of_an_attendee_or_of_another_site_opens_nothing():
    keys = SpeakerKeys(SECRET)
    strange = [
        AttendeeKeys(SECRET).key(300, ADA),
        SpeakerKeys(b"another secret, of 32 bytes.....").key(300, ADA),
        keys.key(300, ADA)[:-1] + ("A" if keys.key(300, ADA)[-1] != "A" else "B"),
        keys.key(300, ADA)[:20],
        "",
        "é",
        "A" * 46,
    ]
    for key in strange:
        with pytest.raises(SpeakerNotFound):
            keys.read(key)
