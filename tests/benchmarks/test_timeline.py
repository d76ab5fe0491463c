"""The timeline: what came in each interval, while the load goes on, and its end by SIGTERM."""

import asyncio
import subprocess
from dataclasses import replace
from pathlib import Path

from benchmarks.generator import program
from benchmarks.load import Load, Plan, read
from tests.benchmarks.servers import QUESTION, TEN, answer, answering, during

LONG = replace(TEN, seconds=3600, rate=200, every=0.05)


def told(plan: Plan, directory: Path, lines: int) -> list[Load]:
    """So many lines of a load, and all of those that follow a SIGTERM."""
    (directory / "0").write_bytes(QUESTION.request)
    with subprocess.Popen([program(), *plan.argv(directory)], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        found = [read(running.stdout.readline()) for _ in range(lines)]
        running.terminate()
        found += map(read, running.stdout)
    assert running.returncode == 0
    return found


def test_each_interval_is_told_of_and_in_the_end_all(tmp_path: Path) -> None:
    """An interval counts for itself; the last line, after SIGTERM, is the sum of all."""
    load = asyncio.run(
        during(answering(answer()), lambda port: told(replace(LONG, port=port), tmp_path, 3))
    )
    *intervals, whole = load
    assert len(intervals) >= 3
    assert all(each.answered == each.latencies.total > 0 for each in intervals[:3])
    assert [each.seconds for each in load] == sorted(each.seconds for each in load)
    assert sum(each.answered for each in intervals) <= whole.answered == whole.latencies.total
    assert whole.bad == 0
