"""Every programme that organisers bring becomes a booklet that PDF/UA-1 accepts."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import page
import pytest

from forum.core.context import Edition, EditionState
from schedule.importing import read
from schedule.papers.booklet import booklet
from schedule.rules import publish

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "programmes"
FILES = sorted(
    path for path in FOLDER.glob("*") if path.suffix in {".xml", ".json", ".ics", ".xcal"}
)


@pytest.mark.skipif(not FILES, reason=f"NO PROGRAMMES TO READ: {FOLDER} is absent")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_imported_programme_prints(path, tmp_path):
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
    programme = publish(draft, edition, base_url="https://forum.example", at=at)
    made = tmp_path / "booklet.pdf"
    made.write_bytes(booklet(programme, language="fr"))
    found = page.validate_pdf(str(made), profile=page.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []
    assert (
        subprocess.run(["qpdf", "--check", made], capture_output=True, check=False).returncode == 0
    )
