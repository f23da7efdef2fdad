"""The log: one line a message, text or JSON, without the values that PostgreSQL quotes."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import warnings
warnings.simplefilter("error")
import asyncpg, structlog
from forum.core.log import configure
configure({form!r})
password = "a local value"
log = structlog.get_logger("test")
log.debug("unseen")
log.info("seen", n=1)
try:
    raise asyncpg.UniqueViolationError.new(dict(
        M="duplicate key", D="Key (email)=(zoe@example.org) already exists.", C="23505", S="ERROR"))
except asyncpg.PostgresError as error:
    log.exception("failure in hand")
    try:
        raise RuntimeError("wrapped") from error
    except RuntimeError as outer:
        log.error("failure", exc_info=outer)
"""


def said(form):
    script = SCRIPT.format(form=form)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_failure_is_told_without_values(form):
    text = said(form)
    assert "duplicate key" in text
    assert "wrapped" in text
    assert "zoe@example.org" not in text
    assert "a local value" not in text
    assert "unseen" not in text


def test_json_is_one_object_a_line():
    first, _, second = (json.loads(line) for line in said("json").splitlines())
    assert (first["event"], first["level"], first["n"]) == ("seen", "info", 1)
    assert (second["event"], second["level"]) == ("failure", "error")
