"""The peers, each in the fastest configuration with one worker that its documentation tells of."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.bundled import NAMES, PRICE, ROOT
from benchmarks.contenders import BODY, Contender, ours, uvicorn
from benchmarks.environments import Environment
from benchmarks.processes import free_port

_PEERS = ROOT / "benchmarks" / "peers"
_PRODUCT = json.loads(BODY)
_ROW = [float(_PRODUCT[name]) for name in NAMES]


def _environment(name: str) -> Environment:
    return Environment(name, _PEERS / f"{name}.txt")


def _module(name: str) -> Callable[[Path, int], list[str]]:
    return lambda programs, port: [
        *(str(programs / "python"), "-m", f"benchmarks.peers.{name}", str(port))
    ]


def _price(answer: Any) -> float:
    price: float = answer["price"]
    return price


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
    lambda answer: float(answer[0]),
    body=json.dumps({"products": [_PRODUCT]}).encode(),
    environment=_environment("bentoml"),
    peer=True,
)

MLSERVER = Contender(
    "MLServer",
    lambda programs, _: [str(programs / "mlserver"), "start", str(_PEERS / "mlserver")],
    lambda answer: float(answer["outputs"][0]["data"][PRICE]),
    path="/v2/models/price/infer",
    body=json.dumps(
        {"inputs": [{"name": "row", "shape": [1, len(_ROW)], "datatype": "FP32", "data": _ROW}]}
    ).encode(),
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
    lambda answer: float(answer["predictions"][0][PRICE]),
    path="/invocations",
    body=json.dumps({"inputs": [_ROW]}).encode(),
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
