"""Benchmarks: each runs, small, and its rows make a table; how long they take is not tested."""

import importlib
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import benchmarks
from benchmarks import Row
from benchmarks.table import MODULES, RowUnknown, show, table

# Drawing has no small version, and what `forty` and `phone` do is a test of the browser already:
# badges, programme_pdf, forty and phone are run by `run.py bench` alone.
SMALL = {
    "scan": {"scans": 64, "rounds": 1},
    "sync": {"scans": 200, "batch": 50, "rounds": 1},
    "manifest": {"tickets": 60, "rounds": 2},
    "verdict": {"tickets": 20, "verdicts": 20},
    "registration": {"places": 20, "extra": 12, "rounds": 1},
    "search": {"small": 20, "large": 60, "times": 3, "rounds": 1},
    "board": {"small": 40, "large": 120, "rounds": 1},
    "decode": {"count": 2, "badges": 2, "sides_mm": (32,), "layouts": ("a6", "labels-3x7")},
    "programme_export": {"requests": 64, "rounds": 1},
    "start": {"rounds": 1},
    "memory": {"requests": 500},
}
SHOULD_HOLD = {
    "scan": ["scan, statements"],
    "verdict": [],
    "sync": [],
    "manifest": ["manifest, told of 10 changes", "manifest, bytes for each ticket"],
    "registration": ["registration, 32 people for 20 places"],
    "search": ["table, statements, the right to see it included"],
    "board": ["board, statements of a look"],
    "decode": ["decode, 2 badges of 2 layouts, drawn"],
    "programme_export": ["programme, JSON, held already: 304"],
    "start": [],
    "memory": ["memory after 500 requests"],
}
"""The rows that say what is done, not how fast."""


TOLD_ONLY = "≥ 0"
"""The goal of a row that is held to nothing: zbar may read none of four small codes."""


def test_the_table_knows_every_benchmark():
    files = Path(benchmarks.__file__).parent.glob("*.py")
    named = {file.stem for file in files if "\nNAME = " in file.read_text()}
    assert named == {*MODULES}


@pytest.mark.parametrize("name", MODULES)
def test_a_benchmark_says_its_name_and_runs(name):
    module = importlib.import_module(f"benchmarks.{name}")
    assert name == module.NAME
    assert callable(module.run)


@pytest.mark.parametrize("name", SMALL)
def test_a_small_run_measures_each_row(name):
    rows = importlib.import_module(f"benchmarks.{name}").run(**SMALL[name])
    assert min(row.ratio for row in rows if row.goal != TOLD_ONLY) > 0
    assert {row.work for row in rows if row.reached} >= {*SHOULD_HOLD[name]}


def test_the_table_shows_each_row_and_whether_it_is_reached():
    rows = [
        Row(work="one", measured="1 ms", limit="2 ms", ratio=0.5, goal="≤ 1", reached=True),
        Row(work="two", measured="3 ms", limit="2 ms", ratio=1.5, goal="≤ 1", reached=False),
    ]
    console = Console(file=StringIO(), width=100)
    console.print(table(rows, "title"))
    lines = console.file.getvalue().splitlines()
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]
    assert cells == [
        ["one", "1 ms", "2 ms", "0.50", "≤ 1", "yes"],
        ["two", "3 ms", "2 ms", "1.50", "≤ 1", "NO"],
    ]


def test_an_unknown_row_is_refused_with_those_there_are():
    with pytest.raises(RowUnknown, match="There is no row nothing: choose among scan, "):
        show(["nothing"])
