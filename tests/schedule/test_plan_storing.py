"""Pictures of plans are kept by what is in them, and read again; a lost one stops nothing."""

import uuid

import pytest

from forum.core.blobs import Blobs
from schedule import plan_pictures, plan_storing
from schedule.models import FloorPlan
from schedule.plan_storing import PlanPictureNotFound, keep, pictures_of, read
from tests.factories import plan_file


@pytest.fixture
def blobs(tmp_path):
    return Blobs(tmp_path)


def plan(picture):
    title = {"fr": "Niveau 0"}
    return FloorPlan(id=uuid.UUID(int=1), position=0, title=title, alt=title, picture=picture)


async def test_the_same_picture_has_the_same_names_and_is_read_as_it_was_kept(blobs):
    first, again = [await keep(blobs, plan_file()) for _ in range(2)]
    assert first == again
    made = plan_pictures.take_in(plan_file())
    assert [await read(blobs, name) for name in (first.full, first.small)] == [
        made.full,
        made.small,
    ]
    assert (first.width_px, first.height_px) == (600, 400)


async def test_what_is_refused_leaves_no_file(blobs, tmp_path):
    for content in (b"<svg/>", b"x", plan_file(size=(9, 9))):
        with pytest.raises(plan_storing.REFUSALS):
            await keep(blobs, content)
    assert [*tmp_path.iterdir()] == []


async def test_a_name_of_no_picture_is_refused(blobs):
    with pytest.raises(PlanPictureNotFound):
        await read(blobs, "0" * 64)


async def test_the_pictures_of_plans_are_those_that_are_there(blobs):
    kept = await keep(blobs, plan_file())
    lost = await keep(blobs, plan_file(colour="#fbe4e1"))
    blobs.path(lost.full).unlink()
    found = await pictures_of(blobs, [plan(kept), plan(lost), plan(None), plan(kept)])
    assert found == {kept.full: blobs.path(kept.full).read_bytes()}
