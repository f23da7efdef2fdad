"""Attendance taken by `forum export` as PDF: the hours that doors read, and a record of it."""

import pypdfium2
import pytest

from badges.attendance.sheets import What
from forum.commands import exporting
from forum.commands.installation import Installation
from forum.core.errors import Problem
from tests.badges.rooms import OUT, after, reads, with_rooms


@pytest.fixture
async def export(site, tmp_path):
    """Write attendance of an edition to a PDF, at the time of the site's clock."""

    async def take(edition):
        out = tmp_path / "attendance.pdf"
        async with site.pool.acquire() as db:
            inside = Installation(site.settings, db, site.keyring, site.ids)
            inside.now = site.clock
            return await exporting.attendance(inside, edition, out, what=What.PEOPLE), out

    return take


async def recorded(site, edition):
    return await site.rows(
        """select actor, action, detail from audit
            where edition_id = $1 and actor = 'command' and action <> 'programme_published'
            order by action""",
        edition.id,
    )


async def test_a_pdf_has_the_hours_that_were_read_and_is_recorded(site, export):
    edition, _ = await with_rooms(site)
    ada = await site.register(edition, family_name="Ada")
    await site.register(edition, family_name="Bo")
    await reads(site, edition, ada, after(minutes=12), (after(minutes=95), OUT))
    site.clock.at = after(hours=9)
    (number, noun), out = await export(edition)
    with pypdfium2.PdfDocument(out) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    assert (number, noun) == (len(edition.days), "sign-in sheet")
    assert len(pages) == number
    first = " ".join(pages[0].replace("\u00a0", " ").replace("\u202f", " ").split())
    assert "9 h 12" in first
    assert "10 h 35" in first
    assert first.index("Ada") < first.index("Bo")
    told = await recorded(site, edition)
    assert [(actor, action) for actor, action, _ in told] == [
        ("command", "exported attendance"),
        ("command", "sign_in_sheets_printed"),
    ]
    assert told[0][2] == {"of": "people", "format": "pdf", "count": 2 * number}
    kept = await site.rows("select count(*) from paper_sheet where edition_id = $1", edition.id)
    assert kept == [(number,)]


async def test_a_pdf_of_nobody_is_refused_and_recorded_nowhere(site, export, tmp_path):
    edition, _ = await with_rooms(site)
    with pytest.raises(Problem, match="nothing to print"):
        await export(edition)
    assert not (tmp_path / "attendance.pdf").exists()
    assert await recorded(site, edition) == []
