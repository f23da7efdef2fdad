"""Which layouts an edition prints, and which one each of its categories has."""

from collections.abc import Mapping

from msgspec import Struct

from badges.layouts.models import Layout
from badges.layouts.shipped import SHIPPED, UnknownLayout
from badges.printing.frames import Section
from badges.printing.run_models import OtherSheet
from badges.printing.run_sheets import on_sheet
from forum.core.context import Edition
from forum.core.db import Db

USUAL = "a6"


class Layouts(Struct, frozen=True, kw_only=True):
    """The layouts by their names, with their images; the names of those that categories have."""

    by_name: Mapping[str, Section]
    by_category: Mapping[str, str]

    def name_of(self, category: str) -> str:
        """Return the name of the layout that a category has."""
        return self.by_category.get(category, USUAL)

    def named(self, name: str | None, category: str, sheet: OtherSheet) -> Section:
        """Return a layout by its name, None for that of the category, on a sheet.

        Raises:
            UnknownLayout: there is none of this name.
            Invalid: it does not go on this sheet.
        """
        wanted = name or self.name_of(category)
        if wanted not in self.by_name:
            raise UnknownLayout(fields={"layout": UnknownLayout().message})
        found = self.by_name[wanted]
        return Section(layout=on_sheet(found.layout, sheet), images=found.images)

    def check(self, name: str | None, sheet: OtherSheet) -> None:
        """Hold a choice against the layouts there are.

        Raises:
            Invalid: naming the fields at fault.
        """
        for one in {name or self.name_of(category) for category in ("", *self.by_category)}:
            self.named(one, "", sheet)


async def of_edition(db: Db, edition: Edition) -> Layouts:
    """Return what an edition may print."""
    del db, edition
    return Layouts(
        by_name={name: Section(layout=layout) for name, layout in SHIPPED.items()},
        by_category={},
    )


def sheets_of(layout: Layout, badges: int) -> int:
    """Return how many sheets some badges take."""
    return -(-badges // layout.sheet.cards)
