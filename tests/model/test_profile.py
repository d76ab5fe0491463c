"""What training data look like."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.errors import DataError
from model.manifest import Feature, Training
from model.profile import exact, profile, quantile_edges, with_profiles
from tests.tables import MODES, shipments, with_modes

WEIGHT = Feature("weight", "w")
FLOATS = st.floats(-1e6, 1e6, width=32)


def values(*given: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(given, dtype=np.float32)


def test_a_number_is_written_as_short_as_it_was_given() -> None:
    """49.9 is 49.9 again, and not under a minimum of 49.90000152587890625."""
    assert [exact(np.float32(value)) for value in (49.9, 0.1, 1e7)] == [49.9, 0.1, 1e7]


@given(FLOATS)
def test_the_short_number_is_the_same_in_32_bits(value: float) -> None:
    """Nothing is lost by writing it so."""
    assert float(np.float32(exact(value))) == value


def test_ten_bins_hold_a_tenth_each() -> None:
    """Of a column of many values."""
    found = profile(WEIGHT, np.arange(1000, dtype=np.float32))
    assert (found.minimum, found.maximum) == (0, 999)
    assert list(found.edges) == list(range(100, 1000, 100))
    assert found.shares == pytest.approx((0.1,) * 10)


def test_a_column_of_few_values_has_a_bin_for_each() -> None:
    """However rare they are."""
    found = profile(WEIGHT, values(*[0] * 98, 1, 5))
    assert (found.edges, found.shares) == ((1, 5), (0.98, 0.01, 0.01))


def test_a_column_mostly_at_its_minimum_keeps_that_as_a_bin() -> None:
    """So that a drift away from it shows."""
    found = profile(WEIGHT, values(*[0] * 80, *range(1, 21)))
    assert found.edges[0] == 1
    assert found.shares[0] == 0.8


def test_missing_values_have_a_share_of_their_own() -> None:
    """Beside those of the bins, all adding up to 1."""
    found = profile(WEIGHT, values(1, np.nan, 2, np.nan))
    assert found == Training(1, 2, (2,), (0.25, 0.25), 0.5)


def test_a_category_has_a_bin_for_each_code() -> None:
    """Also for one that the data lack."""
    found = profile(Feature("mode", "m", categories=MODES), values(0, 0, 2, 2))
    assert found == Training(0, 2, (1, 2), (0.5, 0.0, 0.5))


def test_a_column_without_a_value_is_refused() -> None:
    """A model could learn nothing of it."""
    with pytest.raises(DataError, match="column 'w' holds no value"):
        profile(WEIGHT, values(np.nan))


@given(arrays.arrays(np.float32, st.integers(1, 60), elements=FLOATS))
def test_bins_are_whole_for_any_column(known: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    """Edges ascend within the range, every bin has rows, and the shares add up to 1."""
    edges = quantile_edges(known)
    found = profile(WEIGHT, known)
    assert len(edges) < 10
    assert (np.diff(edges) > 0).all()
    assert all(found.minimum < edge <= found.maximum for edge in found.edges)
    assert all(share > 0 for share in found.shares)
    assert sum(found.shares) == pytest.approx(1)


def test_an_example_that_was_given_is_kept() -> None:
    """Otherwise it is the median, or the commonest category."""
    table = with_modes(shipments(100))
    weight, distance, mode = with_profiles(table)
    assert distance.example in [exact(value) for value in table.x[:, 1]]
    assert mode.example in MODES
    assert weight.training is not None
    given = (msgspec.structs.replace(table.features[0], example=3.0), *table.features[1:])
    assert with_profiles(replace(table, features=given))[0].example == 3.0
