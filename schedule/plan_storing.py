"""Pictures of plans among the stored files: taken in and kept, read to be seen or printed."""

import asyncio
from collections.abc import Iterable

from forum.core.blobs import Blobs
from forum.core.errors import NotFound
from schedule import plan_pictures
from schedule.models import FloorPlan, PlanPicture

REFUSALS = (
    plan_pictures.NotAPlan,
    plan_pictures.PlanIsAProgram,
    plan_pictures.PlanTooLarge,
    plan_pictures.PlanTooSmall,
)


class PlanPictureNotFound(NotFound):
    """There is no picture of a plan at this address."""

    code = "plan_picture_not_found"


async def keep(blobs: Blobs, content: bytes) -> PlanPicture:
    """Keep a picture that was sent, made anew.

    Raises:
        NotAPlan, PlanIsAProgram, PlanTooLarge, PlanTooSmall: as `plan_pictures.take_in`.
        StorageFull: the file could not be stored.
    """
    made = await asyncio.to_thread(plan_pictures.take_in, content)
    return PlanPicture(
        full=await asyncio.to_thread(blobs.put, made.full),
        small=await asyncio.to_thread(blobs.put, made.small),
        width_px=made.width_px,
        height_px=made.height_px,
    )


async def read(blobs: Blobs, name: str) -> bytes:
    """Return a picture that was kept.

    Raises:
        PlanPictureNotFound: there is none of this name.
    """
    try:
        return await asyncio.to_thread(blobs.path(name).read_bytes)
    except FileNotFoundError as error:
        raise PlanPictureNotFound from error


async def pictures_of(blobs: Blobs, plans: Iterable[FloorPlan]) -> dict[str, bytes]:
    """Return the full pictures of plans by name; one whose file was lost is not among them."""
    names = {one.picture.full for one in plans if one.picture}
    return await asyncio.to_thread(_read_all, blobs, sorted(names))


def _read_all(blobs: Blobs, names: Iterable[str]) -> dict[str, bytes]:
    paths = {name: blobs.path(name) for name in names}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
