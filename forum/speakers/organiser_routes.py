"""The organisers' page of speakers: who was asked, who answered, what is missing of whom."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Router, get, post
from litestar.response import Redirect, Response

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.i18n import N_, Words
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.tables import Cell, write_csv
from forum.core.text import fold, pick
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, disposition, form_fields
from forum.speakers import mails, rules, service
from forum.speakers.models import CATEGORY, Lack, Standing
from schedule.models import SpeakerState
from schedule.naming import as_uuid

MAY = {"deed": Deed.EDIT_PROGRAMME}
PATH = "/organiser/{slug:str}/programme/speakers/invitations"
PER_MINUTE = 30
PAGE = 20
"""How many speakers a page shows: 600 elements hold them."""
MOST_DIGITS = 5
LONGEST_QUERY = 100
STATES = {
    SpeakerState.PROPOSED: N_("Not invited yet"),
    SpeakerState.INVITED: N_("Invited"),
    SpeakerState.CONFIRMED: N_("Comes"),
    SpeakerState.DECLINED: N_("Does not come"),
}
LACKS = {
    Lack.ANSWER: N_("answer"),
    Lack.EMAIL: N_("e-mail address"),
    Lack.BIOGRAPHY: N_("biography"),
    Lack.PHOTO: N_("photo"),
    Lack.CONSENT: N_("agreement to the photo"),
    Lack.REGISTRATION: N_("registration"),
}
COLUMNS = (
    N_("Name"),
    N_("Organisation"),
    N_("Job title"),
    N_("E-mail"),
    N_("Language"),
    N_("State"),
    N_("Last written to"),
    N_("Answered"),
    N_("Sessions"),
    N_("Missing"),
    N_("Registration"),
    N_("Category"),
)


@get(PATH, include_in_schema=False, opt=MAY)
async def speakers_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
) -> AnyResponse:
    """Show who was asked and answered when, and the forms that ask."""
    edition = staff.edition
    whole = await service.list_standings(db, edition)
    asked = request.query_params
    only, q = asked.get("only", ""), asked.get("q", "")[:LONGEST_QUERY].strip()
    found = [one for one in whole if _matches(one, only, fold(q).split())]
    pages = max(1, -(-len(found) // PAGE))
    number = max(1, min(pages, _number(asked.get("page", "")) or 1))
    shown = found[(number - 1) * PAGE : number * PAGE]
    return page(
        "speakers/speakers.html",
        edition,
        staff=staff,
        rows=[_row(one, edition, page.words, now) for one in shown],
        counts=_counts(whole),
        states={state.value: page.words.gettext(name) for state, name in STATES.items()},
        registers=await service.has_category(db, edition),
        category=CATEGORY,
        count=len(found),
        total=len(whole),
        only=only,
        q=q,
        number=number,
        pages=pages,
        sent=_number(asked.get("sent", "")),
        left_out=_number(asked.get("left_out", "")) or 0,
        nobody="nobody" in asked,
    )


@post(
    PATH,
    include_in_schema=False,
    opt=MAY,
    middleware=[limited("speakers", per_minute=PER_MINUTE)],
)
async def invite(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Redirect:
    """Send the invitation to those who were ticked, or to all not invited yet; or the reminder."""
    sent = await form_fields(request)
    whom = (sent.get("whom") or ["chosen"])[-1]
    chosen = None
    if whom not in {"proposed", "unanswered"}:
        chosen = {id_ for text in sent.get("speaker", []) if (id_ := as_uuid(text))}
    address = f"/organiser/{staff.edition.slug}/programme/speakers/invitations"
    if chosen is not None and not chosen:
        return Redirect(f"{address}?nobody=1", status_code=303)
    done = await service.invite(
        db,
        staff.edition,
        chosen,
        reminder=whom == "unanswered",
        actor=staff.actor,
        at=now,
        ids=ids,
    )
    return Redirect(f"{address}?sent={done.count}&left_out={done.left_out}", status_code=303)


@get(
    "/organiser/{slug:str}/programme/speakers/invitations.csv",
    include_in_schema=False,
    opt=MAY,
)
async def export(
    staff: Given[Staff], db: Given[Db], page: Given[Page], now: Given[datetime], ids: Given[Ids]
) -> AnyResponse:
    """Save the speakers as a table; who takes it is recorded."""
    edition, words = staff.edition, page.words
    whole = await service.list_standings(db, edition)
    await service.record_export(db, edition, len(whole), actor=staff.actor, at=now, ids=ids)
    sees = staff.may(Deed.SEE_REGISTRATIONS)
    content = write_csv(
        [words.gettext(name) for name in COLUMNS],
        [_cells(one, edition, words, sees=sees) for one in whole],
    )
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={
            "cache-control": PRIVATE,
            "content-disposition": disposition(f"{edition.slug}-speakers.csv"),
        },
    )


def _matches(one: Standing, only: str, wanted: Sequence[str]) -> bool:
    if only == "lacking" and not one.lacks:
        return False
    if only in {state.value for state in SpeakerState} and one.part.backstage.state != only:
        return False
    content = one.part.content
    texts = (content.name, content.organisation, one.part.backstage.email)
    whole = fold(" ".join(filter(None, texts)))
    return all(word in whole for word in wanted)


def _counts(whole: Iterable[Standing]) -> dict[str, int]:
    """Return how many speakers are at each state, and how many each button writes to."""
    found = dict.fromkeys([*(state.value for state in SpeakerState), "lacking"], 0)
    found |= {"to_invite": 0, "to_remind": 0}
    for one in whole:
        behind = one.part.backstage
        found[behind.state.value] += 1
        found["lacking"] += bool(one.lacks)
        found["to_invite"] += behind.state is SpeakerState.PROPOSED and bool(behind.email)
        found["to_remind"] += behind.state is SpeakerState.INVITED and bool(behind.email)
    return found


def _row(
    one: Standing,
    edition: Edition,
    words: Words,
    now: datetime,
) -> Mapping[str, Any]:
    content, behind = one.part.content, one.part.backstage
    stands = rules.stands(one.held)
    return {
        "id": content.id,
        "name": content.name,
        "about": ", ".join(filter(None, [content.job_title, content.organisation])),
        "email": behind.email,
        "state": behind.state.value,
        "state_name": words.gettext(STATES[behind.state]),
        "asked": one.asked,
        "asked_at": words.moment(one.asked_at, edition.zone) if one.asked_at else "",
        "answered_at": words.moment(one.answer.at, edition.zone) if one.answer else "",
        "changed_at": words.moment(one.own_change.at, edition.zone) if one.own_change else "",
        "sessions": len(one.sessions),
        "lacks": [words.gettext(LACKS[lack]) for lack in one.lacks],
        "held": one.held,
        "stands": stands,
        "other_category": stands and one.held is not None and one.held.category != CATEGORY,
        "comes_no_more": stands and behind.state is SpeakerState.DECLINED,
        "may_write": rules.may_write(behind, one.asked_at, now),
    }


def _cells(one: Standing, edition: Edition, words: Words, *, sees: bool) -> list[Cell]:
    """Return a speaker's row; only who `sees` registrations reads under which they are held."""
    content, behind = one.part.content, one.part.backstage
    sessions = [mails.said(own, edition, words.language) for own in one.sessions]
    return [
        content.name,
        content.organisation,
        content.job_title,
        behind.email,
        behind.language or edition.language,
        words.gettext(STATES[behind.state]),
        one.asked_at.astimezone(edition.zone) if one.asked_at else None,
        one.answer.at.astimezone(edition.zone) if one.answer else None,
        " / ".join(
            ", ".join(filter(None, [pick(own["title"], words.language), own["role"], own["when"]]))
            for own in sessions
        ),
        ", ".join(words.gettext(LACKS[lack]) for lack in one.lacks),
        one.held.reference if one.held and sees else None,
        pick(one.held.category_name, words.language) if one.held and sees else None,
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


router = Router("/", route_handlers=[speakers_page, invite, export])
