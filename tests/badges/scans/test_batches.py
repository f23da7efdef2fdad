"""Batches of scans: every object has its answer, in its place, whatever the others are."""

import json
import uuid

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from badges.models import Answer, Direction, Scan, UnreadScan
from badges.scans.batches import NO_CLOCK, read_batch
from tests.factories import DURING, sent

SEED = 20270323
ID = "8f38f247-c3a8-4900-8793-af1a5f91ae57"
LONE = "\ud800"
WRONG_CLOCKS = [
    None,
    "",
    "yesterday",
    "2027-03-23",
    "2027-03-23T09:00:00",
    "2027-13-40T99:00:00Z",
    1_806_138_000,
    {},
]


def read(**changed):
    """Read one scan alone, beside a strange one that makes the slow reader read both."""
    one = {"id": ID, "token": "X", "gate": "main", "scanned_at": DURING.isoformat(), **changed}
    [found, _] = read_batch(json.dumps({"scans": [one, None]}).encode()).scans
    return found


def test_what_is_right_is_read_alike_alone_and_beside_what_is_strange():
    expected = Scan(id=uuid.UUID(ID), token="X", gate="main", scanned_at=DURING)
    one = {"id": ID, "token": "X", "gate": "main", "scanned_at": DURING.isoformat()}
    assert read_batch(json.dumps({"scans": [one]}).encode()).scans == [expected]
    assert read() == expected
    assert read(direction="out").direction is Direction.OUT
    assert read(id=ID.upper()) == expected
    assert read(surplus=[1]) == expected


def test_all_that_a_scan_may_tell_is_read_alike_by_both_readers():
    told = {
        "seq": 7,
        "clock_offset_ms": -1200,
        "shown": "already_in",
        "undoes": str(uuid.UUID(int=1)),
        "token": "",
    }
    one = {"id": ID, "gate": "main", "scanned_at": DURING.isoformat(), **told}
    [quick] = read_batch(json.dumps({"scans": [one]}).encode()).scans
    assert read(**told) == quick
    assert (quick.seq, quick.clock_offset_ms, quick.shown) == (7, -1200, "already_in")
    assert quick.undoes == uuid.UUID(int=1)


@pytest.mark.parametrize("strange", [None, -1, "1", 1.5, 2**60, [], True])
def test_a_number_that_is_none_is_no_number(strange):
    assert read(seq=strange).seq == 0


@pytest.mark.parametrize("strange", [None, "1", 1.5, 2**60, -(2**60), {}])
def test_an_offset_that_is_none_is_not_added(strange):
    assert read(clock_offset_ms=strange).clock_offset_ms is None


@pytest.mark.parametrize("strange", [None, "green", 1, ["admitted"], ""])
def test_what_was_shown_in_unknown_words_was_left_to_us(strange):
    found = read(shown=strange)
    assert (type(found), found.shown) == (Scan, None)


@pytest.mark.parametrize("strange", ["", "the last", 1, [ID], {}])
def test_what_undoes_nothing_that_can_be_told_is_never_read_as_a_scan(strange):
    found = read(undoes=strange)
    assert isinstance(found, UnreadScan)
    assert found.flaw == "undoes: the id of a scan."


@pytest.mark.parametrize("token", [None, 1, "X"])
def test_what_undoes_a_scan_needs_no_token(token):
    found = read(undoes=ID, token=token)
    assert (type(found), found.token, str(found.undoes)) == (Scan, "", ID)


@pytest.mark.parametrize(
    ("told", "sent_at", "waiting"),
    [
        ({}, None, 0),
        ({"sent_at": DURING.isoformat(), "waiting": 12}, DURING, 12),
        ({"sent_at": None, "waiting": None}, None, 0),
        ({"sent_at": "now", "waiting": "many"}, None, 0),
        ({"sent_at": "2027-03-23T09:00:00", "waiting": -1}, None, 0),
    ],
)
def test_what_a_batch_tells_of_itself_is_read_or_left_out(told, sent_at, waiting):
    one = {"id": ID, "token": "X", "gate": "main", "scanned_at": DURING.isoformat()}
    for scans in ([one], [one, None]):
        batch = read_batch(json.dumps({"scans": scans, **told}).encode())
        assert (batch.sent_at, batch.waiting, len(batch.scans)) == (sent_at, waiting, len(scans))


@pytest.mark.parametrize("clock", WRONG_CLOCKS)
def test_a_time_that_is_none_is_not_believed(clock):
    assert read(scanned_at=clock).scanned_at == NO_CLOCK


@pytest.mark.parametrize("gate", [None, 3, ["main"], "a\0b", LONE])
def test_what_no_gate_is_called_is_no_gate(gate):
    assert read(gate=gate).gate == ""


def test_half_a_character_is_a_token_like_any_other():
    assert read(token=LONE).token == LONE


@pytest.mark.parametrize("token", [None, 12, {"a": 1}, ["X"], True])
def test_a_token_that_is_no_text_leaves_the_id_alone(token):
    found = read(token=token)
    assert isinstance(found, UnreadScan)
    assert (str(found.id), found.flaw) == (ID, "token: send the text of the code.")


@pytest.mark.parametrize("direction", [None, "IN", "sideways", 1, []])
def test_a_way_that_is_neither_in_nor_out_leaves_the_id_alone(direction):
    found = read(direction=direction)
    assert isinstance(found, UnreadScan)
    assert (str(found.id), found.flaw) == (ID, "direction: in or out.")


@pytest.mark.parametrize("scan_id", [None, "", "1", 1, f"{{{ID}}}", LONE, "9" * 5000])
def test_without_a_usable_id_there_is_an_answer_and_no_scan(scan_id):
    found = read(id=scan_id)
    assert isinstance(found, Answer)
    assert (found.id, found.outcome, found.detail) == (None, "unknown", "id: a scan needs a UUID.")


async def test_a_batch_is_answered_in_its_order_whatever_it_holds(site, client, edition):
    site.clock.at = DURING
    people = [await site.register(edition) for _ in range(5)]
    _, headers = await site.device(edition)
    batch = [
        sent(people[0].token),
        {**sent(people[1].token), "scanned_at": "2027-03-23T09:00:00"},
        {**sent(people[2].token), "scanned_at": "yesterday", "gate": 7},
        {**sent("x"), "token": None},
        {**sent(people[3].token), "direction": "sideways"},
        {**sent(people[3].token), "id": "17"},
        None,
        sent(LONE),
        sent(people[4].token, gate=LONE),
    ]
    body = json.dumps({"scans": batch})
    first = await client.post("/api/device/scans", content=body, headers=headers)
    assert first.status_code == 200
    answers = first.json()["outcomes"]
    assert [(one["outcome"], one.get("detail")) for one in answers] == [
        ("admitted", None),
        ("admitted", None),
        ("admitted", None),
        ("unknown", "token: send the text of the code."),
        ("unknown", "direction: in or out."),
        ("unknown", "id: a scan needs a UUID."),
        ("unknown", "A scan is an object."),
        ("unknown", None),
        ("admitted", None),
    ]
    ids = [one["id"] for one in answers]
    assert ids == [*(one["id"] for one in batch[:5]), None, None, *(b["id"] for b in batch[7:])]
    again = await client.post("/api/device/scans", content=body, headers=headers)
    assert again.json() == first.json()
    stored = await site.rows(
        "select id::text, outcome::text from scan where edition_id = $1", edition.id
    )
    assert sorted(stored) == sorted((a["id"], a["outcome"]) for a in answers if a["id"])
    times = await site.rows("select distinct at from check_in where edition_id = $1", edition.id)
    assert times == [(DURING,)]


async def test_what_makes_no_sense_does_not_undo_what_its_id_was_answered(site, client, edition):
    person = await site.register(edition)
    _, headers = await site.device(edition)
    good = sent(person.token)
    for token, outcome in ((person.token, "admitted"), (None, "admitted")):
        body = {"scans": [{**good, "token": token}]}
        answer = await client.post("/api/device/scans", json=body, headers=headers)
        [got] = answer.json()["outcomes"]
        assert (got["outcome"], got.get("detail")) == (outcome, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xff", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[]", "not_json"),
        (b"null", "not_json"),
        (b"{}", "batch_invalid"),
        (b'{"scans": null}', "batch_invalid"),
        (b'{"scans": {}}', "batch_invalid"),
        (b'{"scans": []}', "batch_invalid"),
        (b'{"scans": [' + b"null," * 500 + b"null]}", "batch_invalid"),
    ],
)
async def test_what_is_no_batch_is_refused(site, client, edition, body, code):
    _, headers = await site.device(edition)
    answer = await client.post("/api/device/scans", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_batch_of_nothing_but_strange_scans_is_answered(site, client, edition):
    _, headers = await site.device(edition)
    body = b'{"scans": [' + b"null," * 499 + b"null]}"
    answer = await client.post("/api/device/scans", content=body, headers=headers)
    assert [one["outcome"] for one in answer.json()["outcomes"]] == ["unknown"] * 500


async def test_who_is_not_enrolled_is_told_so_before_anything_of_the_batch(client):
    assert (await client.post("/api/device/scans", content=b"{")).status_code == 401


async def test_the_description_tells_what_a_scan_should_be(client):
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    body = paths["/api/device/scans"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["properties"].keys() == {"scans", "sent_at", "waiting"}
    scans = body["schema"]["properties"]["scans"]
    assert (scans["minItems"], scans["maxItems"]) == (1, 500)
    assert scans["items"]["required"] == ["id", "token", "gate", "scanned_at"]
    assert scans["items"]["properties"].keys() == {field.name for field in fields(Scan)}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.sampled_from([field.name for field in fields(Scan)])


@seed(SEED)
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(strange=st.lists(ANY | st.dictionaries(MEMBERS | st.text(), ANY, max_size=3), max_size=4))
async def test_whatever_stands_around_a_scan_it_is_recorded(strange, shared_site, house):
    """Strange objects, half of them with an id of their own, around one that says who left."""
    site, (headers, token) = shared_site, house
    odd = [
        {"id": str(uuid.uuid4()), **one} if isinstance(one, dict) and n % 2 else one
        for n, one in enumerate(strange)
    ]
    good = sent(token, direction="out")
    batch = [*odd[::2], good, *odd[1::2]]
    async with site.client() as client:
        answer = await client.post(
            "/api/device/scans", content=json.dumps({"scans": batch}), headers=headers
        )
    assert answer.status_code == 200, f"seed {SEED}: {answer.text}"
    got = answer.json()["outcomes"]
    assert len(got) == len(batch)
    mine = got[len(odd[::2])]
    assert (mine["id"], mine["outcome"]) == (good["id"], "left")
    assert await site.value("select count(*) from scan where id = $1", uuid.UUID(good["id"])) == 1


@pytest.fixture(scope="module")
async def house(shared_site):
    edition = await shared_site.edition()
    person = await shared_site.register(edition)
    _, headers = await shared_site.device(edition)
    return headers, person.token
