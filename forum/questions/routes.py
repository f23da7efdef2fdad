"""Questions over HTTP: the API tells an edition with what it asks; forms bring files."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Router, get
from litestar.datastructures import UploadFile

from forum.core.context import Edition
from forum.core.db import Db
from forum.core.web import ONCE_FIELD, AnyRequest, Given
from forum.editions.routes import public_edition
from forum.questions import rules, service
from forum.questions.models import (
    AskingEdition,
    PublicOption,
    PublicQuestion,
    Question,
    Upload,
)


@get("/api/editions/{edition_slug:str}", tags=["editions"], summary="Tell an edition")
async def tell(edition: Given[Edition], db: Given[Db], now: Given[datetime]) -> AskingEdition:
    """Tell an edition: dates, place, categories and their free places, languages, questions."""
    told = await public_edition(db, edition, now)
    questions = [public(one) for one in await service.list_questions(db, edition.id)]
    return AskingEdition(**msgspec.structs.asdict(told), questions=questions)


def public(question: Question) -> PublicQuestion:
    """Return a question as the API tells it."""
    return PublicQuestion(
        code=question.code,
        kind=question.kind,
        label=question.label,
        help=question.help,
        required=question.required,
        sensitive=question.sensitive,
        categories=question.categories,
        condition=question.condition,
        options=[
            PublicOption(
                code=one.code, label=one.label, open=not one.full, places_left=one.places_left
            )
            for one in question.options
        ],
        least=question.least,
        most=question.most,
    )


async def fields_and_files(request: AnyRequest) -> dict[str, list[Any]]:
    """Read a posted form by field name: texts, and files as `Upload` where an answer may be one."""
    sent = (await request.form()).dict()
    return {
        name: [await _one(value) for value in values if isinstance(value, str) or _may_be(name)]
        for name, values in sent.items()
        if name != ONCE_FIELD
    }


def _may_be(name: str) -> bool:
    return name.startswith(rules.PREFIX)


async def _one(value: Any) -> Any:
    if not isinstance(value, UploadFile):
        return value
    return Upload(name=value.filename, content=await value.read())


router = Router("/", route_handlers=[tell])
