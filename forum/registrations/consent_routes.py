"""What attendees agree to, by the link in their e-mail or by the API: shown, given, withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from litestar import delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath
from litestar.response import Redirect, Response

from forum.core import forms
from forum.core.context import Attendee, Edition
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.limits import limited
from forum.core.web import PRIVATE, AnyRequest, Given, form_fields, json_object
from forum.editions import service as edition_service
from forum.registrations import consenting, service
from forum.registrations.keys import AttendeeKeys
from forum.registrations.models import (
    ConsentClosed,
    ConsentGiven,
    ConsentReworded,
    OwnConsent,
)

PER_MINUTE = 20
PATH = "/api/me/registration/consents"


# The API


@dataclass
class GiveOperation(Operation):
    """Describes the body of `give_own`, which reads it by itself to tell every mistake at once."""

    def __post_init__(self) -> None:
        """Say what the body holds (`ConsentGiven`)."""
        schema = Schema(
            type=OpenAPIType.OBJECT,
            properties={"version": Schema(type=OpenAPIType.INTEGER, minimum=1)},
            required=["version"],
            additional_properties=False,
        )
        self.request_body = RequestBody(
            required=True, content={"application/json": OpenAPIMediaType(schema=schema)}
        )


@get(PATH, tags=["registrations"], summary="Tell what I agreed to")
async def list_own(attendee: Given[Attendee], db: Given[Db]) -> Response[list[OwnConsent]]:
    """Tell each consent of the edition: its words now, what was agreed to, and when."""
    edition = await edition_service.by_id(db, attendee.edition_id)
    await service.own(db, edition.id, attendee.registration_id)
    return _told(await consenting.consents_of(db, edition, attendee.registration_id))


@put(
    f"{PATH}/{{purpose:str}}",
    tags=["registrations"],
    summary="Agree to a consent",
    operation_class=GiveOperation,
)
async def give_own(
    request: AnyRequest,
    purpose: FromPath[str],
    attendee: Given[Attendee],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[list[OwnConsent]]:
    """Agree to a consent in the words of `version`; it is refused once they have changed (412).

    Agreeing again changes nothing. The answer tells every consent.
    """
    edition = await edition_service.by_id(db, attendee.edition_id)
    given = forms.parse(ConsentGiven, await json_object(request))
    person = attendee.registration_id
    await consenting.give(db, edition, person, purpose, given.version, at=now, ids=ids)
    return _told(await consenting.consents_of(db, edition, person))


@delete(
    f"{PATH}/{{purpose:str}}",
    tags=["registrations"],
    summary="Withdraw a consent",
    status_code=200,
)
async def withdraw_own(
    purpose: FromPath[str],
    attendee: Given[Attendee],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
) -> Response[list[OwnConsent]]:
    """Withdraw a consent, at any time; withdrawing again changes nothing.

    The answer tells every consent.
    """
    edition = await edition_service.by_id(db, attendee.edition_id)
    person = attendee.registration_id
    await consenting.withdraw(db, edition, person, purpose, at=now, ids=ids)
    return _told(await consenting.consents_of(db, edition, person))


def _told(consents: list[OwnConsent]) -> Response[list[OwnConsent]]:
    return Response(consents, headers={"cache-control": PRIVATE})


# The pages


@post(
    "/me/{key:str}/consents/{purpose:str}",
    include_in_schema=False,
    middleware=[limited("consents", per_minute=PER_MINUTE)],
)
async def give(
    request: AnyRequest,
    key: FromPath[str],
    purpose: FromPath[str],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
    keys: Given[AttendeeKeys],
) -> Redirect:
    """Agree to a consent in the words that the page showed."""
    attendee, edition = await _whose(db, keys, key)
    given = forms.parse(ConsentGiven, await form_fields(request))
    person = attendee.registration_id
    try:
        await consenting.give(db, edition, person, purpose, given.version, at=now, ids=ids)
    except ConsentReworded:
        return _back(key, "reworded")
    except ConsentClosed:
        return _back(key, "consents-closed")
    return _back(key, "agreed")


@post(
    "/me/{key:str}/consents/{purpose:str}/withdrawal",
    include_in_schema=False,
    middleware=[limited("consents", per_minute=PER_MINUTE)],
)
async def withdraw(
    key: FromPath[str],
    purpose: FromPath[str],
    db: Given[Db],
    now: Given[datetime],
    ids: Given[Ids],
    keys: Given[AttendeeKeys],
) -> Redirect:
    """Withdraw a consent, whatever became of the registration."""
    attendee, edition = await _whose(db, keys, key)
    await consenting.withdraw(db, edition, attendee.registration_id, purpose, at=now, ids=ids)
    return _back(key, "withdrawn")


async def _whose(db: Db, keys: AttendeeKeys, key: str) -> tuple[Attendee, Edition]:
    attendee = keys.read(key)
    return attendee, await edition_service.by_id(db, attendee.edition_id)


def _back(key: str, done: str) -> Redirect:
    return Redirect(f"/me/{key}?done={done}", status_code=303)


HANDLERS: list[HTTPRouteHandler] = [list_own, give_own, withdraw_own, give, withdraw]
"""Served by the router of `routes.py`: two routers cannot share an address."""
