"""The organisers' pages of campaigns: written, tried and started; progress, stop and the record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct, structs

from forum.campaigns import mails, queries, rules, service
from forum.campaigns.models import (
    FASTEST,
    SLOWEST,
    USUAL,
    Author,
    Campaign,
    CampaignChanged,
    CampaignNotFound,
    CampaignOver,
    Fate,
    NobodyReached,
    Order,
    ReachChanged,
    StartedAlready,
    State,
)
from forum.core.context import Edition
from forum.core.db import Db
from forum.core.errors import Invalid
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.settings import Settings
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from forum.editions import queries as editions
from forum.letters.kinds import CAMPAIGN, PLACEHOLDERS
from forum.letters.models import LetterText
from forum.letters.pages import NAMES, WITH_A_FRAME, framed, places, told
from forum.registrations import listing, sending
from forum.registrations import mails as registration_mails
from forum.registrations import queries as registrations
from forum.registrations.listing import Asked, Filter
from forum.registrations.models import Addressee

PER_MINUTE = 60
TESTS_PER_MINUTE = 10
PATH = "/organiser/{slug:str}/campaigns"
OPTIONS: dict[str, Any] = {"include_in_schema": False, "opt": {"deed": Deed.WRITE}}
ON_A_PAGE = 50
NO_REGISTRATION = "No registration has this reference."
NOBODY = "The filter reaches nobody who has an address."


class Typed(Struct, frozen=True, kw_only=True):
    """What the form holds: to whom, by which consent, the words by language, how fast.

    `id` is what the form starts, `reached` how many it showed; `reference` is of the registration
    by which it is looked at.
    """

    id: UUID
    filter: Filter
    consent: str | None = None
    texts: dict[str, tuple[str, str]]
    per_minute: str = str(USUAL)
    reached: int | None = None
    reference: str = ""

    @property
    def written(self) -> dict[str, LetterText]:
        """The texts as they would be stored."""
        return rules.texts_of(self.texts)


@get(PATH, **OPTIONS)
async def campaigns_page(
    request: AnyRequest, staff: Given[Staff], db: Given[Db], page: Given[Page]
) -> AnyResponse:
    """Show the campaigns of the edition, the newest first."""
    before = rules.number_of(request.query_params.get("before", ""))
    found = await queries.list_campaigns(db, staff.edition.id, before, ON_A_PAGE + 1)
    return page(
        "campaigns/campaigns.html",
        staff.edition,
        staff=staff,
        campaigns=[
            {"one": one, "subject": _subject(one, page.language)} for one in found[:ON_A_PAGE]
        ],
        next=found[ON_A_PAGE - 1].number if len(found) > ON_A_PAGE else None,
    )


@get(f"{PATH}/new", **OPTIONS)
async def write_page(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    ids: Given[Ids],
    now: Given[datetime],
) -> AnyResponse:
    """Show the form of a campaign to those whom the address's filter reaches."""
    edition = staff.edition
    sent = request.query_params.dict()
    texts = dict.fromkeys(edition.languages, ("", ""))
    consent = None
    model = rules.number_of(_last(sent, "from"))
    if model is not None and (old := await queries.find(db, edition.id, model)) is not None:
        consent = await _consent(db, edition, old.consent)
        texts |= {
            code: (text.subject, text.body)
            for code, text in old.texts.items()
            if code in edition.languages
        }
    typed = Typed(id=ids.uuid(now), filter=_filter(sent, edition), consent=consent, texts=texts)
    return await _form(page, staff, db, typed)


@post(PATH, middleware=[limited("campaigns", per_minute=PER_MINUTE)], **OPTIONS)
async def start(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Start the campaign of the form, or count anew whom it reaches where that was asked for."""
    edition = staff.edition
    fields = await form_fields(request)
    typed = await _read(fields, edition, db, ids, now)
    if "count" in fields:
        return await _form(page, staff, db, typed)
    errors = _mistakes(typed, edition, page)
    rate = rules.rate_of(typed.per_minute)
    if errors or rate is None:
        return await _form(page, staff, db, typed, errors=errors)
    order = Order(
        id=typed.id,
        filter=typed.filter,
        consent=typed.consent,
        texts=typed.written,
        per_minute=rate,
        reached=typed.reached,
    )
    try:
        number = await service.start(db, edition, order, by=_author(staff), at=now, ids=ids)
    except ReachChanged:
        return await _form(page, staff, db, typed, note="reach", status=412)
    except NobodyReached:
        return await _form(page, staff, db, typed, note="nobody", status=422)
    except StartedAlready as already:
        typed = structs.replace(typed, id=ids.uuid(now))
        return await _form(
            page, staff, db, typed, note="already", status=409, number=already.number
        )
    return Redirect(_at(edition, number, "?told=started"), status_code=303)


@post(
    f"{PATH}/preview",
    status_code=200,
    middleware=[limited("campaigns", per_minute=PER_MINUTE)],
    **OPTIONS,
)
async def preview(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    settings: Given[Settings],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Show the words that were typed as a registration would get them; nothing is stored."""
    edition = staff.edition
    typed = await _read(await form_fields(request), edition, db, ids, now)
    errors = _mistakes(typed, edition, page)
    errors.pop("per_minute", None)
    person = await _shown_person(db, edition, typed)
    if person is None:
        missing = NO_REGISTRATION if typed.reference else NOBODY
        errors["reference"] = page.words.gettext(missing)
    if errors or person is None:
        said = list(errors.values())
        return framed(page.html("mails/mistakes.html", edition, errors=said), status=422)
    language, text = _chosen(request, edition, typed)
    context = registration_mails.context_of(
        sending.values_of(person),
        edition,
        language,
        key=registration_mails.NO_KEY,
        base_url=settings.base_url,
    )
    written = registration_mails.write(
        CAMPAIGN, text, context, edition, language, templates=page.templates, preview=True
    )
    if request.query_params.get("part") == "text":
        return framed(page.html("mails/plain.html", edition, written=written, spoken=language))
    return framed(written.html.encode())


@post(
    f"{PATH}/test",
    status_code=200,
    middleware=[limited("letter-tests", per_minute=TESTS_PER_MINUTE)],
    **OPTIONS,
)
async def send_test(
    request: AnyRequest,
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    once: Given[Once],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse:
    """Send the organiser the words that were typed, as a registration would get them."""
    edition = staff.edition
    typed = await _read(await form_fields(request), edition, db, ids, now)
    errors = _mistakes(typed, edition, page)
    errors.pop("per_minute", None)
    person = await _shown_person(db, edition, typed)
    if person is None:
        missing = NO_REGISTRATION if typed.reference else NOBODY
        errors["reference"] = page.words.gettext(missing)
    if errors or person is None:
        return await _form(page, staff, db, typed, errors=errors)
    language, text = _chosen(request, edition, typed)
    values = sending.values_of(person)

    async def send_it() -> None:
        await sending.send_trial(
            db,
            edition,
            CAMPAIGN,
            text,
            values,
            to=staff.organiser.email,
            language=language,
            actor=staff.actor,
            at=now,
            ids=ids,
        )

    await once(type(None), send_it)
    return await _form(page, staff, db, typed, note="tested")


@get(f"{PATH}/{{number:str}}", **OPTIONS)
async def campaign_page(
    request: AnyRequest,
    number: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
) -> AnyResponse:
    """Show a campaign: its progress while it leaves, its record after."""
    campaign = await _found(db, staff.edition, number)
    return await _show(page, staff, db, campaign, note=request.query_params.get("told", ""))


@post(
    f"{PATH}/{{number:str}}/stop",
    middleware=[limited("campaigns", per_minute=PER_MINUTE)],
    **OPTIONS,
)
async def stop(
    number: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Stop a campaign, whatever became of it since the page was shown."""
    edition = staff.edition
    campaign = await _found(db, edition, number)
    try:
        await service.stop(db, edition, campaign.number, by=_author(staff), at=now, ids=ids)
    except CampaignOver:
        return await _show(page, staff, db, campaign, note="over", status=409)
    return Redirect(_at(edition, campaign.number, "?told=stopped"), status_code=303)


@post(
    f"{PATH}/{{number:str}}/continue",
    middleware=[limited("campaigns", per_minute=PER_MINUTE)],
    **OPTIONS,
)
async def go_on(
    request: AnyRequest,
    number: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> AnyResponse | Redirect:
    """Continue a stopped campaign, at the rate that was typed."""
    edition = staff.edition
    campaign = await _found(db, edition, number)
    fields = await form_fields(request)
    typed = _last(fields, "per_minute") or str(campaign.per_minute)
    rate = rules.rate_of(typed)
    if rate is None:
        errors = {"per_minute": page.words.gettext(rules.BAD_RATE)}
        return await _show(page, staff, db, campaign, errors=errors, per_minute=typed, status=422)
    try:
        await service.go_on(
            db,
            edition,
            campaign.number,
            revision=rules.number_of(_last(fields, "revision")),
            per_minute=rate,
            by=_author(staff),
            at=now,
            ids=ids,
        )
    except CampaignChanged:
        now_there = await service.find(db, edition, campaign.number)
        return await _show(page, staff, db, now_there, note="changed", per_minute=typed, status=412)
    return Redirect(_at(edition, campaign.number, "?told=continued"), status_code=303)


@get(f"{PATH}/{{number:str}}/recipients", **OPTIONS)
async def recipients_page(
    request: AnyRequest,
    number: FromPath[str],
    staff: Given[Staff],
    db: Given[Db],
    page: Given[Page],
) -> AnyResponse:
    """Show what became of each e-mail of a campaign, a page of them."""
    edition = staff.edition
    campaign = await _found(db, edition, number)
    asked = request.query_params.get("fate", "")
    fate = Fate(asked) if asked in {*Fate} else None
    after = rules.number_of(request.query_params.get("after", "")) or 0
    rows = await queries.list_recipients(
        db, edition.id, campaign.number, fate, after, ON_A_PAGE + 1
    )
    return page(
        "campaigns/recipients.html",
        edition,
        staff=staff,
        campaign=campaign,
        subject=_subject(campaign, page.language),
        fate=fate,
        fates=[*Fate],
        rows=rows[:ON_A_PAGE],
        first=after == 0,
        next=rows[ON_A_PAGE - 1].position if len(rows) > ON_A_PAGE else None,
    )


# What was sent


def _last(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return (fields.get(name) or [""])[-1].strip()


def _filter(sent: Mapping[str, Sequence[str]], edition: Edition) -> Filter:
    """Read a filter whole: what cannot be read must not let everybody through.

    Raises:
        Invalid: naming every field at fault.
    """
    only = {name: values for name, values in sent.items() if name not in {"after", "before"}}
    asked, errors = listing.read(only, edition)
    if errors:
        raise Invalid(fields=errors)
    return asked.filter


async def _read(
    fields: Mapping[str, list[str]], edition: Edition, db: Db, ids: Ids, now: datetime
) -> Typed:
    """Read the form.

    Raises:
        Invalid: the filter cannot be read, or the consent is none of the edition's.
    """

    def raw(name: str) -> str:
        return (fields.get(name) or [""])[-1]

    try:
        form_id = UUID(_last(fields, "id"))
    except ValueError:
        form_id = ids.uuid(now)
    return Typed(
        id=form_id,
        filter=_filter(parse_qs(_last(fields, "query").removeprefix("?")), edition),
        consent=await _consent(db, edition, _last(fields, "consent") or None),
        texts={code: (raw(f"subject-{code}"), raw(f"body-{code}")) for code in edition.languages},
        per_minute=_last(fields, "per_minute"),
        reached=rules.number_of(_last(fields, "reached")),
        reference=_last(fields, "reference").upper(),
    )


async def _consent(db: Db, edition: Edition, purpose: str | None) -> str | None:
    """Return a purpose; what is none of the edition's must not let everybody through.

    Raises:
        Invalid: it is none of the edition's.
    """
    if purpose is not None:
        known = await editions.list_consents(db, edition.id)
        if purpose not in {one.purpose for one in known}:
            raise Invalid(fields={"consent": "Choose one of the answers offered."})
    return purpose


def _mistakes(typed: Typed, edition: Edition, page: Page) -> dict[str, str]:
    """Return what is wrong with the form, by the field's name, in the page's language."""
    wrong = rules.mistakes(typed.written, edition.languages)
    errors = {name: " ".join(told(one, page.words) for one in all_) for name, all_ in wrong.items()}
    if rules.rate_of(typed.per_minute) is None:
        errors["per_minute"] = page.words.gettext(rules.BAD_RATE)
    return errors


async def _shown_person(db: Db, edition: Edition, typed: Typed) -> Addressee | None:
    """Return who is shown: the registration of the reference, else the first that is reached."""
    if typed.reference:
        return await registrations.find_addressee(db, edition.id, typed.reference)
    wanted = listing.parameters(typed.filter, edition)
    return await queries.find_first_reached(db, wanted, typed.consent)


def _chosen(request: AnyRequest, edition: Edition, typed: Typed) -> tuple[str, LetterText]:
    """Return the language in which a reader of the one asked for is written to, and the text."""
    asked = request.query_params.get("language", edition.language)
    texts = typed.written
    language = rules.language_for(asked, [*texts])
    return language, mails.closed(texts[language], typed.consent, language)


def _author(staff: Staff) -> Author:
    return Author(account_id=staff.organiser.account_id, actor=staff.actor)


async def _found(db: Db, edition: Edition, number: str) -> Campaign:
    known = rules.number_of(number)
    if known is None:
        raise CampaignNotFound
    return await service.find(db, edition, known)


# What is shown


def _at(edition: Edition, number: int, query: str = "") -> str:
    return f"/organiser/{edition.slug}/campaigns/{number}{query}"


def _subject(campaign: Campaign, language: str) -> str:
    """Return the subject of a campaign as stored, in the reader's language or in another one."""
    text = campaign.texts.get(language) or next(iter(campaign.texts.values()))
    return text.subject


async def _words_of(db: Db, edition: Edition, filter_: Filter) -> dict[str, Any]:
    """Return what a template needs to say a filter in words."""
    group = None
    if filter_.group is not None:
        group = await registrations.find_group(db, edition.id, filter_.group)
    return {
        "meant": filter_,
        "group": group.coordinator_name if group else None,
        "query": listing.address(Asked(filter=filter_)),
        "categories": {
            one.code: one.name for one in await editions.list_categories(db, edition.id)
        },
        "consents": await editions.list_consents(db, edition.id),
    }


async def _form(
    page: Page,
    staff: Staff,
    db: Db,
    typed: Typed,
    *,
    errors: dict[str, str] | None = None,
    note: str = "",
    status: int = 200,
    number: int | None = None,
) -> AnyResponse:
    """Show the form with what was typed, and whom it reaches now."""
    edition = staff.edition
    reach = await service.reach(db, edition, typed.filter, typed.consent)
    rate = rules.rate_of(typed.per_minute)
    fields = places(edition.languages, page.words)
    fields["per_minute"] = (page.words.gettext("E-mails a minute"), "per_minute")
    return page(
        "campaigns/write.html",
        edition,
        status=422 if errors else status,
        headers={"content-security-policy": WITH_A_FRAME},
        staff=staff,
        typed=typed,
        reach=reach,
        minutes=rules.minutes(reach.reached, rate) if rate else None,
        slowest=SLOWEST,
        fastest=FASTEST,
        names=NAMES,
        placeholders=[(name, PLACEHOLDERS[name]) for name in CAMPAIGN.placeholders],
        errors=errors or {},
        places=fields,
        note=note,
        number=number,
        **await _words_of(db, edition, typed.filter),
    )


async def _show(
    page: Page,
    staff: Staff,
    db: Db,
    campaign: Campaign,
    *,
    note: str = "",
    errors: dict[str, str] | None = None,
    per_minute: str = "",
    status: int = 200,
) -> AnyResponse:
    """Show a campaign as it stands."""
    edition = staff.edition
    progress = await queries.read_progress(db, edition.id, campaign.number)
    waiting = progress.left if campaign.state is State.RUNNING else 0
    return page(
        "campaigns/campaign.html",
        edition,
        status=status,
        staff=staff,
        campaign=campaign,
        progress=progress,
        subject=_subject(campaign, page.language),
        minutes=rules.minutes(waiting, campaign.per_minute),
        consent=campaign.consent,
        slowest=SLOWEST,
        fastest=FASTEST,
        per_minute=per_minute or str(campaign.per_minute),
        names=NAMES,
        errors=errors or {},
        note=note,
        **await _words_of(db, edition, campaign.filter),
    )


router = Router(
    "/",
    route_handlers=[
        campaigns_page,
        write_page,
        start,
        preview,
        send_test,
        campaign_page,
        stop,
        go_on,
        recipients_page,
    ],
)
