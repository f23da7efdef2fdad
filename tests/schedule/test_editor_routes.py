"""The editor without a script: its page and its forms do all that the grid does."""

import re
import uuid
from html import unescape

import pytest

from schedule import editing
from tests.factories import SAME_ORIGIN
from tests.schedule.test_draft_api import GARONNE, TARN, made, spots


class Forms:
    """Somebody who has no script."""

    def __init__(self, client, edition, headers):
        self.client = client
        self.base = f"/organiser/{edition.slug}/programme"
        self.headers = {**SAME_ORIGIN, **headers, "accept-language": "en", "accept": "text/html"}

    async def get(self, path=""):
        return await self.client.get(self.base + path, headers=self.headers)

    async def post(self, path, **sent):
        return await self.client.post(self.base + path, data=sent, headers=self.headers)

    async def follow(self, path, **sent):
        """Send a form and follow where it leads."""
        answer = await self.post(path, **sent)
        assert answer.status_code == 303, text_of(answer)
        return await self.client.get(answer.headers["location"], headers=self.headers)


def text_of(answer):
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))


def hidden(answer, name):
    return re.search(rf'name="{name}"[^>]* value="([^"]*)"', answer.text)[1]


@pytest.fixture
async def before(site, edition):
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, made("A", "B", "<C>"), at=site.clock.at)
        return await editing.read(db, edition)


@pytest.fixture
def read(site, edition):
    async def read():
        async with site.pool.acquire() as db:
            return await editing.read(db, edition)

    return read


@pytest.fixture
async def forms(site, client, edition):
    return Forms(client, edition, await site.signed_in(edition))


async def test_the_page_shows_the_day_as_a_table_with_links(forms, before):
    page = await forms.get()
    told = text_of(page).replace(" The page of the session", "")
    assert "Time Salle Garonne Salle Tarn 09:00 A until 09:30 09:30 B until 10:00" in told
    for one in before.sessions:
        assert f'href="{forms.base}/move/{one.id}"' in page.text
    assert "<C>" not in page.text
    second = await forms.get("?day=2027-03-24")
    assert "Nothing is placed on this day." in text_of(second)
    assert (await forms.get("?day=nonsense&done=xyz")).status_code == 200


async def test_each_session_of_the_day_leads_to_its_own_page(forms, before):
    page = (await forms.get()).text
    placed = [one for one in before.sessions if one.starts_at]
    assert placed
    for one in placed:
        assert f'href="{forms.base}/sessions/{one.id}"' in page


async def test_a_session_is_placed_and_that_is_taken_back(forms, before, read):
    a, tarn = before.sessions[0], before.rooms[1]
    form = await forms.get(f"/move/{a.id}")
    assert [hidden(form, name) for name in ("edited", "start", "minutes")] == ["1", "09:00", "30"]
    sent = {"day": "2027-03-24", "room": tarn.id, "start": "14:05", "minutes": "45", "edited": "1"}
    page = await forms.follow(f"/move/{a.id}", **sent)
    assert "“A” placed: Wednesday 24 March, 14:05 – 14:50, Salle Tarn" in text_of(page)
    assert spots(await read())["A"][0] == TARN
    back = await forms.follow("/undo", number=hidden(page, "number"), day="2027-03-24")
    assert "Take back" in text_of(back)
    assert spots(await read())["A"] == (GARONNE, 0, 30)


async def test_a_session_is_taken_out_found_again_and_put_back(forms, before, read):
    a = before.sessions[0]
    page = await forms.follow(f"/move/{a.id}", deed="unplace", edited="1", day="2027-03-23")
    assert f'href="{forms.base}/move/{a.id}">A</a> <span class="soft">30 min' in page.text
    assert "No session matches." in text_of(await forms.get("?q=zz"))
    assert "30 min" in text_of(await forms.get("?q=a"))
    form = await forms.get(f"/move/{a.id}")
    assert "Not placed" in text_of(form)
    assert spots(await read())["A"] is None


async def test_swap_copy_and_shift(forms, before, read):
    a, b, _ = before.sessions
    await forms.follow(f"/move/{a.id}", deed="swap", other=b.id, edited="1")
    assert spots(await read())["A"] == (GARONNE, 30, 30)
    number = hidden(await forms.get(), "number")
    shift = {"day": "2027-03-23", "since": "9:00", "minutes": "\u22125", "number": number}
    answer = await forms.post("/shift", **{**shift, "since": "10:30"})
    assert "No session begins then or later on this day." in text_of(answer)
    await forms.follow(f"/move/{b.id}", deed="copy")
    page = await forms.post("/shift", **shift)
    assert page.status_code == 412  # the copy came after the page was read
    assert "Somebody else changed this meanwhile" in text_of(page)
    await forms.follow("/shift", **{**shift, "number": hidden(page, "number")})
    assert sorted((await read()).sessions, key=lambda one: one.number)[3].title["fr"] == "B"
    assert spots(await read()) == {
        "A": (GARONNE, 25, 30),
        "B": (TARN, -5, 30),
        "<C>": (GARONNE, 55, 30),
    }


async def test_every_mistake_is_told_at_once_and_what_was_typed_stays(forms, before, read):
    a = before.sessions[0]
    sent = {"day": "soon", "room": uuid.uuid4(), "start": "25:00", "minutes": "x", "edited": "1"}
    page = await forms.post(f"/move/{a.id}", **sent)
    assert page.status_code == 422
    said = text_of(page)
    for told in (
        "Day: Choose a day.",
        "Room: Choose one of the rooms.",
        "Beginning: Give a time such as 09:30.",
        "Minutes: Give 1 to 10,080 minutes.",
    ):
        assert told in said
    assert 'value="25:00"' in page.text
    assert await read() == before


async def test_a_clash_and_anothers_change_are_told_and_nothing_is_stored(forms, before, read):
    a, b, _ = before.sessions
    sent = {
        "day": "2027-03-23", "room": before.rooms[0].id, "start": "09:45", "minutes": "30",
    }  # fmt: skip
    page = await forms.post(f"/move/{a.id}", **sent, edited="1")
    assert page.status_code == 409
    assert "“A” (Tuesday 23 March, 09:45\u00a0– 10:15) begins before “B”" in unescape(page.text)
    assert await read() == before
    await forms.follow(f"/move/{b.id}", deed="unplace")
    page = await forms.post(f"/move/{b.id}", **sent, edited="1")
    assert page.status_code == 412
    assert hidden(page, "edited") == "2"
    free = {**sent, "start": "11:45"}
    assert (await forms.follow(f"/move/{b.id}", **free, edited="2")).status_code == 200


async def test_a_night_belongs_to_the_day_before(forms, before, read):
    a = before.sessions[0]
    sent = {"day": "2027-03-23", "room": "", "start": "01:30", "minutes": "30"}
    page = await forms.follow(f"/move/{a.id}", **sent)
    assert "01:30 A until 02:00" in text_of(page)
    assert [one.starts_at.isoformat() for one in (await read()).sessions if one.id == a.id] == [
        "2027-03-24T00:30:00+00:00"
    ]


async def test_what_is_not_there_is_not_found(forms, before):
    assert (await forms.get(f"/move/{uuid.uuid4()}")).status_code == 404
    assert (await forms.get("/move/nothing")).status_code == 404
    assert (await forms.post(f"/move/{uuid.uuid4()}", deed="unplace")).status_code == 404
    assert (await forms.post("/undo", number="99")).status_code == 404
