"""The draft over HTTP: arranged once, never over another's change, never two in a room."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from msgspec.structs import replace as with_

from schedule import editing
from schedule.models import Room, RoomBackstage, Span
from tests.factories import MORNING, SAME_ORIGIN, draft


def iso(minutes):
    return (MORNING + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def made(*titles):
    """Return a draft of two rooms, in the first of which the sessions follow each other."""
    one = draft(*titles)
    people = [
        with_(session, people=[], title={"fr": session.title["fr"], "en": session.title["fr"]})
        for session in one.sessions
    ]
    other = Room(id=uuid.uuid4(), slug="autre", name="Salle Tarn", position=1, capacity=20)
    return with_(one, rooms=[*one.rooms, other], sessions=people)


class Editor:
    """Somebody who edits the draft of an edition over HTTP."""

    def __init__(self, client, edition, headers):
        self.client = client
        self.base = f"/api/editions/{edition.slug}/draft"
        self.headers = {**SAME_ORIGIN, **headers}

    async def get(self, path="", **headers):
        return await self.client.get(self.base + path, headers={**self.headers, **headers})

    async def post(self, path, body, **headers):
        return await self.client.post(
            f"{self.base}/{path}", json=body, headers={**self.headers, **headers}
        )

    async def place(self, session, room, at, **given):
        headers = given.pop("headers", {})
        body = {"session": str(session), "room": room and str(room), **given}
        if at is not None:
            body["starts_at"] = iso(at)
        return await self.post("placements", body, **headers)


@pytest.fixture
async def before(site, edition):
    """The draft of an edition with three sessions in one of two rooms."""
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, made("A", "B", "C"), at=site.clock.at)
        return await editing.read(db, edition)


@pytest.fixture
def read(site, edition):
    async def read():
        async with site.pool.acquire() as db:
            return await editing.read(db, edition)

    return read


@pytest.fixture
async def editor(site, client, edition):
    return Editor(client, edition, await site.signed_in(edition, address="ada@example.org"))


@pytest.fixture
async def other(site, client, edition):
    return Editor(client, edition, await site.signed_in(edition, address="zoe@example.org"))


def spots(one):
    """Return where each session is: its room, its minutes after the morning, its length."""
    return {
        session.title["fr"]: session.starts_at
        and (
            {room.id: room.name for room in one.rooms}.get(session.room_id),
            int((session.starts_at - MORNING).total_seconds()) // 60,
            session.minutes,
        )
        for session in one.sessions
    }


GARONNE, TARN = "Salle Garonne", "Salle Tarn"


async def test_the_whole_draft_is_told_and_not_again_while_it_stays(editor, before):
    answer = await editor.get()
    told = answer.json()
    assert told["draft"]["number"] == 1
    assert [one["title"]["fr"] for one in told["draft"]["sessions"]] == ["A", "B", "C"]
    assert told["draft"]["edited"][str(before.sessions[0].id)] == 1
    assert told["conflicts"] == []
    again = await editor.get("", **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_session_is_moved_lengthened_and_taken_out(editor, before, read):
    a, tarn = before.sessions[0].id, before.rooms[1].id
    answer = await editor.place(a, tarn, 200, minutes=45)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["number"], told["change"]["who"], told["change"]["own"]) == (
        2,
        "ada@example.org",
        True,
    )
    assert spots(await read())["A"] == (TARN, 200, 45)
    assert (await editor.place(a, None, None)).status_code == 201
    assert spots(await read())["A"] is None


async def test_words_come_in_the_language_asked_for(editor, before):
    a, tarn = before.sessions[0].id, before.rooms[1].id
    english = await editor.place(a, tarn, 90, headers={"accept-language": "en"})
    assert english.json()["change"]["said"] == (
        "“A” placed: Tuesday 23 March, 10:30\u00a0– 11:00, Salle Tarn"
    )
    french = await editor.place(a, tarn, 150, headers={"accept-language": "fr"})
    assert french.json()["change"]["said"] == (
        "«\u00a0A\u00a0» placée\u00a0: mardi 23 mars, 11\u00a0h\u00a030\u00a0– 12\u00a0h,"
        " Salle Tarn"
    )


async def test_a_clash_is_refused_in_words_and_nothing_is_stored(editor, before, read):
    a, garonne = before.sessions[0].id, before.rooms[0].id
    answer = await editor.place(a, garonne, 45, headers={"accept-language": "en"})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "change_blocked")
    assert told["said"] == "This would clash, and the edition does not let it."
    assert [one["said"] for one in told["conflicts"]] == [
        f"Salle Garonne: {late} begins before {early} ends."
        for late, early in [
            (
                "“A” (Tuesday 23 March, 09:45\u00a0– 10:15)",
                "“B” (Tuesday 23 March, 09:30\u00a0– 10:00)",
            ),
            (
                "“C” (Tuesday 23 March, 10:00\u00a0– 10:30)",
                "“A” (Tuesday 23 March, 09:45\u00a0– 10:15)",
            ),
        ]
    ]
    assert await read() == before


@pytest.mark.parametrize("by", ["seen", "if-match"])
async def test_over_anothers_change_nothing_is_stored_and_it_is_told(
    editor, other, before, read, by
):
    a, tarn = before.sessions[0].id, before.rooms[1].id
    assert (await other.place(a, tarn, 60)).status_code == 201
    if by == "seen":
        answer = await editor.place(a, tarn, 120, seen={str(a): 1})
    else:
        answer = await editor.place(a, tarn, 120, headers={"if-match": '"1"'})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (412, "part_changed")
    if by == "seen":
        assert [(one["number"], one["who"]) for one in told["changes"]] == [(2, "zoe@example.org")]
    assert spots(await read())["A"] == (TARN, 60, 30)
    assert (await editor.place(a, tarn, 120, seen={str(a): 2})).status_code == 201


async def test_the_same_key_does_it_once(editor, before, read):
    shift = {"since": iso(0), "until": iso(600), "minutes": 10}
    key = {"idempotency-key": "a-key-of-this-test"}
    first, again = [await editor.post("shifts", shift, **key) for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())
    assert spots(await read()) == {
        "A": (GARONNE, 10, 30),
        "B": (GARONNE, 40, 30),
        "C": (GARONNE, 70, 30),
    }
    reused = await editor.post("shifts", {**shift, "minutes": 20}, **key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


async def test_swap_shift_and_copy(editor, before, read):
    a, b, c = (one.id for one in before.sessions)
    assert (await editor.post("swaps", {"session": str(a), "other": str(c)})).status_code == 201
    shift = {"since": iso(60), "until": iso(600), "minutes": 15, "rooms": [str(before.rooms[0].id)]}
    assert (await editor.post("shifts", shift)).status_code == 201
    copied = await editor.post("copies", {"session": str(b)})
    assert copied.status_code == 201
    got = await read()
    assert spots(got) | {} == {
        "A": (GARONNE, 75, 30),
        "B": (TARN, 30, 30),
        "C": (GARONNE, 0, 30),
    }
    assert sorted((one.title["fr"], one.number) for one in got.sessions) == [
        ("A", 1),
        ("B", 2),
        ("B", 4),
        ("C", 3),
    ]
    none = await editor.post("copies", {"session": str(b)}, **{"accept-language": "fr"})
    assert (none.status_code, none.json()["said"]) == (
        422,
        "Aucune autre salle n’est libre à cette heure.",
    )


async def test_many_steps_are_undone_and_done_again(editor, before, read):
    a, tarn = before.sessions[0].id, before.rooms[1].id
    for minutes in (60, 120, 180):
        await editor.place(a, tarn, minutes)
    undone = []
    for number, at in ((4, 120), (3, 60)):
        answer = await editor.post("undos", {"number": number})
        undone.append(answer.json()["change"]["number"])
        assert spots(await read())["A"] == (TARN, at, 30)
    assert undone == [5, 6]
    await editor.post("undos", {"number": 6})
    await editor.post("undos", {"number": 5})
    assert spots(await read())["A"] == (TARN, 180, 30)
    unknown = await editor.post("undos", {"number": 999})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "change_not_found")


async def test_what_another_moved_since_is_not_undone(editor, other, before, read):
    a, tarn = before.sessions[0].id, before.rooms[1].id
    await editor.place(a, tarn, 60)
    await other.place(a, tarn, 120)
    answer = await editor.post("undos", {"number": 2})
    assert (answer.status_code, answer.json()["code"]) == (412, "part_changed")
    assert spots(await read())["A"] == (TARN, 120, 30)


async def test_changes_are_told_from_where_one_stands(editor, other, before):
    a, tarn = before.sessions[0].id, before.rooms[1].id
    await editor.place(a, tarn, 60)
    await other.place(a, None, None)
    told = (await editor.get("/changes?after=1", **{"accept-language": "en"})).json()
    assert [(one["number"], one["who"], one["own"], one["said"]) for one in told["changes"]] == [
        (
            2,
            "ada@example.org",
            True,
            "“A” placed: Tuesday 23 March, 10:00\u00a0– 10:30, Salle Tarn",
        ),
        (3, "zoe@example.org", False, "“A” taken out of the grid"),
    ]
    assert (told["number"], told["more"], told["conflicts"]) == (3, False, [])
    [edit] = told["changes"][1]["edits"]
    assert (edit["after"]["part"], edit["after"]["content"]["starts_at"]) == ("session", None)
    nothing = (await editor.get("/changes?after=3")).json()
    assert nothing == {"number": 3, "more": False, "changes": [], "conflicts": None}


async def test_conflicts_are_told_with_their_level(site, edition, editor, before):
    room = before.rooms[0]
    closed = with_(
        before,
        backstage_of_rooms={
            room.id: RoomBackstage(
                availability=[Span(starts_at=MORNING, ends_at=MORNING + timedelta(minutes=60))]
            )
        },
    )
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, closed, at=site.clock.at)
    told = (await editor.get("/conflicts", **{"accept-language": "en"})).json()
    unavailable = [one for one in told["conflicts"] if one["code"] == "room_unavailable"]
    assert [(one["level"], one["said"]) for one in unavailable] == [
        (
            "warn",
            "Salle Garonne is not available for “C” (Tuesday 23 March, 10:00\u00a0– 10:30).",
        )
    ]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("placements", {"room": "not-a-room"}, "room"),
        ("placements", {"starts_at": "2027-03-23T10:00:00"}, "starts_at"),
        ("placements", {"minutes": 0}, "minutes"),
        ("placements", {"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
        ("placements", {"room": str(uuid.uuid4()), "starts_at": iso(0)}, "room"),
        ("placements", {"place": 1}, None),
        ("shifts", {"since": iso(0), "until": iso(9), "minutes": 99_999}, "minutes"),
        ("swaps", {}, "other"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_changes(
    editor, before, read, path, body, field
):
    if path != "shifts":
        body = {"session": str(before.sessions[0].id), **body}
    answer = await editor.post(path, body)
    assert answer.status_code in {400, 422}
    if field:
        assert field in str(answer.json())
    assert await read() == before


async def test_a_post_of_another_site_is_refused(client, edition, before, editor, read):
    body = {"session": str(before.sessions[0].id)}
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://example.org"}):
        sent = {**editor.headers, **headers}
        if "origin" in headers:
            del sent["sec-fetch-site"]
        answer = await client.post(f"{editor.base}/placements", json=body, headers=sent)
        assert answer.status_code == 403
    assert await read() == before


async def test_of_many_who_want_one_place_one_gets_it(site, edition, read):
    sessions = [f"S{n}" for n in range(8)]
    async with site.pool.acquire() as db:
        await editing.replace(db, edition, made(*sessions), at=site.clock.at)
        before = await editing.read(db, edition)
    tarn = before.rooms[1].id
    headers = await site.signed_in(edition)
    async with site.client() as client:
        editor = Editor(client, edition, headers)
        got = await asyncio.gather(
            *(
                editor.place(one.id, tarn, 600, headers={"idempotency-key": f"race-{one.number}"})
                for one in before.sessions
            )
        )
    assert sorted(one.status_code for one in got) == [201] + [409] * 7
    assert len([spot for spot in spots(await read()).values() if spot[0] == TARN]) == 1


async def test_of_many_who_copy_at_once_numbers_and_slugs_stay_apart(site, edition, editor, before):
    sessions = [one.id for one in before.sessions]
    got = await asyncio.gather(
        *(
            editor.post("copies", {"session": str(one)}, **{"idempotency-key": f"copy-{n}"})
            for n, one in enumerate(sessions)
        )
    )
    assert [one.status_code for one in got] == [201] * 3
    rows = await site.rows("select number, slug from session where edition_id = $1", edition.id)
    assert sorted(rows)[:3] == [(1, "a"), (2, "b"), (3, "c")]
    assert {slug for _, slug in rows} == {"a", "b", "c", "a-2", "b-2", "c-2"}
    assert {number for number, _ in rows} == {1, 2, 3, 4, 5, 6}


async def test_who_left_the_team_and_commands_are_named_so(site, edition, editor, other, before):
    await other.place(before.sessions[0].id, None, None)
    await site.value("delete from membership where account_id = (select id from account where"
                     " email_key = 'zoe@example.org') and edition_id = $1", edition.id)  # fmt: skip
    told = (await editor.get("/changes?after=0", **{"accept-language": "en"})).json()
    assert [one["who"] for one in told["changes"]] == [
        "A command",
        "Somebody who has left the team",
    ]
