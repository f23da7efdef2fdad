"""Booklet, grid, door sheets and calendar of one version say the same times, rooms and people."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from schedule.models import SessionType
from tests.schedule import factory
from tests.schedule.papers.agreeing import calendar, disagreements


@pytest.mark.parametrize("seed", [1, 2])
def test_all_papers_of_a_version_say_what_its_calendar_says(seed):
    rng = random.Random(seed)  # noqa: S311  # a seed is the point
    programme = factory.programme(seed=seed, sessions=30, room_count=rng.randint(2, 9))
    sessions = [
        one
        if one.type is SessionType.BREAK
        else replace(
            one,
            starts_at=one.starts_at + timedelta(minutes=rng.choice([0, 5, 20, -10])),
            minutes=rng.choice([15, 30, 45, 75]),
            room_id=one.room_id if rng.random() < 0.9 else None,
            cancelled=rng.random() < 0.1,
        )
        for one in programme.sessions
    ]
    programme = replace(programme, sessions=sessions)
    assert len(calendar(programme)) == len(sessions)
    assert disagreements(programme) == {}


def test_a_paper_that_said_otherwise_would_be_found(monkeypatch):
    programme = factory.programme(sessions=8)
    other = replace(
        programme,
        sessions=[replace(one, minutes=one.minutes + 5) for one in programme.sessions],
    )
    monkeypatch.setattr("tests.schedule.papers.agreeing.calendar", lambda _: calendar(other))
    assert {*disagreements(programme)} == {"grid", "booklet", "doors"}
