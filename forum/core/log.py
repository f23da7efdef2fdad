"""The log: text for people, JSON for machines; no e-mail address, no token, no name in it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import asyncpg
import structlog

LEVEL = logging.INFO


def configure(form: Literal["text", "json"]) -> None:
    """Write the log to stderr, as text or as one JSON object a line."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_values,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVEL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take away from a failure what PostgreSQL quotes of the row at fault: names, addresses."""
    error = event.get("exc_info")
    if error is True:  # `log.exception`: the failure in hand
        error = sys.exc_info()[1]
    while isinstance(error, BaseException):
        if isinstance(error, asyncpg.PostgresError):
            error.detail = None
        error = error.__cause__ or error.__context__
    return event
