"""Ray Serve: one replica, requests gathered into batches."""

import sys

import numpy as np
import ray
from ray import serve
from ray.serve.config import HTTPOptions
from starlette.requests import Request
from xgboost import Booster

from benchmarks.bundled import served

Product = dict[str, float]
MODEL = served()
FILE, NAMES, PRICE = MODEL.file, MODEL.names, MODEL.price
"""Plain values, which reach the processes of Ray as they are."""


@serve.deployment(max_ongoing_requests=100)
class Pricing:
    """A price for a product."""

    def __init__(self) -> None:
        """Load the model."""
        self.booster = Booster({"nthread": 1}, model_file=FILE)

    @serve.batch(max_batch_size=32, batch_wait_timeout_s=0.002)
    async def prices(self, products: list[Product]) -> list[float]:
        """The prices of a batch."""
        rows = np.array([[product[name] for name in NAMES] for product in products])
        prices = self.booster.inplace_predict(rows, validate_features=False)[:, PRICE]
        return [float(price) for price in prices]

    async def __call__(self, request: Request) -> dict[str, float]:
        """One answer."""
        return {"price": await self.prices(await request.json())}


if __name__ == "__main__":
    ray.init(include_dashboard=False)
    serve.start(http_options=HTTPOptions(host="127.0.0.1", port=int(sys.argv[1])))
    pricing = Pricing.bind()  # type: ignore[attr-defined]  # the decorator makes a deployment of it
    serve.run(pricing, route_prefix="/predict", blocking=True)
