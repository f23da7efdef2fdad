"""Hours of half-days by what the doors read, against a recount minute by minute of random days."""

import random
from datetime import date, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from badges.attendance.models import Interval
from badges.models import Outcome, Passage
from badges.papers import hours
from tests.badges.attendance.test_rules import ADA, at, pause, step
from tests.pages.samples import EDITION

STORIES = 400
MINUTE = timedelta(minutes=1)
LATE = datetime(2027, 4, 10, tzinfo=EDITION.zone)
EDITIONS = [
    EDITION,
    replace(EDITION, starts_on=date(2027, 3, 27), ends_on=date(2027, 3, 28)),  # clocks go forward
]


def held(edition, chance):
    """Return a programme by chance: some half-days have no session, some are not held."""
    found = []
    for day in edition.days:
        midnight = datetime.combine(day, time(0), edition.zone)
        if chance.random() < 0.5:
            found.append(pause(midnight + timedelta(hours=12), midnight + timedelta(hours=14)))
        for _ in range(chance.randint(0, 5)):
            starts_at = midnight + timedelta(minutes=15 * chance.randint(32, 72))
            found.append(
                pause(
                    starts_at,
                    starts_at + timedelta(minutes=15 * chance.randint(1, 8)),
                    number=len(found) + 2,
                    type=chance.choice(["talk", "talk", "plenary", "side_event"]),
                    cancelled=chance.random() < 0.2,
                )
            )
    return found


def story(edition, chance):
    """Return the passages of one person by chance, no two in one minute, in any order."""
    found = []
    for day in edition.days:
        four = datetime.combine(day, time(4), edition.zone).timestamp()
        for minute in chance.sample(range(60, 20 * 60), chance.randint(0, 9)):
            session = chance.choice([None, None, 4])
            found.append(
                Passage(
                    registration_id=ADA,
                    at=datetime.fromtimestamp(
                        four + 60 * minute + chance.randint(0, 59), edition.zone
                    ),
                    outcome=chance.choice([Outcome.ADMITTED, Outcome.ALREADY_IN, Outcome.LEFT]),
                    session=session,
                    building=session is None,
                )
            )
    chance.shuffle(found)
    return found


def recount(passages, half, until):
    """Return from when to when somebody was there, by looking at every minute of the day.

    That is since, until, and whether each was read; None where they were not there.
    """
    zone, day = half.half.begins.tzinfo, half.half.day
    four, night = (
        minute(datetime.combine(day + timedelta(days=n), time(4), zone)) for n in range(2)
    )
    begins, ends = minute(half.half.begins), minute(half.half.ends)
    by_minute = {minute(one.at): one for one in passages}
    inside, runs = False, []
    for now in range(four, night):
        one, was = by_minute.get(now), inside
        if one is not None and (one.outcome is not Outcome.LEFT or one.building):
            inside = one.outcome is not Outcome.LEFT
        if begins <= now < ends:
            if now == begins and was:
                runs.append([None, None])
            if inside and not was:
                runs.append([now, None])
            if was and not inside:
                runs[-1][1] = now
    first, last = minute(half.starts_at), minute(half.ends_at)
    there = [one for one in runs if (one[0] or first) < (one[1] or last)]
    if not there or (there[-1][1] is None and until < half.ends_at):
        return None
    since, gone = there[0][0], there[-1][1]
    return since or first, gone or last, since is not None, gone is not None


def minute(instant):
    """Return how many whole minutes lie before an instant since 1970."""
    return int(instant.timestamp()) // 60


def test_hours_are_those_of_a_recount_minute_by_minute():
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201  # shown when a test fails
    chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
    told = 0
    for _ in range(STORIES):
        edition = chance.choice(EDITIONS)
        over = hours.programme_hours(edition, programme := held(edition, chance))
        passages = story(edition, chance)
        until = LATE
        if passages and chance.random() < 0.3:
            until = max(one.at for one in passages) + MINUTE
        found = hours.attended(edition, over, programme, passages, at=until).halves
        wanted = {
            (half.half.day, half.half.afternoon): recounted
            for half in over
            if (recounted := recount(passages, half, until)) is not None
        }
        assert {
            (one.day, one.afternoon): (
                minute(one.since),
                minute(one.until),
                one.entry_read,
                one.exit_read,
            )
            for one in found
        } == wanted
        assert hours.total(found) == sum(gone - since for since, gone, *_ in wanted.values())
        told += len(found)
    assert told > STORIES


def half_days(*passages, until=LATE, programme=()):
    over = hours.programme_hours(EDITION, programme)
    return [
        (one.since, one.until, one.entry_read, one.exit_read)
        for one in hours.attended(EDITION, over, programme, passages, at=until).halves
    ]


def test_who_stays_over_lunch_has_both_halves_by_the_programme():
    assert half_days(step(at(8, 30))) == [
        (at(8, 30), at(12, 30), True, False),
        (at(14), at(17, 30), False, False),
    ]


def test_a_half_day_that_is_not_over_has_no_hours_unless_they_left():
    assert half_days(step(at(9)), until=at(11)) == []
    assert half_days(step(at(9)), step(at(10), "left"), until=at(11)) == [
        (at(9), at(10), True, True)
    ]


def test_a_departure_at_the_last_instant_of_the_morning_is_of_the_afternoon_and_counts_for_none():
    assert half_days(step(at(9)), step(at(13), "left")) == [(at(9), at(12, 30), True, False)]


def test_leaving_a_room_is_not_leaving_the_house():
    assert half_days(step(at(9)), step(at(10), "left", session=4), step(at(11), "left")) == [
        (at(9), at(11), True, True)
    ]


def test_seconds_are_no_minutes():
    [one] = hours.half_days(
        [
            replace(step(at(9)), at=at(9) + timedelta(seconds=59)),
            replace(step(at(9), "left"), at=at(10) + timedelta(seconds=1)),
        ],
        hours.programme_hours(EDITION, []),
        at=LATE,
    )
    assert (one.since, one.until, one.minutes) == (at(9), at(10), 60)


@pytest.mark.parametrize("type_", ["break", "side_event"])
def test_hours_of_the_programme_are_those_of_its_sessions_alone(type_):
    talk = pause(at(9, 30), at(11), type="talk", number=4)
    apart = pause(at(8), at(9), type=type_, number=5)
    off = pause(at(8), at(12), type="talk", number=6, cancelled=True)
    morning, afternoon, *_ = hours.programme_hours(EDITION, [talk, apart, off])
    assert (morning.starts_at, morning.ends_at) == (at(9, 30), at(11))
    assert (afternoon.starts_at, afternoon.ends_at) == (at(14), at(17, 30))


def test_sessions_are_those_whose_room_was_entered_and_that_were_held():
    programme = [
        Interval(
            number=number,
            title={"fr": f"Séance {number}"},
            type="talk",
            room=None,
            starts_at=at(9),
            ends_at=at(10),
            cancelled=number == 3,
            sign_up=False,
            session_id=ADA,
        )
        for number in (1, 2, 3, 4)
    ]
    passages = [
        step(at(9), session=1),
        step(at(9, 10), session=3),
        step(at(9, 20), "left", session=4),
        step(at(9, 30)),
    ]
    over = hours.programme_hours(EDITION, programme)
    found = hours.attended(EDITION, over, programme, passages, at=LATE)
    assert [one.number for one in found.sessions] == [1]
