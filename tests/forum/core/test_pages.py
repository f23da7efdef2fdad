"""Pages: the language of whoever reads, and static files that lead nowhere else."""

import pytest

from forum.core.i18n import accepted
from forum.core.pages import static_file


@pytest.mark.parametrize(
    ("query", "cookie", "header", "language"),
    [
        ("", None, None, "fr"),
        ("", None, "en", "en"),
        ("", None, "de, en;q=0.5", "en"),
        ("", None, "de", "fr"),
        ("", "en", "fr", "en"),
        ("?lang=fr", "en", "en", "fr"),
        ("?lang=xx", "en", "fr", "en"),
        ("?lang=en", None, None, "en"),
        ("", "xx", "en", "en"),
    ],
)
async def test_the_page_speaks_the_language_asked_for(
    client, edition, query, cookie, header, language
):
    headers = {"accept-language": header} if header else {}
    if cookie:
        headers["cookie"] = f"lang={cookie}"
    page = await client.get(f"/{edition.slug}/register{query}", headers=headers)
    assert f'<html lang="{language}">' in page.text


async def test_a_language_chosen_stays(client, edition):
    await client.get(f"/{edition.slug}/?lang=en")
    assert '<html lang="en">' in (await client.get(f"/{edition.slug}/register")).text


async def test_a_language_that_there_is_not_is_not_kept(client, edition):
    answer = await client.get(f"/{edition.slug}/?lang=xx")
    assert "set-cookie" not in answer.headers


async def test_pages_of_people_are_kept_by_nobody(site, client, edition):
    person = await site.register(edition)
    answer = await client.get(f"/me/{person.key}")
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-CA,fr;q=0.8,en;q=0.6", "fr"),
        ("en-GB", "en"),
        ("fr;q=0.2, en;q=0.7", "en"),
        ("en;q=0", "fr"),
        ("*", "fr"),
        ("en;q=x", "fr"),
        (",;,", "fr"),
        ("EN", "en"),
    ],
)
def test_the_language_that_a_browser_prefers(header, language):
    assert accepted(header) == language


@pytest.mark.parametrize(
    "path",
    [
        "../app.py",
        "badges/../../keys.py",
        "/etc/passwd",
        "",
        "badges",
        "badges/",
        "a" * 300,
        "vendor",
    ],
)
def test_no_way_leads_out_of_the_static_files(path):
    assert static_file(path) is None


async def test_a_static_file_of_this_version_is_kept_for_a_year(site, client):
    version = site.parts.templates.version
    current = await client.get(f"/static/{version}/site.css")
    older = await client.get("/static/older/site.css")
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert older.headers["cache-control"] == "no-cache"
    assert current.content == older.content
