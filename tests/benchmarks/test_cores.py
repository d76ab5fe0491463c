"""Cores are chosen for a while."""

import os
import subprocess
import sys

from benchmarks.cores import confined


def test_what_is_started_meanwhile_is_kept_too() -> None:
    """And afterwards it is as it was before."""
    before = os.sched_getaffinity(0)
    one = {min(before)}
    with confined(one):
        asked = [sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"]
        seen = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert seen.strip() == str(one)
    assert os.sched_getaffinity(0) == before
