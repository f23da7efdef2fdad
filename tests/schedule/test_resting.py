"""What an import would change, counted; what a column may mean."""

from msgspec.structs import replace

from schedule.edits import PartKind
from schedule.importing.sheet import COLUMNS, TRANSLATED
from schedule.resting import Kind, Resting, choices, columns, look, summary
from tests.factories import draft
from tests.schedule.programmes import edition


def test_new_changed_and_removed_parts_are_counted_and_sessions_named():
    before = draft("Ouverture", "Eau", "Air")
    first, second, _ = before.sessions
    third = draft("Feu").sessions[0]
    after = replace(before, sessions=[first, replace(second, minutes=45), third], rooms=[])
    found = summary(before, after)
    assert found.counts == {
        PartKind.SESSION: {Kind.NEW: 1, Kind.CHANGED: 1, Kind.REMOVED: 1},
        PartKind.SPEAKER: {},
        PartKind.ROOM: {Kind.REMOVED: 1},
        PartKind.TRACK: {},
    }
    assert found.titles == {
        Kind.NEW: [{"fr": "Feu"}],
        Kind.CHANGED: [{"fr": "Eau"}],
        Kind.REMOVED: [{"fr": "Air"}],
    }
    assert found.kept_sessions == 2


def test_every_column_that_is_known_can_be_chosen():
    offered = {one.partition(":")[0] for one in choices(["fr", "en"])}
    assert offered == {*COLUMNS, "role"}
    assert {f"{name}:en" for name in TRANSLATED} <= {*choices(["fr", "en"])}


def test_what_is_told_of_columns_counts_more_than_what_is_guessed():
    file = Resting(name="a.csv", content="Titre;Qui\nA;Zoé".encode())
    guessed = columns(file, edition())
    assert [one.meaning for one in guessed] == ["title:fr", ""]
    told = columns(file, edition(), {1: "role:chair"})
    (session,) = look(file, edition(), told).draft.sessions
    assert [one.role for one in session.people] == ["chair"]


def test_a_file_that_is_no_table_has_no_columns():
    file = Resting(name="a.ics", content=b"BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    assert columns(file, edition()) == []
