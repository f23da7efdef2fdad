"""The printed programme: a booklet of A4 pages, tagged (PDF/UA-1), from one version.

A4 and not A5: the grid of a day wants the width, its cells stay legible on what offices print, and
"two pages per sheet, folded" in any print dialogue still makes an A5 booklet of it.
"""

import random
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import groupby
from typing import NamedTuple

from forum.core.i18n import words
from forum.core.pdf import (
    BOLD,
    FIR,
    HIGHLIGHT,
    INK,
    MM,
    PAPER,
    REGULAR,
    SEMIBOLD,
    SOFT,
    colour,
    missing_glyphs,
    width,
)
from forum.core.pdf_qr import qr_path
from forum.core.pdf_tags import Node, TaggedDocument
from forum.core.pdf_text import (
    Paragraph,
    Run,
    Style,
    draw,
    ornament,
    paragraph,
    runs,
    shortened,
    typeset,
)
from forum.core.text import fold, sort_key
from schedule.days import Day, unplaced
from schedule.models import GuideLink, Programme, Session, SessionType, Speaker
from schedule.papers import booklet_grid, booklet_list, booklet_plans, booklet_rooms
from schedule.papers.book import (
    BOTTOM,
    HEIGHT,
    LEFT,
    PAGE_MM,
    RIGHT,
    TOP,
    WIDTH,
    Book,
    Sheet,
    box,
    line,
    rule,
)

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
"""What each language calls itself, in the bookmarks of a booklet in both."""


class Undrawable(NamedTuple):
    """Characters of one text that the fonts lack: the booklet shows `[?]` for them."""

    place: str
    text: str
    characters: str


def booklet(
    programme: Programme,
    *,
    language: str,
    others: Sequence[str] = (),
    draft: bool = False,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the whole programme as a PDF: from the cover over the plans of the venue to the notes.

    `language` is `fr` or `en`; a text that has no translation stands in a language it has. With
    `others` the whole stands in each of them too, one after the other, each with its own contents,
    bookmarks and /Lang. A `draft` says so on every page. `pictures` are those of the plans,
    by name; of one that is not there the plan's words are printed. The same programme gives the
    same bytes.
    """
    books = [
        Book(programme, words(one), draft=draft, pictures=pictures) for one in (language, *others)
    ]
    first = books[0]
    out = BytesIO()
    document = TaggedDocument(
        out,
        size_mm=PAGE_MM,
        title=" / ".join(dict.fromkeys(one.named(one.gettext("Programme")) for one in books)),
        language=first.language,
        author=first.text(programme.title),
        subject=first.gettext("Programme"),
        made_at=programme.published_at,
    )
    if not others:
        bind(document, first)
    else:
        before = 0
        for book in books:
            book.before = before
            with document.part(LANGUAGE_NAMES[book.language], language=book.language):
                before += bind(document, book)
    document.save()
    return out.getvalue()


def bind(document: TaggedDocument, book: Book) -> int:
    """Draw every page of a book; return how many there are."""
    made = sheets(book)
    for number, sheet in enumerate(made, start=book.before + 1):
        sheet.draw(document)
        book.frame(document, sheet, number)
        document.showPage()
    return len(made)


def undrawable(programme: Programme, *, language: str) -> list[Undrawable]:
    """Return the texts of the booklet that hold characters the fonts cannot draw, for organisers.

    What is drawn in a compatible form, or never seen, is not among them.
    """
    book = Book(programme, words(language))
    texts = [("programme", book.text(programme.title)), ("programme", book.text(programme.venue))]
    texts += [(f"room {room.name}", room.name) for room in programme.rooms]
    texts += [(f"track {track.slug}", book.text(track.name)) for track in programme.tracks]
    texts += [("plan", book.text(plan.title)) for plan in programme.plans]
    for session in programme.sessions:
        place = f"session {session.number}"
        texts += [(place, book.title(session)), (place, book.text(session.subtitle))]
        texts.append((place, book.abstract(session, booklet_list.longest(book))))
    for speaker in programme.speakers:
        texts += [
            (f"speaker {speaker.slug}", part or "")
            for part in (speaker.name, speaker.job_title, speaker.organisation)
        ]
    found = []
    for place, text in texts:
        missing = {run.actual for run in runs(text, Style(REGULAR, 9, INK)) if run.actual}
        if missing:
            found.append(Undrawable(place, text, missing_glyphs(*sorted(missing))))
    return found


def sheets(book: Book) -> list[Sheet]:
    """Lay out every page, in order, and fill the page numbers.

    Contents and index say page numbers: the contents have a known length, so the pages after them
    can be numbered; then the index, which comes after the sessions, is laid out.
    """
    entries = contents_entries(book)
    found = [cover(book)]
    pages = contents_pages(entries)
    book.pages["contents"] = 2
    found += [
        contents(book, part, first=not n, last=n == len(pages) - 1) for n, part in enumerate(pages)
    ]
    for day in book.days:
        book.pages[grid_key(day)] = len(found) + 1
        found += booklet_grid.sheets(book, day, grid_key(day))
        found += moved(book, len(found), day_list(book, day))
    rest = unplaced(book.programme)
    if rest:
        blocks = [booklet_list.block(book, one, opens_slot="", level=2) for one in rest]
        title = book.gettext("Time to be announced")
        found += moved(book, len(found), booklet_list.sheets(book, title, "unplaced", blocks))
    for key, make in (
        ("people", people),
        ("guides", guides),
        (booklet_rooms.KEY, booklet_rooms.sheets),
    ):
        made = make(book)
        if made:
            book.pages[key] = len(found) + 1
            found += made
    found += moved(book, len(found), booklet_plans.sheets(book))
    book.pages["notes"] = len(found) + 1
    return found + notes(book)


def moved(book: Book, before: int, some: tuple[list[Sheet], dict[str, int]]) -> list[Sheet]:
    """Number the places of some sheets, given how many sheets come before them."""
    made, places = some
    book.pages |= {key: number + before for key, number in places.items()}
    return made


def grid_key(day: Day) -> str:
    """Return the name of the place where the grid of a day begins."""
    return f"grid-{day.date}"


def list_key(day: Day) -> str:
    """Return the name of the place where the sessions of a day begin."""
    return f"list-{day.date}"


def day_list(book: Book, day: Day) -> tuple[list[Sheet], dict[str, int]]:
    """Lay out the sessions of a day."""
    many = sum(one.session.type is not SessionType.BREAK for one in day.held)
    note = book.ngettext("%(n)d session", "%(n)d sessions", many)
    blocks, inside = booklet_list.blocks(book, day), bool(day.held)
    title = book.day(day.date)
    return booklet_list.sheets(book, title, list_key(day), blocks, note=note, inside=inside)


# Cover

FORESTS = [colour("#0e6a56"), colour("#0c5f4d"), colour("#084c3d"), colour("#063e32")]


def cover(book: Book) -> Sheet:
    """Lay out the cover: title, subtitle, dates in words, venue."""
    programme = book.programme

    def paint(document: TaggedDocument) -> None:
        with document.artifact("Background"):
            box(document, (0, 0, WIDTH, HEIGHT), FIR)
            forest(document)
            box(document, (LEFT, HEIGHT - 62 * MM, 26 * MM, 5), HIGHLIGHT)
        node = document.root.add("Sect")
        wide = RIGHT - LEFT
        y = HEIGHT - 46 * MM
        label = book.set(book.gettext("Programme"), Style(SEMIBOLD, 17, HIGHLIGHT), wide, 22)
        y = cover_text(document, node, "P", label, y)
        title = largest(book.text(programme.title), wide, 70 * MM)
        y = cover_text(document, node, "P", title, y - 14 * MM)
        subtitle = book.text(programme.subtitle)
        if subtitle:
            text = book.set(subtitle, Style(REGULAR, 17, PAPER), wide, 24)
            y = cover_text(document, node, "P", shorter(text, 3), y - 5 * MM)
        dates = book.say.dates(programme.starts_on, programme.ends_on)
        text = book.set(typeset(dates, book.language), Style(BOLD, 19, HIGHLIGHT), wide, 26)
        y = cover_text(document, node, "P", text, y - 10 * MM)
        venue = book.text(programme.venue)
        if venue:
            text = book.set(venue, Style(SEMIBOLD, 13, PAPER), wide, 18)
            y = cover_text(document, node, "P", shorter(text, 3), y - 1 * MM)
        if programme.fictitious:
            told = book.gettext("Fictitious programme: its people and sessions are invented.")
            style = Style(SEMIBOLD, 10.5, INK)
            with document.artifact("Background"):
                area = (LEFT, 17 * MM, width(told, SEMIBOLD, 10.5) + 22, 22)
                box(document, area, HIGHLIGHT, radius=11)
            with document.tagged(node.add("P")):
                line(document, told, style, (LEFT + 11, 17 * MM + 7.2))

    return Sheet("", paint, bare=True)


def cover_text(
    document: TaggedDocument, node: Node, role: str, text: Paragraph, top: float
) -> float:
    """Draw a text of the cover; return the height below it."""
    if text.lines:
        with document.tagged(node.add(role)):
            ornament(document, text, LEFT, top)
    return top - text.height


def largest(text: str, wide: float, high: float) -> Paragraph:
    """Return a title in the largest type that fits; the smallest is what a very long one gets."""
    found = Paragraph([], 0)
    for size in (44, 40, 36, 32, 28, 24, 20, 16, 12, 9):
        found = paragraph(runs(text, Style(BOLD, size, PAPER)), wide, size * 1.14)
        if found.height <= high and found.whole:
            break
    return shorter(found, int(high / found.leading)) if found.lines else found


def shorter(text: Paragraph, lines: int) -> Paragraph:
    """Return the first lines of a text."""
    return text._replace(lines=text.lines[:lines])


def forest(document: TaggedDocument) -> None:
    """Draw rows of firs along the bottom of the cover, the nearer the darker."""
    rng = random.Random(1)  # noqa: S311  # the same trees on every cover
    for row, ink in enumerate(FORESTS):
        base = (62 - 21 * row) * MM
        document.literal(ink.fill)
        x = -20.0
        while x < WIDTH + 20:
            high = rng.uniform(26, 44) * MM * (1 + 0.18 * row)
            wide = high * rng.uniform(0.30, 0.36)
            document.literal(fir(x, base, wide, high))
            x += wide * rng.uniform(0.55, 0.85)
        box(document, (0, 0, WIDTH, base), ink)


def fir(x: float, base: float, wide: float, high: float) -> str:
    """Return the operators that fill one fir, of three tiers, its foot centred on `x`."""
    tiers = []
    for tier in range(3):
        half = wide / 2 * (1 - 0.24 * tier)
        foot = base + high * (0.27 * tier)
        tip = base + high * (0.56 + 0.22 * tier)
        tiers.append(
            f"{x - half:.1f} {foot:.1f} m {x + half:.1f} {foot:.1f} l {x:.1f} {tip:.1f} l h"
        )
    return " ".join(tiers) + " f"


# Contents

FIRST_TOP = 42
"""How far below TOP the content of a page begins, under a heading of one line."""
MOST_SLOTS = 16
"""A day with more different starts is listed by the hour."""


class Entry(NamedTuple):
    """A line of the contents; `level` 0 is a part of the booklet, 1 a place inside a day."""

    level: int
    label: str
    key: str
    note: str = ""

    @property
    def height(self) -> float:
        """The height of the line, the space before included."""
        return 34 if not self.level else 17


def contents_entries(book: Book) -> list[Entry]:
    """Return the lines of the contents."""
    found = []
    for day in book.days:
        found.append(Entry(0, book.day(day.date), grid_key(day) if day.held else list_key(day)))
        if day.held:
            found.append(Entry(1, book.gettext("Grid"), grid_key(day)))
        found += slot_entries(book, day)
    if unplaced(book.programme):
        found.append(Entry(0, book.gettext("Time to be announced"), "unplaced"))
    if book.programme.speakers:
        found.append(Entry(0, book.gettext("People"), "people"))
    if book.programme.guides:
        found.append(Entry(0, book.gettext("Guides"), "guides"))
    if book.programme.rooms:
        found.append(Entry(0, book.gettext("Rooms"), booklet_rooms.KEY))
    found += plan_entries(book)
    found.append(Entry(0, book.gettext("Notes"), "notes"))
    return found


def plan_entries(book: Book) -> list[Entry]:
    """Return a line for each plan, below that of the rooms where there is one."""
    named = book.gettext("Plan")
    return [
        Entry(booklet_plans.depth(book), named, booklet_plans.key(n), book.text(plan.title))
        for n, plan in enumerate(book.programme.plans)
    ]


def slot_entries(book: Book, day: Day) -> list[Entry]:
    """Return a line for each start of a day, or for each hour when there are many."""
    step = 1 if len(day.slots) <= MOST_SLOTS else 60
    found = []
    for _, group in groupby(day.sessions, key=lambda one: one.start // step):
        some = list(group)
        key = booklet_list.slot_key(day, some[0].start)
        found.append(
            Entry(1, book.start(some[0].session), key, gist(book, [p.session for p in some]))
        )
    return found


def gist(book: Book, some: list[Session]) -> str:
    """Say what happens at one time: the title of the only session, or how many there are."""
    real = [one for one in some if one.type is not SessionType.BREAK] or some
    if len(real) == 1:
        return book.title(real[0])
    return book.ngettext("%(n)d session", "%(n)d sessions", len(real))


def contents_pages(entries: list[Entry]) -> list[list[Entry]]:
    """Share the lines out over pages; a heading does not end a page."""
    pages: list[list[Entry]] = [[]]
    y = TOP - FIRST_TOP
    for entry in entries:
        needed = entry.height + (17 if not entry.level else 0)
        if y - needed < BOTTOM and pages[-1]:
            pages.append([])
            y = TOP
        pages[-1].append(entry)
        y -= entry.height
    return pages


def contents(book: Book, entries: list[Entry], *, first: bool, last: bool) -> Sheet:
    """Lay out one page of the contents."""

    def paint(document: TaggedDocument) -> None:
        title = book.gettext("Contents")
        y = TOP
        section = document.root.add("Sect")
        if first:
            document.target("contents", TOP + 20)
            document.bookmark(title, "contents", 0)
            y = book.heading(document, section, title)
        table = section.add("TOC")
        for entry in entries:
            y -= entry.height
            contents_line(book, document, table, entry, y)
        if last and not book.programme.sessions:
            text = book.gettext("This programme has no session yet.")
            with document.tagged(section.add("P")):
                line(document, text, Style(REGULAR, 11, INK), (LEFT, y - 30))
        elif last:
            legend(book, document, section, y - 26)

    return Sheet(book.gettext("Contents"), paint)


def contents_line(
    book: Book, document: TaggedDocument, table: Node, entry: Entry, y: float
) -> None:
    """Draw one line of the contents: what, leader, page."""
    main = not entry.level
    number = str(book.page(entry.key))
    ink = Style(BOLD, 13, FIR) if main else Style(SEMIBOLD, 9.5, INK)
    x = LEFT if main else LEFT + 10 * MM
    base = y + 5
    label_width = width(entry.label, ink.font, ink.size_pt) + 8
    after = x + max(label_width, 19 * MM if entry.note else 0)
    grey = Style(REGULAR, 9.5, SOFT)
    note = shortened(entry.note, grey, RIGHT - 14 * MM - after)
    ends = after + width(note, grey.font, grey.size_pt) + 8
    with document.artifact():
        if main:
            rule(document, base + 17, weight=0.8)
        else:
            leader(document, ends, RIGHT - 10 * MM, base + 1)
    link = table.add("TOCI").add("Reference").add("Link")
    with document.tagged(link):
        line(document, entry.label, ink, (x, base))
        line(document, note, grey, (after, base))
        line(document, number, ink, (RIGHT, base), end=True)
    what = f"{entry.label}, {entry.note}" if entry.note else entry.label
    page = book.gettext("page %(page)s", page=number)
    document.link(link, (x, y, RIGHT, y + 16), f"{what}, {page}", entry.key)


LEGEND_LINE = 16
LEGEND_COLUMN = (RIGHT - LEFT) / 2


def legend(book: Book, document: TaggedDocument, section: Node, top: float) -> None:
    """Draw the themes and the rooms side by side, each where the page has room for all of it."""
    room = (top - 24 - BOTTOM) / LEGEND_LINE
    tracks, rooms = book.programme.tracks, book.programme.rooms
    if tracks and len(tracks) <= room:
        items = legend_head(document, section, book.gettext("Themes"), LEFT, top)
        for n, track in enumerate(tracks):
            y = top - 24 - n * LEGEND_LINE
            style = Style(SEMIBOLD, 9, book.tint_of(track).foreground)
            name = f"{book.letters[track.id]} · {book.text(track.name)}"
            name = shortened(name, style, LEGEND_COLUMN - 12 * MM)
            with document.artifact():
                area = (LEFT, y - 10.3, width(name, style.font, style.size_pt) + 12, 13)
                box(document, area, book.tint_of(track).background, radius=6.5)
            with document.tagged(items.add("LI").add("LBody")):
                line(document, name, style, (LEFT + 6, y - 7))
    if rooms and len(rooms) <= room:
        left = LEFT + (LEGEND_COLUMN if tracks else 0)
        items = legend_head(document, section, book.gettext("Rooms"), left, top)
        for n, one in enumerate(rooms):
            seats = book.ngettext("%(n)d seat", "%(n)d seats", one.capacity) if one.capacity else ""
            about = ", ".join(part for part in (book.floor(one), seats) if part)
            found = runs(typeset(one.name, book.language) + "  ", Style(SEMIBOLD, 9, INK))
            found += runs(typeset(about, book.language), Style(REGULAR, 9, SOFT))
            text = shorter(paragraph(found, LEGEND_COLUMN, 12), 1)
            with document.tagged(items.add("LI").add("LBody")):
                ornament(document, text, left, top - 24 - n * LEGEND_LINE + 2)


def legend_head(
    document: TaggedDocument, section: Node, title: str, left: float, top: float
) -> Node:
    """Draw the title of a legend; return the list below it."""
    with document.tagged(section.add("H2")):
        line(document, title, Style(BOLD, 11, FIR), (left, top - 11))
    return section.add("L")


def leader(document: TaggedDocument, x0: float, x1: float, y: float) -> None:
    """Draw the dots that lead the eye to a page number."""
    if x1 > x0:
        document.literal(
            f"q 0.482 0.541 0.557 RG 0.7 w 1 J [0 4] 0 d {x0:.1f} {y:.1f} m {x1:.1f} {y:.1f} l S Q"
        )


# People

COLUMNS = 3
COLUMN_GAP = 7 * MM
COLUMN = (RIGHT - LEFT - (COLUMNS - 1) * COLUMN_GAP) / COLUMNS


class Line(NamedTuple):
    """A name with its pages, or a letter of the alphabet above the names."""

    letter: str
    text: Paragraph

    @property
    def height(self) -> float:
        """The height, the space before included."""
        return self.text.height + (10 if self.letter else 2.4)


def people(book: Book) -> list[Sheet]:
    """Lay out the index of people, in order of family name, with the pages of their sessions."""
    if not book.programme.speakers:
        return []
    sessions_of: dict[object, list[Session]] = {}
    for session in book.programme.sessions:
        for part in session.people:
            sessions_of.setdefault(part.speaker_id, []).append(session)
    lines: list[Line] = []
    speakers = sorted(book.programme.speakers, key=lambda one: (one.sort_key, one.name))
    for letter, group in groupby(speakers, key=initial):
        lines.append(Line(letter, book.set(letter, Style(BOLD, 13, FIR), COLUMN, 17)))
        lines += [Line("", index_text(book, one, sessions_of.get(one.id, []))) for one in group]
    title = book.gettext("People")
    section = booklet_list.Tag("Sect")

    def sheet(number: int, columns: list[list[Line]]) -> Sheet:
        def paint(document: TaggedDocument) -> None:
            node = section.on(document.root)
            top = TOP
            if not number:
                document.target("people", TOP + 20)
                document.bookmark(title, "people", 0)
                top = book.heading(document, node, title)
            for column, some in enumerate(columns):
                index_column(document, node, some, LEFT + column * (COLUMN + COLUMN_GAP), top)

        return Sheet(title, paint)

    return [sheet(number, columns) for number, columns in enumerate(index_pages(lines))]


def initial(speaker: Speaker) -> str:
    """Return the letter under which a person is listed; `#` for what is no letter."""
    first = (speaker.sort_key or fold(speaker.name)).strip()[:1].upper()
    return first if first.isalpha() else "#"


def index_text(book: Book, speaker: Speaker, sessions: list[Session]) -> Paragraph:
    """Lay out a person: family name first where it is known, then the pages, each a link."""
    family, given = split_name(speaker)
    found = runs(typeset(family, book.language), Style(SEMIBOLD, 8.6, INK))
    if given:
        found += runs(" " + typeset(given, book.language), Style(REGULAR, 8.6, INK))
    numbers: dict[int, Session] = {}
    for session in sessions:
        numbers.setdefault(book.page(f"session-{session.id}"), session)
    ink = Style(SEMIBOLD, 8.6, FIR)
    for n, (number, session) in enumerate(sorted(numbers.items(), key=lambda one: one[0])):
        found.append(Run(", " if n else "  ", Style(REGULAR, 8.6, SOFT)))
        contents = f"{book.title(session)}, {book.gettext('page %(page)s', page=number)}"
        found.append(Run(str(number), ink, f"session-{session.id}", contents))
    return paragraph(found, COLUMN, 10.6)


def split_name(speaker: Speaker) -> tuple[str, str]:
    """Return family and given name where the sort key tells them apart in the name as shown."""
    family = speaker.sort_key.split("\t")[0]
    parts = speaker.name.split()
    for n in range(1, len(parts)):
        if sort_key(" ".join(parts[n:])) == family:
            return " ".join(parts[n:]), " ".join(parts[:n])
    return speaker.name, ""


def index_pages(lines: list[Line]) -> list[list[list[Line]]]:
    """Share the index out over columns and pages; the columns of the last page end level."""
    pages: list[list[list[Line]]] = []
    left = lines
    while left:
        high = TOP - BOTTOM - (0 if pages else FIRST_TOP)
        columns, rest = columns_of(left, high)
        if not rest:
            columns = level(left, high)
        pages.append(columns)
        left = rest
    return pages


def columns_of(lines: list[Line], high: float) -> tuple[list[list[Line]], list[Line]]:
    """Fill the columns of one page; return them, and the lines that are left.

    A letter stays with its first name.
    """
    columns: list[list[Line]] = [[]]
    used = 0.0
    for n, one in enumerate(lines):
        needed = one.height + (lines[n + 1].height if one.letter and n + 1 < len(lines) else 0)
        if used + needed > high and columns[-1]:
            if len(columns) == COLUMNS:
                return columns, lines[n:]
            columns.append([])
            used = 0.0
        used += one.height if columns[-1] else one.text.height
        columns[-1].append(one)
    return columns, []


def level(lines: list[Line], high: float) -> list[list[Line]]:
    """Share lines that fit on one page evenly over its columns."""
    least = sum(one.height for one in lines) / COLUMNS
    while least < high:
        columns, rest = columns_of(lines, least)
        if not rest:
            return columns
        least += 6
    return columns_of(lines, high)[0]


def index_column(
    document: TaggedDocument, section: Node, some: list[Line], x: float, top: float
) -> None:
    """Draw one column of the index."""
    y = top
    items: Node | None = None
    for n, one in enumerate(some):
        y -= one.height - one.text.height if n else 0
        if one.letter:
            draw(document, section.add("H2"), one.text, x, y)
            items = None
        else:
            items = items or section.add("L")
            draw(document, items.add("LI").add("LBody"), one.text, x, y)
        y -= one.text.height


# Guides and notes

QR_SIDE = 34 * MM
GUIDE_HEIGHT = QR_SIDE + 8 * MM


def guides(book: Book) -> list[Sheet]:
    """Lay out the guides, each with the QR code of its page."""
    title = book.gettext("Guides")
    per_page = int((TOP - 40 - BOTTOM) / GUIDE_HEIGHT)
    every = book.programme.guides

    def sheet(first: int) -> Sheet:
        def paint(document: TaggedDocument) -> None:
            node = document.root.add("Sect")
            y = TOP
            if not first:
                document.target("guides", TOP + 20)
                document.bookmark(title, "guides", 0)
                note = book.gettext(
                    "To download during the forum and after it: scan the code, or type the address."
                )
                y = book.heading(document, node, title, note)
            for guide in every[first : first + per_page]:
                guide_block(book, document, node, guide, y)
                y -= GUIDE_HEIGHT

        return Sheet(title, paint)

    return [sheet(first) for first in range(0, len(every), per_page)]


def guide_block(
    book: Book, document: TaggedDocument, node: Node, guide: GuideLink, top: float
) -> None:
    """Draw one guide."""
    url = address(book, guide.path)
    qr_figure(book, document, node, url, x=LEFT, y=top - QR_SIDE)
    x = LEFT + QR_SIDE + 8 * MM
    wide = RIGHT - x
    title = shorter(book.set(book.text(guide.title), Style(BOLD, 13, INK), wide, 17), 3)
    with document.tagged(node.add("H2", language=book.foreign(guide.title))):
        ornament(document, title, x, top - 8)
    web_address(document, node, url, x=x, top=top - 16 - title.height)
    with document.artifact():
        rule(document, top - GUIDE_HEIGHT + 3 * MM)


def qr_figure(
    book: Book, document: TaggedDocument, node: Node, url: str, *, x: float, y: float
) -> None:
    """Draw the QR code of an address, from its lower left corner."""
    area = (x, y, x + QR_SIDE, y + QR_SIDE)
    figure = node.add("Figure", alt=book.gettext("QR code: %(address)s", address=url), box=area)
    with document.tagged(figure):
        document.literal(qr_path(url, x=x, y=y, size=QR_SIDE))


def web_address(document: TaggedDocument, node: Node, url: str, *, x: float, top: float) -> None:
    """Draw an address as a link, from its upper left corner to the right margin."""
    text = paragraph(runs(url, Style(REGULAR, 9.5, FIR)), RIGHT - x, 13)
    link = node.add("P").add("Link")
    with document.tagged(link):
        ornament(document, text, x, top)
    document.web_link(link, (x, top - text.height, x + text.width, top), url, url)


def address(book: Book, path: str) -> str:
    """Return the whole address of a path of the site."""
    if path.startswith(("https://", "http://")):
        return path
    return f"{book.programme.base_url.rstrip('/')}/{path.lstrip('/')}"


def notes(book: Book) -> list[Sheet]:
    """Lay out the last page: lines to write on, and where the programme of the hour is."""
    title = book.gettext("Notes")

    def paint(document: TaggedDocument) -> None:
        node = document.root.add("Sect")
        document.target("notes", TOP + 20)
        document.bookmark(title, "notes", 0)
        y = book.heading(document, node, title)
        foot = BOTTOM + QR_SIDE + 6 * MM
        with document.artifact():
            while y - 9 * MM > foot:
                y -= 9 * MM
                rule(document, y)
        url = address(book, f"{book.programme.edition}/programme")
        qr_figure(book, document, node, url, x=LEFT, y=BOTTOM)
        x = LEFT + QR_SIDE + 8 * MM
        text = book.gettext("The programme may change: the latest version is online.")
        told = book.set(text, Style(BOLD, 12, INK), RIGHT - x, 16)
        with document.tagged(node.add("P")):
            ornament(document, told, x, BOTTOM + QR_SIDE - 30)
        web_address(document, node, url, x=x, top=BOTTOM + QR_SIDE - 36 - told.height)

    return [Sheet(title, paint)]
