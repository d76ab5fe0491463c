"""A flow that stands still is killed where it is asked for, and nowhere else."""

import os
from collections.abc import Iterator

import pytest

from tests.deploy import standstill as standing
from tests.deploy.standstill import Stand, Standstill
from tests.twin.faults import Interrupted


def _count(reached: list[int], stand: Stand) -> None:
    for number in (1, 2, 3):
        reached.append(number)
        stand(number)


def _counted(flow: str, stand: Stand) -> list[int]:
    """How far a count to three came, and the process that counted."""
    reached: list[int] = []
    with pytest.raises(Interrupted):
        _count(reached, stand)
    stand(1)
    if flow == "broken":
        raise ValueError("a broken story")
    return [*reached, os.getpid()]


@pytest.fixture
def counting() -> Iterator[Standstill]:
    with Standstill(_counted) as standstill:
        yield standstill


@pytest.mark.parametrize("points", [(1, 2, 3), (2,), (3, 1, 1)])
def test_it_is_killed_at_the_point(counting: Standstill, points: tuple[int, ...]) -> None:
    """In whatever order, each time in another process, and once: what follows is let through."""
    told = [counting.killed("count", point) for point in points]
    assert [each[:-1] for each in told] == [list(range(1, point + 1)) for point in points]
    assert len({os.getpid(), *(each[-1] for each in told)}) == len(points) + 1


def test_a_flow_that_fails_tells_why(counting: Standstill) -> None:
    with pytest.raises(AssertionError, match="ValueError: a broken story"):
        counting.killed("broken", 2)


def test_a_flow_without_the_point_tells_so(counting: Standstill) -> None:
    with pytest.raises(AssertionError, match="DID NOT RAISE"):
        counting.killed("count", 4)
    assert counting.killed("count", 2)[:-1] == [1, 2]


def test_nothing_of_it_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of a flow that was left for another, nor of one that was not followed to its end."""
    forked: list[int] = []

    def fork() -> int:
        forked.append(forking())
        return forked[-1]

    forking = standing._fork  # noqa: SLF001 - where its processes come from
    monkeypatch.setattr(standing, "_fork", fork)
    with Standstill(_counted) as standstill:
        for flow in ("count", "again"):
            standstill.killed(flow, 1)
    assert len(forked) == 2
    for process in forked:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)
