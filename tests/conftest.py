"""What holds for every test of every room, and what is not collected with another model."""

import gc
import json
import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_QUOTED = re.search(r'"model_version": "(\w+)"', (_ROOT / "README.md").read_text(encoding="utf-8"))
_VERSION = json.loads((_ROOT / "bundle" / "manifest.json").read_text(encoding="utf-8"))["version"]
# README.md and examples/ ask the model that the answer in README.md names.
collect_ignore = [] if _QUOTED and _QUOTED[1] == _VERSION else ["test_examples.py"]


def pytest_report_header() -> list[str]:
    """That README.md and examples/ are of another model, where they are."""
    told = f"README.md and examples/ are not of the model {_VERSION} in bundle/, and not tested"
    return [told] if collect_ignore else []


def pytest_collection_finish() -> None:
    """Take what has been imported out of the garbage collector's sight.

    It is some hundred megabytes that live as long as the process; to look through them again and
    again took a tenth of the time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
