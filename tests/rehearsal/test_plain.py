"""The ground of plain processes: nothing of it is left unseen."""

from __future__ import annotations

from pathlib import Path

from tests.rehearsal.plain import Plain
from tests.rehearsal.programs import Program
from tests.rehearsal.waiting import runs, until
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]


def test_what_is_left_are_processes(twin: Twin, tmp_path: Path) -> None:
    """A machine's, and those that outlive it; they have the session in common, and the owner."""
    ground = Plain(tmp_path, twin)
    machine = Program(["sh", "-c", "sleep 60 & echo $!; wait"], tmp_path / "log")
    machine.until(lambda: (tmp_path / "log").read_text() != "")
    child = int((tmp_path / "log").read_text())
    assert {f"process {machine.pid}", f"process {child}"} <= set(ground.left())
    machine.kill()
    until(lambda: not runs(machine.pid))
    assert ground.left() == []
