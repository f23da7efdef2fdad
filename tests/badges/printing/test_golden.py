"""Six layouts look as they did when somebody last looked: scripts/golden.py makes them again."""

import pytest

from badges.layouts.shipped import SHIPPED
from tests.badges.printing.golden import FOLDER, MOST, PAGES, difference, drawn


@pytest.mark.parametrize(("name", "page"), PAGES)
def test_a_layout_looks_as_it_did(name, page):
    assert difference(drawn(SHIPPED[name], page), FOLDER / f"{name}-{page + 1}.png") <= MOST


def test_another_look_would_be_seen():
    one, other = FOLDER / "a6-1.png", drawn(SHIPPED["a6-speaker"], 0)
    assert difference(other, one) > 10 * MOST


def test_no_picture_is_kept_that_nothing_is_held_against():
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}-{n + 1}.png" for name, n in PAGES}
