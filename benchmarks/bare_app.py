"""The least that this framework can do: one handler of constant bytes, for the same server."""

import os
from pathlib import Path

from litestar import Litestar, Response, get

CONTENT = "FORUM_BENCH_CONTENT"
"""Names the file whose bytes are answered."""


def app() -> Litestar:
    """Return an application that knows one answer."""
    content = Path(os.environ[CONTENT]).read_bytes()

    @get("/")
    async def constant() -> Response[bytes]:
        return Response(content, media_type="application/octet-stream")

    return Litestar([constant], openapi_config=None, logging_config=None)
