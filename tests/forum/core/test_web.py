"""HTTP for every slice: refusals, entity tags, compressed answers, byte ranges, HEAD."""

import gzip
import re

import pytest
from litestar.testing import RequestFactory

from forum.core.web import disposition, matched
from tests.factories import SAME_ORIGIN

PLAIN = {"accept-encoding": "identity"}


@pytest.fixture
async def guide(site, client, edition):
    """The address of a document of the guides, and its content."""
    guide, content = await site.guide(edition, content=b"%PDF-" + bytes(range(256)) * 4)
    return f"/{edition.slug}/guides/{guide.slug}/download", content


@pytest.fixture
def _any_pdf(monkeypatch):
    monkeypatch.setattr("forum.guides.service.check_pdf", lambda _: 1)


pytestmark = pytest.mark.usefixtures("_any_pdf")


async def test_a_program_is_refused_in_json(client):
    answer = await client.get("/api/editions/none")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/edition_not_found",
        "code": "edition_not_found",
        "title": "There is no edition at this address.",
        "status": 404,
    }


async def test_a_person_is_refused_by_a_page(client):
    answer = await client.get("/none/", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Il n’y a pas d’édition à cette adresse" in answer.text


@pytest.mark.parametrize("path", ["/api/nothing", "/nothing/at/all/here", "/static/x/nothing.css"])
async def test_no_such_route_is_refused_as_everything_else(client, path):
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["/api/editions/%00", "/static/x/%00.css", "/%00/", f"/static/x/{'a' * 400}.css"]
)
async def test_an_address_that_nothing_can_have_is_not_found(client, path):
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/devices", "OPTIONS, POST"),
        ("GET", "/api/devices", "OPTIONS, POST"),
        ("DELETE", "/api/editions/{slug}", "GET, HEAD, OPTIONS"),
        ("POST", "/api/me/registration", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("PATCH", "/{slug}/register", "GET, HEAD, OPTIONS, POST"),
    ],
)
async def test_a_method_that_is_not_there_is_refused(client, edition, method, path, allowed):
    answer = await client.request(method, path.format(slug=edition.slug))
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


async def test_head_of_what_is_only_posted_is_refused(client):
    answer = await client.head("/api/devices")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


async def test_a_failure_tells_nothing_of_its_inside(client, edition, monkeypatch):
    async def fail(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("forum.editions.queries.read_window", fail)
    answer = await client.get(f"/api/editions/{edition.slug}")
    assert (answer.status_code, answer.json()) == (
        500,
        {
            "type": "/problems/failure",
            "code": "failure",
            "title": "Something failed on our side: try again in a moment.",
            "status": 500,
        },
    )


async def test_a_file_that_is_gone_is_not_taken_for_a_lost_database(site, client, guide):
    path, _ = guide
    for file in site.settings.storage.rglob("*"):
        if file.is_file():
            file.unlink()
    assert (await client.get(path)).json()["code"] == "failure"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b'{"a":' + b"[" * 100_000, b""])
async def test_a_body_that_is_no_object_is_refused(client, edition, body):
    answer = await client.post(f"/api/editions/{edition.slug}/registrations", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"code": "\\ud800"}', b"[" * 100_000, b"", b'{"code": "A"}}']
)
async def test_a_body_that_is_no_json_at_all_is_refused(client, body):
    answer = await client.post("/api/devices", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/xml",
        "application/jsonx",
        "json",
    ],
)
@pytest.mark.parametrize(
    "path", ["/api/devices", "/api/device/scans", "/api/editions/{slug}/registrations"]
)
async def test_the_api_says_what_it_reads(client, edition, path, kind):
    answer = await client.post(
        path.format(slug=edition.slug), content=b"{}", headers={"content-type": kind}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.headers["accept"] == "application/json"
    assert "application/json" in answer.json()["title"]


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/ld+json", None]
)
async def test_json_is_read_by_any_of_its_names(client, kind):
    headers = {} if kind is None else {"content-type": kind}
    answer = await client.post("/api/devices", content=b'{"code": "none"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "device_code_unknown")


@pytest.mark.parametrize("path", ["//evil.example/x", "/%5Cevil.example/x", "/%2F/evil.example"])
async def test_the_other_language_is_on_this_site(client, path):
    answer = await client.get(f"http://test{path}", headers={"accept": "text/html"})
    assert answer.status_code == 404
    (link,) = re.findall(r'href="([^"]*)[?]lang=en"', answer.text)
    assert re.fullmatch(r"/[^/\\].*", link)


async def test_a_body_over_the_limit_is_refused(client):
    body = b'{"a":"' + b"a" * 2_000_000 + b'"}'
    answer = await client.post("/api/devices", content=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_body_of_the_wrong_shape_names_what_is_wrong(client):
    answer = await client.post("/api/devices", json={})
    assert (answer.status_code, answer.json()["fields"]) == (
        400,
        {"data": "Object missing required field `code`"},
    )


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_broken_form_is_refused(client, edition, kind):
    headers = {"content-type": kind, **SAME_ORIGIN}
    answer = await client.post(f"/{edition.slug}/register", content=b"xx", headers=headers)
    assert answer.status_code == 400


# Documents


@pytest.fixture
async def document(site, edition):
    """The address of a document that is long enough to be compressed."""
    await site.programme(edition)
    return f"/api/editions/{edition.slug}/programme"


async def test_a_document_comes_with_a_strong_tag(client, document):
    answer = await client.get(document, headers=PLAIN)
    assert answer.status_code == 200
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("encoding", ["identity", "gzip", "gzip, br", "gzip;q=0.5"])
async def test_who_has_it_gets_304(client, document, encoding):
    headers = {"accept-encoding": encoding}
    first = await client.get(document, headers=headers)
    again = await client.get(document, headers={**headers, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_each_encoding_has_a_tag_of_its_own(client, document):
    plain = await client.get(document, headers=PLAIN)
    packed = await client.get(document, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert plain.headers["etag"] != packed.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]


async def test_a_refused_coding_is_not_used(client, document):
    answer = await client.get(document, headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(("tag", "status"), [("*", 304), ('"other"', 200), ('W/"x", {}', 304)])
async def test_tags_are_compared_weakly_and_in_lists(client, document, tag, status):
    first = await client.get(document, headers=PLAIN)
    sent = tag.format(first.headers["etag"])
    answer = await client.get(document, headers={**PLAIN, "if-none-match": sent})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("sent", "revisions"),
    [
        ('"7"', {7}),
        (' "7" ,"12"', {7, 12}),
        ('W/"7", "8"', {8}),
        ('7, "x", ""', set()),
        ('"1234567890"', set()),
        ("*", None),
        (" * ", None),
    ],
)
def test_if_match_names_revisions(sent, revisions):
    assert matched(RequestFactory().get("/", headers={"if-match": sent})) == revisions


def test_without_if_match_any_revision_will_do():
    assert matched(RequestFactory().get("/")) is None


async def test_short_answers_are_not_compressed(site, client, edition):
    answer = await client.get(f"/api/editions/{edition.slug}/guides")
    assert "content-encoding" not in answer.headers


# Ranges (RFC 9110, 14)


async def test_without_a_range_the_whole_comes(client, guide):
    path, content = guide
    answer = await client.get(path)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, 1028),
        ("bytes=-10", 1019, 1028),
        ("bytes=-5000", 0, 1028),
        ("bytes=1000-5000", 1000, 1028),
        ("bytes=0-0", 0, 0),
        ("bytes=1028-1028", 1028, 1028),
    ],
)
async def test_a_range_comes_alone(client, guide, asked, first, last):
    path, content = guide
    answer = await client.get(path, headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, content[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/1029"
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=1029-", "bytes=5000-6000", "bytes=-0", "bytes=9-3"])
async def test_a_range_outside_is_refused_with_the_length(client, guide, asked):
    answer = await client.get(guide[0], headers={"range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == "bytes */1029"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,4-5",
        "bytes=" + ",".join(["0-"] * 1000),
        "bytes=-",
        "lines=1-2",
        "nonsense",
        "bytes=a-b",
        f"bytes={'9' * 5000}-",
    ],
)
async def test_what_is_no_single_range_brings_the_whole(client, guide, asked):
    path, content = guide
    answer = await client.get(path, headers={"range": asked})
    assert (answer.status_code, answer.content) == (200, content)


@pytest.mark.parametrize(("header", "status"), [("etag", 206), ("last-modified", 206)])
async def test_if_range_holds_for_the_same_file(client, guide, header, status):
    path, _ = guide
    first = await client.get(path)
    headers = {"range": "bytes=0-9", "if-range": first.headers[header]}
    assert (await client.get(path, headers=headers)).status_code == status


async def test_if_range_of_another_file_brings_the_whole(client, guide):
    path, content = guide
    answer = await client.get(path, headers={"range": "bytes=0-9", "if-range": '"old"'})
    assert (answer.status_code, answer.content) == (200, content)


async def test_a_file_that_is_held_is_not_sent_again(client, guide):
    path, _ = guide
    tag = (await client.get(path)).headers["etag"]
    answer = await client.get(path, headers={"if-none-match": tag, "range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_head_of_a_range_tells_its_length_and_sends_nothing(client, guide):
    answer = await client.head(guide[0], headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (206, b"")
    assert answer.headers["content-length"] == "10"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("guide.pdf", "attachment; filename=\"guide.pdf\"; filename*=UTF-8''guide.pdf"),
        (
            "Élus à l’eau.pdf",
            (
                'attachment; filename="lus-l-eau.pdf"; '
                "filename*=UTF-8''%C3%89lus%20%C3%A0%20l%E2%80%99eau.pdf"
            ),
        ),
        (
            'a"\r\nb: c.pdf',
            "attachment; filename=\"a-b-c.pdf\"; filename*=UTF-8''a%22%0D%0Ab%3A%20c.pdf",
        ),
        ("…", "attachment; filename=\"file\"; filename*=UTF-8''%E2%80%A6"),
    ],
)
def test_a_file_name_survives_every_browser(name, header):
    assert disposition(name) == header


def test_packing_gives_the_same_bytes_each_time():
    from forum.core.web import gzipped  # noqa: PLC0415

    assert gzipped(b"x" * 1000) == gzipped(b"x" * 1000)
    assert gzip.decompress(gzipped(b"x" * 1000)) == b"x" * 1000
