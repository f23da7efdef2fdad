"""Every programme that organisers bring prints: PDF/UA-1 accepts it, and all papers agree."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from forum.core.context import Edition, EditionState
from schedule.importing import read
from schedule.papers.booklet import booklet
from schedule.papers.orders import Form, Paper
from schedule.rules import publish
from tests.schedule.papers.agreeing import disagreements
from tests.schedule.papers.reading import made, wrong

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "programmes"
FILES = sorted(
    path for path in FOLDER.glob("*") if path.suffix in {".xml", ".json", ".ics", ".xcal"}
)


MOST_SESSIONS = 300
"""Larger programmes are read back in part: what is the same in all is not read a second time."""


def programme_of(path):
    """The programme that a file becomes."""
    draft = read(path.read_bytes(), path.name).draft
    edition = Edition(
        id=1,
        slug="edition",
        title=draft.title,
        timezone=draft.timezone or "Europe/Paris",
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        languages=["fr", "en"],
        state=EditionState.OPEN,
    )
    at = datetime(2027, 1, 1, tzinfo=UTC)
    return publish(draft, edition, base_url="https://forum.example", at=at)


@pytest.mark.skipif(not FILES, reason=f"NO PROGRAMMES TO READ: {FOLDER} is absent")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_imported_programme_prints(path, tmp_path):
    programme = programme_of(path)
    assert wrong(booklet(programme, language="fr"), tmp_path / "booklet.pdf") == (0, [])
    if len(programme.sessions) <= MOST_SESSIONS:
        assert disagreements(programme) == {}
    for form in (Form.GRID, Form.DOORS):
        day = programme.starts_on
        pdf = made(programme, form, paper=Paper.A3, days=(day,))
        assert wrong(pdf, tmp_path / f"{form}.pdf") == (0, [])
