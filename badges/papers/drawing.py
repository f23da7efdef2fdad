"""Papers drawn and shown as pictures, in a process of their own: a thousand rows take a while."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio.to_process

from badges.papers.models import PeopleList, SignInPaper
from forum.core.pdf_pictures import Picture, picture

T = TypeVar("T")


async def sign_in_pdf(paper: SignInPaper) -> bytes:
    """Return sign-in sheets as PDF."""
    return await anyio.to_process.run_sync(_sign_in, paper)


async def list_pdf(people: PeopleList) -> bytes:
    """Return a list of people as PDF."""
    return await anyio.to_process.run_sync(_people, people)


async def sign_in_picture(paper: SignInPaper, page: int) -> Picture:
    """Return a page of sign-in sheets as a picture; the last one, where there are not so many."""
    return await anyio.to_process.run_sync(partial(_picture, _sign_in, paper, page))


async def list_picture(people: PeopleList, page: int) -> Picture:
    """Return a page of a list as a picture; the last one, where there are not so many."""
    return await anyio.to_process.run_sync(partial(_picture, _people, people, page))


def _sign_in(paper: SignInPaper) -> bytes:
    from badges.papers import sign_in_pdf as drawn  # noqa: PLC0415 -- reportlab is slow to import

    return drawn.render(paper)


def _people(people: PeopleList) -> bytes:
    from badges.papers import list_pdf as drawn  # noqa: PLC0415 -- reportlab is slow to import

    return drawn.render(people)


def _picture(draw: Callable[[T], bytes], what: T, page: int) -> Picture:
    return picture(draw(what), page)
