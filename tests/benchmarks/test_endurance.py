"""What a soak is said to have shown, on figures made up for it."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from benchmarks.endurance import Held, Limits, Part, Soak
from benchmarks.histogram import Histogram
from benchmarks.load import Load

LIMITS = Limits()
PARTS = 30
EACH = 50_000
"""Requests of a part."""
BOSS, LEFT, RIGHT = 1, 2, 3
Grown = Callable[[Part, int], Part]


def part(number: int, answered: int = EACH, latency: int = 1_000_000) -> Part:
    """Two workers, of which the left one does three quarters, and a supervisor."""
    times = Histogram((latency,), (answered,))
    load = Load(answered, 0, 0, 0, 0, 0, 0, 1.0, 0.1, times, Histogram(), Histogram())
    cpu = {BOSS: 1.0, LEFT: 3.0 * number, RIGHT: 1.0 * number}
    held = {pid: Held(seconds, 60.0, 20, 4) for pid, seconds in cpu.items()}
    return Part(load, held, 150, {"200": answered * (number + 1)})


def soak(change: Grown = lambda part, _: part) -> Soak:
    """Parts that are all alike, but for a change by their number."""
    return Soak([change(part(number), number) for number in range(PARTS)])


def holding(change: Callable[[Held, int], Held], pid: int = LEFT) -> Soak:
    """The same where one process holds something else."""
    return soak(
        lambda part, number: replace(part, held={**part.held, pid: change(part.held[pid], number)})
    )


def with_load(name: str, count: int) -> Soak:
    """The same where each part has so many that were not answered well."""
    counts: dict[str, Any] = {name: count}
    return soak(lambda part, _: replace(part, load=replace(part.load, **counts)))


def faults(soak: Soak, limits: Limits = LIMITS) -> str:
    return "\n".join(soak.faults(limits))


def test_what_stays_as_it_is() -> None:
    """There are no faults, and figures of the two workers alone, after the warm-up."""
    steady = soak()
    assert faults(steady) == ""
    assert [each.pid for each in steady.workers()] == [LEFT, RIGHT]
    assert [each.requests for each in steady.workers()] == [23 * EACH * 0.75, 23 * EACH * 0.25]
    assert steady.drift == 1.0
    assert steady.cpu == pytest.approx((4 / EACH, 4 / EACH))


def leaking(per_million: float, noise: float = 0.0) -> Soak:
    """The left worker grows with its requests, and with every fourth part by a lump that goes."""
    random = Random(5)
    grown = per_million * 0.75 * EACH / 1e6
    return holding(
        lambda held, number: replace(
            held,
            memory=held.memory + grown * number + (noise * random.random() if number % 4 else 9.0),
        )
    )


@pytest.mark.parametrize("per_million", [0.0, 0.5, 4.0])
def test_growth_per_million_requests(per_million: float) -> None:
    """By its own requests, and in spite of outliers."""
    left, right = leaking(per_million, noise=0.02).workers()
    assert left.growth == pytest.approx(per_million, abs=0.05)
    assert left.between[0] < left.growth < left.between[1]
    assert right.growth == 0.0


def test_growth_has_a_limit() -> None:
    """A worker that passes it is named."""
    assert faults(leaking(0.9)) == ""
    assert faults(leaking(1.1)) == ("Worker 2 grew by 1.10 MB per million requests; 1 is allowed.")


def test_growth_over_few_requests_is_not_judged() -> None:
    """It is what every process gathers at first."""
    assert faults(leaking(9.0), Limits(requests=2_000_000)) == ""


def test_the_warm_up_does_not_count() -> None:
    """However much was gathered in it."""
    assert faults(holding(lambda held, number: replace(held, threads=min(number, 6)))) == ""


@pytest.mark.parametrize("name", ["descriptors", "threads"])
def test_what_is_held_open_may_not_grow(name: str) -> None:
    """A few at times are given back; ever more are not."""

    def found(change: Callable[[int], int]) -> str:
        return faults(holding(lambda held, number: replace(held, **{name: change(number)})))

    assert found(lambda number: 20 + number % 7) == ""
    assert found(lambda number: 20 + 9 * (number == PARTS - 1)) == ""
    assert f"ever more {name}" in found(lambda number: 20 + number // 9)


def test_series_may_not_grow() -> None:
    """Nor by one."""
    found = soak(lambda part, number: replace(part, series=150 + number // 20))
    assert (
        faults(found) == "The metrics have ever more series: a label takes values without bounds."
    )


def lasting(milliseconds: Callable[[int], float]) -> Soak:
    """Each part with a latency by its number."""

    def slow(part: Part, number: int) -> Part:
        bound = int(milliseconds(number) * 1_000_000)
        return replace(part, load=replace(part.load, latencies=Histogram((bound,), (EACH,))))

    return soak(slow)


def test_latency_may_not_drift() -> None:
    """A neighbour's noise in some parts is no drift."""
    assert faults(lasting(lambda number: 9 if number % 4 else 1)) == ""
    assert faults(lasting(lambda number: 2 if number > 20 else 1)) == ""
    tired = faults(lasting(lambda number: 2.1 if number > 20 else 1))
    assert tired.startswith("The p99 grew to 2.1 times what it was at first; 2 times is allowed.")


@pytest.mark.parametrize("name", ["wrong", "failed", "unanswered", "unsent"])
def test_every_answer_is_to_be_good(name: str) -> None:
    """One that is not is counted, in the warm-up too."""
    assert faults(with_load(name, 1)) == f"{PARTS} requests were {name}."


def test_a_few_may_be_refused() -> None:
    """Where the machine was busy; not more."""
    assert faults(with_load("refused", EACH // 200)) == ""
    assert "2.0% were refused; 1% is allowed" in faults(with_load("refused", EACH // 49))


def test_a_worker_that_ended_is_told_of() -> None:
    """Nothing else can then be said."""

    def replaced(part: Part, number: int) -> Part:
        held = {pid + (10 if number > 20 else 0): each for pid, each in part.held.items()}
        return replace(part, held=held)

    assert faults(soak(replaced)).startswith("A process ended")
