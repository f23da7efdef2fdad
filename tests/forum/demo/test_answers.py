"""What the demonstration's people answer: within the places, the same each time."""

from collections import Counter

from forum.demo.answers import questions
from forum.demo.people import registrations


def test_a_diet_in_confidence_and_a_visit_with_places():
    asked = {one.code: one for one in questions()}
    assert [*asked] == ["diet", "visit"]
    assert asked["diet"].sensitive
    assert all(option.places for option in asked["visit"].options)


def test_the_same_seed_gives_the_same_answers_within_the_places():
    people = registrations()
    assert [one.answers for one in people] == [one.answers for one in registrations()]
    visits = Counter(one.answers["visit"] for one in people if "visit" in one.answers)
    places = {option.code: option.places for option in questions()[1].options}
    assert all(0 < visits[code] <= limit for code, limit in places.items())
    asked = {one.category for one in people if "visit" in one.answers}
    assert asked == {"elected", "agent", "partner"}
