"""The help desk on a device: each right, who is found, walk-ins, corrections, badges, the audit."""

import uuid

import pytest

from badges.models import Outcome
from badges.printers import service as printers
from badges.printers import working
from badges.printers.models import PrinterGiven, PrinterKind
from forum.editions import service as editions
from tests.badges.printers.fake_printer import FakePrinter
from tests.factories import DURING, answers, pdf_text, sent

PATH = "/api/device/registrations"
NOBODY = "00000000-0000-4000-8000-000000000000"
WALK_IN = {"given_name": "Noé", "family_name": "Vidal", "category": "press"}


@pytest.fixture
async def desk(site, edition):
    """A device of the desk: what asks as it."""
    device, headers = await site.device(edition)
    await site.value(
        "update device set may_desk = true, may_search = true where id = $1", device.id
    )
    site.clock.at = DURING
    async with site.client(headers=headers) as client:
        client.device = device
        yield client


async def take(site, device, right):
    await site.value(f"update device set {right} = false where id = $1", device.id)


async def deeds(site, edition, reference):
    return await site.rows(
        "select u.actor, u.action from audit u join registration r on r.id = u.subject_id"
        " where u.edition_id = $1 and r.reference = $2 order by u.actor, u.action",
        edition.id,
        reference,
    )


async def test_each_right_is_asked_for_at_once(site, edition, desk):
    person = await site.register(edition)
    one = f"{PATH}/{person.reference}"

    async def asked():
        return [
            (await desk.get(PATH, params={"q": "zoe"})).status_code,
            (await desk.post(PATH, json=answers(email=None))).status_code,
            (await desk.patch(one, json={"given_name": "Zoe"})).status_code,
            (await desk.get(f"{one}/badge.pdf")).status_code,
            (await desk.get("/api/device/categories")).status_code,
            (await desk.get("/api/device/printers")).status_code,
            (await desk.post(f"{one}/labels", json={"printer": NOBODY})).status_code,
            (await desk.get(f"/api/device/labels/{NOBODY}")).status_code,
        ]

    assert await asked() == [200, 201, 200, 200, 200, 200, 404, 404]
    await take(site, desk.device, "may_search")
    assert await asked() == [403, 201, 200, 200, 200, 200, 404, 404]
    await take(site, desk.device, "may_desk")
    assert await asked() == [403] * 8
    answer = await desk.get(PATH, params={"q": "zoe"})
    assert answer.json()["code"] == "device_may_not"


async def test_who_is_found_by_words_in_any_order_without_accents(site, edition, desk):
    people = [
        await site.register(edition, given_name=given, family_name=family, organisation=where)
        for given, family, where in (
            ("Zoé", "Lefèvre", "Ville de Kerlouan"),
            ("Zoé", "Le Goff", None),
            ("Lefa", "Zoeller", None),
        )
    ]
    other = await site.edition()
    await site.register(other, given_name="Zoé", family_name="Lefèvre")

    async def found(q):
        told = (await desk.get(PATH, params={"q": q})).json()
        return [one["family_name"] for one in told["items"]]

    assert await found("zoe lefev") == ["Lefèvre"]
    assert await found("kerlouan ZOE") == ["Lefèvre"]
    assert await found("zo le") == ["Le Goff", "Lefèvre", "Zoeller"]
    assert await found("zoe") == ["Zoeller", "Le Goff", "Lefèvre"]
    assert await found(people[1].reference.replace("-", "").lower()) == ["Le Goff"]
    assert await found(" ") == []
    [one] = (await desk.get(PATH, params={"q": "goff"})).json()["items"]
    assert one == {
        "reference": people[1].reference, "given_name": "Zoé", "family_name": "Le Goff",
        "organisation": None, "job_title": None, "category": "elected", "status": "confirmed",
        "printed": False, "revision": 1,
    }  # fmt: skip


async def test_twenty_are_shown_and_more_are_said_to_be(site, edition, desk):
    for _ in range(21):
        await site.register(edition, given_name="Léo")
    told = (await desk.get(PATH, params={"q": "leo"})).json()
    assert (len(told["items"]), told["more"]) == (20, True)


async def test_a_walk_in_is_registered_once_and_let_in_by_their_token(site, edition, desk):
    key = {"idempotency-key": str(uuid.uuid4())}
    first = await desk.post(PATH, json=WALK_IN, headers=key)
    assert first.status_code == 201
    made = first.json()
    assert (await desk.post(PATH, json=WALK_IN, headers=key)).json() == made
    assert made["status"] == "confirmed"
    told = await desk.post("/api/device/scans", json={"scans": [sent(made["token"])]})
    assert told.json()["outcomes"][0]["outcome"] == Outcome.ADMITTED
    assert await deeds(site, edition, made["reference"]) == [
        (f"device:{desk.device.id}", "registered at the desk")
    ]


async def test_a_namesake_is_asked_about_and_an_address_is_registered_once(site, edition, desk):
    person = await site.register(edition, email="noe@example.org", **WALK_IN)
    answer = await desk.post(PATH, json=WALK_IN)
    assert (answer.status_code, answer.json()["code"]) == (409, "namesakes")
    assert answer.json()["fields"] == {"references": person.reference}
    again = await desk.post(PATH, json={**WALK_IN, "email": "noe@example.org"})
    assert again.json()["code"] == "registered_already"
    assert (await desk.post(PATH, json={**WALK_IN, "another_person": True})).status_code == 201


async def test_a_device_lets_nobody_in_past_the_limits_and_names_every_mistake(site, edition, desk):
    answer = await desk.post(PATH, json={**WALK_IN, "beyond": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "device_may_not")
    await site.register(edition)
    await site.value("update edition set places = 1 where id = $1", edition.id)
    assert (await desk.post(PATH, json=WALK_IN)).json()["code"] == "no_place_left"
    answer = await desk.post(PATH, json={"given_name": "", "category": "none"})
    assert answer.status_code == 422
    assert answer.json()["fields"].keys() == {"given_name", "family_name", "category"}


async def test_a_name_is_corrected_and_the_badge_is_to_be_printed_again(site, edition, desk):
    person = await site.register(edition, job_title="Maire", organisation="Ville")
    one = f"{PATH}/{person.reference}"
    assert (await desk.get(f"{one}/badge.pdf")).status_code == 200
    [row] = (await desk.get(PATH, params={"q": person.reference})).json()["items"]
    assert (row["printed"], row["revision"]) == (True, 1)
    change = {"given_name": "Zoë", "organisation": "Métropole", "job_title": ""}
    answer = await desk.patch(one, json=change, headers={"if-match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    told = answer.json()
    assert (told["given_name"], told["organisation"], told["job_title"], told["printed"]) == (
        "Zoë", "Métropole", None, False,
    )  # fmt: skip
    late = await desk.patch(one, json={"given_name": "Zoe"}, headers={"if-match": '"1"'})
    assert late.status_code == 412
    assert late.json()["fields"]["given_name"] == "It is now: Zoë"
    actor = f"device:{desk.device.id}"
    assert await deeds(site, edition, person.reference) == [
        ("attendee", "registered"), (actor, "badge printed"), (actor, "changed"),
    ]  # fmt: skip


@pytest.mark.parametrize("change", [{"email": "x@example.org"}, {"status": "cancelled"},
                                    {"family_name": " "}, {"category": "press"}])  # fmt: skip
async def test_a_device_corrects_names_and_nothing_else(site, edition, desk, change):
    person = await site.register(edition)
    answer = await desk.patch(f"{PATH}/{person.reference}", json=change)
    assert answer.status_code == 422
    assert answer.json()["fields"].keys() == {*change}


async def test_a_badge_is_drawn_with_its_code(site, edition, desk):
    person = await site.register(edition)
    answer = await desk.get(f"{PATH}/{person.reference}/badge.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert person.family_name.upper() in pdf_text(answer.content).upper()


async def test_others_editions_and_who_has_no_place_have_no_badge(site, edition, desk):
    foreign = await site.register(await site.edition())
    assert (await desk.get(f"{PATH}/{foreign.reference}/badge.pdf")).status_code == 404
    assert (await desk.patch(f"{PATH}/{foreign.reference}", json={})).status_code == 404
    gone = await site.register(edition)
    await site.cancel(edition, gone)
    assert (await desk.get(f"{PATH}/{gone.reference}/badge.pdf")).status_code == 404


async def test_the_categories_of_a_walk_in(desk):
    assert (await desk.get("/api/device/categories")).json() == {
        "elected": {"fr": "Élu", "en": "Elected official"},
        "agent": {"fr": "Agent public", "en": "Public agent"},
        "press": {"fr": "Presse", "en": "Press"},
    }


@pytest.fixture
async def fake():
    printer = FakePrinter()
    await printer.on()
    yield printer
    await printer.off()


@pytest.fixture
async def two(site, edition, fake):
    """A label printer on this machine, and one of sheets that is off; their ids."""
    made = []
    for new in (
        PrinterGiven(
            name="Desk", kind=PrinterKind.LABEL, address=fake.address, dpi=203, width_mm=100,
            height_mm=62,
        ),
        PrinterGiven(name="Office", kind=PrinterKind.SHEETS, offset_x_mm=1.5, offset_y_mm=-1),
    ):  # fmt: skip
        async with site.pool.acquire() as db:
            by = {"actor": "organiser:1", "at": site.clock.at, "ids": site.ids}
            made.append(str(await printers.add(db, edition, new, **by)))
    return made


async def work(site):
    site.clock.forward(minutes=1)
    desk = working.Desk(
        site.pool, site.keyring, site.parts.blobs, site.clock, True, editions.by_id, site.ids
    )
    return await working.print_due(desk)


async def test_a_label_is_asked_for_once_followed_printed_and_logged(
    site, edition, desk, fake, two
):
    person = await site.register(edition, given_name="Zoé", family_name="Lefèvre")
    told = (await desk.get("/api/device/printers?lang=fr")).json()
    assert told["items"] == [
        {"id": two[0], "name": "Desk", "kind": "label", "wrong": "", "mend": ""},
        {"id": two[1], "name": "Office", "kind": "sheets", "wrong": "", "mend": ""},
    ]
    path = f"{PATH}/{person.reference.lower()}/labels?lang=fr"
    key = {"idempotency-key": "press-1"}
    asked = [await desk.post(path, json={"printer": two[0]}, headers=key) for _ in range(2)]
    assert [one.status_code for one in asked] == [202, 202]
    label = asked[0].json()
    assert asked[1].json() == label
    assert label == {
        "id": label["id"], "printer": "Desk", "reference": person.reference, "state": "waiting",
        "under_way": True, "said": "en attente", "wrong": "", "mend": "",
    }  # fmt: skip
    fake.paper_out = True
    await work(site)
    look = f"/api/device/labels/{label['id']}?lang=en"
    jammed = (await desk.get(look)).json()
    assert (jammed["state"], jammed["said"], jammed["wrong"], jammed["mend"]) == (
        "waiting", "waits", "The printer is out of paper.",
        "Put in a roll of labels and close it: the queue goes on by itself.",
    )  # fmt: skip
    [told, _] = (await desk.get("/api/device/printers?lang=en")).json()["items"]
    assert told["wrong"] == "The printer is out of paper."
    fake.paper_out = False
    await work(site)
    done = (await desk.get(look)).json()
    assert (done["state"], done["under_way"], done["said"], done["wrong"]) == (
        "printed", False, "printed", "",
    )  # fmt: skip
    assert fake.texts == ["Zoé"]
    actor = f"device:{desk.device.id}"
    assert await site.rows(
        "select registration_id, actor from badge_print where edition_id = $1", edition.id
    ) == [(person.id, actor)]
    assert (actor, "label queued") in await deeds(site, edition, person.reference)
    [row] = (await desk.get(PATH, params={"q": "lefevre"})).json()["items"]
    assert row["printed"] is True


async def test_no_label_without_a_badge_or_a_printer_of_labels(site, edition, desk, two):
    person, gone = await site.register(edition), await site.register(edition)
    await site.cancel(edition, gone)

    async def asked(reference, printer):
        answer = await desk.post(f"{PATH}/{reference}/labels", json={"printer": printer})
        return answer.status_code, answer.json()["code"]

    assert await asked(person.reference, NOBODY) == (404, "printer_not_found")
    assert await asked(person.reference, two[1]) == (409, "no_label_printer")
    assert await asked(gone.reference, two[0]) == (404, "no_badge")
    wrong = await desk.post(f"{PATH}/{person.reference}/labels", json={"printer": "Desk"})
    assert (wrong.status_code, [*wrong.json()["fields"]]) == (422, ["printer"])
    queued = "select count(*) from label_job where edition_id = $1"
    assert await site.value(queued, edition.id) == 0
    badge = f"{PATH}/{person.reference}/badge.pdf"
    assert (await desk.get(f"{badge}?printer={two[1]}")).status_code == 200
    assert (await desk.get(f"{badge}?printer={two[0]}")).json()["code"] == "no_sheet_printer"
    assert (await desk.get(f"{badge}?printer={NOBODY}")).json()["code"] == "printer_not_found"


async def test_labels_and_printers_of_another_edition_are_not_found(site, edition, desk, two):
    other = await site.edition()
    person = await site.register(other)
    _, headers = await site.device(other)
    await site.value("update device set may_desk = true where edition_id = $1", other.id)
    mine = await site.register(edition)
    answer = await desk.post(f"{PATH}/{mine.reference}/labels", json={"printer": two[0]})
    async with site.client(headers=headers) as stranger:
        look = await stranger.get(f"/api/device/labels/{answer.json()['id']}")
        asked = await stranger.post(f"{PATH}/{person.reference}/labels", json={"printer": two[0]})
    assert (look.status_code, look.json()["code"]) == (404, "label_not_found")
    assert (asked.status_code, asked.json()["code"]) == (404, "printer_not_found")
