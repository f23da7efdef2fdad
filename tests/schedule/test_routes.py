"""The published programme over HTTP: all formats agree, none asks the database, none is mixed."""

import asyncio
import re
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import icalendar
import msgspec
import pytest

from schedule import signing_up
from tests.factories import MORNING, SAME_ORIGIN, Counting, draft, eventually

PATHS = ["programme", "programme.ics", "programme.xml", "programme.json", "programme.jsonld",
         "programme.csv", "opendata.zip", "embed", "sessions/ouverture",
         "sessions/ouverture.ics"]  # fmt: skip
PAGES = ["programme?view=rooms", "programme?view=tracks", "programme?view=now", "programme?day=all",
         "programme?view=mine&sessions=ouverture", "programme?type=plenary&sign_up=1",
         "programme.ics?sessions=ouverture", "speakers", "speakers?q=ada", "speakers/ada",
         "programme.webmanifest", "programme-worker.js"]  # fmt: skip
STRANGE = ("Dupont & <Fils>", "<script>alert(1)</script>", "BEGIN:VEVENT\nX, y; z")


@pytest.fixture
async def published(site, edition):
    """An edition with three sessions published."""
    await site.programme(edition, draft("Ouverture", *STRANGE[:2]))
    return edition


async def test_without_a_version_the_page_says_so_and_the_rest_is_not_found(client, edition):
    assert (await client.get(f"/{edition.slug}/programme")).status_code == 200
    for path in PATHS[1:]:
        answer = await client.get(f"/{edition.slug}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "programme_not_published")


async def test_every_format_tells_the_same_sessions(client, published):
    expected = ["<script>alert(1)</script>", "Dupont & <Fils>", "Ouverture"]
    base = f"/{published.slug}/programme"
    api = (await client.get(f"/api/editions/{published.slug}/programme")).json()
    assert sorted(one["title"]["fr"] for one in api["sessions"]) == expected
    calendar = icalendar.Calendar.from_ical((await client.get(f"{base}.ics")).content)
    assert sorted(str(one["summary"]) for one in calendar.walk("VEVENT")) == expected
    xml = ET.fromstring((await client.get(f"{base}.xml")).content)  # noqa: S314 -- our own
    assert sorted(one.findtext("title") for one in xml.iter("event")) == expected
    schedule = (await client.get(f"{base}.json")).json()
    assert all(title in str(schedule) for title in expected)
    page = (await client.get(base)).text
    assert "Dupont &amp; &lt;Fils&gt;" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_the_times_agree(client, published):
    api = (await client.get(f"/api/editions/{published.slug}/programme")).json()
    answer = await client.get(f"/{published.slug}/programme.ics")
    calendar = icalendar.Calendar.from_ical(answer.content)
    begins = sorted(one["dtstart"].dt.timestamp() for one in calendar.walk("VEVENT"))
    assert begins == sorted(
        datetime.fromisoformat(one["starts_at"]).timestamp() for one in api["sessions"]
    )
    assert "9\u00a0h" in (await client.get(f"/{published.slug}/programme")).text


async def days_of(site, edition):
    """Publish one session on each of the two days, and stand on the morning of the first."""
    made = draft("Ouverture", "Cybersécurité")
    first, second = made.sessions
    second = msgspec.structs.replace(second, starts_at=MORNING + timedelta(days=1))
    await site.programme(edition, msgspec.structs.replace(made, sessions=[first, second]))
    site.clock.at = MORNING


async def test_a_search_looks_at_every_day_while_the_forum_is_on(site, client, edition):
    await days_of(site, edition)
    shown = {}
    for asked in ("", "?q=cyber", "?q=ada", "?q=cyber&day=2027-03-23", "?day=2027-03-24"):
        page = (await client.get(f"/{edition.slug}/programme{asked}")).text
        days, _, rest = page.partition('id="days"')[2].partition("</ul>")
        shown[asked] = (
            re.findall(r"/sessions/([a-z]+)", rest),
            re.findall(r"day=([0-9-]+)\" aria-current", days),
        )
    assert shown == {
        "": (["ouverture"], ["2027-03-23"]),
        "?q=cyber": (["cybersecurite"], []),
        "?q=ada": (["ouverture", "cybersecurite"], []),
        "?q=cyber&day=2027-03-23": ([], ["2027-03-23"]),
        "?day=2027-03-24": (["cybersecurite"], ["2027-03-24"]),
    }


async def test_a_search_that_finds_nothing_counts_nothing(site, client, edition):
    await days_of(site, edition)
    said = {}
    for language in ("fr", "en"):
        for word in ("zzz", "ouverture", "ada"):
            address = f"/{edition.slug}/programme?q={word}&lang={language}"
            page = (await client.get(address)).text
            said[language, word] = re.findall(r'id="count"[^>]*>([^<]*)<', page)
    assert said == {
        ("fr", "zzz"): ["0 séance"],
        ("fr", "ouverture"): ["1 séance"],
        ("fr", "ada"): ["2 séances"],
        ("en", "zzz"): ["0 sessions"],
        ("en", "ouverture"): ["1 session"],
        ("en", "ada"): ["2 sessions"],
    }


async def test_a_title_adds_no_line_to_a_calendar(site, client, edition):
    await site.programme(edition, draft("Ouverture", STRANGE[2]))
    text = (await client.get(f"/{edition.slug}/programme.ics")).text
    assert len(re.findall(r"^BEGIN:VEVENT\r?$", text, re.MULTILINE)) == 2


async def test_a_session_that_is_not_there_is_not_found(client, published):
    for path in ("sessions/none", "sessions/none.ics"):
        answer = await client.get(f"/{published.slug}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")


@pytest.mark.parametrize("path", [*PATHS, *PAGES])
async def test_each_has_a_strong_tag_that_answers_304(client, published, path):
    first = await client.get(f"/{published.slug}/{path}")
    assert re.fullmatch(r'"[0-9a-f]{32}(-gz)?"', first.headers["etag"])
    headers = {"if-none-match": first.headers["etag"]}
    again = await client.get(f"/{published.slug}/{path}", headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    head = await client.head(f"/{published.slug}/{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


OPEN = ["programme.ics", "programme.xml", "programme.json", "programme.jsonld", "programme.csv",
        "opendata.zip", "sessions/ouverture.ics"]  # fmt: skip


@pytest.mark.parametrize("path", OPEN)
async def test_documents_are_for_programs_of_every_site_and_pages_are_not(client, published, path):
    answer = await client.get(f"/{published.slug}/{path}")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    head = await client.head(f"/{published.slug}/{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]
    page = await client.get(f"/{published.slug}/programme")
    assert "access-control-allow-origin" not in page.headers


async def test_the_api_is_for_programs_of_every_site_also_when_nothing_changed(client, published):
    path = f"/api/editions/{published.slug}/programme"
    answer = await client.get(path)
    again = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert [one.headers["access-control-allow-origin"] for one in (answer, again)] == ["*", "*"]
    assert again.status_code == 304


async def test_the_api_in_brief_has_the_sessions_without_their_texts(site, client, edition):
    await site.programme(edition, draft("Ouverture", abstract={"fr": "Long."}))
    path = f"/api/editions/{edition.slug}/programme"
    whole = (await client.get(path)).json()
    brief = (await client.get(f"{path}?brief=1")).json()
    assert whole["sessions"][0]["abstract"] == {"fr": "Long."}
    whole["sessions"][0]["abstract"] = {}
    assert brief == whole


async def test_the_web_component_is_small_stays_at_its_address_and_is_for_every_site(client):
    answer = await client.get("/forum-programme.js", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert int(answer.headers["content-length"]) < 10_000
    assert len(answer.content) < 10_000  # unpacked as well


async def test_the_table_holds_no_formula_and_the_page_no_tag_of_a_title(site, client, edition):
    await site.programme(edition, draft("=HYPERLINK(1)", "</script><script>alert(1)</script>"))
    table = await client.get(f"/{edition.slug}/programme.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert b"'=HYPERLINK(1)" in table.content
    version = (await client.get(f"/api/editions/{edition.slug}/programme")).json()
    slug = next(one["slug"] for one in version["sessions"] if "script" in one["title"]["fr"])
    page = (await client.get(f"/{edition.slug}/sessions/{slug}")).text
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert msgspec.json.decode(data)["name"] == "</script><script>alert(1)</script>"


async def test_what_was_asked_once_asks_the_database_nothing(lone_site, monkeypatch):
    edition = await lone_site.edition()
    await lone_site.programme(edition)
    parts = lone_site.parts
    for shelf in (parts.editions, parts.shelves._latest):
        monkeypatch.setattr(shelf, "fresh_s", 60.0)
    counting = Counting(lone_site.pool)
    parts._database = counting
    async with lone_site.client() as client:
        paths = [f"/{edition.slug}/{path}" for path in [*PATHS, *PAGES]]
        paths.append(f"/api/editions/{edition.slug}/programme")
        for path in paths:
            await client.get(path)
        await asyncio.sleep(0)
        assert counting.statements
        counting.statements.clear()
        for path in paths * 3:
            assert (await client.get(path)).status_code == 200
        await asyncio.sleep(0)
    assert counting.statements == []


async def test_a_new_version_is_seen_within_a_second(site, client, published, monkeypatch):
    """The old one is told as late as can be before that: read, then kept, at their last moments."""
    now = [0.0]
    for keeper in (site.parts.shelves._latest, site.app.kept):
        monkeypatch.setattr(keeper, "clock", lambda: now[0])
    path = f"/api/editions/{published.slug}/programme"
    got = [await client.get(path)]
    await site.programme(published, draft("Nouveau"))
    for seconds in (0.49, 0.73, 1.0):
        now[0] = seconds
        got.append(await client.get(path))
    assert [one.json()["version"] for one in got] == [1, 1, 1, 2]
    assert got[2].headers["etag"] != got[3].headers["etag"]


async def test_no_answer_mixes_two_versions(site, client, edition, monkeypatch):
    """While versions are published every reader gets one of them, whole, and each in its turn."""
    for keeper in (site.parts.shelves._latest, site.app.kept):
        monkeypatch.setattr(keeper, "fresh_s", 0.0)
    made = draft(*(f"Séance {n}" for n in range(12)))

    def version(number):
        sessions = [
            msgspec.structs.replace(one, title={"fr": f"V{number} {one.number}"})
            for one in made.sessions
        ]
        return msgspec.structs.replace(made, sessions=sessions)

    await site.programme(edition, version(1))
    paths = [f"/{edition.slug}/programme", f"/{edition.slug}/programme.ics"]
    seen, mixed, done = {path: ["1"] for path in paths}, [], asyncio.Event()

    async def read(path):
        while not done.is_set():
            found = [*{*re.findall(r"V(\d+) \d", (await client.get(path)).text)}]
            if len(found) != 1:
                mixed.append(found)
            elif found[0] != seen[path][-1]:
                seen[path] += found
            await asyncio.sleep(0)

    async def publish():
        try:
            for number in range(2, 8):
                await site.programme(edition, version(number))
                last = str(number)
                await eventually(lambda last=last: all(s[-1] == last for s in seen.values()))
        finally:
            done.set()

    await asyncio.gather(publish(), *(read(path) for path in paths))
    assert mixed == []
    assert seen == {path: ["1", "2", "3", "4", "5", "6", "7"] for path in paths}


async def test_the_language_of_an_export_is_asked_for(site, client, edition):
    await site.programme(edition, draft("Ouverture", title={"fr": "Ouverture", "en": "Opening"}))
    got = [
        (await client.get(f"/{edition.slug}/programme.ics{query}")).text
        for query in ("", "?lang=en", "?lang=xx")
    ]
    assert ["SUMMARY:Opening" in text for text in got] == [False, True, False]


def titles(page):
    """Return the slugs of the sessions that a page shows below its count, in order."""
    return re.findall(r'data-session="([a-z-]+)"', page)


async def test_the_views_keep_day_and_filters(site, client, edition):
    await days_of(site, edition)
    page = (await client.get(f"/{edition.slug}/programme?room=salle&q=c&day=2027-03-24")).text
    base = f"/{edition.slug}/programme?"
    links = [
        link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*programme\?[^"]*)"', page)
    ]
    assert [link.removeprefix(base) for link in links] == [
        "q=c&room=salle&day=2027-03-24&lang=en",
        "q=c&room=salle&day=2027-03-24",
        "view=rooms&q=c&room=salle&day=2027-03-24",
        "view=now",
        "view=mine",
        "q=c&room=salle&day=2027-03-23",
        "q=c&room=salle&day=2027-03-24",
        "q=c&room=salle&day=all",
    ]
    assert titles(page) == ["cybersecurite"]


async def test_on_the_days_of_the_forum_the_page_says_what_is_on(
    site, client, edition, monkeypatch
):
    monkeypatch.setattr(site.app.kept, "fresh_s", 0.0)
    await days_of(site, edition)
    paths = {"page": "programme", "search": "programme?q=c", "session": "sessions/ouverture"}
    shown, tags = [], []
    for minutes in (-24 * 60, 0, 10, 29, 30):
        site.clock.at = MORNING + timedelta(minutes=minutes)
        answers = {
            name: await client.get(f"/{edition.slug}/{path}") for name, path in paths.items()
        }
        block = answers["page"].text.partition('id="now"')[2].partition("</section>")[0]
        shown.append(re.findall(r"/sessions/([a-z]+)", block))
        tags.append({name: answer.headers["etag"] for name, answer in answers.items()})
    assert shown == [
        [],
        ["ouverture", "cybersecurite"],
        ["ouverture", "cybersecurite"],
        ["ouverture", "cybersecurite"],
        ["cybersecurite"],
    ]
    assert len({one["page"] for one in tags}) == 3  # before, while it is on, after it ended
    assert len({one["search"] for one in tags}) == len({one["session"] for one in tags}) == 1


async def test_another_language_shows_the_same_view(client, published):
    base = f"/{published.slug}/programme"
    links = []
    for asked in ("", "?view=mine&sessions=ouverture", "?view=now&lang=fr"):
        page = (await client.get(base + asked)).text
        links += re.findall(r'href="([^"]*)" lang="en"', page)
    assert [one.replace("&amp;", "&") for one in links] == [
        f"{base}?lang=en",
        f"{base}?view=mine&sessions=ouverture&lang=en",
        f"{base}?view=now&lang=en",
    ]
    answer = await client.get(links[1].replace("&amp;", "&"))
    assert titles(answer.text) == ["ouverture"]
    assert '<html lang="en">' in answer.text


async def test_what_is_on_is_told_on_the_home_page_too(site, client, edition):
    await days_of(site, edition)
    during = (await client.get(f"/{edition.slug}/")).text
    site.clock.at = MORNING - timedelta(days=2)
    before = (await client.get(f"/{edition.slug}/")).text
    assert ['id="now"' in page for page in (during, before)] == [True, False]


async def test_what_is_on_can_be_asked_for_at_any_time(site, client, edition):
    await days_of(site, edition)
    site.clock.at = MORNING - timedelta(days=20)
    page = (await client.get(f"/{edition.slug}/programme?view=now")).text
    assert "Rien n’a lieu en ce moment." in page
    assert "Ensuite, mardi 23 mars" in page
    assert titles(page) == []


async def test_an_address_holds_the_sessions_that_somebody_chose(client, published):
    address = f"/{published.slug}/programme?view=mine&sessions=s-2,gone,ouverture"
    page = (await client.get(address)).text
    made = (await client.get(f"/api/editions/{published.slug}/programme")).json()["sessions"]
    chosen = [one["slug"] for one in made if one["slug"] == "ouverture"]
    assert titles(page) == chosen
    assert f'href="/{published.slug}/programme.ics?sessions=ouverture"' in page
    assert "2 séances ne sont plus au programme." in page


async def test_chosen_sessions_are_sent_as_a_calendar(client, published):
    base = f"/{published.slug}/programme.ics"
    made = (await client.get(f"/api/editions/{published.slug}/programme")).json()["sessions"]
    slugs = [one["slug"] for one in made]
    got = {}
    for asked in (slugs[1], f"{slugs[2]},gone,{slugs[0]}", "gone", "", ",".join("x" * 101)):
        answer = await client.get(base, params={"sessions": asked})
        if answer.status_code == 200:
            events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
            got[asked] = sorted(str(one["uid"]) for one in events)
        else:
            got[asked] = (answer.status_code, answer.json()["code"])
    ids = {one["slug"]: one["id"] for one in made}
    assert got == {
        slugs[1]: [ids[slugs[1]]],
        f"{slugs[2]},gone,{slugs[0]}": sorted([ids[slugs[0]], ids[slugs[2]]]),
        "gone": (404, "session_not_found"),
        "": (404, "session_not_found"),
        ",".join("x" * 101): (404, "session_not_found"),
    }
    many = ",".join(f"s-{n}" for n in range(101))
    for address in (f"{base}?sessions={many}", f"/{published.slug}/programme?sessions={many}"):
        answer = await client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (422, "too_many_sessions")


async def test_a_cancelled_session_is_shown_as_such_everywhere(site, client, edition):
    site.clock.at = MORNING
    await site.programme(edition, draft("Ouverture", cancelled=True))
    base = f"/{edition.slug}"
    for path in (
        "programme",
        "programme?view=rooms",
        "programme?view=now",
        "programme?view=mine&sessions=ouverture",
        "speakers/ada",
        "",
    ):
        assert "Annulée" in (await client.get(f"{base}/{path}")).text, path
    assert "Cette séance est annulée." in (await client.get(f"{base}/sessions/ouverture")).text


async def test_nobody_posts_to_a_programme(client, published):
    answer = await client.post(f"/{published.slug}/programme", headers=SAME_ORIGIN)
    assert answer.status_code == 405


async def test_seats_left_are_live_on_the_pages_and_by_the_api(site, client, edition):
    made = draft("Ouverture", "Atelier", capacity=2, sign_up=True)
    first, second = made.sessions
    first = msgspec.structs.replace(first, sign_up=False)
    await site.programme(edition, msgspec.structs.replace(made, sessions=[first, second]))
    people = [await site.register(edition) for _ in range(3)]

    async def shown():
        page = (await client.get(f"/{edition.slug}/sessions/atelier?lang=en")).text
        listed = (await client.get(f"/{edition.slug}/programme?lang=en")).text
        seats = (await client.get(f"/api/editions/{edition.slug}/seats")).json()
        return (
            re.findall(r"<dt>Seats</dt><dd>([^<]*)</dd>", page),
            re.findall(r"sign-up needed|full: waiting list", listed),
            [(one["slug"], one["left"], one["waiting"]) for one in seats],
        )

    async def sees(*expected):
        async def found():
            return await shown() == expected

        await eventually(found)

    await sees(["2 seats left of 2"], ["sign-up needed"], [("atelier", 2, 0)])
    for one in people:
        await site.do(signing_up.sign_up, edition, one.id, second.id)
    await sees(["Full: waiting list"], ["full: waiting list"], [("atelier", 0, 1)])
    opening = (await client.get(f"/{edition.slug}/sessions/ouverture?lang=en")).text
    assert "Seats" not in opening


async def test_a_page_with_seats_is_unchanged_while_they_are(site, client, edition):
    await site.programme(edition, draft("Atelier", capacity=20, sign_up=True))
    address = f"/{edition.slug}/sessions/atelier"
    tag = (await client.get(address)).headers["etag"]
    again = await client.get(address, headers={"if-none-match": tag})
    assert again.status_code == 304


async def test_schedule_json_is_there_in_both_versions(client, published):
    base = f"/{published.slug}/programme.json"
    first, second = [(await client.get(path)).json() for path in (f"{base}?v=1", base)]
    assert "rooms" in first["schedule"]["conference"]["days"][0]
    assert "$schema" in second
    assert first != second
