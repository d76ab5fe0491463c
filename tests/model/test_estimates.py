"""Estimates in columns: those of the rows one by one, to the last bit."""

import struct
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from model.estimates import estimate_columns, rounded
from model.manifest import Interval
from model.predictor import Predictor
from tests import bundles
from tests.steady import STEADY

singles = st.floats(width=32) | st.sampled_from([0.0, -0.0, 1.5])
offsets = st.floats(-1e6, 1e6) | st.just(0.0)
intervals = st.none() | st.builds(
    Interval,
    coverage=st.just(0.9),
    method=st.sampled_from(["cqr", "split"]),
    low_offset=offsets,
    high_offset=offsets,
    least_width=st.floats(0, 10),
)


class Echo(Predictor):
    """A predictor whose booster says of a row what stands in it."""

    name = "echo"

    def __init__(self, **changes: Any) -> None:
        whole = bundles.shipping()
        manifest = whole.manifest
        target = replace(manifest.target, minimum=changes.pop("minimum"))
        super().__init__(whole.model, replace(manifest, target=target, **changes))
        self.engine = self

    def outputs(self, rows: Any) -> Any:
        return array("f", rows.tobytes() if isinstance(rows, np.ndarray) else rows)


def bits(values: Sequence[float | None]) -> list[bytes]:
    """Two NaN are equal here, 0 and −0 are not."""
    return [struct.pack("d", value) for value in values if value is not None]


@STEADY
@given(
    st.lists(st.tuples(singles, singles, singles), min_size=1, max_size=8),
    intervals,
    st.none() | st.floats(-10, 10),
)
def test_the_columns_are_the_rows(
    rows: list[tuple[float, float, float]], interval: Interval | None, minimum: float | None
) -> None:
    """For any outputs, in order or crossed, finite or not, and any interval and minimum."""
    predictor = Echo(interval=interval, minimum=minimum)
    columns = estimate_columns(predictor, np.array(rows, np.float32))
    assert len(columns) == (1 if interval is None else 3)
    for row, *found in zip(rows, *columns, strict=True):
        assert bits(found) == bits(predictor.predict(row))


@pytest.mark.parametrize("make", [bundles.shipping, bundles.rent, bundles.quote])
def test_of_a_model(make: Any) -> None:
    """With one output or three, and for no rows at all."""
    predictor = make().predictor()
    width = len(predictor.manifest.features)
    rows = np.random.default_rng(3).uniform(0, 3, (200, width)).astype(np.float32)
    columns = estimate_columns(predictor, rows)
    for row, *found in zip(rows.tolist(), *columns, strict=True):
        assert bits(found) == bits(predictor.predict(row))
    assert [each.tolist() for each in estimate_columns(predictor, rows[:0])] == [
        [] for _ in columns
    ]


halves = st.builds(lambda whole, power: (whole + 0.5) / 10**power, st.integers(), st.integers(0, 5))
near = st.builds(lambda digits, power: digits / 10**power, st.integers(0, 10**9), st.integers(0, 9))


@STEADY
@given(st.lists(st.floats() | halves | near, min_size=1, max_size=20), st.integers(0, 15))
def test_rounding_is_that_of_python(values: list[float], decimals: int) -> None:
    """For halves that no float64 is and those that one is, the huge, the tiny and the endless."""
    expected = [round(value, decimals) for value in values]
    assert bits(rounded(np.array(values), decimals).tolist()) == bits(expected)


def test_rounding_where_numpy_is_wrong() -> None:
    """2.675 is a little less than it looks; 0.125 is exact, and goes to the even digit."""
    values = np.array([0.285, 2.675, 0.125, 0.375, 1.005])
    assert rounded(values, 2).tolist() == [0.28, 2.67, 0.12, 0.38, 1.0]
    assert rounded(values, 2).tolist() != np.round(values, 2).tolist()
