"""Commands are tried on installations of their own."""

from tests.journeys.conftest import empty, folder

__all__ = ["empty", "folder"]
