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
from benchmarks.bundled import ROOT
from benchmarks.contenders import SERVICE
from benchmarks.ending import ended
from benchmarks.processes import Server, ask, free_port, serving
from model import Manifest, Predictor, load
from model.estimates import estimate_columns
from model.market import MOST_ROWS, generate

Rows = NDArray[np.float64]

PATH = "/predict/batch"
BUNDLE = ROOT / "bundle"
LARGEST = 10_000
"""Rows of one request."""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print the ratios."""
    args = _parser().parse_args(argv)
    predictor = load(BUNDLE)
    rows = sampled(predictor.manifest, args.rows)
    own = prices(predictor, rows, args.rounds)
    for name, ratio in own.items():
        print(f"CPU of {name} / inplace_predict: {ratio:.2f}")
    bodies = written(predictor.manifest, rows[:LARGEST])
    for kind, seconds in requests(bodies, args.rounds).items():
        print(f"CPU of a request, {kind}: {seconds / len(rows[:LARGEST]) * 1e6:.1f} µs a row")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    parser.add_argument("--rows", type=whole(1, MOST_ROWS), default=100_000,
                        help="default: %(default)s")  # fmt: skip
    parser.add_argument("--rounds", type=whole(1, 1000), default=5,
                        help="default: %(default)s")  # fmt: skip
    return parser


def sampled(manifest: Manifest, count: int) -> Rows:
    """Rows of the synthetic market (n, features)."""
    market = generate(count, seed=1)
    columns = [getattr(market, feature.column) for feature in manifest.features]
    return np.column_stack(columns).astype(np.float64)


def prices(predictor: Predictor, rows: Rows, rounds: int) -> Mapping[str, float]:
    """By name, the CPU that prices take, as a multiple of that of `inplace_predict`."""
    booster = xgboost.Booster(model_file=BUNDLE / predictor.manifest.booster.file)
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


def written(manifest: Manifest, rows: Rows) -> Mapping[str, bytes]:
    """The rows as bodies, by content type."""
    names = [feature.name for feature in manifest.features]
    objects = [json.dumps(dict(zip(names, row, strict=True))) for row in rows.tolist()]
    lines = [",".join(map(str, row)) for row in rows.tolist()]
    return {
        "application/json": f"[{','.join(objects)}]".encode(),
        "application/x-ndjson": "\n".join(objects).encode(),
        "text/csv": "\n".join([",".join(names), *lines]).encode(),
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
