"""What devices hold, over HTTP: the manifest, and lists in clear for those with the right."""

import asyncio
from datetime import datetime
from typing import Annotated

from litestar import Response, Router, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from msgspec import json

from badges.devices import in_clear
from badges.devices.in_clear import People, Present
from badges.scanner.manifests import Manifest, Manifests
from badges.scans.together import Door
from forum.core.db import Db
from forum.core.ids import Ids
from forum.core.web import PRIVATE, AnyRequest, AnyResponse, Given, accepts_gzip

HEADERS = {"cache-control": PRIVATE, "vary": "Accept-Encoding"}
PACKED = HEADERS | {"content-encoding": "gzip"}


@get(
    "/api/device/manifest",
    tags=["devices"],
    summary="Read all that a device decides by",
    responses={200: ResponseSpec(Manifest, generate_examples=False)},
)
async def manifest(
    request: AnyRequest,
    door: Given[Door],
    manifests: Given[Manifests],
    since: Annotated[
        str | None,
        QueryParameter(
            description="The `cursor` of the manifest that the device holds: it is sent what"
            " changed since. Without it, or where it says nothing any more, all is sent."
        ),
    ] = None,
) -> AnyResponse:
    """Send the rules of the doors, and the tickets with the names of their bearers sealed.

    A name opens with what its badge's code says alone. What was under way while a manifest was read
    comes with the next; it may come twice.
    """
    body, packed = await manifests.answer(
        door.device, door.edition, since, packed=accepts_gzip(request)
    )
    headers = PACKED if packed else HEADERS
    return Response(body, media_type="application/json", headers=headers)


@get(
    "/api/device/people",
    tags=["devices"],
    summary="Read everybody's name, for a device that may search",
    responses={200: ResponseSpec(People, generate_examples=False)},
)
async def people(
    door: Given[Door], db: Given[Db], now: Given[datetime], ids: Given[Ids]
) -> AnyResponse:
    """Send who registered, in clear; the device forgets them at `expires_at`. It is recorded."""
    return await _in_clear(await in_clear.people(db, door.device, door.edition, at=now, ids=ids))


@get(
    "/api/device/present",
    tags=["devices"],
    summary="Read who is in the house, for a device that may hold that list",
    responses={200: ResponseSpec(Present, generate_examples=False)},
)
async def present(
    door: Given[Door], db: Given[Db], now: Given[datetime], ids: Given[Ids]
) -> AnyResponse:
    """Send who is in, in clear; the device forgets them at `expires_at`. It is recorded."""
    rules = (await door.rules()).rules
    listed = await in_clear.present(db, door.device, door.edition, rules, at=now, ids=ids)
    return await _in_clear(listed)


async def _in_clear(listed: People | Present) -> AnyResponse:
    body = await asyncio.to_thread(json.encode, listed)
    return Response(body, media_type="application/json", headers=HEADERS)


router = Router("/", route_handlers=[manifest, people, present])
