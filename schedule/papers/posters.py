"""What sheets that hang or stand share: both languages at once, type seen from afar, foot, marks.

What hangs on a wall or stands on a table is read by everybody at once: where two languages are
asked for, both stand on the same sheet, the leading one larger.
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple

from forum.core.i18n import words
from forum.core.pdf import HIGHLIGHT, INK, MM, REGULAR, SEMIBOLD, SOFT, width
from forum.core.pdf_tags import TaggedDocument
from forum.core.pdf_text import Paragraph, Style, typeset
from forum.core.text import Text
from schedule.models import Programme, Session
from schedule.papers.book import Book, box, draw_mark, line
from schedule.papers.orders import SIZE_MM, Order, Paper

A3_SCALE = 2**0.5
"""A3 is drawn as A4 is, so much larger (ISO 216)."""


class Said(NamedTuple):
    """A text, and its language where that is not the leading one; else ''."""

    text: str
    language: str


class Voices:
    """A programme in each language of a sheet; `lead` is the one that comes first."""

    def __init__(self, programme: Programme, languages: Sequence[str], *, draft: bool) -> None:
        self.programme = programme
        self.books = [Book(programme, words(one), draft=draft) for one in languages]
        self.lead = self.books[0]

    def say(self, tell: Callable[[Book], str]) -> list[Said]:
        """Return what each language says, without what is the same in both."""
        return self._unlike([(tell(book), book.language) for book in self.books])

    def texts(self, text: Text) -> list[Said]:
        """Return a text of the programme in each language that it has."""
        told = [book.told(text) for book in self.books]
        return self._unlike([(typeset(*one), one[1]) for one in told])

    def titles(self, session: Session) -> list[Said]:
        """Return the title of a session; one without goes by its number."""
        return self.texts(session.title) or self.say(lambda book: book.title(session))

    def line(self, tell: Callable[[Book], str], between: str = " · ") -> str:
        """Return what both languages say as one line."""
        return between.join(one.text for one in self.say(tell))

    def _unlike(self, told: list[tuple[str, str]]) -> list[Said]:
        found: dict[str, str] = {}
        for text, language in told:
            if text:
                found.setdefault(text, "" if language == self.lead.language else language)
        return [Said(*one) for one in found.items()]


class Poster:
    """A document of equal sheets; `scale` is 1 on A4. Lengths of its methods are points."""

    def __init__(
        self,
        out: BinaryIO,
        voices: Voices,
        order: Order,
        what: Callable[[Book], str],
        *,
        lying: bool = False,
    ) -> None:
        size_mm = SIZE_MM[order.paper][::-1] if lying else SIZE_MM[order.paper]
        self.voices = voices
        self.wide, self.high = size_mm[0] * MM, size_mm[1] * MM
        self.scale = A3_SCALE if order.paper is Paper.A3 else 1.0
        self.page = 1
        lead = voices.lead
        self.document = TaggedDocument(
            out,
            size_mm=size_mm,
            title=" / ".join(one.text for one in voices.say(lambda book: book.named(what(book)))),
            language=lead.language,
            author=lead.text(voices.programme.title),
            subject=voices.line(what, " / "),
            made_at=voices.programme.published_at,
        )

    def end_page(self, *, left: float, base: float, last: str = "") -> None:
        """Draw the foot and the marks of a page, and end it; `last` stands at the foot's end."""
        document, scale, voices = self.document, self.scale, self.voices
        small = Style(REGULAR, 8 * scale, SOFT)
        programme = voices.programme
        right = self.wide - left
        about = f"{voices.lead.text(programme.title)} · {voices.lead.issue}"
        with document.artifact("Pagination"):
            line(document, about, small, (left, base), room=(right - left) * 0.62)
            if programme.fictitious:
                told = voices.line(lambda book: book.gettext("Fictitious programme"))
                style = Style(SEMIBOLD, 7.5 * scale, INK)
                wide = width(told, style.font, style.size_pt)
                x = right - wide - (width(last, REGULAR, 8 * scale) + 14 * scale if last else 6)
                area = (x - 6 * scale, base - 4 * scale, wide + 12 * scale, 14 * scale)
                box(document, area, HIGHLIGHT, radius=7 * scale)
                line(document, told, style, (x, base))
            if last:
                line(document, last, small, (right, base), end=True)
        if voices.lead.draft:
            word = voices.line(lambda book: book.gettext("DRAFT"))
            draw_mark(document, word, self.wide, self.high)
        self.turn_page()

    def turn_page(self) -> None:
        """End the page."""
        self.document.showPage()
        self.page += 1

    def save(self) -> None:
        """Write the document."""
        self.document.save()


def shortest(text: Paragraph, lines: int) -> Paragraph:
    """Return the first lines of a text."""
    return text._replace(lines=text.lines[:lines])
