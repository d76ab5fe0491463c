from __future__ import annotations

from itertools import groupby

from tests.twin.faults import OUTAGE, THROTTLE
from tests.twin.storm import Storm


def struck(seed: int) -> list[str]:
    """The errors of ten thousand attempts, "" for one that got through."""
    storm = Storm(seed, (THROTTLE, OUTAGE), share=0.2, longest=5)
    return [storm.error if storm.strikes("ec2.DescribeVpcs", 1, 1) else "" for _ in range(10_000)]


def test_a_fifth_is_struck_in_bursts() -> None:
    """None is longer than it may be, and each is of one error."""
    bursts = [list(burst) for hit, burst in groupby(struck(7), key=bool) if hit]
    assert 1900 < sum(map(len, bursts)) < 2100
    assert {len(burst) for burst in bursts} == {1, 2, 3, 4, 5}
    assert {frozenset(burst) for burst in bursts} == {frozenset({THROTTLE}), frozenset({OUTAGE})}


def test_a_storm_comes_again() -> None:
    """With the same seed, and with another one otherwise."""
    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
