"""What an address asks of the programme is read whatever it says, and said again as it was."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedule.asking import (
    FILTERS,
    LONGEST,
    MOST_CHOSEN,
    Arrangement,
    Asked,
    TooManyChosen,
    address,
    calendar_address,
    chosen,
    read,
)
from tests.schedule.programmes import edition

TEXTS = st.text(max_size=120)
QUERIES = st.dictionaries(
    st.sampled_from([*FILTERS, "view", "day", "sign_up", "sessions", "lang"]) | st.text(max_size=5),
    TEXTS | st.sampled_from(["rooms", "now", "1", "all", "2027-03-23", "a,b", "a,,a"]),
)


def test_an_address_that_asks_nothing_asks_for_the_programme_by_time():
    assert read({}) == Asked()
    assert address(edition(), Asked()) == "/toulouse-2027/programme"


def test_an_address_is_read():
    asked = read(
        {"view": "rooms", "q": " eau ", "track": "cyber", "sign_up": "1", "day": "2027-03-23"}
    )
    assert asked == Asked(
        view=Arrangement.ROOMS, q="eau", track="cyber", sign_up=True, day="2027-03-23"
    )
    assert address(edition(), asked, day="all") == (
        "/toulouse-2027/programme?view=rooms&q=eau&track=cyber&sign_up=1&day=all"
    )


def test_what_makes_no_sense_asks_nothing():
    assert read({"view": "sideways", "sign_up": "yes", "other": "x"}) == Asked()


@given(QUERIES)
def test_what_was_read_is_said_again(query):
    asked = read(query)
    said = address(edition(), asked)
    assert read(dict(parse_qsl(urlsplit(said).query))) == asked


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_is_one_and_is_cut(name):
    asked = read({name: "x" * 1000})
    assert getattr(asked, name) == "x" * LONGEST
    assert asked.filters


def test_sessions_are_chosen_once_each_in_their_order():
    assert chosen(" b,a,,b , c") == ("b", "a", "c")
    assert calendar_address(edition(), ("b", "é")) == (
        "/toulouse-2027/programme.ics?sessions=b,%C3%A9"
    )


def test_too_many_sessions_are_refused():
    assert len(chosen(",".join(map(str, range(MOST_CHOSEN))))) == MOST_CHOSEN
    for text in (",".join(map(str, range(MOST_CHOSEN + 1))), "x" * 7001):
        with pytest.raises(TooManyChosen):
            chosen(text)
