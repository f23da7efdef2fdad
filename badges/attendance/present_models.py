"""What is known of those who are in the building."""

from datetime import datetime

from msgspec import Struct

from forum.core.text import Text


class InBuilding(Struct, frozen=True, kw_only=True):
    """Somebody who is in the building, let in there `since`, at that gate."""

    reference: str
    family_name: str
    given_name: str
    organisation: str | None
    category: str
    sort_key: str
    gate: str | None
    gate_name: Text | None
    since: datetime

    @property
    def letter(self) -> str:
        """The letter under which a list has the person; '#' for none of ours."""
        first = self.sort_key[:1].upper()
        return first if first.isalpha() else "#"


class Present(Struct, frozen=True, kw_only=True):
    """Who is in the building by its doors, and who was seen at another gate alone."""

    inside: list[InBuilding]
    elsewhere: list[InBuilding]
