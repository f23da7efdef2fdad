"""The table of ratios: which rows there are, and how they are shown."""

import importlib
import time
from collections.abc import Callable, Sequence
from typing import cast

from rich.console import Console
from rich.table import Table

from benchmarks import Row
from forum.core.errors import Problem

MODULES = (
    "scan",
    "sync",
    "manifest",
    "verdict",
    "registration",
    "phone",
    "forty",
    "search",
    "board",
    "export",
    "reprint",
    "programme_export",
    "programme_growth",
    "badges",
    "attestations",
    "decode",
    "programme_pdf",
    "start",
    "memory",
)


class RowUnknown(Problem):
    """There is no such row."""

    code = "row_unknown"


def show(names: Sequence[str], *, requests: int = 20_000) -> None:
    """Measure the rows named, or all, and print each as it is known.

    `requests` is how many the row `memory` sends.

    Raises:
        RowUnknown: naming those there are.
    """
    for name in names:
        if name not in MODULES:
            raise RowUnknown(f"There is no row {name}: choose among {', '.join(MODULES)}.")
    console = Console(width=None if Console().is_terminal else 160)
    for name in names or MODULES:
        run = run_of(name)
        started = time.monotonic()
        with Console(stderr=True).status(f"Measuring {name}"):
            rows = run(requests=requests) if name == "memory" else run()
        console.print(table(rows, f"{name} ({time.monotonic() - started:.0f} s)"))


def run_of(name: str) -> Callable[..., list[Row]]:
    """Return what measures the rows of this name."""
    module = importlib.import_module(f"benchmarks.{name}")
    return cast("Callable[..., list[Row]]", module.run)


def table(rows: Sequence[Row], title: str) -> Table:
    """Return rows as a table: work, measured, limit, ratio, goal, reached."""
    shown = Table(title=title, title_justify="left", expand=False)
    for header in ("work", "measured", "limit"):
        shown.add_column(header)
    shown.add_column("ratio", justify="right")
    shown.add_column("goal")
    shown.add_column("reached")
    for row in rows:
        said = "yes" if row.reached else "NO"
        shown.add_row(row.work, row.measured, row.limit, f"{row.ratio:.2f}", row.goal, said)
    return shown
