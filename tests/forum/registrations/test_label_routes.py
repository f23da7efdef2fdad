"""Labels with one press, at the desk and on the page of a person; the printer of a desk."""

import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest

from badges.printers import service as printers
from badges.printers import working
from badges.printers.models import PrinterGiven, PrinterKind
from forum.core.context import Role
from forum.editions import service as editions
from tests.badges.printers.fake_printer import FakePrinter
from tests.factories import SAME_ORIGIN


@pytest.fixture
async def reception(site, edition):
    headers = await site.signed_in(edition, Role.RECEPTION, address="accueil@example.org")
    async with site.client(headers={**SAME_ORIGIN, **headers, "accept-language": "en"}) as client:
        yield client


@pytest.fixture
async def fake():
    printer = FakePrinter()
    await printer.on()
    yield printer
    await printer.off()


@pytest.fixture
def added(site, edition, fake):
    """Add a printer; labels go to the one on this machine."""

    async def added(name, kind=PrinterKind.LABEL, **given):
        label = {"address": fake.address, "dpi": 203, "width_mm": 100, "height_mm": 62}
        new = PrinterGiven(name=name, kind=kind, **(label if kind == PrinterKind.LABEL else given))
        async with site.pool.acquire() as db:
            return await printers.add(
                db, edition, new, actor="organiser:1", at=site.clock.at, ids=site.ids
            )

    return added


@pytest.fixture
def removed(site, edition):
    async def removed(printer):
        async with site.pool.acquire() as db:
            await printers.remove(
                db, edition, printer, actor="organiser:1", at=site.clock.at, ids=site.ids
            )

    return removed


@pytest.fixture
def home(edition):
    return f"/organiser/{edition.slug}"


def remember(client, answer):
    """Keep a cookie as a browser does, beside the one of the web session."""
    kept = answer.headers["set-cookie"].partition(";")[0]
    session = client.headers["cookie"].partition("; desk_printer")[0]
    client.headers["cookie"] = f"{session}; {kept}"


def words_of(page):
    main = page.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def form_of(page, label):
    """The fields of the form whose button bears this label, and where it goes."""
    for action, body in re.findall(r'<form[^>]*action="([^"]+)">(.*?)</form>', page, re.DOTALL):
        if f'aria-label="{label}"' in body or f">{label}<" in body:
            named = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body)
            return action, dict(named)
    raise AssertionError(f"no form has the button {label}")


async def work(site):
    site.clock.forward(minutes=1)
    desk = working.Desk(
        site.pool, site.keyring, site.parts.blobs, site.clock, True, editions.by_id, site.ids
    )
    return await working.print_due(desk)


async def test_one_press_at_the_desk_and_the_label_is_followed_until_it_is_printed(
    site, edition, reception, fake, added, home
):
    await added("Desk")
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    page = (await reception.get(f"{home}/desk?q=lefevre")).text
    assert "Printer of this desk: Desk" in page  # the only one needs no choosing
    action, fields = form_of(page, "Print the label of Zoé Lefèvre")
    asked = [await reception.post(action, data=fields) for _ in range(2)]
    assert {one.status_code for one in asked} == {303}
    assert asked[0].headers["location"] == asked[1].headers["location"]
    assert len(await site.rows("select 1 from label_job where edition_id = $1", edition.id)) == 1
    place = urlsplit(asked[0].headers["location"])
    assert (place.path, parse_qs(place.query)["q"]) == (f"{home}/desk", ["lefevre"])
    page = (await reception.get(asked[0].headers["location"])).text
    assert "Label of Zoé Lefèvre · Desk: waits" in words_of(page)
    assert 'id="label" data-live="#label"' in page
    fake.paper_out = True
    await work(site)
    page = (await reception.get(asked[0].headers["location"])).text
    assert "Desk: waits – The printer is out of paper. Put in a roll of labels" in words_of(page)
    fake.paper_out = False
    await work(site)
    page = (await reception.get(asked[0].headers["location"])).text
    assert "Label of Zoé Lefèvre · Desk: printed" in words_of(page)
    assert "data-live" not in page
    assert fake.texts == ["Zoé"]
    logged = await site.rows(
        """select registration_id, email from badge_print p
             join account c on p.actor = 'organiser:' || c.id where p.edition_id = $1""",
        edition.id,
    )
    assert logged == [(person.id, "accueil@example.org")]
    assert await site.rows(
        "select action from audit where subject_id = $1 and action like 'label%'", person.id
    ) == [("label queued",)]


async def test_what_cannot_be_printed_is_said_with_its_mend(site, edition, reception, added, home):
    await added("Desk")
    person = await site.register(edition)
    sent = {"reference": person.reference, "printer": "x"}
    asked = await reception.post(f"{home}/desk/labels", data=sent)
    page = await reception.get(asked.headers["location"])
    assert "This printer was removed: choose another one." in page.text
    [printer] = await site.rows("select id from printer where edition_id = $1", edition.id)
    done = await reception.post(f"{home}/desk/labels", data={**sent, "printer": str(printer[0])})
    await site.cancel(edition, person)
    await work(site)
    page = words_of((await reception.get(done.headers["location"])).text)
    assert (
        "Desk: not printed – There is no ticket any more. See where the registration stands:"
        " only who is confirmed has a badge."
    ) in page
    gone = await reception.post(f"{home}/desk/labels", data={**sent, "printer": str(printer[0])})
    assert gone.headers["location"] == f"{home}/desk?wrong=no_badge"
    page = words_of((await reception.get(gone.headers["location"])).text)
    assert "Nobody who is confirmed has this reference: there is no badge to print." in page
    assert len(await site.rows("select 1 from label_job where edition_id = $1", edition.id)) == 1


async def test_a_desk_chooses_once_among_several_and_hears_when_its_printer_is_gone(
    site, edition, reception, added, removed, home
):
    left, hall = await added("Left"), await added("Hall")
    office = await added("Office", PrinterKind.SHEETS, offset_x_mm=1.5)
    await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    page = (await reception.get(f"{home}/desk?q=lefevre")).text
    assert "Printer of this desk: none chosen" in page
    assert "Print the label" not in page
    chosen = await reception.post(
        f"{home}/desk/printer", data={"printer": str(hall), "q": "lefevre"}
    )
    assert chosen.headers["location"] == f"{home}/desk?q=lefevre"
    cookie = chosen.headers["set-cookie"]
    assert f"desk_printer={hall}" in cookie
    assert f"Path={home}" in cookie
    assert "HttpOnly" in cookie
    remember(reception, chosen)
    page = (await reception.get(f"{home}/desk?q=lefevre")).text
    assert "Printer of this desk: Hall" in page
    _, fields = form_of(page, "Print the label of Zoé Lefèvre")
    assert fields["printer"] == str(hall)
    await removed(hall)
    late = await reception.post(f"{home}/desk/labels", data=fields)
    assert late.headers["location"] == f"{home}/desk?q=lefevre&wrong=printer_not_found"
    page = (await reception.get(late.headers["location"])).text
    assert "This printer was removed: choose another one." in page
    assert "Print the label" not in page  # nothing leaves for another one by itself
    assert "The printer of this desk was removed" in (await reception.get(f"{home}/desk")).text
    late = await reception.post(f"{home}/desk/printer", data={"printer": str(hall)})
    assert late.headers["location"] == f"{home}/desk?wrong=printer_not_found"
    remember(reception, await reception.post(f"{home}/desk/printer", data={"printer": str(office)}))
    page = (await reception.get(f"{home}/desk?q=lefevre")).text
    assert f"/badge.pdf?printer={office}" in page
    assert "Print the label" not in page
    remember(reception, await reception.post(f"{home}/desk/printer", data={"printer": ""}))
    page = (await reception.get(f"{home}/desk?q=lefevre")).text
    assert "none chosen" in page
    assert '/badge.pdf"' in page
    assert await site.value("select count(*) from label_job where printer_id = $1", left) == 0


async def test_the_page_of_a_person_has_one_button_a_printer_and_remembers_it(
    site, edition, reception, fake, added, removed, home
):
    person = await site.register(edition, given_name="Zoé")
    hall, left = await added("Hall"), await added("Left")
    its_page = f"{home}/registrations/{person.reference}"
    sent = {"reference": person.reference, "printer": str(left), "back": "person"}
    done = await reception.post(f"{home}/desk/labels", data=sent)
    assert done.headers["location"] == f"{its_page}?told=label"
    remember(reception, done)
    page = (await reception.get(done.headers["location"])).text
    assert "The label is in the queue." in page
    assert 'data-live="#labels"' in page
    assert re.findall(r"Print a label: (\w+)", page) == ["Left", "Hall"]  # the desk's own first
    await work(site)
    page = (await reception.get(its_page)).text
    assert "Left: printed" in page
    assert "data-live" not in page
    assert fake.texts[0] == "Zoé"
    await removed(hall)
    late = await reception.post(f"{home}/desk/labels", data={**sent, "printer": str(hall)})
    assert late.headers["location"] == f"{its_page}?told=printer_not_found"
    page = (await reception.get(late.headers["location"])).text
    assert "This printer was removed: choose another one." in page


async def test_the_badge_of_a_desk_is_put_right_by_its_printer(
    site, edition, reception, added, removed, home
):
    person = await site.register(edition)
    office = await added("Office", PrinterKind.SHEETS, offset_x_mm=1.5, offset_y_mm=-2)
    desk = await added("Desk")
    file = f"{home}/registrations/{person.reference}/badge.pdf"
    straight, moved = [
        (await reception.get(f"{file}{query}")).content for query in ("", f"?printer={office}")
    ]
    (x, y), (right, up) = (corner_of(pdf) for pdf in (straight, moved))
    assert (right - x, up - y) == pytest.approx((1.5 * 72 / 25.4, -2 * 72 / 25.4), abs=0.02)
    labels = await reception.get(f"{file}?printer={desk}", headers={"accept": "application/json"})
    assert labels.status_code == 409
    await removed(office)
    for gone in (office, "x"):
        assert (await reception.get(f"{file}?printer={gone}")).status_code == 404


def corner_of(pdf):
    """Where the first word of a badge stands, in points to the right and down."""
    command = ["pdftotext", "-bbox", "-", "-"]
    told = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return [float(one) for one in re.search(rb'xMin="([\d.]+)" yMin="([\d.]+)"', told).groups()]
