"""Cells: what stands in the rows of a file, as numbers that the model takes or a reason why not."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.columns import MISSING
from model.manifest import Feature
from model.numerals import NUMERAL

Doubles = NDArray[np.float64]
Faults = dict[int, str]
"""Why cells have no value: the number of the row in its batch, and the reason."""

LARGEST = float(np.finfo(np.float32).max)

_DIGITS = re.compile(r"[0-9.eE+\- ]*")
_NUMBER = re.compile(rf"\s*{NUMERAL}\s*", re.ASCII)
_SHOWN = 60


def numbers_of_texts(texts: Sequence[str]) -> tuple[Doubles, Faults]:
    """The numbers that texts are: float64 (n,), NaN where one is missing or no number."""
    if _DIGITS.fullmatch("".join(texts)):
        try:
            return np.fromiter(map(float, texts), np.float64, len(texts)), {}
        except ValueError:
            pass  # one of them is empty or no number: look at each
    return _each(texts, number_or_reason)


def numbers_of_values(values: Sequence[Any]) -> tuple[Doubles, Faults]:
    """The numbers among decoded JSON values: float64 (n,), NaN where one is null or no number."""
    if set(map(type, values)) <= {int, float}:
        try:
            return np.fromiter(map(float, values), np.float64, len(values)), {}
        except OverflowError:
            pass  # an integer beyond any float: look at each
    return _each(values, _number_of_value)


def number_or_reason(text: str) -> float | str:
    """The number that a text is, NaN where it says that there is none, or why it is none."""
    if _NUMBER.fullmatch(text):
        return float(text)
    return math.nan if text.strip() in MISSING else f"{shown(text)} is not a number"


def codes_of_labels(labels: Sequence[Any], feature: Feature) -> tuple[Doubles, Faults]:
    """The codes of a categorical feature's labels: float64 (n,), NaN where one is missing."""
    codes = {label: float(code) for code, label in enumerate(feature.categories)}
    allowed = ", ".join(feature.categories)

    def code(label: Any) -> float | str:
        if label is None or (label == "" and "" not in codes):
            return math.nan
        known = codes.get(label) if isinstance(label, str) else None
        return f"{shown(label)} is none of {allowed}" if known is None else known

    return _each(labels, code)


def add_faults(feature: Feature, values: Doubles, faults: Faults) -> None:
    """Add the rows whose value (n,) the feature does not allow to those already at fault."""
    low = -LARGEST if feature.minimum is None else max(feature.minimum, -LARGEST)
    high = LARGEST if feature.maximum is None else min(feature.maximum, LARGEST)
    wrong = (values < low) | (values > high)
    if not feature.missing:
        wrong |= np.isnan(values)
    for index in np.flatnonzero(wrong).tolist():
        faults.setdefault(index, _reason(values[index], low, high))


def shown(value: Any) -> str:
    """A value as a message shows it: quoted, and cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _number_of_value(value: Any) -> float | str:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{shown(value)} is not a number"
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _reason(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "is missing"
    if abs(value) > LARGEST:
        return "is too large for the model"
    if value < low:
        return f"{value:g} is under the minimum {low:g}"
    return f"{value:g} is over the maximum {high:g}"


def _each(values: Sequence[Any], read: Callable[[Any], float | str]) -> tuple[Doubles, Faults]:
    numbers = np.full(len(values), np.nan)
    faults: Faults = {}
    for index, value in enumerate(values):
        found = read(value)
        if isinstance(found, str):
            faults[index] = found
        else:
            numbers[index] = found
    return numbers, faults
