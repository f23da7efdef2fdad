"""The scanner in a real browser: enrolment, camera, keyboard scanner, verdicts, cut network."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from badges import qr
from tests.browser.chromium import SITE, WASM_POLICY, serve_samples

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 3 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DEVICE = {"token": "secret", "device": {"name": "Tablette 1", "gate": "main"}}
SHIFT_AZERTY = {"A": "Q", "Q": "A", "Z": "W", "W": "Z", "M": "?"}
NOON = datetime(2027, 3, 23, 12, tzinfo=UTC)
# A phone that takes `apart` milliseconds for each picture, and sees nothing while `away`.
EYES = """
  const real = { now: Date.now, draw: CanvasRenderingContext2D.prototype.drawImage };
  Object.assign(window, { pictures: 0, apart: 0, late: 0, away: false });
  Date.now = () => real.now() + window.late;
  CanvasRenderingContext2D.prototype.drawImage = function (...all) {
    window.pictures += 1;
    window.late += window.apart;
    if (window.away) this.clearRect(0, 0, this.canvas.width, this.canvas.height);
    else real.draw.apply(this, all);
  };
"""
AZERTY_DIGITS = {"2": "é", "3": '"', "4": "'", "5": "(", "6": "-", "7": "è"}


class Doors:
    """Stands for the server: what it received, and what it answers next."""

    def __init__(self, context):
        self.received = []
        self.keys = []
        self.outcome = {"outcome": "admitted", "name": "Maëlys d’H.", "category": "Agent public"}
        self.cut = False
        self.status = 200
        self.portal = False
        context.route("**/api/devices", self.enrol)
        context.route("**/api/device/scans", self.scan)

    def enrol(self, route):
        self.keys.append(route.request.headers["idempotency-key"])
        if self.cut:
            route.abort("connectionreset")
        elif json.loads(route.request.post_data) == {"code": "K7Q-4MX"}:
            route.fulfill(status=201, json=DEVICE)
        else:
            problem = json.dumps({"code": "code_unknown"})
            route.fulfill(status=404, content_type="application/problem+json", body=problem)

    def scan(self, route):
        if self.cut:
            route.abort("connectionreset")
            return
        if self.portal:
            route.fulfill(status=200, content_type="text/html", body="<h1>Wi-Fi</h1>")
            return
        [scan] = json.loads(route.request.post_data)["scans"]
        self.received.append((route.request.headers["authorization"], scan))
        answer = {"outcomes": [{"id": scan["id"], **self.outcome}]}
        route.fulfill(status=self.status, json=answer if self.status == 200 else {"title": "Non"})


def camera_film(path, token):
    """Write a short .y4m film in which a camera sees the code, on noise, slightly turned."""
    width, height = 640, 480
    png = path.with_suffix(".png")
    png.write_bytes(qr.png(token, scale=8))
    code = Image.open(png).convert("L").resize((300, 300)).rotate(7, fillcolor=200, expand=True)
    frame = Image.effect_noise((width, height), 15)
    frame.paste(code, ((width - code.width) // 2, (height - code.height) // 2))
    grey = bytes([128]) * (width * height // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(10):
            film.write(b"FRAME\n" + frame.tobytes() + grey)


@pytest.fixture(scope="module", autouse=True)
def ticket(film):
    """Have the camera see a ticket."""
    camera_film(film, TOKEN)


@pytest.fixture
def scanner(browser):
    """Return an enrolled scanner's page, whose clock stands still, and the doors it speaks to."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    serve_samples(context, policy=WASM_POLICY)
    doors = Doors(context)
    page = context.new_page()
    mistakes = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.clock.install(time=NOON - timedelta(hours=1))
    page.goto(f"{SITE}/scan#code=K7Q-4MX")
    page.wait_for_selector("#door:not([hidden])")
    page.clock.pause_at(NOON)
    yield page, doors
    context.close()
    assert mistakes == []


def type_code(page, code):
    page.fill("#code", code)
    page.click("#typed button")


def verdict(page, kind):
    page.wait_for_selector(f"body[data-verdict={kind}]")
    return page.inner_text("#verdict")


def test_a_code_in_the_address_enrols_and_leaves_the_address(scanner):
    page, _ = scanner
    assert page.url == f"{SITE}/scan"
    assert page.inner_text("#device") == "Tablette 1 · main"


def test_a_code_whose_answer_was_lost_goes_again_with_the_same_key(browser):
    context = browser.new_context()
    serve_samples(context)
    doors = Doors(context)
    doors.cut = True
    page = context.new_page()
    page.goto(f"{SITE}/scan#code=K7Q-4MX")
    page.wait_for_selector("#enrol-error:not(:empty)")
    page.reload()
    page.fill("#enrol-code", "K7Q-4MX")
    doors.cut = False
    page.click("#enrol button")
    page.wait_for_selector("#door:not([hidden])")
    assert len(doors.keys) == 2
    assert len({*doors.keys}) == 1
    assert page.evaluate("sessionStorage.length") == 0
    context.close()


def test_an_unknown_code_is_refused_in_words(browser):
    context = browser.new_context()
    serve_samples(context)
    Doors(context)
    page = context.new_page()
    page.goto(f"{SITE}/scan")
    page.fill("#enrol-code", "NOPE")
    page.click("#enrol button")
    page.wait_for_selector("#enrol-error:not(:empty)")
    assert "inconnu" in page.inner_text("#enrol-error")
    assert page.is_hidden("#door")
    context.close()


def test_a_typed_code_is_posted_with_the_device_s_token(scanner):
    page, doors = scanner
    type_code(page, f" {TOKEN.lower()} ")
    assert verdict(page, "pass") == "Bienvenue"
    assert page.inner_text("#who") == "Maëlys d’H. · Agent public"
    [(authorization, scan)] = doors.received
    assert authorization == "Bearer secret"
    assert {k: scan[k] for k in ("token", "gate", "direction")} == {
        "token": TOKEN,
        "gate": "main",
        "direction": "in",
    }
    assert sorted(scan) == ["direction", "gate", "id", "scanned_at", "token"]


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
    doors.outcome = {"outcome": outcome, "at": "2027-03-23T08:02:00Z", "gate": "Quai"}
    type_code(page, TOKEN)
    assert verdict(page, kind) == word
    assert "Quai" in page.inner_text("#detail")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_hour_is_of_twenty_four(scanner, language):
    page, doors = scanner
    doors.outcome = {"outcome": "already_in", "at": "2027-03-23T20:02:00Z", "gate": "Quai"}
    page.evaluate("language => { document.documentElement.lang = language }", language)
    local = page.evaluate("new Date('2027-03-23T20:02:00Z').getHours()")
    type_code(page, TOKEN)
    verdict(page, "look")
    assert page.inner_text("#detail") == f"{local:02}:02, Quai"


@pytest.mark.parametrize("failure", ["cut", "portal", "error"])
def test_nothing_is_green_without_an_answer_and_the_scan_keeps_its_id(scanner, failure):
    page, doors = scanner
    doors.cut, doors.portal = failure == "cut", failure == "portal"
    doors.status = 503 if failure == "error" else 200
    type_code(page, TOKEN)
    assert verdict(page, "stop") == "Sans réponse\u00a0: ne laissez pas encore entrer"
    before = [scan["id"] for _, scan in doors.received]
    doors.cut, doors.portal, doors.status = False, False, 200
    page.click("#again")
    assert verdict(page, "pass") == "Bienvenue"
    assert page.is_hidden("#again")
    ids = [scan["id"] for _, scan in doors.received]
    assert len(ids) == len(before) + 1
    assert len(set(ids)) == 1


def test_a_failed_scan_read_again_keeps_its_id(scanner):
    page, doors = scanner
    doors.status = 503
    type_code(page, TOKEN)
    verdict(page, "stop")
    doors.status = 200
    type_code(page, TOKEN)
    verdict(page, "pass")
    assert len({scan["id"] for _, scan in doors.received}) == 1


def test_a_dismissed_device_goes_back_to_enrolment(scanner):
    page, doors = scanner
    doors.status = 401
    type_code(page, TOKEN)
    page.wait_for_selector("#enrol:not([hidden])")
    assert "n’est plus enregistré" in page.inner_text("#enrol-error")
    assert page.evaluate("localStorage.length") == 0


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
    assert [scan["token"] for _, scan in doors.received] == [TOKEN]


def test_a_us_keyboard_scanner_is_read_on_a_french_host(scanner):
    page, doors = scanner
    keys = [
        {
            "key": AZERTY_DIGITS.get(character) or SHIFT_AZERTY.get(character, character),
            "code": ("Digit" if character.isdigit() else "Key") + character,
        }
        for character in TOKEN
    ]
    page.evaluate(
        """keys => {
          for (const key of [...keys, {key: "Enter", code: "Enter"}])
            dispatchEvent(new KeyboardEvent("keydown", {...key, bubbles: true, cancelable: true}));
        }""",
        keys,
    )
    verdict(page, "pass")
    assert [scan["token"] for _, scan in doors.received] == [TOKEN]


@pytest.fixture
def camera(browser):
    """Return the page of a scanner whose camera was started, and the doors that it speaks to."""
    context = browser.new_context(permissions=["camera"])
    serve_samples(context, policy=WASM_POLICY)
    doors = Doors(context)
    context.add_init_script(EYES)
    page = context.new_page()
    page.goto(f"{SITE}/scan#code=K7Q-4MX")
    page.evaluate("delete window.BarcodeDetector")
    page.click("#start")
    yield page, doors
    context.close()


def look(page, times):
    """Wait until the camera has looked so many times more."""
    page.wait_for_function("wanted => pictures >= wanted", arg=page.evaluate("pictures") + times)


@pytest.mark.parametrize("apart", [0, 3000], ids=["quick", "slow"])
def test_the_camera_reads_a_ticket_once_with_our_own_reader_however_slow_it_is(camera, apart):
    page, doors = camera
    page.evaluate("apart => { window.apart = apart; }", apart)
    assert verdict(page, "pass") == "Bienvenue"
    look(page, 10)
    assert [scan["token"] for _, scan in doors.received] == [TOKEN]


def test_a_ticket_that_was_gone_is_read_again(camera):
    page, doors = camera
    verdict(page, "pass")
    page.evaluate("window.away = true")
    look(page, 2)
    page.evaluate("window.late += 3000; window.away = false")
    look(page, 10)
    assert [scan["token"] for _, scan in doors.received] == [TOKEN] * 2
