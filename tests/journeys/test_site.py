"""Guides, the organisers' page, and what a newcomer reads of the demonstration."""

import json
import re

import pikepdf

from tests.installations import get


def test_a_guide_is_downloaded_whole_in_parts_and_not_again(demo, tmp_path):
    told = get(f"{demo.base}/api/editions/demo/guides").json()["guides"]
    assert [one["kind"] for one in told] == ["pdf", "link"]
    document, useful = told
    assert useful["url"].startswith("https://")
    with demo.client() as browser:
        assert document["url"] in browser.get("/demo/guides").text
        whole = browser.get(document["url"])
        assert whole.status_code == 200
        assert len(whole.content) == document["size_bytes"]
        assert 1_500_000 < len(whole.content) < 2_500_000
        (tmp_path / "guide.pdf").write_bytes(whole.content)
        with pikepdf.open(tmp_path / "guide.pdf") as pdf:
            assert len(pdf.pages) > 20
        etag = whole.headers["etag"]
        part = browser.get(document["url"], headers={"range": "bytes=1000-1999", "if-range": etag})
        assert (part.status_code, part.content) == (206, whole.content[1000:2000])
        same = browser.get(document["url"], headers={"if-none-match": etag})
        assert (same.status_code, same.content) == (304, b"")


def test_a_sign_in_link_works_once_and_shows_the_counts(demo, tmp_path):
    demo.run("export", "registrations", tmp_path / "all.json")
    everybody = json.loads((tmp_path / "all.json").read_text("utf-8"))
    agents = [one for one in everybody if one["category"] == "agent"]
    confirmed = sum(one["status"] == "confirmed" for one in agents)
    assert confirmed >= 340  # those of the demonstration, and whom other tests have registered
    link = demo.json("organiser", "add", "nouvelle@example.org")["link"]
    with demo.client() as browser:
        path = link.removeprefix(demo.base)
        assert browser.get(path).status_code == 200
        assert browser.get(path).status_code == 200
        assert browser.post(path).headers["location"] == "/organiser/"
        page = browser.get("/organiser/", follow_redirects=True)
        assert page.status_code == 200
        rows = re.findall(r'<span>([^<]+)</span><span class="num">(\d+) / \d+</span>', page.text)
        assert dict(rows)["Agent public"] == str(confirmed)
        assert browser.get(path).status_code == 410
    with demo.client() as somebody:
        answer = somebody.get("/organiser/demo")
        asked = "/organiser/sign-in?next=%2Forganiser%2Fdemo"
        assert (answer.status_code, answer.headers["location"]) == (303, asked)


def test_every_page_answers_in_both_languages(demo):
    slug = get(f"{demo.base}/api/editions/demo/programme").json()["sessions"][1]["slug"]
    pages = ["/demo/", "/demo/programme", f"/demo/sessions/{slug}", "/demo/register",
             "/demo/registered", "/demo/guides", "/scan", "/outbox", "/api/docs"]  # fmt: skip
    for page in pages:
        for language in ("fr", "en"):
            answer = get(f"{demo.base}{page}", params={"lang": language})
            assert answer.status_code == 200, page
            assert f'<html lang="{language}"' in answer.text, page
