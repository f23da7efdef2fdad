"""The scanner and a real site: kept on the phone, cut off, reloaded, and nothing lost or twice."""

import json
from base64 import b32decode
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.axe import assert_clean, sighted
from tests.browser.doors import all_sent, checked, keep_page, kept, path_of, type_code, verdict
from tests.browser.ecoindex import measure
from tests.installations import until

SHELL_KB = 30
WHOLE_KB = 450
# fmt: off
KEPT = ["badges/camera.js", "badges/clock.js", "badges/decide.js", "badges/desk.js",
        "badges/door.js", "badges/inputs.js",
        "badges/manifest.js", "badges/prepare.js", "badges/scan.css", "badges/scan.js",
        "badges/store.js", "badges/sync.js", "badges/test-code.svg",
        "vendor/zxing-reader.js",
        "vendor/zxing_reader.wasm"]
# fmt: on
IN_ENGLISH = """async () => {
  const page = await (await caches.match("/scan")).text();
  return page.includes('<html lang="en"');
}"""
FILES = """async () => {
  const [name] = await caches.keys();
  const kept = await (await caches.open(name)).keys();
  return kept.map(one => new URL(one.url)).map(one => one.pathname + one.search);
}"""


@pytest.fixture(scope="module")
def tickets(demo, tmp_path_factory):
    """The tickets of the demonstration; each test takes some that nobody scanned before."""
    path = tmp_path_factory.mktemp("tickets") / "tickets.json"
    demo.run("export", "tickets", path)
    confirmed = [one for one in json.loads(path.read_text("utf-8")) if one["token"]]
    return (one for one in confirmed if not told(demo, one["token"]))


@pytest.fixture
def phones(demo, browser):
    """Enrol phones; each has its own storage, and is ready once all is kept for being offline."""
    contexts = []

    def enrolled(name="Téléphone", gate="main"):
        code = demo.json("device", "add", name, "--gate", gate)["code"]
        size = {"width": 390, "height": 844}
        context = browser.new_context(locale="fr-FR", viewport=size, permissions=["camera"])
        contexts.append(context)
        page = context.new_page()
        open_scanner(page, f"{demo.base}/scan#code={code}")
        return page

    yield enrolled
    for context in contexts:
        context.close()


def open_scanner(page, address):
    """Open the scanner; wait until it works without a network."""
    page.goto(address)
    keep_page(page)


def cut(page):
    page.context.set_offline(True)
    page.wait_for_selector("body[data-net=off]")


def mend(page):
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)


def scan(page, token, kind):
    """Type a code; return the word of the verdict."""
    page.wait_for_selector("body[data-verdict=idle]")
    type_code(page, token)
    return verdict(page, kind)


def values(demo, sql):
    """Ask the site's database, from a thread that runs no loop."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(demo.values, sql).result()


def number_of(token):
    return int.from_bytes(b32decode(token + "======")[3:9])


def told(demo, token):
    """Return what the site recorded of a ticket's scans, in their own order."""
    return values(
        demo,
        "select scan.outcome from scan join ticket using (registration_id)"
        f" where ticket.number = {number_of(token)} order by scan.at",
    )


def inside(demo, token):
    """Return whether the site has the bearer inside, for each list that knows them."""
    return values(
        demo,
        "select inside from check_in join ticket using (registration_id)"
        f" where ticket.number = {number_of(token)}",
    )


def test_scans_without_a_network_survive_a_reload_and_arrive_once(demo, phones, tickets):
    page = phones()
    cut(page)
    some = [next(tickets)["token"] for _ in range(3)]
    assert [scan(page, one, "pass") for one in some] == ["Bienvenue"] * 3
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("#n-waiting") == "3"
    assert scan(page, some[0], "look") == "Déjà entré"
    assert [told(demo, one) for one in some] == [[], [], []]
    mend(page)
    assert [told(demo, one) for one in some] == [["admitted", "already_in"]] + [["admitted"]] * 2


def test_a_site_that_stops_and_starts_again_loses_nothing(demo, phones, tickets):
    page = phones()
    first, second = next(tickets)["token"], next(tickets)["token"]
    demo.stop()
    try:
        assert scan(page, first, "pass") == "Bienvenue"
        page.close()
        page = page.context.new_page()
        page.goto(f"{demo.base}/scan")
        page.wait_for_selector("body[data-ready]")
        assert scan(page, second, "pass") == "Bienvenue"
        assert page.inner_text("#detail") == "Décidé par ce téléphone"
    finally:
        demo.start("demo")
    mend(page)
    assert [told(demo, one) for one in (first, second)] == [["admitted"]] * 2


def test_an_answer_that_is_lost_counts_once(demo, phones, tickets):
    page = phones()
    token = next(tickets)["token"]
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    page.route("**/api/device/scans", lose)
    assert scan(page, token, "pass") == "Bienvenue"
    page.wait_for_selector("#n-waiting:text-is('1')")
    page.unroute_all(behavior="wait")
    mend(page)
    assert lost[0] == 200
    assert told(demo, token) == ["admitted"]


def test_two_phones_without_a_network_let_in_one_ticket_and_one_conflict_is_told(
    demo, phones, tickets
):
    token = next(tickets)["token"]
    one, other = phones("Une"), phones("Deux")
    before = values(demo, "select count(*) from scan_conflict")[0]
    for page in (one, other):
        cut(page)
        assert scan(page, token, "pass") == "Bienvenue"
    for page in (one, other):
        mend(page)
    other.wait_for_selector("#clashes:not([hidden])")
    assert one.is_hidden("#clashes")
    assert "Entré deux fois" in other.inner_text("#clash-list")
    other.get_by_role("button", name="Vu").click()
    other.wait_for_selector("#clashes", state="hidden")
    assert values(demo, "select count(*) from scan_conflict")[0] - before == 1
    assert told(demo, token) == ["admitted", "admitted"]


def test_a_scan_taken_back_lets_the_person_in_again(demo, phones, tickets):
    page = phones()
    token = next(tickets)["token"]
    assert scan(page, token, "pass") == "Bienvenue"
    page.click("#undo")
    page.wait_for_selector("#verdict:text-is('Lecture annulée')")
    all_sent(page)
    assert inside(demo, token) == [False]
    assert scan(page, token, "pass") == "Bienvenue"
    all_sent(page)
    assert inside(demo, token) == [True]


def test_what_one_phone_let_in_another_knows_without_a_network(phones, tickets):
    token = next(tickets)["token"]
    one, other = phones("Une"), phones("Deux")
    known = "async path => (await (await import(path)).all('check_ins')).length"
    before = other.evaluate(known, path_of(other, "store"))
    assert scan(one, token, "pass") == "Bienvenue"
    all_sent(one)
    other.click("nav [data-panel=prepare]")
    checked(other, lambda: other.evaluate(known, path_of(other, "store")) > before)
    cut(other)
    other.click("nav [data-panel=scan]")
    assert scan(other, token, "look") == "Déjà entré"


def test_a_phone_revoked_while_it_was_away_hands_over_and_forgets(demo, phones, tickets):
    page = phones("Perdu")
    query = "select count(*) from scan_conflict where kind = 'device_revoked'"
    [before] = values(demo, query)
    some = [next(tickets)["token"] for _ in range(2)]
    cut(page)
    assert [scan(page, one, "pass") for one in some] == ["Bienvenue"] * 2
    demo.run("device", "revoke", "Perdu")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("#enrol:not([hidden])")
    assert "a tout oublié" in page.inner_text("#leaving")
    assert kept(page) == {}
    assert [told(demo, one) for one in some] == [["admitted"]] * 2
    assert values(demo, query) == [before + 2]


def test_the_numbers_of_the_site_are_shown_and_move(demo, phones, tickets):
    page = phones()
    page.wait_for_selector("#n-expected:not(:text-is('–'))")
    cut(page)
    before = int(page.inner_text("#n-inside"))
    assert scan(page, next(tickets)["token"], "pass") == "Bienvenue"
    page.wait_for_selector(f"#n-inside:text-is('{before + 1}')")
    mend(page)  # what the site tells at once may be some seconds old
    page.wait_for_selector(f"#n-inside:text-is('{before + 1}')", timeout=60_000)


def test_all_that_the_page_needs_is_kept_in_both_languages(phones):
    page = phones()
    found = page.evaluate(FILES)
    assert sorted(one.split("/", 3)[3] for one in found if one.startswith("/static/")) == KEPT
    assert sorted(one for one in found if not one.startswith("/static/")) == [
        "/scan",
        "/scan?lang=en",
        "/scan?lang=fr",
    ]
    cut(page)
    page.click("nav [data-panel=prepare]")
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("html[lang=en] body[data-ready]")
    until(lambda: page.evaluate(IN_ENGLISH))  # the worker keeps the page after it has answered
    page.goto(page.url.partition("?")[0])
    page.wait_for_selector("html[lang=en] body[data-ready]")


def test_the_shell_and_the_whole_are_light(demo, browser):
    weight = measure(browser, f"{demo.base}/scan")
    assert weight.kilobytes <= SHELL_KB
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{demo.base}/scan")
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    [version] = {one.split("/")[2] for one in page.evaluate(FILES) if one.startswith("/static/")}
    sizes = [packed(page, f"{demo.base}/static/{version}/{one}") for one in KEPT]
    context.close()
    assert sum(sizes) / 1024 <= WHOLE_KB


def packed(page, address):
    """Return how many bytes of a file cross the network."""
    answer = page.request.get(address, headers={"accept-encoding": "gzip"})
    return int(answer.headers["content-length"])


def test_every_part_of_the_scanner_is_accessible(demo, browser):
    code = demo.json("device", "add", "Accessible", "--gate", "main")["code"]
    page = sighted(browser, locale="fr-FR", reduced_motion="reduce")  # colours at once
    page.goto(f"{demo.base}/scan")
    page.wait_for_selector("body[data-ready]")
    assert_clean(page)
    open_scanner(page, f"{demo.base}/scan#code={code}")
    assert_clean(page)
    for kind in ("pass", "look", "stop"):
        page.evaluate("kind => { document.body.dataset.verdict = kind; }", kind)
        assert_clean(page)
    page.evaluate("document.body.dataset.verdict = 'idle'")
    page.click("#sun")
    assert_clean(page)
    for panel in ("last", "prepare"):
        page.click(f"nav [data-panel={panel}]")
        assert_clean(page)
    page.context.close()


def test_what_is_pressed_is_large_and_within_reach_of_a_thumb(demo, browser):
    code = demo.json("device", "add", "Petit", "--gate", "main")["code"]
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="fr-FR")
    page = context.new_page()
    open_scanner(page, f"{demo.base}/scan#code={code}")
    small = """() => [...document.querySelectorAll("button, input, select")]
      .filter(one => one.checkVisibility())
      .map(one => [one.id || one.textContent, one.getBoundingClientRect()])
      .filter(([, box]) => box.height < 44 || box.width < 44).map(([name]) => name)"""
    assert page.evaluate(small) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    nav = page.locator("nav").bounding_box()
    assert nav["y"] + nav["height"] == 640
    context.close()
