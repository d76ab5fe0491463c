"""The timeline: what came in each interval, while the load goes on, and its end by SIGTERM."""

import asyncio
import subprocess
from dataclasses import replace
from pathlib import Path

from benchmarks.load import Load, Plan, read
from tests.benchmarks.servers import TEN, answer, answering, during, stalling

LONG = replace(TEN, seconds=3600, rate=200, every=0.05)


def told(plan: Plan, directory: Path, lines: int) -> list[Load]:
    """So many lines of a load, and all of those that follow a SIGTERM."""
    with subprocess.Popen(plan.command(directory), stdout=subprocess.PIPE) as running:
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


def test_what_was_due_when_it_was_told_to_end_is_counted(tmp_path: Path) -> None:
    """Though all its connections waited: it was asked for as much as what was answered."""
    plan = replace(LONG, grace=0.01)
    load = asyncio.run(
        during(stalling(60), lambda port: told(replace(plan, port=port), tmp_path, 3))
    )
    assert load[-1].unanswered == 1
    assert load[-1].unsent >= 3 * 0.05 * 200 - 1
    assert load[-1].bad < 3600 * 200
