"""What tests of the scanner share: the cases that server and scanner agree on."""

from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
