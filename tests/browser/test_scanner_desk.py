"""The help desk on a phone: found with and without a network, registered, corrected, printed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.axe import assert_clean, sighted
from tests.browser.chromium import SITE, WASM_POLICY, serve_samples
from tests.browser.doors import (
    CODE,
    DEVICE,
    Doors,
    note_verdicts,
    path_of,
    ready,
    reference,
    token,
    verdict,
)
from tests.installations import until

RIGHTS = {"may_search": True, "may_desk": True, "may_evacuate": True}
PEOPLE = [
    {
        "reference": reference(number),
        "given_name": given,
        "family_name": family,
        "organisation": organisation,
        "category": "Agent public",
        "status": status,
    }
    for number, given, family, organisation, status in (
        (1, "Maëlys", "d’Hérouville", "Ville de Kerlouan", "confirmed"),
        (2, "Zoé", "Lœuillet", None, "confirmed"),
        (3, "Yann", "Le Guellec", None, "cancelled"),
    )
]


class Desk(Doors):
    """The server with a help desk: who is registered, and what was asked of it."""

    def __init__(self, context, **rights):
        super().__init__(context)
        self.device = {**DEVICE, **RIGHTS, **rights}
        self.asked, self.queries = [], []
        self.lasting = timedelta(hours=12)
        self.registered = [
            {**one, "job_title": None, "category": "agent", "printed": True, "revision": 4}
            for one in PEOPLE
        ]
        self.desk_problem = None
        self.printers = []
        self.looks = []

    def answer(self, route):
        path = route.request.url.partition("/api/")[2].partition("?")[0]
        if self.cut or not path.startswith("device/registrations/"):
            super().answer(route)
            return
        self.asked.append((route.request.method, path, dict(route.request.headers)))
        self.queries.append(route.request.url.partition("?")[2])
        if path.endswith("/labels"):
            self.asked[-1] = (*self.asked[-1], json.loads(route.request.post_data))
            problem = self.desk_problem
            if self.losing:
                route.abort("connectionreset")
            else:
                route.fulfill(status=404 if problem else 202, json=problem or self.looks.pop(0))
        elif path.endswith(".pdf"):
            route.fulfill(status=200, content_type="application/pdf", body=b"%PDF-1.7 %%EOF")
        elif self.desk_problem:
            route.fulfill(status=412, json=self.desk_problem)
        else:
            change = json.loads(route.request.post_data)
            self.asked[-1] = (*self.asked[-1], change)
            route.fulfill(
                status=200, json={**self.registered[0], **change, "printed": False, "revision": 5}
            )

    def device_printers(self, request):
        del request
        return 200, {"items": self.printers}

    def __getattr__(self, name):
        if name.startswith("device_labels_"):
            return lambda _request: (200, self.looks.pop(0) if self.looks[1:] else self.looks[0])
        raise AttributeError(name)

    def expires_at(self):
        return (datetime.now(UTC) + self.lasting).isoformat()

    def device_people(self, request):
        del request
        return 200, {"expires_at": self.expires_at(), "people": PEOPLE}

    def device_present(self, request):
        del request
        told = [{**one, "gate": "main", "since": self.expires_at()} for one in PEOPLE[:2]]
        at = datetime.now(UTC).isoformat()
        return 200, {"expires_at": self.expires_at(), "at": at, "people": told}

    def device_categories(self, request):
        del request
        return 200, {"agent": {"fr": "Agent public"}, "press": {"fr": "Presse"}}

    def device_registrations(self, request):
        if request.method == "GET":
            return 200, {"items": self.registered[:2], "more": True}
        sent = json.loads(request.post_data)
        self.asked.append((request.method, request.headers["idempotency-key"], sent))
        if self.desk_problem:
            return 409, self.desk_problem
        made = {**self.registered[0], **sent, "reference": reference(9), "printed": False}
        return 201, {**made, "revision": 1, "status": "confirmed", "token": token(1)}


@pytest.fixture
def phone(browser):
    """A phone of the help desk, enrolled, with its lists shown; and its server."""
    page = sighted(browser, locale="fr-FR")
    page.set_viewport_size({"width": 320, "height": 700})
    serve_samples(page.context, policy=WASM_POLICY)
    doors = Desk(page.context)
    page.goto(f"{SITE}/scan#code={CODE}")
    ready(page, 3)
    page.get_by_role("button", name="Listes").click()
    page.wait_for_selector("#desk-q")
    note_verdicts(page)
    yield page, doors
    page.context.close()


def found(page):
    return [one.inner_text() for one in page.locator("#desk-found li p").all()]


def keeps(page, name):
    """Tell whether the phone keeps a list."""
    kept = "async ([path, name]) => Boolean(await (await import(path)).get(`list:${name}`))"
    return page.evaluate(kept, [path_of(page, "store"), name])


def search(page, typed, wanted):
    page.fill("#desk-q", typed)
    page.wait_for_function(
        "n => document.querySelectorAll('#desk-found li').length === n", arg=wanted
    )


def test_somebody_without_a_badge_is_found_and_let_in(phone):
    page, _ = phone
    search(page, "zoe", 2)
    assert found(page) == [
        "d’Hérouville Maëlys · Ville de Kerlouan · Agent public",
        "Lœuillet Zoé · Agent public",
    ]
    assert "Trouvés\u00a0: 2. Il y en a d’autres" in page.inner_text("#desk-status")
    page.get_by_role("button", name="Faire entrer : d’Hérouville Maëlys").click()
    assert verdict(page, "pass") == "Bienvenue"


def test_without_a_network_the_list_of_the_phone_is_searched(phone):
    page, doors = phone
    until(lambda: keeps(page, "people"))
    doors.cut = True
    search(page, "ZOE loeuil", 1)
    assert found(page) == ["Lœuillet Zoé · Agent public"]
    assert "Pas de réseau" in page.inner_text("#desk-status")
    assert page.get_by_role("button", name="Corriger").count() == 0
    page.fill("#desk-q", "guellec")
    page.get_by_text("Le Guellec Yann · Agent public · Annulée", exact=True).wait_for()
    page.fill("#desk-q", reference(1))
    page.get_by_role("button", name="Faire entrer : d’Hérouville Maëlys").click()
    assert verdict(page, "pass") == "Bienvenue"


def test_a_list_that_has_expired_is_deleted(phone):
    page, doors = phone
    search(page, "zoe", 2)
    doors.lasting = timedelta(seconds=9)
    page.get_by_role("button", name="Dans le bâtiment").click()
    page.wait_for_selector("#desk-count")
    page.wait_for_selector("#desk-present", state="hidden")
    page.reload()
    ready(page, 3)
    doors.cut = True
    page.get_by_role("button", name="Listes").click()
    until(lambda: not keeps(page, "present"))
    page.get_by_role("button", name="Dans le bâtiment").click()
    page.get_by_text("Il n’y a pas de liste").wait_for()


def test_the_list_of_an_evacuation_is_there_without_a_network(phone):
    page, doors = phone
    page.get_by_role("button", name="Dans le bâtiment").click()
    page.wait_for_selector("#desk-count")
    doors.cut = True
    page.reload()
    ready(page, 3)
    page.get_by_role("button", name="Listes").click()
    page.get_by_role("button", name="Dans le bâtiment").click()
    page.wait_for_selector("#desk-count")
    assert page.inner_text("#desk-count").startswith("2 personnes, au ")
    page.get_by_label("Lœuillet Zoé · Agent public").check()
    assert_clean(page)


def test_somebody_who_walks_in_is_registered_once_and_let_in(phone):
    page, doors = phone
    search(page, "Vidal Noé", 2)
    page.get_by_role("button", name="Inscrire quelqu’un").click()
    page.wait_for_selector("#desk-category option[value=press]", state="attached")
    assert page.input_value("#desk-family_name") == "Vidal"
    assert page.input_value("#desk-given_name") == "Noé"
    page.select_option("#desk-category", "press")
    assert_clean(page)
    doors.desk_problem = {"code": "namesakes", "fields": {"references": "00000001"}}
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Une personne de ce nom est déjà inscrite").wait_for()
    doors.desk_problem = None
    page.get_by_label("C’est une autre personne du même nom").check()
    page.get_by_role("button", name="Enregistrer").click()
    assert verdict(page, "pass") == "Bienvenue"
    (_, first, sent), (_, second, again) = doors.asked
    assert sent == {
        "family_name": "Vidal", "given_name": "Noé", "organisation": None, "job_title": None,
        "category": "press",
    }  # fmt: skip
    assert again == {**sent, "another_person": True}
    assert first != second


def test_a_lost_answer_is_asked_for_with_the_same_key(phone):
    page, doors = phone
    page.get_by_role("button", name="Inscrire quelqu’un").click()
    page.fill("#desk-family_name", "Vidal")
    page.fill("#desk-given_name", "Noé")
    doors.losing = True
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Le serveur est injoignable").wait_for()
    doors.losing = False
    page.get_by_role("button", name="Enregistrer").click()
    assert verdict(page, "pass") == "Bienvenue"
    (_, first, _), (_, second, _) = doors.asked
    assert first == second


def test_a_name_is_put_right_and_its_badge_printed_again(phone):
    page, doors = phone
    search(page, "mael", 2)
    page.get_by_role("button", name="Corriger\u00a0: d’Hérouville Maëlys").click()
    page.fill("#desk-given_name", "Maëlis")
    doors.desk_problem = {"code": "registration_changed", "fields": {"given_name": "Maëllys"}}
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Quelqu’un d’autre l’a modifié").wait_for()
    assert page.inner_text("#desk-given_name-fault") == "Maëllys"
    doors.desk_problem = None
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("le badge est à réimprimer").wait_for()
    method, path, headers, change = doors.asked[-1]
    assert (method, path) == ("PATCH", f"device/registrations/{reference(1)}")
    assert (headers["if-match"], change) == ('"4"', {"given_name": "Maëlis"})
    assert found(page) == ["d’Hérouville Maëlis · Ville de Kerlouan · Agent public"]
    with page.context.expect_page():
        page.get_by_role("button", name="Badge\u00a0: d’Hérouville Maëlis").click()
    assert doors.asked[-1][1] == f"device/registrations/{reference(1)}/badge.pdf"
    assert page.locator("#desk-badge").get_attribute("href").startswith("blob:")


PRINTERS = [
    {"id": f"{number}", "name": name, "kind": kind, "wrong": "", "mend": ""}
    for number, (name, kind) in enumerate(
        [("Accueil", "label"), ("Halle", "label"), ("Bureau", "sheets")], 1
    )
]


def label(state, said, *, wrong="", mend=""):
    """A label as the server tells it."""
    return {
        "id": "7",
        "printer": "Halle",
        "reference": reference(1),
        "state": state,
        "under_way": state == "waiting",
        "said": said,
        "wrong": wrong,
        "mend": mend,
    }


def shows(page, text):
    page.wait_for_function(
        "text => document.querySelector('#desk-label').textContent === text", arg=text
    )


def test_a_printer_is_chosen_once_and_a_label_followed_until_it_is_printed(phone):
    page, doors = phone
    doors.printers = PRINTERS
    page.reload()
    page.get_by_role("button", name="Listes").click()
    search(page, "mael", 2)
    assert page.get_by_role("button", name="Étiquette\u00a0:").count() == 0
    page.get_by_label("Imprimante de ce poste").select_option("Halle (Étiquette)")
    press = page.get_by_role("button", name="Étiquette\u00a0: d’Hérouville Maëlys")
    press.wait_for()  # the choice is kept
    page.reload()  # the phone remembers
    page.get_by_role("button", name="Listes").click()
    search(page, "mael", 2)
    doors.losing = True
    press.click()
    shows(page, "Le serveur est injoignable\u00a0: réessayez.")
    doors.losing = False
    jam = {"wrong": "L’imprimante n’a plus de papier.", "mend": "Mettez un rouleau."}
    doors.looks = [label("waiting", "en attente"), label("waiting", "en attente", **jam)]
    press.click()
    start = "Étiquette\u00a0: d’Hérouville Maëlys, Halle, "
    shows(page, f"{start}en attente. L’imprimante n’a plus de papier. Mettez un rouleau.")
    assert_clean(page)
    doors.looks = [label("printed", "imprimée")]
    shows(page, f"{start}imprimée.")
    asked = [one for one in doors.asked if one[1].endswith("/labels")]
    assert [(one[0], one[1], one[3]) for one in asked] == [
        ("POST", f"device/registrations/{reference(1)}/labels", {"printer": "2"})
    ] * 2
    first, again = (one[2]["idempotency-key"] for one in asked)
    assert first == again  # what nobody answered is asked for again, and printed once


def test_a_printer_that_was_removed_is_chosen_again(phone):
    page, doors = phone
    doors.printers = PRINTERS[:1]
    page.reload()
    page.get_by_role("button", name="Listes").click()
    search(page, "mael", 2)
    press = page.get_by_role("button", name="Étiquette\u00a0: d’Hérouville Maëlys")
    doors.printers = PRINTERS[1:]
    doors.desk_problem = {"code": "printer_not_found", "title": "Gone"}
    press.click()
    shows(page, "Cette imprimante a été retirée\u00a0: choisissez-en une autre.")
    doors.desk_problem = None
    page.get_by_label("Imprimante de ce poste").select_option("Bureau")
    press.wait_for(state="detached")
    with page.context.expect_page():
        page.get_by_role("button", name="Badge\u00a0: d’Hérouville Maëlys").click()
    method, path, *_ = doors.asked[-1]
    assert (method, path) == ("GET", f"device/registrations/{reference(1)}/badge.pdf")
    assert doors.queries[-1] == "printer=3"


def test_each_part_is_there_for_whom_it_is(browser):
    page = sighted(browser, locale="fr-FR")
    serve_samples(page.context, policy=WASM_POLICY)
    Desk(page.context, may_search=False, may_desk=False)
    page.goto(f"{SITE}/scan#code={CODE}")
    ready(page, 3)
    page.get_by_role("button", name="Listes").click()
    page.get_by_role("button", name="Dans le bâtiment").wait_for()
    assert not page.locator("#desk-q").is_visible()
    assert page.get_by_role("button", name="Inscrire quelqu’un").count() == 0
    page.context.close()
