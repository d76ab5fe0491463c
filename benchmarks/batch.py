"""`python -m benchmarks.batch`: many rows beside XGBoost's own way, as ratios of CPU in one run.

First prices alone: a matrix, as `model predict` has it priced, and lists of numbers, as
`/predict/batch` has. Then whole requests, with all that the service does for one.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import xgboost
from numpy.typing import NDArray

from benchmarks.arguments import whole
from benchmarks.bundled import Bundled, Row, served
from benchmarks.contenders import SERVICE
from benchmarks.ending import ended
from benchmarks.processes import Server, ask, free_port, serving
from benchmarks.products import as_csv, rows
from model import load
from model.estimates import estimate_columns

Matrix = NDArray[np.float64]

PATH = "/predict/batch"
MOST_ROWS = 10_000_000
LARGEST = 10_000
"""Rows of one request."""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the ratios."""
    args = _parser().parse_args(argv)
    model = served()
    asked = rows(model, args.rows)
    own = prices(model, np.array(asked, dtype=np.float64), args.rounds)
    for name, ratio in own.items():
        print(f"CPU of {name} / inplace_predict: {ratio:.2f}")
    largest = asked[:LARGEST]
    for kind, seconds in requests(written(model, largest), args.rounds).items():
        print(f"CPU of a request, {kind}: {seconds / len(largest) * 1e6:.1f} µs a row")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--rows", type=whole(1, MOST_ROWS), default=100_000,
                        help="default: %(default)s")  # fmt: skip
    parser.add_argument("--rounds", type=whole(1, 1000), default=5,
                        help="default: %(default)s")  # fmt: skip
    return parser


def prices(model: Bundled, rows: Matrix, rounds: int) -> Mapping[str, float]:
    """By name, the CPU that prices take, as a multiple of that of `inplace_predict`."""
    predictor, booster = load(model.directory), xgboost.Booster(model_file=model.file)
    booster.set_param({"nthread": 1})
    matrix, lists = rows.astype(np.float32), rows.tolist()
    ways: dict[str, Callable[[], object]] = {
        "a matrix": lambda: estimate_columns(predictor, matrix),
        "lists": lambda: predictor.predict_rows(lists),
    }
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        floor = _cpu(lambda: booster.inplace_predict(matrix))
        for name, way in ways.items():
            ratios[name].append(_cpu(way) / floor)
    return {name: statistics.median(found) for name, found in ratios.items()}


def written(model: Bundled, rows: Sequence[Row]) -> Mapping[str, bytes]:
    """The rows as bodies, by content type."""
    products = [model.product(row) for row in rows]
    objects = [json.dumps(each) for each in products]
    return {
        "application/json": f"[{','.join(objects)}]".encode(),
        "application/x-ndjson": "\n".join(objects).encode(),
        "text/csv": as_csv(model.names, products),
    }


def requests(bodies: Mapping[str, bytes], rounds: int) -> Mapping[str, float]:
    """The CPU seconds that a request with each of these bodies costs the service."""
    with tempfile.TemporaryDirectory() as directory:
        command = SERVICE.command(SERVICE.programs(), free_port())
        with serving(command, Path(directory, "log"), cores=None) as server:
            return {kind: _served(server, kind, body, rounds) for kind, body in bodies.items()}


def _served(server: Server, kind: str, body: bytes, rounds: int) -> float:
    before = server.usage().cpu
    for _ in range(rounds):
        status, _ = ask(server.port, PATH, body, kind)
        if status != 200:
            raise RuntimeError(f"{kind} was answered with {status}")
    return (server.usage().cpu - before) / rounds


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(ended(main))
