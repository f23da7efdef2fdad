"""The editor of the programme in a browser: mouse, finger, keyboard, form; two at once; cut off."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.axe import AXE, assert_clean
from tests.browser.chromium import signed_in
from tests.installations import Forum, until

SESSIONS = """Date,Début,Durée,Salle,Type,Thème,Titre,Titre (en),Intervenants
23/03/2027,9h,60,Salle A,Plénière,,Ouverture,Opening,
,10h,30,Salle A,Pause,,Pause,Break,
,11h,60,Salle A,Table ronde,Eau,La rivière,The river,Ada Ferrand
,11h,60,Salle B,Atelier,Air,Le vent,The wind,Zoé Lefèvre
,14h,60,Salle C,Atelier,Air,Le nuage,The cloud,Ada Ferrand
24/03/2027,9h,60,Salle C,Atelier,Air,La suite,What follows,
,,45,,Atelier,Eau,Sans place,Unplaced,
"""
PATH = "/organiser/essai/programme"
API = "/api/editions/essai/draft"
HOUR = 12 * 8
"""An hour of the grid, in pixels."""


@pytest.fixture(scope="module")
def forum(folder):
    """An installation with an edition of two days."""
    (folder / "editor").mkdir()
    forum = Forum(folder / "editor")
    made = "--title Essai --starts 2027-03-23 --ends 2027-03-24".split()
    forum.run("edition", "create", "essai", *made)
    forum.start("serve")
    yield forum
    forum.stop()


def invited(forum, address):
    """Return the link by which an editor of the programme signs in."""
    return forum.json("organiser", "add", address, "--role", "programme_editor")["link"]


@pytest.fixture(scope="module")
def ada(forum, browser):
    return signed_in(browser, invited(forum, "ada@example.org"))


@pytest.fixture(scope="module")
def zoe(forum, browser):
    return signed_in(browser, invited(forum, "zoe@example.org"))


@pytest.fixture
def programme(forum, tmp_path):
    """The draft as each test finds it."""
    path = tmp_path / "programme.csv"
    path.write_text(SESSIONS, "utf-8")
    forum.run("import", "programme", path)


class Editor:
    """Somebody at the editor."""

    def __init__(self, forum, browser, cookies, **options):
        size = {"width": 1300, "height": 1000}
        self.context = browser.new_context(**{"viewport": size, "locale": "en-GB", **options})
        self.context.add_cookies(cookies)
        self.page = self.context.new_page()
        self.failures = []
        self.page.on("pageerror", lambda error: self.failures.append(str(error)))
        self.base = forum.base
        self.page.goto(forum.base + PATH)
        self.page.wait_for_selector("body[data-ready]")

    def draft(self):
        return self.context.request.get(self.base + API).json()["draft"]

    def spots(self):
        """Return where each session is stored: its room, its time (UTC), its length."""
        told = self.draft()
        rooms = {one["id"]: one["name"] for one in told["rooms"]} | {None: None}
        return {
            one["title"]["en"]: one["starts_at"]
            and (rooms[one["room_id"]], one["starts_at"][8:16], one["minutes"])
            for one in told["sessions"]
        }

    def stored(self, title, spot):
        """Wait until a session is stored at a spot."""
        until(lambda: self.spots()[title] == spot or None, seconds=30) if spot else until(
            lambda: self.spots()[title] is None, seconds=30
        )

    def card(self, title):
        return self.page.locator(".it", has_text=title)

    def said(self, text):
        self.page.locator("#live", has_text=text).wait_for()

    def drag(self, title, right=0, down=0, *, at="top"):
        self.hold(title, right, down, at=at)
        self.page.mouse.up()

    def hold(self, title, right=0, down=0, *, at="top"):
        self.card(title).evaluate("one => one.scrollIntoView({block: 'center'})")
        box = self.card(title).bounding_box()
        x = box["x"] + box["width"] / 2
        y = box["y"] + (12 if at == "top" else box["height"] - 3)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + 4, y + 8, steps=2)
        mouse.move(x + right, y + down, steps=10)

    @property
    def column(self):
        """The width of a room."""
        return self.page.locator(".hd").nth(1).bounding_box()["width"]


@pytest.fixture
def editor(forum, browser, ada, programme):
    editor = Editor(forum, browser, ada)
    yield editor
    editor.context.close()
    assert editor.failures == []


def test_a_session_is_dragged_by_the_mouse_and_its_end_too(editor):
    editor.drag("The wind", editor.column, HOUR)
    editor.said("Stored. “The wind” placed: Tuesday 23 March, 12:00\u00a0– 13:00, Salle C")
    assert editor.spots()["The wind"] == ("Salle C", "23T11:00", 60)
    assert not editor.page.locator("#dialog").is_visible()
    editor.drag("The wind", down=HOUR / 4, at="end")
    editor.stored("The wind", ("Salle C", "23T11:00", 75))


def test_what_clashes_is_shown_while_dragging_and_put_back_after(editor):
    editor.hold("The cloud", 0, -3 * HOUR)
    editor.said("Salle C, 11:00\u00a0– 12:00. Ada Ferrand is at “The river” then")
    assert "bad" in editor.card("The cloud").get_attribute("class")
    editor.page.mouse.up()
    editor.said(
        "Not stored, put back as it was: This would clash, and the edition does not let it."
    )
    editor.said("Ada Ferrand is needed at")
    assert editor.spots()["The cloud"] == ("Salle C", "23T13:00", 60)
    assert "14:00" in editor.card("The cloud").inner_text()


def test_where_a_room_or_a_person_is_not_available_is_drawn_while_dragging(forum, browser, editor):
    morning = '[{"starts_at": "2027-03-23T07:00:00Z", "ends_at": "2027-03-23T11:00:00Z"}]'
    update = "update {} set availability = '{}' where name = '{}' returning name"
    with ThreadPoolExecutor() as apart:  # the browser's own loop runs here
        for table, name in [("room", "Salle C"), ("speaker", "Zoé Lefèvre")]:
            sql = update.format(table, morning, name)
            assert apart.submit(forum.values, sql).result() == [name]
    editor.page.reload()
    editor.page.wait_for_selector("body[data-ready]")
    editor.hold("The wind", editor.column, HOUR)
    editor.said("Salle C, 12:00\u00a0– 13:00. Salle C is not available then.")
    editor.said("Zoé Lefèvre is not available then")
    tops = "all => all.map(one => [one.textContent, one.offsetWidth > 0, one.offsetHeight])"
    drawn = editor.page.eval_on_selector_all(".shade", tops)
    # open from 8:00 to 12:00, the grid from 8:00 to 19:00: seven hours are closed
    assert drawn == [["", True, 7 * HOUR], ["Zoé Lefèvre", True, 7 * HOUR]]
    editor.page.keyboard.press("Escape")
    editor.page.mouse.up()
    assert editor.page.locator(".shade").count() == 0


def test_escape_leaves_a_dragged_session_where_it_was(editor):
    before = editor.draft()["number"]
    editor.hold("The wind", editor.column, HOUR)
    editor.page.keyboard.press("Escape")
    editor.page.mouse.up()
    editor.said("“The wind” stays where it was.")
    assert editor.draft()["number"] == before


def tab_to(page, title):
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.it')") and title in page.evaluate(
            "document.activeElement.textContent"
        ):
            return
    pytest.fail(f"Tab never reaches {title}")


def test_by_the_keyboard_alone(editor):
    keys = editor.page.keyboard
    tab_to(editor.page, "The wind")
    keys.press("Space")
    editor.said("Holding “The wind”. Arrows move it")
    keys.press("ArrowRight")
    for _ in range(3):
        keys.press("ArrowDown")
    editor.said("Salle C, 11:15\u00a0– 12:15")
    keys.press("Shift+ArrowDown")
    keys.press("Space")
    editor.stored("The wind", ("Salle C", "23T10:15", 65))
    editor.said("Stored. “The wind” placed")
    assert "The wind" in editor.page.evaluate("document.activeElement.textContent")
    keys.press("Space")
    keys.press("ArrowLeft")
    keys.press("Escape")
    editor.said("“The wind” stays where it was.")
    tab_to(editor.page, "Unplaced")
    keys.press("Space")
    keys.press("ArrowRight")
    keys.press("Enter")
    editor.stored("Unplaced", ("Salle B", "23T07:00", 45))
    keys.press("Enter")
    editor.page.locator("#dialog").wait_for()
    keys.press("Escape")
    assert "Unplaced" in editor.page.evaluate("document.activeElement.textContent")


def touch(session, kind, *points):
    session.send(
        "Input.dispatchTouchEvent",
        {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
    )


def test_a_finger_drags_the_handle_and_a_tap_opens_the_form(forum, browser, ada, programme):
    size = {"width": 900, "height": 900}
    editor = Editor(forum, browser, ada, viewport=size, has_touch=True, is_mobile=True)
    editor.card("The river").tap(position={"x": 20, "y": 12})
    editor.page.locator("#dialog").wait_for()
    editor.page.locator("#dialog [value=close]").tap()
    editor.card("The wind").scroll_into_view_if_needed()
    box = editor.card("The wind").locator(".hnd").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers = editor.context.new_cdp_session(editor.page)
    touch(fingers, "touchStart", (x, y))
    for step in range(1, 9):
        touch(fingers, "touchMove", (x, y + HOUR * step / 8))
    touch(fingers, "touchEnd")
    editor.stored("The wind", ("Salle B", "23T11:00", 60))
    editor.context.close()
    assert editor.failures == []


def test_the_form_places_takes_out_swaps_and_copies(editor):
    page = editor.page
    page.evaluate("document.querySelector('.it').focus()")
    editor.card("The wind").click()
    page.select_option("#move-day", "2027-03-24")
    page.select_option("#move-room", label="Salle A")
    page.fill("#move-start", "15:05")
    page.fill("#move-minutes", "50")
    page.get_by_role("button", name="Place here").click()
    editor.stored("The wind", ("Salle A", "24T14:05", 50))
    page.locator(".days [aria-current]", has_text="24").wait_for()
    editor.card("The wind").click()
    page.select_option("#move-other", label="09:00 · What follows · Salle C")
    page.get_by_role("button", name="Swap the two").click()
    editor.stored("The wind", ("Salle C", "24T08:00", 50))
    assert editor.spots()["What follows"] == ("Salle A", "24T14:05", 60)
    editor.card("The wind").click()
    page.get_by_role("button", name="Take out of the grid").click()
    editor.stored("The wind", None)
    page.locator("#unplaced .it", has_text="The wind").wait_for()
    page.fill("#q", "unpl")
    assert page.locator("#unplaced .it").all_inner_texts()[0].startswith("Unplaced")
    page.locator(".days a", has_text="23").click()
    editor.card("Break").click()
    page.get_by_role("button", name="Copy to all free rooms").click()
    page.locator(".grid .it", has_text="Break").nth(2).wait_for()


def test_everything_after_a_time_is_shifted(editor):
    editor.page.locator("summary").click()
    editor.page.fill("#shift-since", "10:30")
    editor.page.fill("#shift-minutes", "20")
    editor.page.get_by_role("button", name="Move them all").click()
    editor.stored("The cloud", ("Salle C", "23T13:20", 60))
    got = editor.spots()
    assert (got["The river"][1], got["The wind"][1], got["Break"][1], got["What follows"][1]) == (
        "23T10:20",
        "23T10:20",
        "23T09:00",
        "24T08:00",
    )


def test_many_steps_are_undone_and_done_again(editor):
    page, at = editor.page, [("Salle B", f"23T{hour}:00", 60) for hour in (10, 11, 12, 13)]
    for spot in at[1:]:
        editor.drag("The wind", down=HOUR)
        editor.stored("The wind", spot)
    page.get_by_role("button", name="Take back").click()
    editor.stored("The wind", at[2])
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    editor.stored("The wind", at[0])
    editor.said("Taken back: “The wind” placed: Tuesday 23 March, 11:00")
    page.get_by_role("button", name="Redo").click()
    page.keyboard.press("Control+Shift+z")
    editor.stored("The wind", at[2])
    editor.drag("The cloud", down=HOUR)
    editor.said("“The cloud” placed: Tuesday 23 March, 15:00")
    page.locator("#redo:disabled").wait_for()


def test_two_at_once_see_each_other_and_nobody_is_overwritten(forum, browser, editor, zoe):
    other = Editor(forum, browser, zoe)
    editor.page.route("**/draft/changes*", lambda route: route.abort())  # ada hears nothing for now
    other.drag("The wind", editor.column, HOUR)
    other.said("Stored.")
    editor.drag("The wind", down=2 * HOUR)
    editor.said("Not stored, put back as it was: Somebody else changed this meanwhile")
    editor.said("“The wind” placed: Tuesday 23 March, 12:00\u00a0– 13:00, Salle C")
    assert editor.spots()["The wind"] == ("Salle C", "23T11:00", 60)
    editor.page.unroute("**/draft/changes*")
    editor.card("The wind").filter(has_text="12:00").wait_for()
    editor.drag("The river", down=HOUR / 2)
    editor.stored("The river", ("Salle A", "23T10:30", 60))
    other.said("ada@example.org: “The river” placed: Tuesday 23 March, 11:30")
    assert "11:30" in other.card("The river").inner_text()
    other.context.close()
    assert other.failures == []


def test_without_a_network_changes_wait_survive_a_reload_and_are_stored_once(editor):
    page, before = editor.page, editor.draft()["number"]
    page.route("**/draft/**", lambda route: route.abort())  # the page itself can be had again
    editor.drag("The wind", down=HOUR)
    page.locator("#cut", has_text="Your changes wait here").wait_for()
    editor.drag("The wind", down=HOUR)
    page.locator("#cut", has_text="as soon as it is back: 2.").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert "13:00" in editor.card("The wind").inner_text()
    page.locator("#cut", has_text="as soon as it is back: 2.").wait_for()
    page.unroute("**/draft/**")
    editor.stored("The wind", ("Salle B", "23T12:00", 60))
    page.locator("#cut").wait_for(state="hidden")
    assert editor.draft()["number"] == before + 2


def test_the_network_goes_and_comes_back(editor):
    before = editor.draft()["number"]
    editor.context.set_offline(True)
    editor.drag("The wind", down=HOUR)
    editor.page.locator("#cut", has_text="No connection.").wait_for()
    editor.context.set_offline(False)
    editor.said("The connection is back: all is stored.")
    assert editor.spots()["The wind"] == ("Salle B", "23T11:00", 60)
    assert editor.draft()["number"] == before + 1


def test_a_lost_answer_is_asked_for_again_and_done_once(editor):
    before, keys = editor.draft()["number"], []

    def lose_the_first(route):
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    editor.page.route("**/draft/placements", lose_the_first)
    editor.drag("The wind", down=HOUR)
    editor.said("The connection is back: all is stored.")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert editor.draft()["number"] == before + 1
    editor.page.get_by_role("button", name="Take back").click()
    editor.stored("The wind", ("Salle B", "23T10:00", 60))


def test_what_is_taken_in_hand_again_before_an_answer_is_stored_too(editor):
    page, before, held = editor.page, editor.draft()["number"], []

    def hold_the_first(route):
        held.append(route)

    page.route("**/draft/placements", hold_the_first, times=1)
    editor.drag("The wind", down=HOUR)
    until(lambda: page.evaluate("1") and held)
    editor.hold("The wind", down=HOUR)
    with page.expect_response("**/draft/placements"):
        held[0].continue_()
    editor.page.mouse.up()
    editor.said("Stored. “The wind” placed: Tuesday 23 March, 13:00")
    assert editor.spots()["The wind"] == ("Salle B", "23T12:00", 60)
    assert editor.draft()["number"] == before + 2


def test_it_is_accessible_and_fits_and_so_is_its_dialog(forum, browser, ada, programme):
    editor = Editor(forum, browser, ada, bypass_csp=True)
    editor.page.evaluate(AXE)
    assert_clean(editor.page)
    small = "all => all.filter(one => one.getBoundingClientRect().height < 24).length"
    assert editor.page.eval_on_selector_all(".it", small) == 0
    editor.card("Opening").focus()
    editor.page.keyboard.press("Enter")
    editor.page.locator("#dialog").wait_for()
    assert_clean(editor.page)
    editor.context.close()
    assert editor.failures == []


def test_without_a_script_a_table_and_a_form_do_it(forum, browser, ada, programme):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    context.add_cookies(ada)
    page = context.new_page()
    page.goto(forum.base + PATH)
    page.get_by_role("link", name="The wind").click()
    page.fill("#move-start", "12:00")
    page.get_by_role("button", name="Place here").click()
    page.wait_for_url("**/programme?done=*")
    assert re.search(r"12:00\s+The wind", page.inner_text("table").replace("\t", " "))
    page.get_by_role("button", name="Take back").click()
    page.get_by_text("“The wind” placed: Tuesday 23 March, 11:00").wait_for()
    context.close()
