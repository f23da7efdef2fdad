"""Papers for the organisers' team: what there is, choices, previews, PDFs; what all papers say."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Router, get, post
from litestar.response import Redirect, Response

from badges.papers import asking, drawing, service
from badges.papers.asking import SignInAsked
from badges.papers.models import PaperTerms
from badges.papers.service import NobodyListed, Offered
from badges.papers.wording import half_in_words, span_in_words
from forum.core import forms
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Forbidden, Invalid
from forum.core.i18n import N_
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.pdf_pictures import Picture
from forum.core.rights import Deed, Staff
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields

PER_MINUTE = 30
HERE = "/organiser/{slug:str}/papers"
PRINT: dict[str, Any] = {"include_in_schema": False, "opt": {"deed": Deed.PRINT_BADGES}}
DRAWN = [limited("papers", per_minute=PER_MINUTE)]
LABELS = {
    "half": N_("Day or half-day"),
    "category": N_("Category"),
    "session": N_("Session"),
    "who": N_("Whose names"),
    "blank": N_("Blank rows"),
    "filled": N_("To sign, or filled"),
    "language": N_("Language"),
    "breaks": N_("Where a letter begins"),
    "queues": N_("Queues at the desk"),
    "organiser": N_("Organiser, as papers name it"),
    "legal": N_("SIRET, number of the training body"),
    "place": N_("Signed at"),
    "signatory": N_("Name and function of who signs"),
}


@get(HERE, **PRINT)
async def papers_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show every paper of presence with its choices, and the sheets printed lately."""
    return await _show(request, staff, db, page)


@get(f"{HERE}/sign-in", middleware=DRAWN, **PRINT)
async def sign_in_preview(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show a page of the sign-in sheets that are asked for as a picture, and how many they are."""
    sent = _sent(request)
    try:
        asked = await _sign_in_asked(sent, staff, db)
        paper = await service.sign_in(db, staff.edition, asked, at=now)
    except (Invalid, NobodyListed) as problem:
        return await _show(request, staff, db, page, sent=sent, problem=problem)
    picture = await drawing.sign_in_picture(paper, _page_number(sent))
    return _preview(
        page, staff, picture, "sign-in", sent, title=N_("Sign-in sheets"), count=paper.count,
        sheets=len(paper.sheets),
    )  # fmt: skip


@get(f"{HERE}/sign-in.pdf", middleware=DRAWN, **PRINT)
async def sign_in_pdf(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Send sign-in sheets; each is remembered by its reference."""
    edition = staff.edition
    asked = await _sign_in_asked(_sent(request), staff, db)
    paper = await service.sign_in(db, edition, asked, at=now)
    await service.keep_sheets(db, edition, paper, actor=staff.actor, at=now, ids=ids)
    return _pdf(await drawing.sign_in_pdf(paper), f"{edition.slug}-sign-in.pdf")


@get(f"{HERE}/attendees", middleware=DRAWN, **PRINT)
async def list_preview(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show a page of the desk's list as a picture, and how many people are on it."""
    sent = _sent(request)
    try:
        asked = await _list_asked(sent, staff.edition, db)
        people = await service.desk_list(db, staff.edition, asked, at=now)
    except (Invalid, NobodyListed) as problem:
        return await _show(request, staff, db, page, sent=sent, problem=problem)
    picture = await drawing.list_picture(people, _page_number(sent))
    return _preview(
        page, staff, picture, "attendees", sent, title=N_("List of attendees"), count=people.count
    )


@get(f"{HERE}/attendees.pdf", middleware=DRAWN, **PRINT)
async def list_pdf(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], now: Given[datetime]
) -> AnyResponse:
    """Send the list of attendees for the desk."""
    edition = staff.edition
    asked = await _list_asked(_sent(request), edition, db)
    people = await service.desk_list(db, edition, asked, at=now)
    return _pdf(await drawing.list_pdf(people), f"{edition.slug}-attendees.pdf")


@get(
    "/organiser/{slug:str}/doors/present.pdf",
    include_in_schema=False,
    opt={"deed": Deed.SEE_PRESENT},
    middleware=[limited("present", per_minute=2 * PER_MINUTE)],
)
async def present_pdf(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Send who is in the building as a list to tick; this is recorded."""
    edition = staff.edition
    language = request.query_params.get("language") or page.language
    people = await service.present_list(
        db, edition, language=language, actor=staff.actor, at=now, ids=ids
    )
    name = f"{edition.slug}_present_{now.astimezone(edition.zone):%Y-%m-%d_%H-%M}.pdf"
    return _pdf(await drawing.list_pdf(people), name)


@post(f"{HERE}/terms", include_in_schema=False, opt={"deed": Deed.EDIT_BADGES})
async def set_terms(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Store what every paper says of the organiser."""
    fields = await form_fields(request)
    sent = {name: texts[-1] for name, texts in fields.items() if texts}
    try:
        terms = forms.parse(PaperTerms, fields)
    except Invalid as invalid:
        return await _show(request, staff, db, page, sent=sent, problem=invalid)
    await service.set_terms(db, staff.edition, terms, actor=staff.actor, at=now, ids=ids)
    return Redirect(f"/organiser/{staff.edition.slug}/papers?saved=1", status_code=303)


# What is asked, and what is shown


def _sent(request: AnyRequest) -> dict[str, str]:
    return dict(request.query_params)


def _page_number(sent: Mapping[str, str]) -> int:
    text = sent.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("10000") else 1


async def _sign_in_asked(sent: Mapping[str, str], staff: Staff, db: Db) -> SignInAsked:
    """Return which sheets are asked for; those that tell who was there need the right to see it."""
    edition = staff.edition
    known = await service.offered(db, edition, edition.language)
    asked = asking.sign_in(
        sent,
        halves=[one.half.name for one in known.hours],
        categories=known.categories,
        sessions=[one.number for one in known.sessions],
        language=edition.language,
    )
    if asked.filled and not staff.may(Deed.SEE_PRESENT):
        raise Forbidden
    return asked


async def _list_asked(sent: Mapping[str, str], edition: Edition, db: Db) -> asking.ListAsked:
    known = await service.offered(db, edition, edition.language)
    return asking.people_list(sent, categories=known.categories, language=edition.language)


async def _show(
    request: AnyRequest,
    staff: Staff,
    db: Db,
    page: Page,
    *,
    sent: Mapping[str, str] | None = None,
    problem: Invalid | NobodyListed | None = None,
) -> AnyResponse:
    edition, words = staff.edition, page.words
    known = await service.offered(db, edition, page.language)
    terms = await service.terms_of(db, edition)
    reference = request.query_params.get("reference", "")
    typed = {
        "organiser": terms.organiser,
        "legal": terms.legal,
        "place": terms.place,
        "signatory": terms.signatory,
        "blank": str(asking.USUAL_BLANK),
        "queues": "1",
        "language": edition.language,
        **(sent or {}),
    }
    fields = problem.fields if isinstance(problem, Invalid) else {}
    return page(
        "badges/papers.html",
        edition,
        status=problem.status if problem else 200,
        staff=staff,
        sent=typed,
        errors={name: words.say(message) for name, message in fields.items()},
        labels={name: words.gettext(label) for name, label in LABELS.items()},
        nobody=words.say(problem.message) if isinstance(problem, NobodyListed) else "",
        halves=_halves(known, edition, page),
        categories=known.categories,
        sessions=_sessions(known, edition, page),
        sheets=await service.sheets_kept(db, edition, reference or None),
        reference=reference,
        saved="saved" in request.query_params,
    )


def _halves(known: Offered, edition: Edition, page: Page) -> list[tuple[str, str]]:
    """Return what a sign-in sheet can be of: everything, days, half-days, by what forms send."""
    words = page.words
    found = [(asking.ALL, words.gettext("Every day, a sheet for each"))]
    for one in known.hours:
        half = one.half
        if not half.afternoon:
            found.append((half.day.isoformat(), words.day(half.day)))
        values = {
            "day": words.day(half.day),
            "half": half_in_words(words, afternoon=half.afternoon).lower(),
            "hours": span_in_words(one.starts_at, one.ends_at, edition, words),
        }
        found.append((half.name, words.gettext("%(day)s, %(half)s: %(hours)s") % values))
    return found


def _sessions(known: Offered, edition: Edition, page: Page) -> list[tuple[int, str]]:
    words = page.words
    return [
        (
            one.number,
            words.gettext("%(when)s: %(title)s")
            % {
                "when": words.moment(one.starts_at, edition.zone),
                "title": one.title.get(page.language) or next(iter(one.title.values()), ""),
            },
        )
        for one in known.sessions
    ]


def _preview(
    page: Page,
    staff: Staff,
    picture: Picture,
    what: str,
    sent: Mapping[str, str],
    *,
    title: str,
    count: int,
    sheets: int = 0,
) -> AnyResponse:
    return page(
        "badges/paper_preview.html",
        staff.edition,
        staff=staff,
        what=what,
        title=page.words.gettext(title),
        source=f"data:image/png;base64,{b64encode(picture.png).decode()}",
        number=picture.page,
        pages=picture.pages,
        count=count,
        sheets=sheets,
        choices=[(name, text) for name, text in sent.items() if name not in ("page", "lang")],
    )


def _pdf(pdf: bytes, name: str) -> AnyResponse:
    headers = {"cache-control": PRIVATE, "content-disposition": disposition(name)}
    return Response(pdf, media_type="application/pdf", headers=headers)


router = Router(
    "/",
    route_handlers=[
        papers_page,
        sign_in_preview,
        sign_in_pdf,
        list_preview,
        list_pdf,
        present_pdf,
        set_terms,
    ],
)
