"""The two guides of the demonstration: a document made here, and a useful link."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from forum.core.text import Text
from forum.demo.contents import both, read
from forum.demo.guide_pages import COVER_PIXELS, PICTURE_PIXELS, GuidePages
from forum.demo.pictures import Jpeg, jpeg

WRITTEN_BEFORE = timedelta(days=30)
EMPTY_BOX = "□"


class GuideFile(Struct, frozen=True, kw_only=True):
    """A document to publish; `content` is a PDF."""

    slug: str
    title: Text
    description: Text
    file_name: str
    content: bytes


class UsefulLink(Struct, frozen=True, kw_only=True):
    """A page of another site to publish."""

    slug: str
    title: Text
    description: Text
    url: str


def guides(starts_on: date, seed: int = 2027) -> tuple[GuideFile, UsefulLink]:
    """Return both guides; the document is dated a month before `starts_on`."""
    table = read("guide")
    file, link = table["file"], table["link"]
    day = starts_on - WRITTEN_BEFORE
    return (
        GuideFile(
            slug=file["slug"],
            title=both(file["fr"]["title"], file["en"]["title"]),
            description=both(file["fr"]["description"], file["en"]["description"]),
            file_name=file["file_name"],
            content=document(datetime.combine(day, time(8), tzinfo=UTC), seed),
        ),
        UsefulLink(
            slug=link["slug"],
            title=both(link["fr"]["title"], link["en"]["title"]),
            description=both(link["fr"]["description"], link["en"]["description"]),
            url=link["url"],
        ),
    )


def document(made_at: datetime, seed: int) -> bytes:
    """Return the guide as PDF, about 2 MB: the same date and seed give the same bytes.

    It is written twice: the list of contents needs the pages that the first time tells.
    """
    pictures = {scene: jpeg(scene, PICTURE_PIXELS, seed) for scene in scenes()}
    pictures["cover"] = jpeg("cover", COVER_PIXELS, seed)
    headings = dict.fromkeys(titles(), 0)
    found = written(made_at, pictures, headings).found
    return written(made_at, pictures, found).finish()


def scenes() -> list[str]:
    """Return the pictures of the foreword and the chapters."""
    table = read("guide")
    return [part["picture"] for part in (table["foreword"], *table["chapters"])]


def titles() -> list[str]:
    """Return all headings of the list of contents, in order."""
    table = read("guide")
    return [
        table["foreword"]["title"],
        *(chapter["title"] for chapter in table["chapters"]),
        *(sheet_title(number, sheet["title"]) for number, sheet in enumerate(table["sheets"], 1)),
        table["grid"]["title"],
        table["glossary"]["title"],
    ]


def written(
    made_at: datetime, pictures: Mapping[str, Jpeg], contents: Mapping[str, int]
) -> GuidePages:
    """Write all pages; `contents` are the headings and their pages."""
    table = read("guide")
    pages = GuidePages(
        table["title"], author=table["edition"], subject=table["notice"], made_at=made_at
    )
    pages.cover(
        pictures["cover"],
        alt=table["cover_alt"],
        lines=(table["title"], table["subtitle"], table["edition"]),
        notice=table["notice"],
    )
    pages.new_page()
    pages.contents(table["contents"], contents)
    pages.new_page()
    foreword = table["foreword"]
    pages.heading("H1", foreword["title"], key=foreword["title"])
    pages.picture(pictures[foreword["picture"]], foreword["alt"])
    for text in foreword["paragraphs"]:
        pages.paragraph(text)
    for chapter in table["chapters"]:
        pages.new_page()
        pages.heading("H1", chapter["title"], key=chapter["title"])
        pages.picture(pictures[chapter["picture"]], chapter["alt"])
        for block in chapter["blocks"]:
            write_block(pages, block)
    for number, sheet in enumerate(table["sheets"], start=1):
        pages.new_page()
        write_sheet(pages, number, sheet)
    pages.new_page()
    write_end(pages)
    return pages


def sheet_title(number: int, title: str) -> str:
    """Return the heading of a sheet."""
    return f"Fiche {number}. {title}"


SHARES = {2: (45, 55), 3: (50, 25, 25), 4: (40, 22, 19, 19)}
"""The widths of a table's columns, in hundredths, by their number."""


def write_block(pages: GuidePages, block: dict[str, Any]) -> None:
    """Write one block of a chapter: a paragraph, a list, a chart or a table."""
    match block["kind"]:
        case "paragraph":
            pages.paragraph(block["text"])
        case "list":
            pages.bullets(block["items"])
        case "chart":
            pages.chart(block["caption"], block["labels"], block["values"])
        case _:
            pages.table(block["caption"], block["head"], block["rows"], SHARES[len(block["head"])])


def write_sheet(pages: GuidePages, number: int, sheet: dict[str, Any]) -> None:
    """Write the page of one action."""
    words = read("guide")["sheet_words"]
    heading = sheet_title(number, sheet["title"])
    pages.heading("H1", heading, key=heading)
    facts = [(sheet["who"], sheet["delay"], sheet["cost"])]
    pages.table("", (words["who"], words["delay"], words["cost"]), facts, (44, 22, 34))
    pages.heading("H2", words["aim"])
    pages.paragraph(sheet["aim"])
    pages.heading("H2", words["steps"])
    pages.bullets(sheet["steps"], [f"{step}." for step in range(1, len(sheet["steps"]) + 1)])
    pages.heading("H2", words["measure"])
    pages.paragraph(sheet["measure"])
    pages.heading("H2", words["trap"])
    pages.paragraph(sheet["trap"])
    pages.heading("H2", words["notes"])
    pages.ruled()


def write_end(pages: GuidePages) -> None:
    """Write the grid to fill in, and the glossary."""
    table = read("guide")
    grid, glossary = table["grid"], table["glossary"]
    pages.heading("H1", grid["title"], key=grid["title"])
    pages.paragraph(grid["intro"])
    rows = [(text, EMPTY_BOX, EMPTY_BOX, EMPTY_BOX) for text in grid["rows"]]
    pages.table("", grid["head"], rows, (58, 14, 14, 14))
    pages.new_page()
    pages.heading("H1", glossary["title"], key=glossary["title"])
    pages.table("", glossary["head"], glossary["terms"], (30, 70))
