"""What acts look at: they fail where something is not as it should come of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rehearsal import acts
from tests.rehearsal.stage import Stage
from tests.rehearsal.stages import still
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]


@pytest.fixture
def stage(twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """One on which everything is settled, and nothing is waited for."""
    made: Any = still(twin, tmp_path)

    def at_once(true: Callable[[], bool], what: str) -> None:
        assert true(), what

    monkeypatch.setattr(made.world, "until", at_once)
    monkeypatch.setattr(made, "settled", lambda *_: None)
    monkeypatch.setattr(made, "pause", lambda _: None)
    one: Stage = made
    return one


class Serving:
    """A machine with two workers: those that it has once one was killed are told."""

    restarts = 0

    def __init__(self, *then: int) -> None:
        self._now, self._then = [7, 8], list(then)

    def workers(self) -> list[int]:
        return self._now

    def kill_worker(self) -> None:
        self._now = self._then


def failing(words: str) -> AbstractContextManager[object]:
    """Where an act fails with these words; where there are none it does not."""
    return pytest.raises(AssertionError, match=words) if words else nullcontext()


ALONE = "another worker is there for the killed one"


@pytest.mark.parametrize(("then", "fault"), [((8, 9), ""), ((8,), ALONE), ((7, 8), ALONE)])
def test_a_killed_worker_is_replaced(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, then: tuple[int, ...], fault: str
) -> None:
    """By another, and it was killed at all."""
    monkeypatch.setattr(stage, "machine", lambda: Serving(*then))
    with failing(fault):
        acts.worker_killed(stage)


def test_a_storm_has_to_strike(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that makes no calls shows nothing."""
    monkeypatch.setattr(stage, "other", lambda: "two")
    monkeypatch.setattr(stage, "released", lambda _: None)
    with failing("no storm: 0 of 0 calls were struck"):
        acts.bad_weather(stage)


@pytest.mark.parametrize("calls", [50, 100, 150])
def test_a_storm_strikes_a_fifth(stage: Stage, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """About that, of as many calls as a release may make."""
    weather = stage.world.twin.weather
    monkeypatch.setattr(stage, "other", lambda: "two")
    monkeypatch.setattr(stage, "released", lambda _: [weather.strike({}) for _ in range(calls)])
    acts.bad_weather(stage)
    assert 0.18 < weather.struck / weather.asked < 0.28


class Asking:
    """A client whose answers are all good."""

    requests = 9
    faults = ()

    def __init__(self, *_: object) -> None:
        """Whatever it asks."""

    def asking(self) -> Asking:
        return self

    def __enter__(self) -> None:
        """Nothing is asked."""

    def __exit__(self, *_: object) -> None:
        """Nothing was."""


@pytest.mark.parametrize(
    ("shared", "since", "fault"),
    [
        ({"one": 9, "two": 1}, {"two": 5}, ""),
        ({"one": 9}, {"two": 5}, "the calls were not shared at first"),
        ({"one": 9, "two": 1}, {"one": 1, "two": 5}, r"old and new were asked \[1, 5\] times"),
        ({"one": 9, "two": 1}, {}, r"old and new were asked \[0, 0\] times"),
    ],
)
def test_a_function_shifts(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    shared: dict[str, int],
    since: dict[str, int],
    fault: str,
) -> None:
    """Both are asked while they share the calls, and the old one no more afterwards."""
    asked = Counter(shared)
    gateway: Any = SimpleNamespace(port=1, certificate=Path(), asked=asked, shared=Counter(shared))
    stage.world.gateway = gateway
    pauses = iter([{}, since])
    monkeypatch.setattr(acts, "Asker", Asking)
    monkeypatch.setattr(stage, "push", lambda version: version.name)
    monkeypatch.setattr(stage.deployer, "good", lambda _: "")
    monkeypatch.setattr(stage, "pause", lambda _: asked.update(next(pauses)))
    with failing(fault):
        acts.function_shifted(stage)
