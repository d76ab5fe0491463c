"""The one price of a product that every contender with the embedded model gives."""

import functools
import math

from benchmarks.bundled import BUNDLE, DECIMALS, NAMES
from benchmarks.products import PRODUCT, Product
from model import Predictor, load

_TOLERANCE = 1e-5


def refuse_other_price(name: str, price: float, product: Product = PRODUCT) -> None:
    """Raise `RuntimeError` for a price that is neither the model's own nor that one rounded."""
    exact = _predictor().predict([product[each] for each in NAMES]).price
    rounded = exact if DECIMALS is None else round(exact, DECIMALS)
    if not any(math.isclose(price, right, rel_tol=_TOLERANCE) for right in (exact, rounded)):
        raise RuntimeError(f"{name} gives the price {price} where the model gives {exact}")


@functools.cache
def _predictor() -> Predictor:
    return load(BUNDLE)
