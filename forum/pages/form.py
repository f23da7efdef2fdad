"""The organisers' page of the form: its terms, categories, questions and consents.

Each change is sent with the revision of the form that the page showed. Where somebody else changed
the form meanwhile, the page comes again with what they changed, and with what was typed.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from litestar import Router, get, post
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect

from forum.core.db import Db
from forum.core.errors import Invalid, Problem
from forum.core.idempotency import Once
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.pages import Page
from forum.core.rights import Deed, Staff
from forum.core.text import pick
from forum.core.web import AnyRequest, AnyResponse, Given, form_fields
from forum.editions import forming, rules
from forum.editions import queries as editions
from forum.editions.forming import Changes
from forum.editions.models import (
    Category,
    CategoryNotFound,
    EditionChanged,
    NewCategory,
    NewConsent,
    NewTerms,
)
from forum.pages import form_changes, form_values
from forum.pages.form_values import Sent
from forum.questions import queries as questions
from forum.questions import service, views
from forum.questions.models import (
    CAN_DECIDE,
    NewQuestion,
    Question,
    QuestionNotFound,
)

PER_MINUTE = 120
MAY = {"deed": Deed.EDIT_FORM}
PATH = "/organiser/{slug:str}/form"
CATEGORY = f"{PATH}/categories/{{category:str}}"
QUESTION = f"{PATH}/questions/{{question:str}}"
CONSENT = f"{PATH}/consents/{{purpose:str}}"
Show = Callable[..., Awaitable[AnyResponse]]


class Desk:
    """Where an organiser changes the form: one request, and what it needs."""

    def __init__(
        self, request: AnyRequest, db: Db, once: Once, page: Page, now: datetime, ids: Ids
    ) -> None:
        self.request = request
        self.db = db
        self.once = once
        self.page = page
        self.now = now
        self.ids = ids

    async def change(
        self,
        staff: Staff,
        work: Callable[[Sent], Awaitable[Changes]],
        show: Show,
        *,
        action: str,
        part: str,
        place: str = "",
    ) -> AnyResponse | Redirect:
        """Do `work` with what was sent; `show` the page again where it cannot be done."""
        sent = await form_fields(self.request)
        revision = _whole(sent.get("revision"))

        async def deed() -> bool:
            await form_changes.change(
                self.db,
                staff.edition,
                lambda _: work(sent),
                action=action,
                part=part,
                revision=revision,
                actor=staff.actor,
                at=self.now,
                ids=self.ids,
            )
            return True

        try:
            await self.once(bool, deed)
        except EditionChanged:
            found = await editions.list_form_changes(self.db, staff.edition.id, revision or 0)
            merged = form_values.merged(sent, part, found, staff.edition.zone)
            said = [form_values.told(one, staff.edition, self.page.words) for one in found]
            return await show(self, staff, sent=merged, changed=said, status=412)
        except Invalid as invalid:
            errors = {name: self.page.words.say(text) for name, text in invalid.fields.items()}
            return await show(self, staff, sent=sent, errors=errors, status=422)
        except Problem as problem:
            if problem.status == 404:  # noqa: PLR2004
                raise
            refusal = self.page.words.say(problem.message)
            return await overview(self, staff, refusal=refusal, status=problem.status)
        return Redirect(f"/organiser/{staff.edition.slug}/form?done=1{place}", status_code=303)

    async def show(
        self,
        staff: Staff,
        template: str,
        *,
        sent: Sent,
        errors: Mapping[str, str] | None = None,
        changed: list[dict[str, Any]] | None = None,
        status: int = 200,
        **context: Any,
    ) -> AnyResponse:
        """Answer with a page of the form."""
        terms = await editions.read_terms(self.db, staff.edition.id)
        labels = {name: self.page.words.gettext(text) for name, text in form_values.LABELS.items()}
        return self.page(
            f"organiser/{template}.html",
            staff.edition,
            status=status,
            staff=staff,
            revision=terms.revision,
            terms=terms,
            labels=labels,
            sent={name: values[-1] for name, values in sent.items() if values},
            ticked=sent,
            errors=errors or {},
            changed=changed or [],
            **context,
        )


async def at_desk(
    request: AnyRequest,
    db: Given[Db],
    once: Given[Once],
    page: Given[Page],
    now: Given[datetime],
    ids: Given[Ids],
) -> Desk:
    """Give a route of the form its desk."""
    return Desk(request, db, once, page, now, ids)


def _whole(values: list[str] | None) -> int | None:
    text = values[-1] if values else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


# The whole of it, and the terms


async def overview(
    desk: Desk,
    staff: Staff,
    *,
    sent: Sent | None = None,
    refusal: str = "",
    **context: Any,
) -> AnyResponse:
    """Show the form as a whole; `sent` are its terms as they were typed."""
    edition = staff.edition
    terms = await editions.read_terms(desk.db, edition.id)
    if sent is None or "state" not in sent:
        now_set = msgspec.convert(terms, NewTerms, from_attributes=True)
        sent = form_values.typed(now_set, edition.zone)
    found = await questions.list_questions(desk.db, edition.id)
    asked = [one for one in found if one.retired_at is None]
    categories = await editions.list_categories(desk.db, edition.id)
    return await desk.show(
        staff,
        "form",
        sent=sent,
        states={k: desk.page.words.gettext(text) for k, text in form_values.STATES.items()},
        categories=categories,
        takes={one.code: rules.takes(one, desk.now) for one in categories},
        names={one.code: pick(one.name, desk.page.language) for one in categories},
        questions=asked,
        retired=[one for one in found if one.retired_at is not None],
        answered=await questions.list_answered(desk.db, edition.id),
        kinds=views.kinds(desk.page.words),
        consents=await editions.list_consents(desk.db, edition.id),
        refusal=refusal,
        done="done" in desk.request.query_params,
        **context,
    )


@get(PATH, include_in_schema=False, opt=MAY)
async def form(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Show the form of an edition: terms, categories, questions, consents."""
    return await overview(desk, staff)


@post(PATH, include_in_schema=False, opt=MAY)
async def set_terms(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse | Redirect:
    """Set the terms: state, places, opening and closing, changes, offers, days."""

    async def work(sent: Sent) -> Changes:
        new = form_values.terms(sent, staff.edition)
        return await forming.change_terms(desk.db, staff.edition.id, new)

    return await desk.change(
        staff, work, overview, action="form_terms", part="terms", place="#terms"
    )


# Categories


async def category_page(
    desk: Desk,
    staff: Staff,
    *,
    code: str | None = None,
    sent: Sent | None = None,
    **context: Any,
) -> AnyResponse:
    """Show a category, or an empty one to add."""
    category = await _category(desk, staff, code) if code else None
    if sent is None:
        shown = NewCategory(code="", name={})
        if category is not None:
            shown = msgspec.convert(category, NewCategory, from_attributes=True)
        sent = form_values.typed(shown, staff.edition.zone)
    return await desk.show(staff, "form_category", sent=sent, category=category, **context)


async def _category(desk: Desk, staff: Staff, code: str) -> Category:
    for one in await editions.list_categories(desk.db, staff.edition.id):
        if one.code == code:
            return one
    raise CategoryNotFound


@get(f"{PATH}/category", include_in_schema=False, opt=MAY)
async def new_category(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Show an empty category."""
    return await category_page(desk, staff)


@post(f"{PATH}/category", include_in_schema=False, opt=MAY)
async def add_category(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse | Redirect:
    """Add a category."""

    async def work(sent: Sent) -> Changes:
        new = form_values.category(sent, staff.edition)
        return await forming.add_category(desk.db, staff.edition.id, new)

    return await desk.change(
        staff,
        work,
        category_page,
        action="form_category_added",
        part="category",
        place="#categories",
    )


@get(CATEGORY, include_in_schema=False, opt=MAY)
async def show_category(
    staff: Given[Staff], desk: Given[Desk], category: FromPath[str]
) -> AnyResponse:
    """Show a category."""
    return await category_page(desk, staff, code=category)


@post(CATEGORY, include_in_schema=False, opt=MAY)
async def change_category(
    staff: Given[Staff], desk: Given[Desk], category: FromPath[str]
) -> AnyResponse | Redirect:
    """Change a category."""

    async def work(sent: Sent) -> Changes:
        new = form_values.category(sent, staff.edition, category)
        return await forming.change_category(desk.db, staff.edition.id, new)

    return await desk.change(
        staff,
        work,
        partial(category_page, code=category),
        action="form_category_changed",
        part=f"category {category}",
        place="#categories",
    )


@post(f"{CATEGORY}/delete", include_in_schema=False, opt=MAY)
async def delete_category(
    staff: Given[Staff], desk: Given[Desk], category: FromPath[str]
) -> AnyResponse | Redirect:
    """Delete a category that nothing names."""

    async def work(_: Sent) -> Changes:
        return await forming.delete_category(desk.db, staff.edition.id, category)

    return await desk.change(
        staff,
        work,
        overview,
        action="form_category_deleted",
        part=f"category {category}",
        place="#categories",
    )


# Questions


async def question_page(
    desk: Desk,
    staff: Staff,
    *,
    code: str | None = None,
    sent: Sent | None = None,
    **context: Any,
) -> AnyResponse:
    """Show a question, or an empty one to ask."""
    edition, said = staff.edition, desk.page.words
    found = await questions.list_questions(desk.db, edition.id)
    question = _question(code, found) if code else None
    if sent is None:
        sent = {}
        if question is not None:
            sent = form_values.typed(service.as_new(question), edition.zone)
    earlier = found[: found.index(question)] if question else found
    return await desk.show(
        staff,
        "form_question",
        sent=sent,
        question=question,
        kinds=views.kinds(said),
        categories=await editions.list_categories(desk.db, edition.id),
        rows=form_values.rows(question, sent),
        deciding=[
            {
                "code": one.code,
                "label": pick(one.label, desk.page.language),
                "answers": views.answers_that_decide(one, said),
            }
            for one in earlier
            if one.kind in CAN_DECIDE and one.retired_at is None
        ],
        **context,
    )


def _question(code: str, found: list[Question]) -> Question:
    for one in found:
        if one.code == code:
            return one
    raise QuestionNotFound


@get(f"{PATH}/question", include_in_schema=False, opt=MAY)
async def new_question(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Show an empty question."""
    return await question_page(desk, staff)


@post(f"{PATH}/question", include_in_schema=False, opt=MAY)
async def add_question(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse | Redirect:
    """Ask a question, after all others."""

    async def work(sent: Sent) -> Changes:
        new = form_values.question(sent, staff.edition)
        await service.add(desk.db, staff.edition.id, new)
        return forming.differences(None, new)

    return await desk.change(
        staff,
        work,
        question_page,
        action="form_question_added",
        part="question",
        place="#questions",
    )


@get(QUESTION, include_in_schema=False, opt=MAY)
async def show_question(
    staff: Given[Staff], desk: Given[Desk], question: FromPath[str]
) -> AnyResponse:
    """Show a question."""
    return await question_page(desk, staff, code=question)


@post(QUESTION, include_in_schema=False, opt=MAY)
async def change_question(
    staff: Given[Staff], desk: Given[Desk], question: FromPath[str]
) -> AnyResponse | Redirect:
    """Change a question."""

    async def work(sent: Sent) -> Changes:
        there = _question(question, await questions.list_questions(desk.db, staff.edition.id))
        new: NewQuestion = form_values.question(sent, staff.edition, there)
        before = await service.change(desk.db, staff.edition.id, new)
        return forming.differences(service.as_new(before), new)

    return await desk.change(
        staff,
        work,
        partial(question_page, code=question),
        action="form_question_changed",
        part=f"question {question}",
        place=f"#question-{question}",
    )


@post(f"{QUESTION}/move", include_in_schema=False, opt=MAY)
async def move_question(
    staff: Given[Staff], desk: Given[Desk], question: FromPath[str]
) -> AnyResponse | Redirect:
    """Move a question up or down; at an end, or before the one on which it depends, it stays."""

    async def work(sent: Sent) -> Changes:
        by = -1 if sent.get("direction") == ["up"] else 1
        before = [one.code for one in await service.list_questions(desk.db, staff.edition.id)]
        await service.move(desk.db, staff.edition.id, question, by)
        after = [one.code for one in await service.list_questions(desk.db, staff.edition.id)]
        return {"order": [before.index(question) + 1, after.index(question) + 1]}

    return await desk.change(
        staff,
        work,
        overview,
        action="form_question_moved",
        part=f"question {question}",
        place=f"#question-{question}",
    )


@post(f"{QUESTION}/retire", include_in_schema=False, opt=MAY)
async def retire_question(
    staff: Given[Staff], desk: Given[Desk], question: FromPath[str]
) -> AnyResponse | Redirect:
    """Ask a question no longer; its answers stay, and it can be brought back."""

    async def work(_: Sent) -> Changes:
        await service.retire(desk.db, staff.edition.id, question, at=desk.now)
        return {"retired": [False, True]}

    return await desk.change(
        staff,
        work,
        overview,
        action="form_question_retired",
        part=f"question {question}",
        place="#retired",
    )


@post(f"{QUESTION}/bring-back", include_in_schema=False, opt=MAY)
async def bring_question_back(
    staff: Given[Staff], desk: Given[Desk], question: FromPath[str]
) -> AnyResponse | Redirect:
    """Ask a retired question again."""

    async def work(_: Sent) -> Changes:
        await service.bring_back(desk.db, staff.edition.id, question)
        return {"retired": [True, False]}

    return await desk.change(
        staff,
        work,
        overview,
        action="form_question_brought_back",
        part=f"question {question}",
        place=f"#question-{question}",
    )


@post(f"{QUESTION}/delete", include_in_schema=False, opt=MAY)
async def delete_question(
    staff: Given[Staff], desk: Given[Desk], question: FromPath[str]
) -> AnyResponse | Redirect:
    """Delete a question that nobody answered."""

    async def work(_: Sent) -> Changes:
        before = _question(question, await questions.list_questions(desk.db, staff.edition.id))
        await service.delete(desk.db, staff.edition.id, question)
        return forming.differences(service.as_new(before), None)

    return await desk.change(
        staff,
        work,
        overview,
        action="form_question_deleted",
        part=f"question {question}",
        place="#questions",
    )


# Consents


async def consent_page(
    desk: Desk,
    staff: Staff,
    *,
    purpose: str | None = None,
    sent: Sent | None = None,
    **context: Any,
) -> AnyResponse:
    """Show a consent, or an empty one to ask for."""
    consent = await forming.consent(desk.db, staff.edition.id, purpose) if purpose else None
    if sent is None:
        sent = {}
        if consent is not None:
            shown = NewConsent(purpose=consent.purpose, wording=consent.wording)
            sent = form_values.typed(shown, staff.edition.zone)
    return await desk.show(staff, "form_consent", sent=sent, consent=consent, **context)


@get(f"{PATH}/consent", include_in_schema=False, opt=MAY)
async def new_consent(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse:
    """Show an empty consent."""
    return await consent_page(desk, staff)


@post(f"{PATH}/consent", include_in_schema=False, opt=MAY)
async def add_consent(staff: Given[Staff], desk: Given[Desk]) -> AnyResponse | Redirect:
    """Ask for a consent, after all others."""

    async def work(sent: Sent) -> Changes:
        new = form_values.consent(sent, staff.edition)
        return await forming.add_consent(desk.db, staff.edition.id, new, at=desk.now)

    return await desk.change(
        staff, work, consent_page, action="form_consent_added", part="consent", place="#consents"
    )


@get(CONSENT, include_in_schema=False, opt=MAY)
async def show_consent(
    staff: Given[Staff], desk: Given[Desk], purpose: FromPath[str]
) -> AnyResponse:
    """Show a consent."""
    return await consent_page(desk, staff, purpose=purpose)


@post(CONSENT, include_in_schema=False, opt=MAY)
async def reword_consent(
    staff: Given[Staff], desk: Given[Desk], purpose: FromPath[str]
) -> AnyResponse | Redirect:
    """Word a consent anew: the next version; the versions before it stay."""

    async def work(sent: Sent) -> Changes:
        new = form_values.consent(sent, staff.edition, purpose)
        return await forming.reword_consent(
            desk.db, staff.edition.id, purpose, new.wording, at=desk.now
        )

    return await desk.change(
        staff,
        work,
        partial(consent_page, purpose=purpose),
        action="form_consent_reworded",
        part=f"consent {purpose}",
        place="#consents",
    )


# The form as attendees see it


@get(f"{PATH}/preview/{{category:str}}", include_in_schema=False, opt=MAY)
async def preview(staff: Given[Staff], desk: Given[Desk], category: FromPath[str]) -> AnyResponse:
    """Show what an attendee of this category is asked."""
    edition = staff.edition
    shown = await _category(desk, staff, category)
    asked = [
        one
        for one in await service.list_questions(desk.db, edition.id)
        if not one.categories or category in one.categories
    ]
    categories = await editions.list_categories(desk.db, edition.id)
    return await desk.show(
        staff,
        "form_preview",
        sent={},
        category=shown,
        categories=categories,
        questions=asked,
        names={one.code: pick(one.name, desk.page.language) for one in categories},
        consents=await editions.list_consents(desk.db, edition.id),
    )


router = Router(
    "/",
    dependencies={"desk": Provide(at_desk)},
    middleware=[limited("form", per_minute=PER_MINUTE)],
    route_handlers=[
        form,
        set_terms,
        new_category,
        add_category,
        show_category,
        change_category,
        delete_category,
        new_question,
        add_question,
        show_question,
        change_question,
        move_question,
        retire_question,
        bring_question_back,
        delete_question,
        new_consent,
        add_consent,
        show_consent,
        reword_consent,
        preview,
    ],
)
