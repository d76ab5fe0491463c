"""A unit: what is kept at work, and how it is let be."""

from __future__ import annotations

from pathlib import Path

from tests.rehearsal.programs import Program
from tests.rehearsal.units import Unit
from tests.rehearsal.waiting import until


class Counting:
    """Launches programs that end at once, and counts them."""

    def __init__(self, directory: Path) -> None:
        self.count = 0
        self._log = directory / "log"

    def __call__(self) -> Program:
        self.count += 1
        return Program(["sh", "-c", "exit 4"], self._log)


def test_what_ends_is_started_again(tmp_path: Path) -> None:
    """As often as it ends, and each time is counted but the first."""
    launch = Counting(tmp_path)
    unit = Unit(launch, pause=0.001)
    unit.start()
    until(lambda: unit.restarts >= 3 and unit.exit_code == 4)
    unit.stop(Program.kill)
    assert launch.count - 1 <= unit.restarts <= launch.count


def test_it_pauses_before_it_starts_again(tmp_path: Path) -> None:
    """And may be stopped meanwhile."""
    launch = Counting(tmp_path)
    unit = Unit(launch, pause=600)
    unit.start()
    until(lambda: unit.exit_code is not None)
    unit.stop(Program.kill)
    assert (launch.count, unit.restarts, unit.running) == (1, 0, False)


def test_one_that_was_stopped_does_not_start(tmp_path: Path) -> None:
    """As where an instance is lost while it pulls its image."""
    launch = Counting(tmp_path)
    unit = Unit(launch, pause=600)
    unit.stop(Program.kill)
    unit.start()
    assert (launch.count, unit.program) == (0, None)
