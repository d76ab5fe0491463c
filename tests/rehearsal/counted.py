"""Seconds of a load for tests, counted out."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.histogram import Histogram
from benchmarks.load import Load

NOTHING = Load(0, 0, 0, 0, 0, 0, 0, 1.0, 0.0, Histogram(), Histogram(), Histogram())


def second(answered: int, *, refused: int = 0, wrong: int = 0, failed: int = 0) -> Load:
    """A second with so many answers of a millisecond each."""
    return replace(
        NOTHING,
        answered=answered,
        refused=refused,
        wrong=wrong,
        failed=failed,
        latencies=Histogram((1_000_000,), (answered,)),
    )
