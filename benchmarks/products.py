"""Products that are asked for in turn: one that is always the same would be in every cache."""

from collections.abc import Mapping
from functools import cache

from benchmarks.bundled import COLUMNS, NAMES
from model.market import generate

Product = Mapping[str, float]

PRODUCT: Product = {
    "price": 50.0, "weight": 750, "height": 70, "distance": 1500, "volume": 700
}  # fmt: skip
OTHERS = 99


@cache
def products() -> tuple[Product, ...]:
    """That one and others, as the synthetic market has them, by the names of a request."""
    market = generate(OTHERS, seed=1)
    columns = (getattr(market, column).tolist() for column in COLUMNS)
    rows = zip(*columns, strict=True)
    return PRODUCT, *(dict(zip(NAMES, row, strict=True)) for row in rows)
