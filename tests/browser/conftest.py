"""Live pages are those of the demonstration that the journeys make."""

from tests.journeys.conftest import demo, folder

__all__ = ["demo", "folder"]
