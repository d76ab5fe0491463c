"""Times as a histogram: buckets of which each is within half a percent of what it counts."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many times were seen in each bucket that is not empty."""

    bounds: tuple[int, ...] = ()
    """The greatest nanoseconds of each, ascending."""
    counts: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """How many times were seen."""
        return sum(self.counts)

    def beyond(self, seconds: float) -> int:
        """How many were longer."""
        longer = bisect_right(self.bounds, seconds * 1e9)
        return sum(self.counts[longer:])

    def percentile(self, part: float) -> float:
        """The seconds that such a part stayed under; `ValueError` where none was seen."""
        if not self.counts:
            raise ValueError("nothing was seen that has a percentile")
        place = min(int(part * self.total), self.total - 1)
        bucket = bisect_right(list(accumulate(self.counts)), place)
        return self.bounds[bucket] / 1e9
