"""Guides: only whole PDFs, stored once, listed in order, downloaded under a name of theirs."""

import pytest

from forum.guides import queries, service
from forum.guides.models import (
    MOST_BYTES,
    GuideSlugTaken,
    GuideTooLarge,
    NewLink,
    NotAPdf,
)
from forum.guides.routes import size_in_words
from tests.factories import pdf


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.7\nnothing more",
        b"<html>%PDF-1.7</html>",
        b"PK\x03\x04",
        b"MZ" + b"%PDF-1.7",
        pdf(0),
        pdf()[:200],
    ],
)
def test_what_is_no_pdf_is_refused(content):
    with pytest.raises(NotAPdf):
        service.check_pdf(content)


def test_a_pdf_has_pages():
    assert service.check_pdf(pdf(3)) == 3


def test_a_document_over_the_limit_is_refused():
    with pytest.raises(GuideTooLarge):
        service.check_pdf(b"%PDF-" + bytes(MOST_BYTES))


async def test_what_is_refused_is_not_stored(site, edition):
    before = sorted(site.settings.storage.rglob("*"))
    with pytest.raises(NotAPdf):
        await site.guide(edition, content=b"no")
    assert sorted(site.settings.storage.rglob("*")) == before
    assert await site.rows("select 1 from guide where edition_id = $1", edition.id) == []


async def test_guides_are_listed_in_order_with_where_they_are(site, client, edition):
    _, content = await site.guide(edition, title="L’eau & nous")
    async with site.pool.acquire() as db:
        link = NewLink(title={"fr": "Utile"}, url="https://example.org/?a=1&b=2")
        await service.publish_link(db, edition, link, at=site.clock.at, ids=site.ids)
    answer = await client.get(f"/api/editions/{edition.slug}/guides")
    assert answer.json() == {
        "guides": [
            {
                "slug": "l-eau-nous",
                "kind": "pdf",
                "title": {"fr": "L’eau & nous"},
                "description": {},
                "url": f"/{edition.slug}/guides/l-eau-nous/download",
                "size_bytes": len(content),
            },
            {
                "slug": "utile",
                "kind": "link",
                "title": {"fr": "Utile"},
                "description": {},
                "url": "https://example.org/?a=1&b=2",
                "size_bytes": None,
            },
        ]
    }


async def test_guides_published_again_one_after_the_other_keep_their_order(site, edition):
    async with site.pool.acquire() as db:
        for name in 2 * ["zèbre", "merle", "âne"]:
            link = NewLink(title={"fr": name}, url="https://example.org/")
            for guide in await queries.list_guides(db, edition.id):
                if guide.title == link.title:
                    await queries.delete_guide(db, edition.id, guide.id)
            await service.publish_link(db, edition, link, at=site.clock.at, ids=site.ids)
        listed = await queries.list_guides(db, edition.id)
    assert [guide.slug for guide in listed] == ["zebre", "merle", "ane"]


async def test_a_link_leads_to_its_site(site, client, edition):
    async with site.pool.acquire() as db:
        link = NewLink(title={"fr": "Utile"}, url="https://example.org/x")
        await service.publish_link(db, edition, link, at=site.clock.at, ids=site.ids)
    answer = await client.get(f"/{edition.slug}/guides/utile/download")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://example.org/x")


async def test_a_name_that_is_taken_is_refused(site, edition):
    await site.guide(edition, title="Un guide")
    with pytest.raises(GuideSlugTaken):
        await site.guide(edition, title="Un guide !")


async def test_a_guide_of_another_edition_is_not_found(site, client, edition):
    guide, _ = await site.guide(edition)
    other = await site.edition()
    answer = await client.get(f"/{other.slug}/guides/{guide.slug}/download")
    assert (answer.status_code, answer.json()["code"]) == (404, "guide_not_found")


async def test_a_download_has_a_readable_name(site, client, edition):
    guide, content = await site.guide(edition, title="L’eau & nous")
    answer = await client.get(f"/{edition.slug}/guides/{guide.slug}/download")
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith('attachment; filename="l-eau-nous.pdf"')


async def test_the_page_shows_titles_as_text(site, client, edition):
    await site.guide(edition, title="<script>alert(1)</script> & nous")
    page = (await client.get(f"/{edition.slug}/guides")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; nous" in page


@pytest.mark.parametrize(
    ("size", "language", "words"),
    [
        (None, "fr", None),
        (1, "fr", "1\u00a0ko"),
        (340_000, "en", "340\u00a0kB"),
        (2_140_000, "fr", "2,1\u00a0Mo"),
        (2_140_000, "en", "2.1\u00a0MB"),
    ],
)
def test_sizes_are_told_in_words(size, language, words):
    assert size_in_words(size, language) == words


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "x"])
def test_only_web_addresses_are_links(url):
    import msgspec  # noqa: PLC0415

    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"title": {"fr": "x"}, "url": url}, NewLink)
