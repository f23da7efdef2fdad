"""What the editor shows: days from four to four, a table of what begins when, cards in JSON."""

import uuid
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from forum.core.context import Edition, EditionState
from forum.core.i18n import words
from schedule import board
from schedule.board import Table, clock_of, days_of, far_from, instant_of
from schedule.conflicts import USUAL, Conflict
from schedule.models import ConflictCode, Draft, RoomBackstage, SessionBackstage, Span
from tests.factories import MORNING, draft

EDITION = Edition(
    id=1,
    slug="essai",
    title={"fr": "Essai"},
    timezone="Europe/Paris",
    starts_on=date(2027, 3, 27),
    ends_on=date(2027, 3, 28),
    languages=["fr", "en"],
    state=EditionState.OPEN,
)
"""Summer time begins in the night between its days."""


def test_days_are_those_of_the_edition_and_those_on_which_something_is_placed():
    made = draft("A")
    days = days_of(made, EDITION, words("en"))
    assert [(one.date.day, one.label) for one in days] == [
        (23, "Tuesday 23 March"),
        (27, "Saturday 27 March"),
        (28, "Sunday 28 March"),
    ]
    assert days[1].begins_at == datetime(2027, 3, 27, 3, tzinfo=UTC)
    assert days[1].ends_at == days[2].begins_at == datetime(2027, 3, 28, 2, tzinfo=UTC)


def test_a_time_on_the_wall_is_read_as_it_is_shown():
    session = draft("A").sessions[0]
    for day, text, minutes in [
        (date(2027, 3, 27), "09:30", 570),
        (date(2027, 3, 27), "01:15", 75),
        (date(2027, 3, 28), "04:00", 240),
        (date(2027, 3, 28), "03:55", 235),
    ]:
        at = instant_of(day, minutes, EDITION)
        assert clock_of(replace(session, starts_at=at), EDITION) == (day, text)
    assert clock_of(replace(session, starts_at=None), EDITION) == (None, "")


def test_what_is_months_away_is_far():
    assert not far_from(EDITION, datetime(2027, 2, 1, tzinfo=UTC))
    assert far_from(EDITION, datetime(2027, 1, 1, tzinfo=UTC))
    assert far_from(EDITION, datetime(9999, 12, 31, tzinfo=UTC))
    assert far_from(EDITION, datetime(1, 1, 1, tzinfo=UTC))


def test_the_table_has_a_row_a_beginning_and_a_column_a_room():
    made = draft("A", "B")
    made = replace(
        made, sessions=[made.sessions[0], replace(made.sessions[1], room_id=None, cancelled=True)]
    )
    table = Table(made, EDITION, [], words("en"))
    day = MORNING.date()
    assert [name for _, name in table.columns(day)] == ["Salle Garonne", "No room"]
    shown = [
        (row["time"], [[one["title"] for one in cell] for cell in row["cells"]])
        for row in table.rows(day)
    ]
    assert shown == [("09:00", [["A"], []]), ("09:30", [[], ["B"]])]
    assert [name for _, name in table.columns(date(2027, 3, 28))] == ["Salle Garonne"]


def test_the_table_marks_what_clashes_and_not_what_is_untranslated():
    made = draft("A", "B")
    one, other = made.sessions
    found = [
        Conflict(code=ConflictCode.TEXT_MISSING, session_id=one.id, languages=("en",)),
        Conflict(code=ConflictCode.ROOM_TOO_SMALL, session_id=other.id),
    ]
    table = Table(made, EDITION, found, words("en"))
    assert [table.card(session)["clashes"] for session in (one, other)] == [False, True]


def test_what_is_unplaced_is_found_by_words_without_accents():
    made = draft("L’été à la mairie", "Hiver", starts_at=None)
    table = Table(made, EDITION, [], words("fr"))
    assert [one["title"] for one in table.unplaced()] == ["L’été à la mairie", "Hiver"]
    assert [one["title"] for one in table.unplaced("MAIRIE ete")] == ["L’été à la mairie"]
    assert table.unplaced("printemps") == []


def test_the_board_holds_what_the_grid_needs_and_no_text_of_the_public_more():
    made = draft("</script><b>")
    room, session = made.rooms[0], made.sessions[0]
    spans = [Span(starts_at=MORNING, ends_at=MORNING + timedelta(hours=1))]
    made = replace(
        made,
        sessions=[replace(session, abstract={"fr": "Un long résumé"})],
        backstage_of_rooms={room.id: RoomBackstage(availability=spans)},
        backstage_of_sessions={session.id: SessionBackstage(note="secret", expected=40)},
        edited={session.id: 3},
        number=3,
    )
    text = board.in_a_page(
        board.board(
            made,
            EDITION,
            who="organiser:1",
            day=MORNING.date(),
            levels=USUAL,
            conflicts=[],
            words=words("fr"),
        )
    )
    assert "<" not in text
    assert "résumé" not in text
    assert "secret" not in text
    told = msgspec.json.decode(text)
    assert told["sessions"][0]["title"] == {"fr": "</script><b>"}
    assert (told["sessions"][0]["expected"], told["sessions"][0]["confirmed"]) == (40, True)
    assert told["rooms"][0]["availability"] == [
        {"starts_at": "2027-03-23T08:00:00Z", "ends_at": "2027-03-23T09:00:00Z"}
    ]
    assert (told["number"], told["edited"]) == (3, {str(session.id): 3})
    assert "text_missing" in told["of_content"]
    assert told["api"] == "/api/editions/essai/draft"
    assert told["words"]["stored"] == "Enregistré."


def test_a_draft_without_anything_has_the_days_of_its_edition():
    table = Table(Draft(), EDITION, [], words("fr"))
    assert (table.columns(EDITION.starts_on), table.rows(EDITION.starts_on)) == ([], [])
    assert table.placed(uuid.uuid4()) == []
