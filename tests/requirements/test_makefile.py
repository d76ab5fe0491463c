"""The front door."""

import re
import subprocess
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def test_help_lists_every_verb() -> None:
    """Every phony target has its line in `make help`, which is the default goal."""
    makefile = (_ROOT / "Makefile").read_text(encoding="utf-8")
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)).split()
    listed = subprocess.run(["make"], cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    assert re.findall(r"^  ([\w-]+) +\S", listed, re.MULTILINE) == phony
