"""From an empty programme to two published days of forty sessions, as organisers do it."""

import icalendar
import pytest

from tests.browser.forty import BREAK, NOTE, PLAN, ROOMS, TALKS, Organiser
from tests.factories import pdf_text
from tests.installations import get

COPIES = [BREAK] * len(ROOMS)
ALL = sorted([*TALKS, *COPIES])
AFTERNOON = {"14:00 – 15:00": "14:10 – 15:10", "15:15 – 16:15": "15:25 – 16:25"}
AFTERNOON |= {"16:30 – 17:30": "16:40 – 17:40"}
"""The second afternoon, and ten minutes later."""


@pytest.fixture
def organiser(empty, browser):
    dates = ("--starts", "2027-03-23", "--ends", "2027-03-24")
    empty.run("edition", "create", "forum", "--title", "Forum", *dates)
    empty.start("serve")
    organiser = Organiser(browser, empty.base)
    yield organiser
    organiser.context.close()
    assert organiser.failures == []


def spots(forum):
    """Return the published sessions: title, date, time of the day (UTC), room."""
    told = get(f"{forum.base}/api/editions/forum/programme").json()
    rooms = {one["id"]: one["name"] for one in told["rooms"]}
    return sorted(
        (one["title"]["fr"], one["starts_at"][:10], one["starts_at"][11:16], rooms[one["room_id"]])
        for one in told["sessions"]
    )


def planned():
    """Return them as they are to be: the break in every room, the last hour's two swapped."""
    swapped = {PLAN[-1][0]: "Auditorium", PLAN[-3][0]: PLAN[-1][1][2]}
    found = []
    for title, (day, clock, room) in PLAN:
        utc = f"{int(clock[:2]) - 1:02}:{clock[2:]}"
        rooms = ROOMS if title == BREAK else [swapped.get(title, room)]
        found += [(title, f"2027-03-{23 + day}", utc, one) for one in rooms]
    return sorted(found)


def test_a_programme_of_forty_sessions_is_made_by_the_keyboard_and_published(empty, organiser):
    link = empty.json("organiser", "add", "ada@example.org", "--role", "programme_editor")["link"]
    organiser.sign_in(link)
    assert organiser.bring() == ["40 new sessions", "20 new people", "2 new tracks"]
    organiser.add_rooms()
    assert organiser.counted == (24, 37, 15)
    organiser.fill()
    assert organiser.counted == (25, 518, 16)
    before = organiser.swap()
    assert len(before) == 19
    assert not [card for card in before if "Conflict" in card]
    after = organiser.shift()
    for old, new in AFTERNOON.items():
        before_then = [card.replace(old, new) for card in before if old in card]
        assert before_then == [card for card in after if new in card]
    assert organiser.take_back() == before
    assert organiser.publish().startswith("Version 1 is published.")
    by_time, by_room = organiser.read()
    assert organiser.counted == (31, 604, 21)

    assert sorted(by_time) == ALL
    assert sorted(title for cell in by_room for title in {*ALL} if cell.startswith(title)) == ALL
    assert spots(empty) == planned()
    page = f"{empty.base}/forum/programme"
    calendar = icalendar.Calendar.from_ical(get(f"{page}.ics").content)
    assert sorted(str(one["SUMMARY"]) for one in calendar.walk("VEVENT")) == ALL
    booklet = pdf_text(get(f"{page}.pdf").content)
    assert [title for title in {*ALL} if title not in booklet] == []
    assert NOTE in get(f"{page}/changes").text
