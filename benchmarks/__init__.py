"""Ratios measured side by side in one run; each module here has a `NAME` and `run() -> list[Row]`.

Time is CPU time, as a median of interleaved rounds, so that a busy machine slows all alike.
"""

import time
from collections.abc import Callable, Mapping
from statistics import median

from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True):
    """One line of the table: the work, what it took, its limit, and whether the goal is reached."""

    work: str
    measured: str
    limit: str
    ratio: float
    goal: str
    reached: bool


def medians_s(contestants: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Return the median CPU time of each contestant, in seconds; the first round warms up."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for n in range(rounds + 1):
        for name, contestant in contestants.items():
            started = time.thread_time()
            contestant()
            if n:
                times[name].append(time.thread_time() - started)
    return {name: median(taken) for name, taken in times.items()}
