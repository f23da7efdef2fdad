"""The pages from which the team sends papers of a kind: chosen, seen, sent, saved as one PDF.

Attestations and certificates have the same ones, at addresses of their own.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import anyio.to_process
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response, Stream

from badges.models import Signed
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.exports import Exports
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.pdf_pictures import picture
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields
from forum.letters import queries as letters
from forum.letters.kinds import KINDS
from forum.letters.pages import WITH_A_FRAME, framed
from forum.registrations import mails, paper_sending, rules
from forum.registrations.codes import AttestationCodes
from forum.registrations.paper_sending import Candidate, Kind, KindAt

PER_MINUTE = 30
NAMED = 20
"""So many of those who are written to are named before."""
SHOWN = 40
"""How many people a page lists."""


def team_pages(
    what: str, at_instant: KindAt, *, saved: str, listed: bool
) -> list[HTTPRouteHandler]:
    """Return the team's routes of a kind of papers, at `/organiser/…/papers/` and `what`.

    `saved` is the address of the papers of all as PDF, below `/organiser/…/`; with `listed` the
    page has those who have a paper one by one.
    """
    here = f"/organiser/{{slug:str}}/papers/{what}"

    @get(
        f"/organiser/{{slug:str}}/{saved}",
        name=f"all {what}",
        include_in_schema=False,
        opt={"deed": Deed.EDIT_BADGES},
        middleware=[limited("papers", per_minute=PER_MINUTE)],
    )
    async def all_as_pdf(
        staff: Given[Staff],
        db: Given[Db],
        exports: Given[Exports],
        codes: Given[AttestationCodes],
        settings: Given[Settings],
        now: Given[datetime],
        ids: Given[Ids],
    ) -> AnyResponse:
        """Send the papers of all as they are drawn, in a process of its own; this is recorded."""
        edition, kind = staff.edition, at_instant(codes, settings.base_url, now)
        running = await exports.begin(kind.export(edition))
        try:
            number = running.number.result()
            await paper_sending.record_taken(db, edition, kind, number, actor=staff.actor, ids=ids)
        except BaseException:
            running.stop()
            raise
        return Stream(
            running.read(),
            media_type="application/pdf",
            headers=headers_of(f"{what}-{edition.slug}.pdf"),
        )

    @get(here, name=what, include_in_schema=False, opt={"deed": Deed.EDIT_BADGES})
    async def sending_page(
        request: AnyRequest,
        staff: Given[Staff],
        db: Given[Db],
        page: Given[Page],
        codes: Given[AttestationCodes],
        settings: Given[Settings],
        now: Given[datetime],
    ) -> AnyResponse:
        """Ask to whom papers go; with an answer, show one of them, the e-mail, and to whom."""
        kind = at_instant(codes, settings.base_url, now)
        return await _show(page, staff, db, kind, request.query_params, listed=listed)

    @post(
        here,
        name=f"send {what}",
        include_in_schema=False,
        opt={"deed": Deed.EDIT_BADGES},
        middleware=[limited("letters", per_minute=PER_MINUTE)],
    )
    async def send(
        request: AnyRequest,
        staff: Given[Staff],
        db: Given[Db],
        page: Given[Page],
        once: Given[Once],
        codes: Given[AttestationCodes],
        settings: Given[Settings],
        now: Given[datetime],
        ids: Given[Ids],
    ) -> AnyResponse | Redirect:
        """Send papers to those who were chosen and seen before."""
        edition, kind = staff.edition, at_instant(codes, settings.base_url, now)
        fields = await form_fields(request)
        sent = {name: (fields.get(name) or [""])[-1] for name in ("to", "references")}

        async def send() -> int:
            to = paper_sending.read_to(sent["to"])
            references = paper_sending.references_in(sent["references"])
            return await paper_sending.send(
                db, edition, kind, to, references, actor=staff.actor, ids=ids
            )

        try:
            count = await once(int, send)
        except Invalid as invalid:
            return await _show(page, staff, db, kind, sent, listed=listed, invalid=invalid)
        path = f"/organiser/{edition.slug}/papers/{what}?sent={count}"
        return Redirect(path, status_code=303)

    @get(
        f"{here}/letter",
        name=f"letter of {what}",
        include_in_schema=False,
        opt={"deed": Deed.EDIT_BADGES},
    )
    async def letter_preview(
        request: AnyRequest,
        staff: Given[Staff],
        db: Given[Db],
        page: Given[Page],
        codes: Given[AttestationCodes],
        settings: Given[Settings],
        now: Given[datetime],
    ) -> AnyResponse:
        """Show the e-mail that somebody would get; its links open nothing."""
        kind = at_instant(codes, settings.base_url, now)
        reference = request.query_params.get("reference", "")
        everybody = await kind.candidates(db, staff.edition)
        one = paper_sending.named(everybody, reference)
        if one is None:
            raise kind.none
        return framed(await _written(page, db, staff.edition, kind, one, settings.base_url))

    return [all_as_pdf, sending_page, send, letter_preview]


def headers_of(name: str) -> dict[str, str]:
    """Return the headers of a paper that is saved under a name."""
    return {
        "cache-control": PRIVATE,
        "content-disposition": disposition(name),
        "x-robots-tag": "noindex, nofollow",
    }


def pdf(content: bytes, name: str) -> AnyResponse:
    """Return a paper as a file to save."""
    return Response(content, media_type="application/pdf", headers=headers_of(name))


async def _written(
    page: Page,
    db: Db,
    edition: Edition,
    kind: Kind[Any],
    one: Candidate[Any],
    base_url: str,
) -> bytes:
    of_letter = KINDS[kind.letter]
    context = mails.context_of(
        kind.values(one.about), edition, one.language, key=mails.NO_KEY, base_url=base_url
    )
    own = await letters.find_text(db, edition.id, of_letter.code, one.language)
    written = mails.write(
        of_letter, own, context, edition, one.language, templates=page.templates, preview=True
    )
    return written.html.encode()


async def _show(
    page: Page,
    staff: Staff,
    db: Db,
    kind: Kind[Any],
    sent: Mapping[str, str],
    *,
    listed: bool,
    invalid: Invalid | None = None,
) -> AnyResponse:
    edition, words = staff.edition, page.words
    to, references = sent.get("to", ""), sent.get("references", "")
    everybody = await kind.candidates(db, edition)
    errors = dict(invalid.fields) if invalid else {}
    reached: list[Candidate[Any]] = []
    if to and not errors:
        try:
            reached = paper_sending.reached(
                everybody, paper_sending.read_to(to), paper_sending.references_in(references)
            )
        except Invalid as mistaken:
            errors = mistaken.fields
    shown = ""
    if reached:
        paper = kind.signed(edition, reached[0].about)
        shown = b64encode(await anyio.to_process.run_sync(_picture, paper, kind.at)).decode()
    pages = max(1, -(-len(everybody) // SHOWN)) if listed else 1
    number = max(1, min(pages, _number(sent.get("page", "")) or 1))
    first = (number - 1) * SHOWN
    return page(
        "registrations/papers_sending.html",
        edition,
        status=422 if errors else 200,
        headers={"content-security-policy": WITH_A_FRAME},
        staff=staff,
        what=kind.what,
        to=to,
        references=references,
        errors={name: words.say(message) for name, message in errors.items()},
        counts=paper_sending.counted(everybody),
        reached=[(one.reference, one.name) for one in reached[:NAMED]],
        count=len(reached),
        picture=shown,
        over=rules.is_over(edition.ends_on, edition, kind.at),
        log=await paper_sending.sendings(db, edition, kind.letter),
        sent=_number(sent.get("sent", "")),
        people=everybody[first : first + SHOWN] if listed else [],
        number=number,
        pages=pages,
    )


def _picture(paper: Signed, at: datetime) -> bytes:
    """Return a paper as a picture (PNG); in a process of its own."""
    from badges import attestation_pdf  # noqa: PLC0415  # reportlab is slow to import

    return picture(
        attestation_pdf.render(
            [paper], title=paper.title, author=paper.title, language=paper.language, made_at=at
        ),
        1,
    ).png


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else None
