"""LitServe: batches, and the queue that its documentation names for many requests a second."""

import sys
from typing import Any

import litserve
import numpy as np
from numpy.typing import NDArray
from xgboost import Booster

from benchmarks.bundled import served

MODEL = served()


class Pricing(litserve.LitAPI):
    """A price for a product."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - LitServe names it
        """Load the model."""
        self.booster = Booster({"nthread": 1}, model_file=MODEL.file)

    def decode_request(self, request: dict[str, float]) -> NDArray[np.float32]:
        """The row of a product."""
        return np.array([request[name] for name in MODEL.names], dtype=np.float32)

    def predict(self, rows: NDArray[np.float32]) -> Any:
        """The prices of a batch."""
        return self.booster.inplace_predict(rows, validate_features=False)[:, MODEL.price]

    def encode_response(self, price: np.float32) -> dict[str, float]:
        """One answer."""
        return {"price": float(price)}


if __name__ == "__main__":
    server = litserve.LitServer(
        Pricing(max_batch_size=32, batch_timeout=0.002), accelerator="cpu", fast_queue=True
    )
    server.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        num_api_servers=1,
        log_level="warning",
        generate_client_file=False,
    )
