from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from schedule.days import days, unplaced
from tests.schedule import factory


def session(number, starts_at, minutes=60):
    """A session without a room."""
    one = factory.programme(sessions=1).sessions[0]
    return replace(one, number=number, starts_at=starts_at, minutes=minutes, room_id=None)


def programme(*sessions):
    return replace(factory.programme(sessions=0), sessions=list(sessions))


def test_a_night_belongs_to_the_day_it_follows():
    evening = session(1, factory.at(factory.FIRST_DAY, "22:30"), 120)
    night = session(2, factory.at(factory.FIRST_DAY + timedelta(days=1), "00:30"))
    (day,) = days(programme(evening, night))
    assert day.date == date(2027, 3, 22)
    assert [(one.start, one.end) for one in day.sessions] == [
        (22 * 60 + 30, 24 * 60 + 30),
        (24 * 60 + 30, 25 * 60 + 30),
    ]


def test_sessions_of_one_start_make_a_slot():
    noon = factory.at(factory.FIRST_DAY, "12:00")
    (day,) = days(
        programme(session(2, noon), session(1, noon), session(3, noon + timedelta(hours=1)))
    )
    assert [(start, [one.session.number for one in some]) for start, some in day.slots] == [
        (720, [1, 2]),
        (780, [3]),
    ]


def test_a_session_without_a_time_is_in_no_day():
    one = session(1, None)
    assert days(programme(one)) == []
    assert unplaced(programme(one)) == [one]


def test_minutes_are_those_of_the_wall_clock_when_clocks_change():
    first = session(1, datetime(2027, 3, 28, 0, 30, tzinfo=UTC))  # 1:30 in Paris, one hour before
    later = session(2, datetime(2027, 3, 28, 6, 0, tzinfo=UTC))
    saturday, sunday = days(programme(first, later))
    assert (saturday.date, saturday.sessions[0].start) == (date(2027, 3, 27), 25 * 60 + 30)
    assert (sunday.date, sunday.sessions[0].start) == (date(2027, 3, 28), 8 * 60)


def test_cancelled_sessions_are_not_held():
    noon = factory.at(factory.FIRST_DAY, "12:00")
    (day,) = days(programme(session(1, noon), replace(session(2, noon), cancelled=True)))
    assert [one.session.number for one in day.held] == [1]
