"""How late the event loop is, and how long its thread is held, while something else is done."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles

from msgspec import Struct

TICK_S = 0.001


class Lag(Struct, frozen=True, kw_only=True):
    """One tick of the event loop: how late it came, and how long the loop's thread worked for it.

    The second is the loop's own doing; the first is also that of whatever else the machine does.
    """

    late_ms: float
    worked_ms: float


@asynccontextmanager
async def ticking(lags: list[Lag]) -> AsyncIterator[None]:
    """Note how the event loop does while something is done."""

    async def tick() -> None:
        while True:
            begun, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK_S)
            late_s = time.perf_counter() - begun - TICK_S
            worked_s = time.thread_time() - worked
            lags.append(Lag(late_ms=late_s * 1000, worked_ms=worked_s * 1000))

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()


def p99(values: Sequence[float]) -> float:
    """Return below what 99 of 100 values are."""
    return quantiles(values, n=100)[98]
