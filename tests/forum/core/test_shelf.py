"""Shelves: one load for many, fresh for a while, failures not kept, the least used leave."""

import asyncio

import pytest

from forum.core.shelf import Shelf


class Loads:
    def __init__(self):
        self.count = 0

    async def __call__(self):
        self.count += 1
        await asyncio.sleep(0)
        return self.count


async def test_a_hundred_who_ask_at_once_share_one_load():
    shelf, load = Shelf(), Loads()
    got = await asyncio.gather(*(shelf.get("a", load) for _ in range(100)))
    assert (set(got), load.count) == ({1}, 1)


async def test_what_is_fresh_is_not_loaded_again():
    shelf, load = Shelf(fresh_s=60), Loads()
    assert [await shelf.get("a", load) for _ in range(3)] == [1, 1, 1]


async def test_a_slow_load_makes_nothing_fresher():
    """What was read as the load began may have changed since."""
    now, load = [0.0], Loads()
    shelf = Shelf(fresh_s=1.0, clock=lambda: now[0])

    async def slowly():
        read = await load()
        now[0] += 0.75
        return read

    got = [await shelf.get("a", slowly)]
    now[0] += 0.125
    got.append(await shelf.get("a", slowly))
    now[0] += 0.125
    got.append(await shelf.get("a", slowly))
    assert got == [1, 1, 2]


async def test_what_is_stale_is_loaded_again():
    shelf, load = Shelf(fresh_s=0), Loads()
    assert [await shelf.get("a", load) for _ in range(3)] == [1, 2, 3]


async def test_a_failed_load_reaches_all_who_wait_and_is_not_kept():
    shelf, load = Shelf(), Loads()

    async def fail():
        await asyncio.sleep(0)
        raise OSError("gone")

    got = await asyncio.gather(*(shelf.get("a", fail) for _ in range(3)), return_exceptions=True)
    assert [str(one) for one in got] == ["gone"] * 3
    assert await shelf.get("a", load) == 1


async def test_one_who_leaves_does_not_stop_the_load_of_the_others():
    shelf, load = Shelf(), Loads()
    first = asyncio.create_task(shelf.get("a", load))
    second = asyncio.create_task(shelf.get("a", load))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_the_least_used_leaves():
    shelf, load = Shelf(fresh_s=60, most=2), Loads()
    for key in ("a", "b", "a", "c", "a", "b"):
        await shelf.get(key, load)
    assert load.count == 4


async def test_what_is_forgotten_is_loaded_again():
    shelf, load = Shelf(fresh_s=60), Loads()
    await shelf.get("a", load)
    shelf.forget("a")
    assert await shelf.get("a", load) == 2
