"""The one price that every contender with the embedded model gives."""

import functools
import json
import math

from benchmarks.bundled import BUNDLE, DECIMALS, NAMES
from benchmarks.contenders import BODY
from model.bundle import load

_TOLERANCE = 1e-5


def refuse_other_price(name: str, price: float) -> None:
    """Raise `RuntimeError` for a price that is neither the model's own nor that one rounded."""
    exact = _exact()
    rounded = exact if DECIMALS is None else round(exact, DECIMALS)
    if not any(math.isclose(price, right, rel_tol=_TOLERANCE) for right in (exact, rounded)):
        raise RuntimeError(f"{name} gives the price {price} where the model gives {exact}")


@functools.cache
def _exact() -> float:
    product = json.loads(BODY)
    return load(BUNDLE).predict([product[name] for name in NAMES]).price
