"""The scanner in a real browser: enrolment, inputs, verdicts with and without a network."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from badges import qr
from badges.layouts.models import LEAST_CODE_MM
from tests.browser.chromium import SITE, WASM_POLICY, serve_samples
from tests.browser.doors import (
    CODE,
    Doors,
    all_sent,
    entry,
    kept,
    milliseconds,
    note_verdicts,
    path_of,
    ready,
    reference,
    settled,
    token,
    type_code,
    verdict,
)
from tests.documents import camera as simulated
from tests.documents.decoding import by_zxing
from tests.installations import until

TOKEN = token(1)
SMALL_SEED = 1
"""Of a picture that is read enlarged, and not as it is."""

SHIFT_AZERTY = {"A": "Q", "Q": "A", "Z": "W", "W": "Z", "M": "?"}
NOON = datetime(2027, 3, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# A phone that takes `apart` milliseconds for each picture, and sees nothing while `away`.
EYES = """
  const real = {
    now: performance.now.bind(performance), draw: CanvasRenderingContext2D.prototype.drawImage,
  };
  Object.assign(window, { pictures: 0, apart: 0, late: 0, away: false });
  performance.now = () => real.now() + window.late;
  CanvasRenderingContext2D.prototype.drawImage = function (...all) {
    window.pictures += 1;
    window.late += window.apart;
    if (window.away) this.clearRect(0, 0, this.canvas.width, this.canvas.height);
    else real.draw.apply(this, all);
  };
"""
# Somebody who presses "take back" in the moment in which they see a colour.
TAKE_BACK_AT_ONCE = """() => {
  const seen = new MutationObserver(() => {
    if (document.body.dataset.verdict !== "pass") return;
    seen.disconnect();
    document.getElementById("undo").click();
  });
  seen.observe(document.body, { attributeFilter: ["data-verdict"] });
}"""
AZERTY_DIGITS = {"2": "é", "3": '"', "4": "'", "5": "(", "6": "-", "7": "è"}
OFFLINE = ["cut", "portal", "error"]


def camera_film(path, code):
    """Write a short .y4m film in which a camera sees the code, on noise, slightly turned."""
    width, height = 640, 480
    png = path.with_suffix(".png")
    png.write_bytes(qr.png(code, scale=8))
    code = Image.open(png).convert("L").resize((300, 300)).rotate(7, fillcolor=200, expand=True)
    frame = Image.effect_noise((width, height), 15)
    frame.paste(code, ((width - code.width) // 2, (height - code.height) // 2))
    still_film(path, frame)


def still_film(path, frame):
    """Write a short .y4m film in which nothing moves."""
    grey = bytes([128]) * (frame.width * frame.height // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{frame.width} H{frame.height} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(10):
            film.write(b"FRAME\n" + frame.tobytes() + grey)


@pytest.fixture(scope="module", autouse=True)
def ticket(film):
    """Have the camera see a ticket."""
    camera_film(film, TOKEN)


@pytest.fixture
def small(film):
    """Have the camera see the ticket on the smallest label, as a hand holds it at 20 cm."""
    camera_film(film, TOKEN)  # for the picture of the code beside it
    side = round(LEAST_CODE_MM * simulated.SOURCE_DPI / 25.4)
    code = Image.open(film.with_suffix(".png")).convert("L").resize((side, side))
    label = Image.new("L", (2 * side, 2 * side), 255)
    label.paste(code, (side // 2, side // 2))
    chance = random.Random(SMALL_SEED)  # noqa: S311  # repeatable on purpose
    seen = simulated.some(chance)
    width = simulated.LEAST_WIDTH
    square = simulated.shot(label, (side, side), seen, chance, width)
    assert by_zxing([square]) == {}
    frame = Image.new("L", (width, square.height), 200)
    frame.paste(square, ((width - square.width) // 2, 0))
    still_film(film, frame)
    yield
    camera_film(film, TOKEN)


@pytest.fixture
def phone(browser):
    """A phone that was never here, and the doors it will speak to; no mistake may happen on it."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, permissions=["camera"], service_workers="block"
    )
    serve_samples(context, policy=WASM_POLICY)
    doors = Doors(context, now=lambda: NOON)
    page = context.new_page()
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield page, doors
    context.close()
    assert mistakes == []


@pytest.fixture
def scanner(phone):
    """An enrolled scanner's page, whose clock stands still, and the doors it speaks to."""
    page, doors = phone
    start(page, doors)
    return page, doors


def start(page, doors, clock=NOON):
    """Enrol; from then on the clock of the phone moves only when it is told to."""
    page.clock.install(time=clock)
    page.goto(f"{SITE}/scan#code={CODE}")
    ready(page, len(doors.tickets))
    doors.now = lambda: NOON + MINUTE
    settled(page)
    page.clock.pause_at(clock + MINUTE)
    settled(page)


def cut(doors, how="cut"):
    """Have no answer of ours come any more."""
    doors.cut, doors.portal = how == "cut", how == "portal"
    doors.status = 503 if how == "error" else 200


def mend(page, doors):
    """Have the network back, and the phone notice; wait until nothing is left to send."""
    doors.cut, doors.portal, doors.losing, doors.status = False, False, False, 200
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)


def offline(page, doors):
    """Have a phone that knows that it is alone."""
    doors.cut = True
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.wait_for_selector("body[data-net=off]")


def said(page, code, kind):
    """Type a code; return what the scanner says of it: the word, who, and the detail."""
    page.clock.run_for(10_000)
    page.wait_for_selector("body[data-verdict=idle]")
    type_code(page, code)
    verdict(page, kind)
    return [page.inner_text(f"#{part}") for part in ("verdict", "who", "detail")]


def press_keys(page, keys):
    page.evaluate(
        """keys => {
          for (const key of [...keys, {key: "Enter", code: "Enter"}])
            dispatchEvent(new KeyboardEvent("keydown", {...key, bubbles: true, cancelable: true}));
        }""",
        keys,
    )


# Enrolment


def test_a_code_in_the_address_enrols_and_leaves_the_address(scanner):
    page, _ = scanner
    assert page.url == f"{SITE}/scan"
    assert page.inner_text("#device") == "Tablette 1 · Entrée Nord"


def test_a_code_whose_answer_was_lost_goes_again_with_the_same_key(phone):
    page, doors = phone
    doors.losing = True
    page.goto(f"{SITE}/scan#code={CODE}")
    page.wait_for_selector("#enrol-error:not(:empty)")
    page.reload()
    page.fill("#enrol-code", CODE)
    doors.losing = False
    page.click("#enrol button")
    page.wait_for_selector("#door:not([hidden])")
    assert len(doors.keys) == 2
    assert len({*doors.keys}) == 1
    assert page.evaluate("sessionStorage.length") == 0


def test_an_unknown_code_is_refused_in_words(phone):
    page, _ = phone
    page.goto(f"{SITE}/scan")
    page.fill("#enrol-code", "NOPE")
    page.click("#enrol button")
    page.wait_for_selector("#enrol-error:not(:empty)")
    assert "inconnu" in page.inner_text("#enrol-error")
    assert page.is_hidden("#door")


def test_an_enrolled_phone_needs_no_code_after_a_reload(scanner):
    page, doors = scanner
    page.reload()
    ready(page, 3)
    assert page.inner_text("#device") == "Tablette 1 · Entrée Nord"
    assert len(doors.keys) == 1


# Verdicts


def test_a_typed_code_is_sent_with_the_device_s_token(scanner):
    page, doors = scanner
    type_code(page, f" {TOKEN.lower()} ")
    assert verdict(page, "pass") == "Bienvenue"
    assert page.inner_text("#who") == "Maëlys d’H. · Agent public"
    [batch] = doors.batches
    [scan] = batch["scans"]
    assert batch["authorization"] == "Bearer secret"
    assert batch["waiting"] == 1  # whoever may still scan never says that none is left
    assert abs(scan.pop("clock_offset_ms")) <= 1
    assert scan == {
        "id": scan["id"],
        "token": TOKEN,
        "gate": "main",
        "direction": "in",
        "scanned_at": "2027-03-23T12:01:00.000Z",
        "seq": 1,
    }


@pytest.mark.parametrize(
    ("outcome", "kind", "word"),
    [
        ("already_in", "look", "Déjà entré"),
        ("waiting", "look", "En liste d’attente"),
        ("wrong_day", "look", "Non valable aujourd’hui"),
        ("cancelled", "stop", "Inscription annulée"),
        ("revoked", "stop", "Remplacé par un billet plus récent"),
        ("forged", "stop", "Faux billet"),
        ("unknown", "stop", "Code inconnu"),
        ("left", "pass", "Est sorti"),
        ("something_new", "stop", "Le serveur a refusé la lecture"),
    ],
)
def test_each_outcome_has_its_colour_and_word(scanner, outcome, kind, word):
    page, doors = scanner
    doors.outcome = {"outcome": outcome, "at": "2027-03-23T08:02:00Z", "gate": "quay"}
    type_code(page, TOKEN)
    assert verdict(page, kind) == word
    assert page.inner_text("#detail") == "09:02, Quai"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_hour_is_of_twenty_four(scanner, language):
    page, doors = scanner
    doors.outcome = {"outcome": "already_in", "at": "2027-03-23T20:02:00Z", "gate": "quay"}
    page.evaluate("language => { document.documentElement.lang = language }", language)
    type_code(page, TOKEN)
    verdict(page, "look")
    assert page.inner_text("#detail") == "21:02, Quai"


@pytest.mark.parametrize("how", OFFLINE)
def test_without_an_answer_the_phone_decides_and_sends_what_it_showed(scanner, how):
    page, doors = scanner
    cut(doors, how)
    type_code(page, TOKEN)
    assert verdict(page, "pass") == "Bienvenue"
    assert page.inner_text("#who") == "Maëlys d’Hérouville · Agent public"
    assert page.inner_text("#detail") == "Décidé par ce téléphone"
    page.wait_for_selector("#n-waiting:text-is('1')")
    assert doors.received == []
    mend(page, doors)
    [scan] = doors.received
    assert (scan["token"], scan["shown"]) == (TOKEN, "admitted")


def test_an_answer_that_was_lost_is_asked_for_again_and_counts_once(scanner):
    page, doors = scanner
    doors.losing = True
    type_code(page, TOKEN)
    assert verdict(page, "pass") == "Bienvenue"
    mend(page, doors)
    asked, *sent = doors.received
    assert all(one == {**asked, "shown": "admitted"} for one in sent)


def test_an_answer_that_is_late_is_not_waited_for(scanner):
    page, doors = scanner
    doors.holding = True
    type_code(page, TOKEN)
    until(lambda: page.evaluate("1") and doors.held)
    page.clock.run_for(399)
    assert page.get_attribute("body", "data-verdict") == "idle"
    page.clock.run_for(1)
    assert verdict(page, "pass") == "Bienvenue"
    assert page.inner_text("#detail") == "Décidé par ce téléphone"
    until(lambda: page.evaluate("1") and len(doors.held) > 1)  # once more, with what was shown
    doors.holding = False
    doors.outcome = {"outcome": "cancelled"}
    for route in doors.held:
        doors.answer(route)
    all_sent(page)
    assert [scan.get("shown") for scan in doors.received] == [None, "admitted"]
    assert len({scan["id"] for scan in doors.received}) == 1


def test_a_network_that_comes_back_while_an_answer_is_waited_for_is_used_at_once(scanner):
    page, doors = scanner
    doors.holding = True
    type_code(page, TOKEN)
    until(lambda: page.evaluate("1") and doors.held)
    page.clock.run_for(400)
    until(lambda: page.evaluate("1") and len(doors.held) > 1)  # once more, with what was shown
    doors.holding = False
    page.evaluate("dispatchEvent(new Event('online'))")
    for route in doors.held:
        route.abort("connectionreset")
    all_sent(page)  # with no beat of the clock, which stands
    [scan] = doors.received
    assert scan["shown"] == "admitted"


@pytest.fixture
def alone(scanner):
    """A scanner without a network; a scan of ticket 1 let somebody in before."""
    page, doors = scanner
    offline(page, doors)
    return page, doors


def test_the_second_time_is_refused_with_when_and_where(alone):
    page, _ = alone
    assert said(page, TOKEN, "pass")[0] == "Bienvenue"
    word, who, detail = said(page, TOKEN, "look")
    assert (word, who) == ("Déjà entré", "Maëlys d’Hérouville · Agent public")
    assert detail == "13:01, Entrée Nord · Décidé par ce téléphone"


def test_what_others_let_in_is_known_from_the_manifest(phone):
    page, doors = phone
    entered = milliseconds(NOON - timedelta(hours=2))
    k = doors.tickets[0].k
    doors.check_ins = [{"k": k, "l": "main", "p": "0", "i": True, "a": entered, "g": "quay"}]
    start(page, doors)
    offline(page, doors)
    assert said(page, TOKEN, "look")[2] == "11:00, Quai · Décidé par ce téléphone"


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        (token(9), "look", "À vérifier"),
        (reference(9), "look", "À vérifier"),
        (token(1, edition=8), "stop", "Billet d’une autre édition"),
        (token(1)[:-3] + "AAA", "stop", "Faux billet"),
        ("rien", "stop", "Code inconnu"),
        (token(1, revision=1), "stop", "Remplacé par un billet plus récent"),
        (token(4), "stop", "Inscription annulée"),
        (token(5), "look", "En liste d’attente"),
        (token(6, days=2), "look", "Non valable aujourd’hui"),
    ],
)
def test_what_a_phone_alone_says(phone, code, kind, word):
    page, doors = phone
    doors.tickets += [
        entry(4, s="cancelled", e=milliseconds(NOON) - 1, n=None),
        entry(5, s="waitlisted", n=None),
        entry(6),
    ]
    start(page, doors)
    offline(page, doors)
    assert said(page, code, kind)[0] == word


def test_a_reference_names_nobody_without_a_network(alone):
    page, _ = alone
    assert said(page, reference(2), "pass") == [
        "Bienvenue",
        "Agent public",
        "Décidé par ce téléphone",
    ]


def test_a_phone_without_a_list_lets_nobody_in_by_itself(phone):
    page, doors = phone
    page.route("**/api/device/manifest", lambda route: route.abort())
    page.clock.install(time=NOON)
    page.goto(f"{SITE}/scan#code={CODE}")
    page.wait_for_selector("body[data-ready]")
    doors.cut = True
    type_code(page, TOKEN)
    assert verdict(page, "look") == "À vérifier"
    assert "Préparer" in page.inner_text("#detail")


def test_a_scan_that_cannot_be_stored_lets_nobody_in(scanner):
    page, doors = scanner
    page.evaluate("() => { IDBObjectStore.prototype.add = () => { throw new Error('full'); }; }")
    type_code(page, TOKEN)
    assert verdict(page, "stop") == "Pas conservé\u00a0: ne laissez pas encore entrer"
    assert doors.received == []


# Undo, exit, gates


def test_a_scan_taken_back_counts_no_more_and_is_told(scanner):
    page, doors = scanner
    type_code(page, TOKEN)
    verdict(page, "pass")
    page.wait_for_selector("#n-entered:text-is('41')")
    page.click("#undo")
    page.wait_for_selector("#n-entered:text-is('40')")
    assert page.inner_text("#verdict") == "Lecture annulée"
    all_sent(page)
    scan, undo = doors.received
    assert (undo["undoes"], undo["token"], undo["seq"]) == (scan["id"], "", 2)
    offline(page, doors)
    assert said(page, TOKEN, "pass")[0] == "Bienvenue"


def test_what_is_taken_back_is_whom_the_verdict_names(scanner):
    page, doors = scanner
    type_code(page, TOKEN)
    verdict(page, "pass")
    all_sent(page)
    page.clock.run_for(10_000)
    page.wait_for_selector("body[data-verdict=idle]")
    page.evaluate(TAKE_BACK_AT_ONCE)
    type_code(page, token(2))
    page.wait_for_selector("#verdict:text-is('Lecture annulée')")
    all_sent(page)
    first, second, undo = doors.received
    assert [scan["token"] for scan in (first, second)] == [TOKEN, token(2)]
    assert undo["undoes"] == second["id"]


def test_a_scan_is_taken_back_without_a_network(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    page.click("#undo")
    page.wait_for_selector("#verdict:text-is('Lecture annulée')")
    assert said(page, TOKEN, "pass")[0] == "Bienvenue"
    assert said(page, TOKEN, "look")[0] == "Déjà entré"
    mend(page, doors)
    assert [scan.get("shown", "undo") for scan in doors.received] == [
        "admitted",
        "undo",
        "admitted",
        "already_in",
    ]


def test_any_of_the_last_ten_scans_is_taken_back(alone):
    page, doors = alone
    doors.tickets = []
    for number in range(12):
        said(page, reference(1 + number % 3), "pass" if number < 3 else "look")
    page.wait_for_selector("#n-waiting:text-is('12')")
    page.click("nav [data-panel=last]")
    rows = page.locator("#last li")
    assert rows.count() == 10
    assert "Déjà entré · Agent public · Entrée Nord, Entrée" in rows.first.inner_text()
    rows.nth(9).get_by_role("button").click()
    page.wait_for_selector("#last li:nth-child(10) .gone")
    assert "Lecture annulée" in rows.nth(9).inner_text()


def test_whoever_left_comes_in_again(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    page.click("#go-out")
    assert said(page, TOKEN, "pass")[0] == "Est sorti"
    page.wait_for_selector("#n-inside:text-is('30')")
    page.click("#go-in")
    assert said(page, TOKEN, "pass")[0] == "Bienvenue"
    assert said(page, TOKEN, "look")[0] == "Déjà entré"
    for one, number in (("entered", 41), ("inside", 31), ("waiting", 4)):
        page.wait_for_selector(f"#n-{one}:text-is('{number}')")
    mend(page, doors)
    assert [scan["direction"] for scan in doors.received] == ["in", "out", "in", "in"]


def test_the_phone_goes_to_another_of_its_gates(scanner):
    page, doors = scanner
    page.select_option("#gate", "quay")
    until(lambda: page.evaluate("1") and doors.states[-1]["gate"] == "quay")
    type_code(page, TOKEN)
    verdict(page, "pass")
    assert doors.received[0]["gate"] == "quay"


def test_a_phone_that_was_moved_follows_and_says_so(scanner):
    page, doors = scanner
    settled(page)
    doors.moved_to = "quay"
    note_verdicts(page)
    until(lambda: page.clock.run_for(1000) or page.get_attribute("html", "data-seen") == "look")
    assert verdict(page, "look") == "Ce téléphone change de porte"
    assert page.inner_text("#who") == "Quai"
    page.wait_for_selector("#device:text-is('Tablette 1 · Quai')")


# Conflicts


def test_a_conflict_is_shown_until_it_is_acknowledged(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    doors.outcome |= {"conflict": "admitted_twice", "at": "2027-03-23T08:02:00Z", "gate": "quay"}
    mend(page, doors)
    page.wait_for_selector("#clashes:not([hidden])")
    assert "Entré deux fois" in page.inner_text("#clash-list")
    assert "Maëlys d’H. · Agent public" in page.inner_text("#clash-list")
    page.reload()
    page.wait_for_selector("#clashes:not([hidden])")
    assert "Maëlys" not in page.inner_text("#clash-list")
    page.get_by_role("button", name="Vu").click()
    page.wait_for_selector("#clashes", state="hidden")
    page.reload()
    ready(page, 3)
    assert page.is_hidden("#clashes")


# Devices that end


def test_a_dismissed_phone_keeps_its_scans_and_sends_them_once_enrolled_again(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    doors.cut, doors.status, doors.problem = False, 401, {"code": "unauthenticated"}
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("#enrol:not([hidden])")
    assert "n’est plus associé" in page.inner_text("#enrol-error")
    page.wait_for_selector("#kept:text('conservées')")
    doors.status = 200
    page.fill("#enrol-code", CODE)
    page.click("#enrol button")
    page.wait_for_selector("#door:not([hidden])")
    all_sent(page)
    assert [scan["token"] for scan in doors.received] == [TOKEN]


def test_a_revoked_phone_hands_over_what_it_holds_and_forgets_everything(alone):
    page, doors = alone
    for number in (1, 2, 3):
        said(page, token(number), "pass")
    doors.revoked = True
    doors.cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("#leaving:not([hidden])")
    page.wait_for_selector("#enrol:not([hidden])")
    assert "a tout oublié" in page.inner_text("#leaving")
    assert len({scan["id"] for scan in doors.received}) == 3
    last = doors.batches[-1]
    assert ([scan["token"] for scan in last["scans"]], last["waiting"]) == (
        [token(n) for n in (1, 2, 3)],
        0,
    )
    assert kept(page) == {}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_scan_made_while_a_revoked_phone_hands_over_is_handed_over_too(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    page.clock.run_for(3000)
    page.wait_for_selector("body[data-verdict=idle]")
    doors.revoked = doors.holding = True
    doors.cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: page.evaluate("1") and doors.held)
    type_code(page, token(2))
    verdict(page, "pass")
    doors.holding = False
    doors.answer(doors.held[0])
    page.wait_for_selector("#enrol:not([hidden])")
    assert {scan["token"] for scan in doors.received} == {TOKEN, token(2)}
    assert doors.drained
    assert kept(page) == {}


def test_a_phone_that_learns_it_is_revoked_gives_no_verdict(scanner):
    page, doors = scanner
    doors.revoked = True
    type_code(page, TOKEN)
    page.wait_for_selector("#enrol:not([hidden])")
    assert page.get_attribute("body", "data-verdict") == "idle"
    assert page.inner_text("#leaving") != ""
    assert [batch["waiting"] for batch in doors.batches] == [1, 0]
    assert len({scan["id"] for scan in doors.received}) == 1


def held_aside(page, doors):
    """Have the network back, and a proxy there that refuses what waits."""
    doors.cut, doors.status, doors.problem = False, 400, {"code": "proxy"}
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("body[data-net=on]")
    settled(page)
    doors.status = 200


def test_what_a_proxy_refused_is_tried_again_after_ten_minutes(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    held_aside(page, doors)
    page.clock.run_for(31_000)
    settled(page)
    assert doors.received == []
    page.clock.fast_forward(600_000)
    all_sent(page)
    assert [scan["token"] for scan in doors.received] == [TOKEN]


def test_a_revoked_phone_tries_once_more_what_was_refused(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    held_aside(page, doors)
    page.clock.run_for(10_000)
    page.wait_for_selector("body[data-verdict=idle]")
    doors.revoked = True
    type_code(page, token(2))
    page.wait_for_selector("#enrol:not([hidden])")
    assert {scan["token"] for scan in doors.received} == {TOKEN, token(2)}
    assert doors.drained


def test_a_revoked_phone_keeps_what_is_of_another_edition(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    other = """async path => (await import(path)).transact(["queue"], "readwrite", ({queue}) =>
      queue.add({id: "of another", edition: 8}) && 1)"""
    page.evaluate(other, path_of(page, "store"))
    doors.revoked, doors.cut = True, False
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("#enrol:not([hidden])")
    assert {scan["token"] for scan in doors.received} == {TOKEN}
    page.wait_for_selector("#kept:text('conservées')")
    assert kept(page) == {"queue": 1}


def test_a_scan_that_the_answer_leaves_out_is_not_sent_without_pause(alone):
    page, doors = alone
    said(page, TOKEN, "pass")
    doors.cut, doors.forgetting = False, True
    page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: page.evaluate("1") and doors.batches)
    settled(page)
    page.clock.run_for(1500)
    settled(page)
    assert len(doors.batches) == 1
    doors.forgetting = False
    mend(page, doors)


def test_a_revoked_phone_without_scans_is_told_by_its_state(scanner):
    page, doors = scanner
    doors.status, doors.problem = 401, {"code": "device_revoked"}
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("#enrol:not([hidden])")
    assert "a tout oublié" in page.inner_text("#leaving")


# The clock


def test_a_clock_that_is_twenty_minutes_off_is_reckoned_with(phone):
    page, doors = phone
    start(page, doors, clock=NOON + 20 * MINUTE)
    offline(page, doors)
    said(page, TOKEN, "pass")
    assert said(page, TOKEN, "look")[2].startswith("13:01, ")
    mend(page, doors)
    first = doors.received[0]
    assert first["scanned_at"].startswith("2027-03-23T12:21:")
    assert abs(first["clock_offset_ms"] + 20 * 60_000) <= 1


def test_a_clock_that_is_put_right_meanwhile_is_noticed(phone):
    page, doors = phone
    start(page, doors, clock=NOON + 20 * MINUTE)
    offline(page, doors)
    said(page, TOKEN, "pass")
    page.evaluate("Date.now = (now => () => now() - 20 * 60_000)(Date.now)")
    said(page, token(2), "pass")
    doors.cut = False
    mend(page, doors)
    for scan in doors.received:
        assert scan["scanned_at"].startswith("2027-03-23T12:01:")
        assert abs(scan["clock_offset_ms"]) <= 1


# What reads


@pytest.mark.parametrize("end", ["Enter", "Tab", ""])
def test_a_keyboard_scanner_is_read_wherever_the_focus_is(scanner, end):
    page, doors = scanner
    page.focus("#mute")
    page.keyboard.type(TOKEN)
    if end:
        page.keyboard.press(end)
    else:
        page.clock.run_for(1000)
    verdict(page, "pass")
    assert [scan["token"] for scan in doors.received] == [TOKEN]


def test_a_us_keyboard_scanner_is_read_on_a_french_host(scanner):
    page, doors = scanner
    keys = [
        {
            "key": AZERTY_DIGITS.get(character) or SHIFT_AZERTY.get(character, character),
            "code": ("Digit" if character.isdigit() else "Key") + character,
        }
        for character in TOKEN
    ]
    press_keys(page, keys)
    verdict(page, "pass")
    assert [scan["token"] for scan in doors.received] == [TOKEN]


def test_a_badge_read_twice_within_seconds_is_one_scan(scanner):
    page, doors = scanner
    keys = [{"key": character, "code": ""} for character in TOKEN]
    press_keys(page, keys)
    verdict(page, "pass")
    page.clock.run_for(3000)
    press_keys(page, keys)
    page.clock.run_for(5000)
    press_keys(page, keys)
    until(lambda: page.evaluate("1") and len(doors.received) > 1)
    assert [scan["token"] for scan in doors.received] == [TOKEN] * 2


def test_two_badges_in_a_row_are_both_read(scanner):
    page, doors = scanner
    keys = [{"key": character, "code": ""} for character in TOKEN]
    other = [{"key": character, "code": ""} for character in token(2)]
    press_keys(page, [*keys, {"key": "Enter", "code": "Enter"}, *other])
    until(lambda: page.evaluate("1") and len(doors.received) > 1)
    assert [*dict.fromkeys(scan["token"] for scan in doors.received)] == [TOKEN, token(2)]
    assert len({scan["id"] for scan in doors.received}) == 2


def test_a_scanner_is_tried_without_a_scan(scanner):
    page, doors = scanner
    page.click("nav [data-panel=prepare]")
    press_keys(page, [{"key": character, "code": ""} for character in TOKEN])
    page.wait_for_selector("#tested:not(:empty)")
    assert doors.received == []


@pytest.fixture
def camera(phone):
    """The page of a scanner whose camera was started, and the doors that it speaks to."""
    page, doors = phone
    page.context.add_init_script(EYES)
    page.goto(f"{SITE}/scan#code={CODE}")
    ready(page, 3)
    page.evaluate("delete window.BarcodeDetector")
    note_verdicts(page)
    page.click("#start")
    return page, doors


def look(page, times):
    """Wait until the camera has looked so many times more."""
    wanted = page.evaluate("pictures") + times
    until(lambda: page.evaluate("pictures") >= wanted)


@pytest.mark.parametrize("apart", [0, 5000], ids=["quick", "slow"])
def test_the_camera_reads_a_ticket_once_with_our_own_reader_however_slow_it_is(camera, apart):
    page, doors = camera
    page.evaluate("apart => { window.apart = apart; }", apart)
    assert verdict(page, "pass") == "Bienvenue"
    until(lambda: page.evaluate("1") and doors.received)
    look(page, 10)
    assert {scan["token"] for scan in doors.received} == {TOKEN}
    assert len({scan["id"] for scan in doors.received}) == 1


@pytest.mark.usefixtures("small")
def test_a_code_that_is_too_small_for_a_whole_frame_is_read_enlarged(camera):
    page, doors = camera
    assert verdict(page, "pass") == "Bienvenue"
    until(lambda: page.evaluate("1") and doors.received)
    assert {scan["token"] for scan in doors.received} == {TOKEN}


def test_a_ticket_that_was_gone_is_read_again(camera):
    page, doors = camera
    verdict(page, "pass")
    page.evaluate("window.away = true")
    look(page, 4)  # two pictures a look, where nothing is seen
    page.evaluate("window.late += 5000; window.away = false")
    until(lambda: page.evaluate("1") and len({scan["id"] for scan in doors.received}) > 1)
    look(page, 10)
    assert len({scan["id"] for scan in doors.received}) == 2


def test_the_camera_is_stopped_by_the_button_that_started_it(camera):
    page, _ = camera
    verdict(page, "pass")
    page.click("#start")
    page.wait_for_selector("#camera-note:not([hidden])")
    assert page.evaluate("document.getElementById('video').srcObject.active") is False
