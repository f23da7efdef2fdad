"""Which layouts an edition prints, and which one each of its categories has."""

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from badges.layouts.models import Layout
from badges.layouts.shipped import SHIPPED, UnknownLayout
from badges.printing.frames import Section
from badges.printing.run_models import OtherSheet
from badges.printing.run_sheets import on_sheet
from forum.core.blobs import Blobs
from forum.core.context import Edition
from forum.core.db import Db

USUAL = "a6"


class Printable(Struct, frozen=True, kw_only=True):
    """A layout; `images` are the digests of its own in the store of files, by their names."""

    layout: Layout
    images: Mapping[str, str] = {}


class Layouts(Struct, frozen=True, kw_only=True):
    """The layouts that an edition prints, by name; the names of those that categories have."""

    by_name: Mapping[str, Printable]
    by_category: Mapping[str, str]

    def name_of(self, category: str) -> str:
        """Return the name of the layout that a category has."""
        return self.by_category.get(category, USUAL)

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
        for one in {name} if name else {USUAL, *self.by_category.values()}:
            on_sheet(self.named(one).layout, sheet)


async def of_edition(db: Db, edition: Edition) -> Layouts:
    """Return what an edition may print."""
    del db, edition
    return Layouts(
        by_name={name: Printable(layout=layout) for name, layout in SHIPPED.items()},
        by_category={},
    )


async def section(found: Printable, sheet: OtherSheet, blobs: Blobs) -> Section:
    """Return a layout on a sheet as it is drawn, with its images.

    Raises:
        Invalid: it does not go on this sheet.
    """
    images = await asyncio.to_thread(_read, found.images, blobs) if found.images else {}
    return Section(layout=on_sheet(found.layout, sheet), images=images)


def _read(images: Mapping[str, str], blobs: Blobs) -> dict[str, bytes]:
    return {name: blobs.path(digest).read_bytes() for name, digest in images.items()}


def sheets_of(layout: Layout, badges: int) -> int:
    """Return how many sheets some badges take, each printed on both sides or not."""
    return -(-badges // layout.sheet.cards)
