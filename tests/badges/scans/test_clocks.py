"""The clocks of devices: ahead, behind, jumped while nobody looked, or none at all."""

from datetime import UTC, datetime, timedelta

import pytest

from badges.scans.clocks import corrected, missing_ms, told
from tests.factories import DURING

NOW = DURING
MINUTE_MS = 60_000


def minutes(number):
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("scanned", "offset", "skew", "at", "off"),
    [
        (0, None, None, 0, False),
        (-30, None, None, -30, False),
        (-30, 0, 0, -30, False),
        # ahead by twenty minutes, behind by twenty: known as it scanned
        (-10, -20, -20, -30, False),
        (-50, 20, 20, -30, False),
        # nothing known as it scanned, and told as it sent
        (-50, None, 20, -30, False),
        (20, None, -20, 0, False),
        # jumped by twenty minutes in between: what it knew as it scanned counts
        (-30, 0, -20, -30, True),
        (-30, 20, 0, -10, True),
        (-30, 0, 2, -30, False),
        # lies: of the future, of another year
        (60, None, None, 0, True),
        (60, 0, 0, 0, True),
        (2, None, None, 0, False),
        (-30, 60, 60, 0, True),
        (-(367 * 1440), None, None, 0, True),
    ],
)
def test_a_clock_is_put_right_by_what_is_known_of_it(scanned, offset, skew, at, off):
    got = corrected(
        NOW + minutes(scanned),
        None if offset is None else offset * MINUTE_MS,
        None if skew is None else skew * MINUTE_MS,
        NOW,
    )
    assert (got.at, got.off) == (NOW + minutes(at), off)


@pytest.mark.parametrize(("skew_ms", "moved_ms"), [(2000, 0), (-2000, 0), (-2001, -2001)])
def test_what_a_slow_network_explains_is_no_skew(skew_ms, moved_ms):
    at = NOW - minutes(1)
    assert corrected(at, None, skew_ms, NOW).at == at + timedelta(milliseconds=moved_ms)


def test_a_clock_that_starts_in_1970_is_right_once_it_is_told():
    dead = datetime(1970, 1, 1, tzinfo=UTC)
    skew = missing_ms(dead + minutes(9), NOW)
    got = corrected(dead + minutes(5), None, skew, NOW)
    assert (got.at, got.off) == (NOW - minutes(4), False)


def test_times_are_whole_milliseconds():
    at = NOW - timedelta(microseconds=1_234_567)
    assert corrected(at, None, None, NOW).at == NOW - timedelta(milliseconds=1235)


@pytest.mark.parametrize("offset_ms", [2**45, -(2**45)])
def test_an_offset_beyond_all_dates_is_not_believed(offset_ms):
    got = corrected(NOW, offset_ms, None, NOW)
    assert (got.at, got.off) == (NOW, True)


def test_what_a_batch_tells_of_its_clock():
    assert missing_ms(None, NOW) is None
    assert missing_ms(NOW + minutes(1), NOW) == -MINUTE_MS


def test_a_time_that_is_no_date_is_not_kept():
    assert told(NOW - minutes(60), NOW) == NOW - minutes(60)
    assert told(datetime.min.replace(tzinfo=UTC), NOW) == NOW
