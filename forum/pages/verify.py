"""The page that checks the code of an attestation, of presence or of speaking: anybody may."""

import re
from datetime import datetime
from typing import Any

from litestar import Router, get
from litestar.params import FromPath
from litestar.response import Redirect

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.forms import NEEDED
from forum.core.i18n import N_
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.web import AnyRequest, AnyResponse, Given
from forum.registrations import attestations, documents
from forum.registrations.codes import AttestationCodes, AttestationUnknown, Claim
from forum.speakers import certificates

PER_MINUTE = 30
NO_ROBOTS = {"x-robots-tag": "noindex, nofollow"}
LONGEST_CODE = 100
WRONG = N_("No attestation has this code.")


@get("/verify", include_in_schema=False)
async def verify_page(request: AnyRequest, page: Given[Page]) -> AnyResponse | Redirect:
    """Ask for a code, and lead to what it proves: the form needs no script."""
    typed = request.query_params.get("code")
    code = re.sub(r"[^0-9A-Za-z]+", "-", typed or "").strip("-")[:LONGEST_CODE]
    if code:
        return Redirect(f"/verify/{code}", status_code=303)
    if typed is None:
        return _verify(page, state="asked")
    return _verify(page, state="asked", error=NEEDED, status=422)


@get(
    "/verify/{code:str}",
    include_in_schema=False,
    middleware=[limited("verify", per_minute=PER_MINUTE)],
)
async def verify(
    code: FromPath[str],
    db: Given[Db],
    page: Given[Page],
    codes: Given[AttestationCodes],
    now: Given[datetime],
) -> AnyResponse:
    """Say what the code of an attestation proves, or that there is none of this code."""
    try:
        claim = codes.read(code)
        if claim.paper.of_speaker:
            return await _spoke(db, page, codes, claim)
        return await _was_there(db, page, codes, claim, now)
    except AttestationUnknown as problem:
        typed = code[:LONGEST_CODE]
        return _verify(page, state="wrong", typed=typed, error=WRONG, status=problem.status)


async def _was_there(
    db: Db, page: Page, codes: AttestationCodes, claim: Claim, now: datetime
) -> AnyResponse:
    found = await attestations.verify(db, codes, claim, at=now)
    attested, edition, said = found.attested, found.edition, page.words
    halves = attested.halves or []
    changed_at = None if found.unchanged or found.read_at is None else found.read_at
    return _verify(
        page,
        edition,
        state="good" if found.unchanged else "changed",
        person=f"{attested.given_name} {attested.family_name}",
        reference=attested.reference,
        presences=[documents.presence_in_words(one, edition, said) for one in attested.presences],
        times=documents.times_in_words(attested.presences, halves, edition, said),
        total=documents.total_in_words(halves, said) if halves else "",
        sessions=documents.sessions_in_words(found.sessions, edition, said),
        read_at=said.moment(changed_at, edition.zone) if changed_at else "",
    )


async def _spoke(db: Db, page: Page, codes: AttestationCodes, claim: Claim) -> AnyResponse:
    found = await certificates.verify(db, codes, claim)
    edition, issue = found.edition, found.issue
    when = page.words.moment(issue.published_at, edition.zone) if issue else ""
    shown = found.issued or found.now
    return _verify(
        page,
        edition,
        state="good" if found.issued else "changed" if found.now else "gone",
        person=shown.certified.name if shown else "",
        spoken=_parts(shown, edition, page),
        issue=(issue.number, when) if issue else None,
        since=_parts(found.now, edition, page) if issue else [],
    )


def _parts(
    one: certificates.Spoken | None, edition: Edition, page: Page
) -> list[tuple[str, str, str, str]]:
    return [] if one is None else certificates.parts_in_words(one, edition, page.words)


def _verify(
    page: Page,
    edition: Edition | None = None,
    *,
    state: str,
    error: str = "",
    status: int = 200,
    **told: Any,
) -> AnyResponse:
    return page(
        "registrations/verify.html",
        edition,
        status=status,
        headers=NO_ROBOTS,
        state=state,
        errors={"code": page.words.gettext(error)} if error else {},
        **{**NOTHING, **told},
    )


NOTHING: dict[str, Any] = {
    "typed": "",
    "person": "",
    "reference": "",
    "presences": [],
    "times": [],
    "total": "",
    "sessions": [],
    "read_at": "",
    "spoken": [],
    "issue": None,
    "since": [],
}
"""What the page shows where nothing of a kind is to be told."""

router = Router("/", route_handlers=[verify_page, verify])
