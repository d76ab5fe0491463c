"""Slices of a trial by feature or price."""

import numpy as np
import pytest

from model.manifest import Feature
from model.slices import Slice, feature_slices, price_slices, ranges, short
from model.trial import Trial
from tests.tables import MODES, shipments


def trial(rows: int = 60) -> Trial:
    """Prices that are 1 too low, in an interval that holds the outcome in the first half."""
    table = shipments(rows)
    price = table.y - 1
    high = np.where(np.arange(rows) < rows / 2, table.y, table.y - 0.5)
    return Trial("test", table, price, price, high.astype(np.float32), {"double": table.y * 2})


def column(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def test_numbers_are_sliced_by_quantiles() -> None:
    """Each slice with its own errors and coverage."""
    order = np.arange(60, dtype=np.float32)
    parts = feature_slices(trial(), Feature("weight", "w"), order)
    assert [part.rows for part in parts] == [10] * 6
    assert [part.label for part in parts][::5] == ["0–10", "50–59"]
    assert [part.coverage for part in parts] == [1, 1, 1, 0, 0, 0]
    assert [part.mae for part in parts] == pytest.approx([1] * 6, rel=1e-4)
    first = trial().table.y[:10]
    assert parts[0].baselines == pytest.approx({"double": first.mean()}, rel=1e-4)


def test_categories_are_slices_the_commonest_first() -> None:
    """Those without rows are left out, missing values come last."""
    codes = column(*[2] * 30, *[0] * 20, *[np.nan] * 10)
    parts = feature_slices(trial(), Feature("mode", "m", categories=MODES), codes)
    assert [(part.label, part.rows) for part in parts] == [
        ("sea", 30),
        ("road", 20),
        ("missing", 10),
    ]


def test_prices_are_sliced_by_what_was_predicted() -> None:
    """In tenths, each row in one of them."""
    parts = price_slices(trial())
    assert len(parts) == 10
    assert sum(part.rows for part in parts) == 60
    assert isinstance(parts[0], Slice)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 1], {"1": 3}),
        ([0, 0, 0, 0, 5], {"0–5": 5}),
        ([1, 2, np.nan], {"1–2": 2, "missing": 1}),
        ([np.nan], {"missing": 1}),
    ],
)
def test_equal_values_are_never_torn_apart(values: list[float], expected: dict[str, int]) -> None:
    """Fewer ranges come out, and missing values are one of their own."""
    found = {label: int(rows.sum()) for label, rows in ranges(column(*values), 2)}
    assert found == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.345678, "0.346"),
        (12.44, "12.4"),
        (999.4, "999"),
        (1049, "1.05k"),
        (-30000, "-30k"),
        (0, "0"),
    ],
)
def test_labels_are_short(value: float, text: str) -> None:
    """Three significant digits."""
    assert short(value) == text
