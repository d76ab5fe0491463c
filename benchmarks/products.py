"""Products that are asked for in turn: one that is always the same would be in every cache."""

import csv
import io
from collections.abc import Iterable, Sequence
from random import Random

from benchmarks.bundled import Bundled, Product, Row, served

COUNT = 100


def products(model: Bundled | None = None) -> tuple[Product, ...]:
    """Such as a model is asked for; without one, that which is measured."""
    model = model or served()
    return tuple(map(model.product, rows(model, COUNT)))


def rows(model: Bundled, count: int) -> list[Row]:
    """Rows of values that the model knows, each feature's drawn by itself, always the same."""
    random = Random(1)  # noqa: S311 - no secret
    columns = [random.choices(_known(model, at), k=count) for at in range(len(model.features))]
    return list(zip(*columns, strict=True))


def as_csv(names: Sequence[str], asked: Iterable[Product]) -> bytes:
    """Products as a file with these names in its header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(asked)
    return text.getvalue().encode()


def _known(model: Bundled, at: int) -> Sequence[float | None]:
    """What one feature may be: its categories, or within its training range what is told of it."""
    feature, golden = model.features[at], [row[at] for row, _ in model.golden]
    missing = [None] if feature.get("missing") else []
    if feature.get("categories"):
        return [*map(float, range(len(feature["categories"]))), *missing]
    training = feature.get("training")
    if training is None:
        return [*golden, *missing]
    least, most = training["minimum"], training["maximum"]
    inside = [value for value in golden if value is not None and least <= value <= most]
    return [least, *training["edges"], most, *inside, *missing]
