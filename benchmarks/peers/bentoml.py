"""BentoML: adaptive batches."""

import bentoml
import numpy as np
from pydantic import BaseModel
from xgboost import Booster

from benchmarks.bundled import served

MODEL = served()


class Product(BaseModel):
    """What a price is asked for."""

    price: float
    weight: float
    height: float
    distance: float
    volume: float


@bentoml.service(workers=1)
class Pricing:
    """A price for a product."""

    def __init__(self) -> None:
        """Load the model."""
        self.booster = Booster({"nthread": 1}, model_file=MODEL.file)

    @bentoml.api(batchable=True)
    async def predict(self, products: list[Product]) -> list[float]:
        """The prices of a batch."""
        rows = np.array([[getattr(each, name) for name in MODEL.names] for each in products])
        prices = self.booster.inplace_predict(rows, validate_features=False)[:, MODEL.price]
        return [float(price) for price in prices]
