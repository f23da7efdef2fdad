"""The pages of printers: added, measured, watched, mended; labels asked for and decided on."""

import re

import pypdfium2
import pytest

from badges.layouts.shipped import SHIPPED
from badges.printers import working
from forum.core.context import Role
from forum.editions import service as editions
from tests.badges.printers.fake_printer import FakePrinter
from tests.factories import SAME_ORIGIN

LABEL = {
    "kind": "label",
    "name": "Desk, left",
    "address": "192.168.1.50",
    "dpi": "203",
    "width_mm": "100",
    "height_mm": "62",
    "answers": "yes",
}
SHEETS = {"kind": "sheets", "name": "Office", "offset_x_mm": "0,5", "offset_y_mm": "-1"}


@pytest.fixture
async def team(site, edition):
    headers = await site.signed_in(edition, address="anne@example.org")
    async with site.client(headers={**SAME_ORIGIN, **headers, "accept-language": "en"}) as client:
        yield client


@pytest.fixture
def home(edition):
    return f"/organiser/{edition.slug}/badges/printers"


def words_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def added(team, home, typed):
    done = await team.post(f"{home}/new", data=typed)
    assert done.status_code == 303, words_of(done.text)
    return done.headers["location"].partition("?")[0]


async def stored(site, edition):
    return await site.rows(
        """select name, kind::text, address, dpi, width_mm, height_mm, offset_x_mm, offset_y_mm,
                  answers, revision
             from printer where edition_id = $1 order by name""",
        edition.id,
    )


async def test_printers_are_added_changed_and_removed(site, edition, team, home):
    assert "There is no printer yet." in (await team.get(home)).text
    office = await added(team, home, SHEETS)
    desk = await added(team, home, LABEL)
    assert await stored(site, edition) == [
        ("Desk, left", "label", "192.168.1.50:9100", 203, 100.0, 62.0, 0.0, 0.0, True, 1),
        ("Office", "sheets", None, None, None, None, 0.5, -1.0, True, 1),
    ]
    listed = words_of((await team.get(home)).text)
    assert "Desk, left Labels, sent by Forum (ZPL) ✓ Ready 0" in listed
    changed = {**LABEL, "name": "Desk", "dpi": "300", "answers": "", "revision": "1"}
    done = await team.post(desk, data=changed)
    assert done.headers["location"] == f"{desk}?done=stored"
    stale = await team.post(desk, data=changed)
    assert stale.status_code == 412
    assert "Somebody else has changed this printer" in stale.text
    assert (await stored(site, edition))[0][:4] == ("Desk", "label", "192.168.1.50:9100", 300)
    assert (await team.post(f"{office}/delete")).headers["location"] == f"{home}?done=removed"
    assert (await team.get(office)).status_code == 404
    actions = await site.rows(
        """select action, count(*) from audit
            where edition_id = $1 and action like 'printer%' group by action order by action""",
        edition.id,
    )
    assert actions == [("printer added", 2), ("printer changed", 1), ("printer removed", 1)]


MISTAKES = [
    ("name", " ", "This answer is needed."),
    ("address", "", "Give the printer’s address as host:port"),
    ("address", "8.8.8.8:9100", "This is no address of a private network"),
    ("address", "127.0.0.1:9100", "This is no address of a private network"),
    ("address", "169.254.169.254:9100", "This is no address of a private network"),
    ("address", "[::1]:9100", "This is no address of a private network"),
    ("address", "[::ffff:8.8.8.8]:9100", "This is no address of a private network"),
    ("address", "192.168.1.50:22", "Printers take labels at the ports"),
    ("address", "192.168.1.50:99999", "Printers take labels at the ports"),
    ("address", "http://192.168.1.50", "Give the printer’s address as host:port"),
    ("address", "user@192.168.1.50:9100", "Give the printer’s address as host:port"),
    ("address", "2130706433:9100", "Give the printer’s address as host:port"),
    ("address", "0x7f.1:9100", "Give the printer’s address as host:port"),
    ("dpi", "204", "Choose one of the answers offered."),
    ("width_mm", "5", "Give millimetres from 20 to 210"),
    ("height_mm", "x", "Give millimetres from 20 to 210"),
    ("offset_x_mm", "21", "Give millimetres from -20 to 20"),
    ("offset_y_mm", "a", "Give millimetres from -20 to 20"),
]


async def test_a_mistake_is_named_by_its_field_and_nothing_is_stored(site, edition, team, home):
    for field, typed, said in MISTAKES:
        page = await team.post(f"{home}/new", data={**LABEL, field: typed})
        assert (page.status_code, typed) == (422, typed)
        assert said in page.text, (field, typed)
        assert f'id="{field}-error"' in page.text
    assert await stored(site, edition) == []


async def test_two_printers_have_two_names(team, home):
    await added(team, home, LABEL)
    page = await team.post(f"{home}/new", data=LABEL)
    assert page.status_code == 422
    assert "Another printer has this name" in page.text


async def test_measures_become_offsets(site, edition, team, home):
    office = await added(team, home, SHEETS)
    done = await team.post(
        f"{office}/measures", data={"left_mm": "21,5", "top_mm": "19", "revision": "1"}
    )
    assert done.headers["location"] == f"{office}?done=measured"
    assert (await stored(site, edition))[0][6:8] == (-1.0, 0.0)
    page = await team.post(f"{office}/measures", data={"left_mm": "x", "revision": "2"})
    assert page.status_code == 422
    assert page.text.count("Give what the ruler says") == 4


async def test_the_test_page_is_moved_by_exactly_the_offsets(team, home):
    office = await added(team, home, {**SHEETS, "offset_x_mm": "0", "offset_y_mm": "0"})
    straight = await team.get(f"{office}/test.pdf?layout=labels-3x7")
    assert straight.headers["content-type"] == "application/pdf"
    await team.post(
        office, data={**SHEETS, "offset_x_mm": "1.5", "offset_y_mm": "-2", "revision": "1"}
    )
    moved = await team.get(f"{office}/test.pdf?layout=labels-3x7")
    before, after = lines_of(straight.content), lines_of(moved.content)
    assert len(before) == len(after) > 30
    right, up = 1.5 * 72 / 25.4, 2 * 72 / 25.4
    moved_by = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(before, after, strict=True)]
    still = [one for one in moved_by if one == (0, 0)]  # the code, which is read and not measured
    assert len(still) == 1
    assert all(
        abs(x - right) < 0.02 and abs(y - up) < 0.02 for x, y in moved_by if (x, y) != (0, 0)
    )
    assert (await team.get(f"{office}/test.pdf?layout=nothing")).status_code == 404
    assert (await team.get(f"{office}/test.pdf?layout=label-62")).status_code == 404


def lines_of(pdf):
    """The beginning of every line of a page's rulers and crosses, in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        content = [
            (round(bounds[0], 2), round(bounds[1], 2))
            for one in document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH])
            if (bounds := one.get_bounds())
        ]
    finally:
        document.close()
    return content


@pytest.fixture
async def fake():
    printer = FakePrinter()
    await printer.on()
    yield printer
    await printer.off()


@pytest.fixture
async def desk(site, edition, team, home, fake):
    """The page of a label printer, which is on this machine."""
    page = await added(team, home, LABEL)
    await site.value(
        "update printer set address = $2 where edition_id = $1", edition.id, fake.address
    )
    return page


async def work(site):
    site.clock.forward(minutes=1)
    return await working.print_due(
        working.Desk(
            site.pool, site.keyring, site.parts.blobs, site.clock, True, editions.by_id, site.ids
        )
    )


async def test_a_label_is_asked_for_jams_is_mended_and_printed(site, edition, team, desk, fake):
    person = await site.register(edition, given_name="Zoé")
    done = await team.post(f"{desk}/labels", data={"reference": person.reference.lower()})
    assert done.headers["location"] == f"{desk}?done=asked"
    fake.paper_out = True
    await work(site)
    page = words_of((await team.get(desk)).text)
    assert "The printer is out of paper. Put in a roll of labels" in page
    assert "Zoé" in page
    its_page = f"/organiser/{edition.slug}/registrations/{person.reference}"
    assert "Desk, left: waits – The printer is out of paper. Put in a roll" in words_of(
        (await team.get(its_page)).text
    )
    fake.paper_out = False
    assert (await team.post(f"{desk}/queue", data={"deed": "try"})).status_code == 303
    assert await working.print_due(
        working.Desk(
            site.pool, site.keyring, site.parts.blobs, site.clock, True, editions.by_id, site.ids
        )
    )
    assert fake.texts == ["Zoé"]
    page = words_of((await team.get(desk)).text)
    assert "out of paper" not in page
    assert "printed" in page
    assert "anne@example.org" in page
    logged = await site.rows(
        """select email from badge_print p join account c on p.actor = 'organiser:' || c.id
            where p.edition_id = $1""",
        edition.id,
    )
    assert logged == [("anne@example.org",)]


async def test_an_unsure_label_is_decided_by_a_person(site, edition, team, desk, fake):
    person = await site.register(edition, given_name="Zoé")
    await team.post(f"{desk}/labels", data={"reference": person.reference})
    fake.dies_after_label = True
    await work(site)
    page = (await team.get(desk)).text
    assert "unsure: look whether it came out" in words_of(page)
    refused = await team.post(f"{desk}/delete")
    assert refused.status_code == 409
    assert "Labels wait for this printer" in refused.text
    [job] = await site.rows("select id from label_job where edition_id = $1", edition.id)
    done = await team.post(f"{desk}/labels/{job[0]}", data={"deed": "leave"})
    assert done.headers["location"] == f"{desk}?done=leave"
    again = await team.post(f"{desk}/labels/{job[0]}", data={"deed": "again"})
    assert again.headers["location"] == f"{desk}?done=again"
    fake.dies_after_label = False
    await work(site)
    assert fake.texts == ["Zoé", "Zoé"]
    late = await team.post(f"{desk}/labels/{job[0]}", data={"deed": "cancel"})
    assert late.status_code == 409


async def test_a_queue_is_held_tested_and_emptied(site, team, desk, fake):
    for deed in ("pause", "test", "test", "cancel", "resume", "test"):
        done = await team.post(f"{desk}/queue", data={"deed": deed})
        assert done.headers["location"] == f"{desk}?done={deed}"
    await work(site)
    assert len(fake.printed) == 1
    assert (await team.post(f"{desk}/queue", data={"deed": "x"})).status_code == 422


async def test_nobody_who_has_no_badge_is_queued(site, edition, team, desk):
    person = await site.register(edition)
    await site.cancel(edition, person)
    other = await site.register(await site.edition())
    for typed in (person.reference, other.reference, "NOBODY", ""):
        refused = await team.post(f"{desk}/labels", data={"reference": typed})
        assert (refused.status_code, typed) == (404, typed)


async def test_reception_prints_and_changes_nothing(site, edition, home, desk):
    headers = await site.signed_in(edition, Role.RECEPTION)
    async with site.client(headers={**SAME_ORIGIN, **headers}) as client:
        assert (await client.get(desk)).status_code == 200
        assert (await client.post(f"{desk}/queue", data={"deed": "test"})).status_code == 303
        for path in (desk, f"{desk}/measures", f"{desk}/delete", f"{home}/new"):
            assert (await client.post(path, data=LABEL)).status_code == 403


async def test_the_printer_of_another_edition_is_not_found(site, team, desk):
    other = await site.edition()
    headers = await site.signed_in(other)
    there = desk.replace(desk.split("/")[2], other.slug)
    async with site.client(headers={**SAME_ORIGIN, **headers}) as client:
        assert (await client.get(there)).status_code == 404
        assert (await client.post(f"{there}/queue", data={"deed": "test"})).status_code == 404


async def test_pages_lead_to_test_pages_of_sheets_alone_and_each_answers(team, home):
    office = await added(team, home, SHEETS)
    desk = await added(team, home, LABEL)
    led = re.findall(r'href="([^"]*/test\.pdf[^"]*)"', (await team.get(office)).text)
    sheets = [name for name, layout in SHIPPED.items() if layout.device == "sheets"]
    assert led == [f"{office}/test.pdf?layout={name}" for name in sheets]
    for name, link in zip(sheets, led, strict=True):
        with pypdfium2.PdfDocument((await team.get(link)).content) as document:
            assert len(document) == 1
            size = SHIPPED[name].sheet
            points = (size.width_mm / 25.4 * 72, size.height_mm / 25.4 * 72)
            assert document[0].get_size() == pytest.approx(points, abs=0.1)
    labels = (await team.get(desk)).text
    assert "test.pdf" not in labels
    assert "Print a test label" in labels
    for path in (home, f"{home}/new", home.removesuffix("/printers")):
        assert "test.pdf" not in (await team.get(path)).text
