"""The layouts that ship, as their TOML files in `shipped/` have them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from badges.layouts.models import Layout
from forum.core.errors import Invalid

FOLDER = Path(__file__).with_name("shipped")


class UnknownLayout(Invalid):
    """There is no badge layout of this name."""

    code = "unknown_layout"


def read_shipped() -> Mapping[str, Layout]:
    """Read the layouts that ship, by name, in the order of their names."""
    files = sorted(FOLDER.glob("*.toml"))
    layouts = [msgspec.toml.decode(file.read_bytes(), type=Layout) for file in files]
    return MappingProxyType({layout.name: layout for layout in layouts})


SHIPPED = read_shipped()


def find(name: str) -> Layout:
    """Return a layout that ships, by its name in `SHIPPED`.

    Raises:
        UnknownLayout: there is none of this name.

    """
    if name not in SHIPPED:
        raise UnknownLayout
    return SHIPPED[name]
