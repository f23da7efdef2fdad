"""A version in memory: each page is built once, however many ask, and beside the event loop."""

import asyncio
import threading

import pytest

from schedule.published import MOST_PAGES, Shelved
from tests.schedule import factory


@pytest.fixture
def shelved():
    return Shelved(factory.programme(sessions=2))


async def test_a_page_is_built_once_for_all_who_ask_meanwhile(shelved):
    built = []

    def build():
        built.append(threading.current_thread() is threading.main_thread())
        return b"page"

    got = await asyncio.gather(*(shelved.slow_page("key", build) for _ in range(20)))
    got.append(shelved.page("key", build))
    assert built == [False]
    assert {body for body, _ in got} == {b"page"}
    assert len({tag for _, tag in got}) == 1


async def test_a_page_that_failed_is_built_again(shelved):
    def fail():
        raise ValueError("once")

    for _ in range(2):
        with pytest.raises(ValueError, match="once"):
            await shelved.slow_page("key", fail)
    assert (await shelved.slow_page("key", lambda: b"page"))[0] == b"page"


async def test_who_leaves_while_a_page_is_built_leaves_it_to_the_others(shelved):
    may = threading.Event()

    def build():
        may.wait()
        return b"page"

    first = asyncio.ensure_future(shelved.slow_page("key", build))
    second = asyncio.ensure_future(shelved.slow_page("key", build))
    await asyncio.sleep(0)
    first.cancel()
    may.set()
    assert (await second)[0] == b"page"
    assert first.cancelled()


async def test_so_many_pages_are_kept_and_the_least_used_leave(shelved):
    built = []

    def page(number):
        return shelved.page(number, lambda: built.append(number) or b"%d" % number)

    for number in range(MOST_PAGES):
        page(number)
    page(0)
    page(MOST_PAGES)
    page(0)
    page(1)
    assert built == [*range(MOST_PAGES + 1), 1]
