"""Faults use the journeys' installations."""

from tests.journeys.conftest import empty, folder

__all__ = ["empty", "folder"]
