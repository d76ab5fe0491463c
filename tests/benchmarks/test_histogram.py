"""Histograms of times."""

import pytest

from benchmarks.histogram import Histogram


def test_percentiles() -> None:
    """The time that such a part stayed under."""
    times = Histogram((10**9, 2 * 10**9, 3 * 10**9), (1, 2, 1))
    assert times.total == 4
    seconds = [times.percentile(part) for part in (0.0, 0.2, 0.25, 0.5, 0.74, 0.75, 1.0)]
    assert seconds == [1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0]


def test_nothing_has_no_percentile() -> None:
    """It is an error, not a very short time."""
    with pytest.raises(ValueError, match="nothing was seen"):
        Histogram().percentile(0.5)
