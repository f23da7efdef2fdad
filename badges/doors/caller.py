"""What the API's routes of the doors share: gates, check-in lists, devices, conflicts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath

from badges.doors import forms as door_forms
from forum.core import web
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.rights import Deed, Staff
from forum.core.web import AnyRequest, Given

MAY = {"deed": Deed.RUN_DOORS}
LIMITED = [limited("organiser", per_minute=300)]
PATH = "/api/editions/{edition_slug:str}"


class Caller:
    """Somebody's program at work on the doors: one request, and what it needs."""

    def __init__(self, request: AnyRequest, db: Db, now: datetime, ids: Ids) -> None:
        self.request = request
        self.db = db
        self.now = now
        self.ids = ids

    def by(self, staff: Staff) -> dict[str, Any]:
        """Return what each verb asks for beside its values."""
        return {"actor": staff.actor, "at": self.now, "ids": self.ids}

    def seen(self) -> frozenset[int] | None:
        """Return the revisions at which the program saw what it changes; None for any."""
        return web.matched(self.request)


async def calling(
    request: AnyRequest,
    edition_slug: FromPath[str],  # noqa: ARG001 -- `staff` reads it; the description names it
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Caller:
    """Give a route of the doors its caller."""
    return Caller(request, db, now, ids)


# What the bodies of gates and of lists hold

TEXT = Schema(type=OpenAPIType.STRING)
NAME = Schema(
    type=OpenAPIType.OBJECT,
    additional_properties=Schema(type=OpenAPIType.STRING, max_length=door_forms.LONGEST_NAME),
    description="By language; needed in the main one of the edition.",
)
SLUG = Schema(
    type=OpenAPIType.STRING,
    pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
    max_length=door_forms.LONGEST_SLUG,
    description="When it is added only; made of the name where it is not given.",
)


def whole(least: int, most: int, *, null: bool = False) -> Schema:
    """Return a whole number from `least` to `most`, or null."""
    types = [OpenAPIType.INTEGER, OpenAPIType.NULL]
    return Schema(type=types if null else OpenAPIType.INTEGER, minimum=least, maximum=most)


def one_of(values: type[StrEnum]) -> Schema:
    """Return one of the texts of an enumeration."""
    return Schema(type=OpenAPIType.STRING, enum=[one.value for one in values])
