"""Real-time priority is given for a while, or told to be somebody else's."""

import os
import subprocess

import pytest

from benchmarks import priority
from benchmarks.priority import first, may_be_first


def test_it_is_given_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """To each thread of each process, and to what measures them; not to one that has ended."""
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(
        os, "sched_setscheduler", lambda thread, policy, _: given.append((thread, policy))
    )
    with subprocess.Popen(["sleep", "1000"]) as child:
        try:
            with first([child.pid, 2**22 + 1]):
                assert {(child.pid, os.SCHED_FIFO), (os.getpid(), os.SCHED_FIFO)} <= set(given)
                given.clear()
        finally:
            child.kill()
    assert {(child.pid, os.SCHED_OTHER), (os.getpid(), os.SCHED_OTHER)} <= set(given)


def test_whom_it_is_not_for_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is measured all the same."""

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(priority, "_schedule", lambda *_: None)
    assert may_be_first()
    monkeypatch.setattr(priority, "_schedule", refuse)
    assert not may_be_first()
