"""The current instant; rules and verbs receive it as an argument, so that a test can replay."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant, in UTC."""
    return datetime.now(UTC)
