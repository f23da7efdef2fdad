"""Territories over HTTP: suggestions to someone who types the name of an organisation."""

import msgspec
from litestar import Router, get
from litestar.params import FromQuery

from forum.core.limits import limited
from forum.core.web import AnyRequest, AnyResponse, document
from forum.territories import service

PER_MINUTE = 600
"""A town hall types behind one address."""
A_DAY = "public, max-age=86400"


@get(
    "/api/organisations",
    summary="Suggest organisations",
    tags=["organisations"],
    middleware=[limited("organisations", per_minute=PER_MINUTE)],
)
async def suggest(request: AnyRequest, q: FromQuery[str] = "") -> AnyResponse:
    """Suggest communes, EPCI, départements and régions that a text may mean, likeliest first.

    Words come in any order and need not be whole; accents and case do not count.
    """
    body = msgspec.json.encode(service.suggest(q))
    return document(request, body, "application/json", cache_control=A_DAY, shared=True)


router = Router("/", route_handlers=[suggest])
