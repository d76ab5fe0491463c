"""Rows: a request's fields, checked against the manifest, to numbers in the model's order."""

import json
import math
from collections.abc import Callable, Mapping, Sequence, Sized
from operator import itemgetter
from typing import Any

from pydantic_core import CoreSchema, ErrorDetails, SchemaValidator, ValidationError
from pydantic_core import core_schema as cs

from api.decoding import Duplicated, decode_number
from api.problems import FieldError, Problem, named, shown
from model import Feature

LARGEST = 3.4028234663852886e38
"""The largest float32: what is beyond it cannot reach the model as a finite number."""

_ROOM = 64
"""Bytes for the numeral of an ordinary field, and for the space around it."""

_UNKNOWN = 100
"""How many unknown fields are named one by one; an object with more is refused unseen."""


class RowReader:
    """Reads the fields of one request into one row of the model."""

    def __init__(self, features: Sequence[Feature], most_errors: int = 100) -> None:
        """`most_errors` is how many fields a problem names at the most."""
        self._most_errors = most_errors
        self._features = {feature.name: feature for feature in features}
        self._codes = {
            feature.name: {label: float(code) for code, label in enumerate(feature.categories)}
            for feature in features
            if feature.categories
        }
        self._plain = _plain(features)
        self._validator = SchemaValidator(_schema(features))
        self._ordinary = SchemaValidator(_schema(features, trained=True))
        self._longest = sum(map(_longest, features)) + _ROOM

    def read(self, document: object) -> list[float]:
        """The row for a decoded JSON object; NaN where a feature is missing and may be.

        Raises `Problem` 422 naming every field that is wrong.
        """
        if isinstance(document, Duplicated):
            raise _duplicated(document.key)
        if isinstance(document, dict):
            self._check_count(document)
        try:
            values = self._validator.validate_python(document)
        except ValidationError as error:
            raise self._problem(document, error.errors(include_url=False)) from None
        return [self._number(name, values.get(name)) for name in self._features]

    def read_json(self, body: bytes) -> Sequence[float] | None:
        """The row for the bytes of a JSON object of ordinary values, else None.

        It is what `read` gives for them. What is wrong with an object, strange about it, or outside
        the range that the model was trained on, is for `read` and for warnings to tell; so is what
        is longer than it has to be, or nested, which the validator takes long to refuse.
        """
        if len(body) > self._longest or b"[" in body:
            return None
        try:
            values = self._ordinary.validate_json(body)
        except ValidationError:
            return None
        if body.count(b":") != len(values):  # a key twice, or a label with a colon
            return None
        if self._plain is not None:
            return self._plain(values)
        return [self._number(name, values.get(name)) for name in self._features]

    def check_names(self, names: Sequence[str]) -> None:
        """Raises `Problem` 422 for names of columns that no row below them could answer with."""
        self._check_count(names)
        required = [name for name, feature in self._features.items() if not feature.missing]
        known = ", ".join(self._features)
        unknown = [name for name in names if name not in self._features]
        absent = [name for name in required if name not in names]
        twice = [name for name in self._features if names.count(name) > 1]
        errors = [
            *(self._unknown(name) for name in unknown),
            *(FieldError(name, "is missing from the header", allowed=known) for name in absent),
            *(FieldError(name, "stands twice in the header") for name in twice),
        ]
        if errors:
            raise _problem(errors)

    def read_text(self, fields: Mapping[str, str]) -> list[float]:
        """The row for the fields of a CSV line; an empty field is a missing one."""
        document = {
            name: text if name in self._codes else decode_number(text)
            for name, text in fields.items()
            if text != "" or name not in self._features
        }
        return self.read(document)

    def _number(self, name: str, value: Any) -> float:
        if value is None:
            return math.nan
        codes = self._codes.get(name)
        return float(value) if codes is None else codes[value]

    def _check_count(self, fields: Sized) -> None:
        if len(fields) > len(self._features) + _UNKNOWN:
            names = ", ".join(self._features)
            raise Problem(422, f"Expected {names}; got {len(fields)} fields.")

    def _problem(self, document: object, faults: Sequence[ErrorDetails]) -> Problem:
        if faults[0]["loc"]:
            return _problem([self._field_error(each) for each in faults[: self._most_errors]])
        if isinstance(document, dict):  # one of its keys holds a lone surrogate
            return _problem([self._unknown(faults[0]["input"])])
        given = shown(document)
        names = ", ".join(self._features)
        return Problem(422, f"Expected an object with {names}; got {given}.")

    def _unknown(self, name: str) -> FieldError:
        known = ", ".join(self._features)
        return FieldError(named(name), "is not a field of this model", allowed=known)

    def _field_error(self, fault: ErrorDetails) -> FieldError:
        name = str(fault["loc"][0])
        feature = self._features.get(name)
        if feature is None:
            return self._unknown(name)
        accepted = allowed(feature)
        if fault["type"] == "missing":
            return FieldError(name, "is missing", allowed=accepted, example=feature.example)
        if _too_large(fault["input"]):
            accepted += f", no larger than {LARGEST:.1e}"
        given = shown(fault["input"])
        return FieldError(name, f"must be {accepted}", given, accepted, feature.example)


def _plain(features: Sequence[Feature]) -> Callable[[Any], tuple[float, ...]] | None:
    """What takes the numbers out of an object, if there are several and nothing but numbers."""
    if len(features) < 2 or any(feature.categories or feature.missing for feature in features):
        return None
    return itemgetter(*(feature.name for feature in features))


def _longest(feature: Feature) -> int:
    """Bytes that a field has at the most, as far as it is ordinary."""
    return max(map(len, map(json.dumps, (feature.name, *feature.categories)))) * 2 + _ROOM


def allowed(feature: Feature) -> str:
    """What a feature accepts, in words: a number in a range with its unit, or its labels."""
    if feature.categories:
        words = "one of " + ", ".join(feature.categories)
    else:
        words = "a number" + _range(feature) + (f" in {feature.unit}" if feature.unit else "")
    return words + (", or null" if feature.missing else "")


def _too_large(value: object) -> bool:
    return isinstance(value, int | float) and not abs(value) <= LARGEST


def _duplicated(key: str) -> Problem:
    return _problem([FieldError(key, "is given more than once", allowed="each field once")])


def _problem(errors: Sequence[FieldError]) -> Problem:
    detail = "; ".join(f"{error.field} {error.message}" for error in errors[:5])
    return Problem(422, detail + ".", tuple(errors[:100]))


def _range(feature: Feature) -> str:
    low, high = feature.minimum, feature.maximum
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of at least {low:g}"
    return "" if high is None else f" of at most {high:g}"


def _schema(features: Sequence[Feature], *, trained: bool = False) -> CoreSchema:
    """Of all that is allowed or, with `trained`, of what the model was trained on."""
    fields = {
        feature.name: cs.typed_dict_field(
            _value_schema(feature, _bounds(feature, trained=trained)), required=not feature.missing
        )
        for feature in features
    }
    return cs.typed_dict_schema(fields, extra_behavior="forbid")


def _bounds(feature: Feature, *, trained: bool) -> tuple[float, float]:
    low = -LARGEST if feature.minimum is None else max(feature.minimum, -LARGEST)
    high = LARGEST if feature.maximum is None else min(feature.maximum, LARGEST)
    if trained and feature.training is not None:
        return max(low, feature.training.minimum), min(high, feature.training.maximum)
    return low, high


def _value_schema(feature: Feature, bounds: tuple[float, float]) -> CoreSchema:
    value: CoreSchema
    if feature.categories:
        value = cs.literal_schema(list(feature.categories))
    else:
        value = cs.float_schema(
            strict=True,
            allow_inf_nan=False,
            ge=bounds[0],
            le=bounds[1],
        )
    return cs.nullable_schema(value) if feature.missing else value
