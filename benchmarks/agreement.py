"""The one price of a product that every contender with the model gives."""

import functools
import math
from pathlib import Path

from benchmarks.bundled import Product, served
from model import Predictor, load

_TOLERANCE = 1e-5


def refuse_other_price(name: str, price: float, product: Product) -> None:
    """Raise `RuntimeError` for a price that is neither the model's own nor that one rounded."""
    model = served()
    exact = _predictor(model.directory).predict(model.row(product)).price
    right = (exact, model.rounded(exact))
    if not any(math.isclose(price, each, rel_tol=_TOLERANCE) for each in right):
        raise RuntimeError(f"{name} gives the price {price} where the model gives {exact}")


@functools.cache
def _predictor(directory: Path) -> Predictor:
    return load(directory)
