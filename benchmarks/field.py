"""The peers, each in the fastest configuration with one worker that its documentation tells of."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.bundled import ROOT, Product, served
from benchmarks.contenders import Contender, ours, uvicorn
from benchmarks.environments import Environment
from benchmarks.processes import free_port

_PEERS = ROOT / "benchmarks" / "peers"
_SHIPPING = (("price", "weight", "height", "distance", "volume"), "shipping_estimated_price", 1)
"""What the peers are written for: the features, the answer, and which of the outputs it is."""


def _environment(name: str) -> Environment:
    return Environment(name, _PEERS / f"{name}.txt")


def _module(name: str) -> Callable[[Path, int], list[str]]:
    return lambda programs, port: [
        *(str(programs / "python"), "-m", f"benchmarks.peers.{name}", str(port))
    ]


def _price(answer: Any) -> str:
    return str(answer["price"])


def _row(product: Product) -> list[float]:
    return served().row(product)


def _tensor(product: Product) -> bytes:
    row = _row(product)
    tensor = {"name": "row", "shape": [1, len(row)], "datatype": "FP32", "data": row}
    return json.dumps({"inputs": [tensor]}).encode()


ORIGINAL = Contender(
    "the original server",
    uvicorn("benchmarks.peers.original:app"),
    ours,
    environment=_environment("original"),
    peer=True,
)

LITSERVE = Contender(
    "LitServe",
    _module("litserve"),
    _price,
    environment=_environment("litserve"),
    peer=True,
)

BENTOML = Contender(
    "BentoML",
    lambda programs, port: [
        *(str(programs / "bentoml"), "serve", "benchmarks.peers.bentoml:Pricing"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ],
    lambda answer: str(answer[0]),
    body=lambda product: json.dumps({"products": [product]}).encode(),
    environment=_environment("bentoml"),
    peer=True,
)

MLSERVER = Contender(
    "MLServer",
    lambda programs, _: [str(programs / "mlserver"), "start", str(_PEERS / "mlserver")],
    lambda answer: str(answer["outputs"][0]["data"][served().price]),
    path="/v2/models/price/infer",
    body=_tensor,
    environment=_environment("mlserver"),
    variables=lambda port: {
        "MLSERVER_HTTP_PORT": str(port),
        "MLSERVER_GRPC_PORT": str(free_port()),
        "MLSERVER_METRICS_PORT": str(free_port()),
    },
    peer=True,
)


def _saved(programs: Path) -> str:
    return str(programs.parent / "model")


MLFLOW = Contender(
    "MLflow models serve",
    lambda programs, port: [
        *(str(programs / "mlflow"), "models", "serve", "--model-uri", _saved(programs)),
        *("--env-manager", "local", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)),
    ],
    lambda answer: str(answer["predictions"][0][served().price]),
    path="/invocations",
    body=lambda product: json.dumps({"inputs": [_row(product)]}).encode(),
    environment=_environment("mlflow"),
    prepare=lambda programs: [
        *(str(programs / "python"), "-m", "benchmarks.peers.mlflow", _saved(programs))
    ],
    peer=True,
)

RAY = Contender(
    "Ray Serve",
    _module("ray"),
    _price,
    environment=_environment("ray"),
    variables=lambda _: {
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
    },
    patience=180.0,
    peer=True,
)

PEERS = (ORIGINAL, LITSERVE, BENTOML, MLSERVER, MLFLOW, RAY)


def refuse_other_model() -> None:
    """Raise `RuntimeError` where the model is none that the peers can serve."""
    model = served()
    if (model.names, model.target, model.price) != _SHIPPING:
        raise RuntimeError(
            "the peers are written for the shipping model of `make bundle`, three quantiles out of "
            f"its five features, and {model.directory} holds another: measure that one without "
            "them, by `make bench`"
        )
