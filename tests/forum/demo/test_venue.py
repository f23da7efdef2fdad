"""The demonstration's plans: drawn the same each time, every room on one, its number inside it."""

import io
from datetime import date

from PIL import Image

from forum.demo import programme, venue
from schedule.plan_pictures import SMALL_BYTES, take_in
from schedule.plans import dots

ROOMS = programme.draft(date(2027, 3, 23)).rooms
WALLS = {(61, 77, 82), (238, 241, 234)}
"""The inks of walls, and of what is outside of the house."""


def test_every_room_is_on_one_plan():
    marked = [marker.room_id for plan in venue.venues() for marker in plan.markers]
    assert sorted(marked) == sorted(room.id for room in ROOMS)


def test_plans_are_drawn_the_same_each_time_light_and_with_words_in_both_languages():
    first, again = venue.venues(), venue.venues()
    assert first == again
    for plan in first:
        made = take_in(plan.picture)
        assert (made.width_px, made.height_px) == (venue.WIDE, venue.HIGH)
        assert len(made.full) < 60_000
        assert len(made.small) <= SMALL_BYTES
        assert plan.title.keys() == plan.alt.keys() == {"fr", "en"}


def test_no_number_stands_on_a_wall_or_outside():
    for plan in venue.venues():
        with Image.open(io.BytesIO(plan.picture)) as opened:
            picture = opened.convert("RGB")
        for dot in dots(plan.markers, ROOMS):
            x, y = picture.width * dot.x / 100, picture.height * dot.y / 100
            around = [
                picture.getpixel((round(x + a), round(y + b)))
                for a in (-25, 0, 25)
                for b in (-25, 0, 25)
            ]
            assert not WALLS & {*around}, dot.room.name
