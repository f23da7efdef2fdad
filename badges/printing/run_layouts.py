"""Which layouts an edition prints, and which one each of its categories has."""

import asyncio
from collections.abc import Iterable

from badges import queries
from badges.layouts import service
from badges.layouts.models import Layout
from badges.layouts.service import USUAL, EditionLayouts, Printable
from badges.layouts.shipped import UnknownLayout
from badges.printing.frames import Section
from badges.printing.run_models import OtherSheet
from badges.printing.run_sheets import on_sheet
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db


class Layouts:
    """The layouts that an edition prints, by name, and those that its categories have."""

    def __init__(self, found: EditionLayouts, categories: Iterable[str]) -> None:
        self.by_name = found.layouts
        self.name_of = found.name_for
        self.used = {found.name_for(category) for category in categories} or {USUAL}

    def named(self, name: str) -> Printable:
        """Return a layout by its name.

        Raises:
            UnknownLayout: there is none of this name.
        """
        if name not in self.by_name:
            raise UnknownLayout(fields={"layout": str(UnknownLayout().message)})
        return self.by_name[name]

    def check(self, name: str | None, sheet: OtherSheet) -> None:
        """Hold a choice against the layouts there are; None stands for those of the categories.

        Raises:
            Invalid: naming the fields at fault.
        """
        for one in {name} if name else self.used:
            on_sheet(self.named(one).layout, sheet)


async def of_edition(db: Db, edition: Edition) -> Layouts:
    """Return what an edition may print."""
    found = await service.of_edition(db, edition)
    categories = await queries.list_categories(db, edition.id)
    return Layouts(found, [one.code for one in categories])


async def section(found: Printable, sheet: OtherSheet, blobs: Blobs) -> Section:
    """Return a layout on a sheet as it is drawn, with its images.

    Raises:
        Invalid: it does not go on this sheet.
    """
    images = await asyncio.to_thread(found.files, blobs) if found.images else {}
    return Section(layout=on_sheet(found.layout, sheet), images=images)


def sheets_of(layout: Layout, badges: int) -> int:
    """Return how many sheets some badges take, each printed on both sides or not."""
    return -(-badges // layout.sheet.cards)
