"""The histogram as the generator keeps it, in C."""

import ctypes
import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks.generator import COMPILER, SOURCE

Histogram = Callable[[Sequence[int]], dict[str, list[int]]]
BYTES = 1 << 20
"""More than a histogram has."""


@pytest.fixture(scope="module")
def histogram(tmp_path_factory: pytest.TempPathFactory) -> Histogram:
    """What is printed after these nanoseconds have been added to an empty one."""
    directory = tmp_path_factory.mktemp("histogram")
    built, printed = directory / "histogram.so", directory / "printed.json"
    source = str(SOURCE / "histogram.c")
    argv = [COMPILER, "-std=c11", "-shared", "-fPIC", source, "-o", str(built)]
    subprocess.run(argv, check=True, timeout=60)
    library, c = ctypes.CDLL(str(built)), ctypes.CDLL(None)
    c.fopen.restype = ctypes.c_void_p

    def fill(times: Sequence[int]) -> dict[str, list[int]]:
        kept = ctypes.create_string_buffer(BYTES)
        for time in times:
            library.histogram_add(kept, ctypes.c_uint64(time))
        file = ctypes.c_void_p(c.fopen(bytes(printed), b"w"))
        library.histogram_print(kept, file)
        c.fclose(file)
        found: dict[str, list[int]] = json.loads(Path(printed).read_text())
        return found

    return fill


@pytest.mark.parametrize("power", range(41))
def test_a_time_is_kept_to_within_half_a_percent(histogram: Histogram, power: int) -> None:
    """From a nanosecond to half an hour, at the edges of each doubling and between them."""
    for time in (2**power, 2**power + 2**power // 3, 2 ** (power + 1) - 1):
        (bound,) = histogram([time])["bounds"]
        assert time <= bound <= time * 1.005


def test_times_are_counted_in_ascending_order(histogram: Histogram) -> None:
    """Equal ones together."""
    assert histogram([511, 3, 511, 0]) == {"bounds": [0, 3, 511], "counts": [1, 1, 2]}


def test_what_takes_too_long_counts_as_the_longest(histogram: Histogram) -> None:
    """It stays within its buckets."""
    assert histogram([2**41, 2**64 - 1]) == {"bounds": [2**41 - 1], "counts": [2]}
