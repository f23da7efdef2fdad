"""Reading documents back: text by page, what checkers say, bookmarks, sizes of type."""

import io
import re
import subprocess

import page
import pikepdf
import pypdfium2
from pypdfium2 import raw

from schedule.papers.drawing import draw
from schedule.papers.orders import PAPERS, Order, hold


def squeezed(text):
    """A text without its spaces, hyphens and marks that lines and typography change."""
    return re.sub(r"[\s\u00ad\u200b\ufffe-]", "", text).replace("'", "\u2019").replace("...", "…")


def pages_of(pdf, *how):
    """What pdftotext reads on each page."""
    command = ["pdftotext", *how, "-", "-"]
    out = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return out.decode().split("\f")[:-1]


def drawn_order(pdf):
    """The text of each page in the order in which it is drawn."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [one.get_textpage().get_text_range() for one in opened]


def wrong(pdf, path):
    """What qpdf and PDF/UA-1 have to say against a document."""
    path.write_bytes(pdf)
    command = ["qpdf", "--check", path]
    checked = subprocess.run(command, capture_output=True, check=False)
    found = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    return checked.returncode, [failure.message for failure in found.failures]


def outline(pdf):
    """The bookmarks, each with those below it."""

    def told(entries):
        return [(one.title, told(one.children)) if one.children else one.title for one in entries]

    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_outline() as found:
        return told(found.root)


def about(pdf):
    """Title and language."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return str(opened.docinfo.Title), str(opened.Root.Lang)


def alts(pdf):
    """What the elements of the structure say in words, in order."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for kid in node:
                walk(kid)
        elif isinstance(node, pikepdf.Dictionary):
            if "/Alt" in node:
                found.append(str(node.Alt))
            if "/K" in node and node.get("/Type") != "/MCR":
                walk(node.K)

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        walk(opened.Root.StructTreeRoot.K)
    return found


def characters(pdf, number=0):
    """Each character of a page with its size in points, and its box (left, bottom, right, top)."""
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[number].get_textpage()
        return [
            (
                chr(raw.FPDFText_GetUnicode(text, n)),
                raw.FPDFText_GetFontSize(text, n),
                text.get_charbox(n, loose=True),
            )
            for n in range(text.count_chars())
        ]


def made(programme, form, languages=("fr",), **asked):
    """A document, as the page or the command orders it."""
    order = Order(form=form, languages=languages, **{"paper": PAPERS[form][0], **asked})
    hold(programme, order)
    return draw(programme, order)
