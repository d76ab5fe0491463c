"""Ray Serve: one replica."""

import sys

import numpy as np
import ray
from ray import serve
from ray.serve.config import HTTPOptions
from starlette.requests import Request
from xgboost import Booster

from benchmarks.bundled import MODEL, NAMES, PRICE


@serve.deployment(max_ongoing_requests=100)
class Pricing:
    """A price for a product."""

    def __init__(self) -> None:
        """Load the model."""
        self.booster = Booster({"nthread": 1}, model_file=MODEL)

    async def __call__(self, request: Request) -> dict[str, float]:
        """One answer."""
        product = await request.json()
        row = np.array([[product[name] for name in NAMES]])
        prices = self.booster.inplace_predict(row, validate_features=False)
        return {"price": float(prices[0, PRICE])}


if __name__ == "__main__":
    ray.init(include_dashboard=False)
    serve.start(http_options=HTTPOptions(host="127.0.0.1", port=int(sys.argv[1])))
    pricing = Pricing.bind()  # type: ignore[attr-defined]  # the decorator makes a deployment of it
    serve.run(pricing, route_prefix="/predict", blocking=True)
