"""Ids: version 7 in order of time, readable references, secrets, and their repetition by seed."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forum.core.ids import Ids, digest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.integers(0, 2 * 10**14).map(lambda ms: EPOCH + timedelta(milliseconds=ms))


@given(instants)
def test_a_uuid_has_its_version_variant_and_millisecond(at):
    made = Ids().uuid(at)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(at.timestamp() * 1000)


@given(instants, st.integers(1, 10**9))
def test_later_ids_sort_after(at, milliseconds):
    ids = Ids()
    assert ids.uuid(at) < ids.uuid(at + timedelta(milliseconds=milliseconds))


def test_a_reference_reads_aloud():
    ids = Ids.seeded(7)
    made = {ids.reference() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", one) for one in made)


def test_a_secret_is_256_bits_safe_in_an_address():
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", Ids().secret())


def test_ticket_numbers_fit_the_token():
    assert max(Ids().ticket_number() for _ in range(200)) < 2**48


def test_a_seed_repeats():
    at = datetime(2027, 3, 1, tzinfo=UTC)
    first, second = Ids.seeded(7), Ids.seeded(7)
    assert [first.uuid(at), first.reference(), first.secret()] == [
        second.uuid(at),
        second.reference(),
        second.secret(),
    ]


def test_a_digest_is_sha256():
    assert digest("abc").hex().startswith("ba7816bf8f01cfea")
