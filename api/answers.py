"""Answers: what a price looks like to the one who asked."""

import json
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from api.identifiers import new_id
from model import Estimate, Explanation, Manifest, Predictor, RangeWarning

Fill = Callable[[Sequence[float], str], bytes | None]
"""The answer to a row and an id, see `AnswerWriter.filler`."""


class AnswerWriter:
    """Turns estimates into documents, in the words and the decimals of the manifest."""

    def __init__(self, predictor: Predictor) -> None:
        manifest = predictor.manifest
        self._predictor = predictor
        self._price = manifest.target.name
        self._decimals = manifest.target.decimals
        self._version = manifest.version
        self._names = tuple(feature.name for feature in manifest.features)
        self._coverage = manifest.interval.coverage if manifest.interval else None
        self._template = json_template(manifest)

    def answer(self, row: Sequence[float], estimate: Estimate) -> dict[str, Any]:
        """The document for one priced row."""
        return {
            self._price: self._rounded(estimate.price),
            "interval": self._interval(estimate),
            "warnings": [self._warning(each) for each in self._predictor.warnings(row)],
            "model_version": self._version,
            "prediction_id": new_id(),
        }

    def text(self, estimate: Estimate, identifier: str, template: str | None = None) -> str | None:
        """The JSON of `answer` without warnings, written at once; None for no finite numbers.

        Another `template` has places for the same: price, low and high if there are any, the id.
        """
        template = template or self._template
        price, low, high = estimate
        if low is None or high is None:
            if not isfinite(price):
                return None
            return template % (self._rounded(price), identifier)
        if not isfinite(high - low):
            return None
        decimals = self._decimals
        if decimals is not None:
            price, low, high = round(price, decimals), round(low, decimals), round(high, decimals)
        return template % (price, low, high, identifier)

    def filler(self) -> Fill:
        """What prices a row and writes the JSON of `answer` without warnings, at once.

        It gives None where that is not to be done at once, as for numbers that are not finite.
        """
        form = self._predictor.form(_pieces(self._predictor.manifest))
        return self._priced if form is None else form.fill

    def _priced(self, row: Sequence[float], identifier: str) -> bytes | None:
        text = self.text(self._predictor.predict(row), identifier)
        return None if text is None else text.encode()

    def explanation(self, explanation: Explanation) -> dict[str, Any]:
        """The members that an answer gains when the reasons are asked for."""
        return {
            "baseline": self._rounded(explanation.baseline, more=2),
            "contributions": {
                name: self._rounded(value, more=2)
                for name, value in zip(self._names, explanation.contributions, strict=True)
            },
        }

    def _interval(self, estimate: Estimate) -> dict[str, float] | None:
        if self._coverage is None or estimate.low is None or estimate.high is None:
            return None
        low, high = self._rounded(estimate.low), self._rounded(estimate.high)
        return {"low": low, "high": high, "coverage": self._coverage}

    def _rounded(self, value: float, more: int = 0) -> float:
        return value if self._decimals is None else round(value, self._decimals + more)

    def _warning(self, warning: RangeWarning) -> dict[str, Any]:
        return {
            "field": warning.feature,
            "value": warning.value,
            "minimum": warning.minimum,
            "maximum": warning.maximum,
            "message": f"{warning.feature} is outside the range that the model was trained on "
            f"({warning.minimum:g} to {warning.maximum:g}): the price is less certain.",
        }


def json_template(manifest: Manifest) -> str:
    """The JSON of an answer without warnings, open for its numbers and its id."""
    *before, end = (piece.replace("%", "%%") for piece in _pieces(manifest))
    return "%r".join(before) + "%s" + end


def _pieces(manifest: Manifest) -> tuple[str, ...]:
    """The same, cut where a number or the id has its place."""
    name, version = json.dumps(manifest.target.name), json.dumps(manifest.version)
    start = f"{{{name}: "
    rest = f', "warnings": [], "model_version": {version}, "prediction_id": "'
    if manifest.interval is None:
        return start, f', "interval": null{rest}', '"}'
    coverage = json.dumps(manifest.interval.coverage)
    rest = f', "coverage": {coverage}}}{rest}'
    return start, ', "interval": {"low": ', ', "high": ', rest, '"}'
