"""The verb `show`: the model card of a bundle, for a person."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model.bundle import read_manifest
from model.manifest import Feature, Manifest, Metrics, Scores, encode

Rows = Sequence[Sequence[str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, default=Path("bundle"), metavar="DIR",
                        help="the bundle to show (default: %(default)s)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the manifest as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the card, or the manifest."""
    manifest = read_manifest(args.bundle)
    sys.stdout.write(encode(manifest).decode() if args.json else card(manifest))
    return 0


def card(manifest: Manifest) -> str:
    """The model card: what the model answers, from what, how well, and how it was made."""
    target = manifest.target
    title = " ".join(target.name.split("_")).capitalize()
    parts = [
        f"{title}  (version {manifest.version})",
        _facts([("answer", _with_unit(target.name, target.unit)), ("", target.description)]),
        "Features\n" + _table([_FEATURE_HEAD, *map(_feature_row, manifest.features)]),
        "Interval\n" + _facts([("", _interval(manifest))]),
    ]
    if manifest.metrics is not None:
        parts.append(_errors(manifest.metrics))
    parts.append("Made of\n" + _facts(_origin(manifest)))
    return "\n\n".join(parts) + "\n"


_FEATURE_HEAD = ("name", "unit", "trained on", "allowed", "missing", "what it is")


def _feature_row(feature: Feature) -> Sequence[str]:
    trained = "unknown"
    if feature.categories:
        trained = ""
    elif feature.training is not None:
        trained = f"{feature.training.minimum:g} to {feature.training.maximum:g}"
    missing = "may be" if feature.missing else "refused"
    words = feature.description or (feature.column if feature.column != feature.name else "")
    return feature.name, feature.unit, trained, _allowed(feature), missing, words


def _allowed(feature: Feature) -> str:
    if feature.categories:
        return ", ".join(feature.categories)
    low, high = feature.minimum, feature.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"from {low:g}"
    return "any" if high is None else f"up to {high:g}"


def _interval(manifest: Manifest) -> str:
    interval = manifest.interval
    if interval is None:
        return "none: the model was never calibrated on data"
    methods = {"cqr": "quantile outputs, conformally calibrated", "split": "split-conformal"}
    return f"{interval.coverage:.0%} of outcomes shall lie inside ({methods[interval.method]})"


def _errors(metrics: Metrics) -> str:
    rows = [("", "MAE", "RMSE", "inside", "width"), _scores("this model", metrics.model)]
    rows += [_scores(name, scores) for name, scores in metrics.baselines.items()]
    return f"Errors on {metrics.rows:,} rows: {metrics.split}\n{_table(rows)}"


def _scores(name: str, scores: Scores) -> tuple[str, str, str, str, str]:
    inside = "" if scores.coverage is None else f"{scores.coverage:.1%}"
    width = "" if scores.width is None else f"{scores.width:.2f}"
    return name, f"{scores.mae:.2f}", f"{scores.rmse:.2f}", inside, width


def _origin(manifest: Manifest) -> Sequence[tuple[str, str]]:
    data, booster = manifest.data, manifest.booster
    period = "" if data is None or data.start is None else f" from {data.start} to {data.end}"
    rounds = booster.iterations[1] - booster.iterations[0]
    outputs = f", {booster.outputs} outputs" if booster.outputs > 1 else ""
    return (
        ("data", "unknown" if data is None else f"{data.rows:,} rows{period}"),
        ("objective", f"{booster.objective}, {rounds} rounds{outputs}"),
        ("model file", f"{booster.file}, SHA-256 {booster.sha256[:16]}…"),
        ("versions", f"XGBoost {manifest.versions.xgboost}, Python {manifest.versions.python}"),
    )


def _with_unit(name: str, unit: str) -> str:
    return f"{name}, in {unit}" if unit else name


def _facts(pairs: Sequence[tuple[str, str]]) -> str:
    width = max(len(key) for key, _ in pairs)
    return "\n".join(f"  {key:<{width}}  {text}".rstrip() for key, text in pairs if text)


def _table(rows: Rows) -> str:
    """Columns as wide as their longest cell, a column without any content left out."""
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    lines = zip(*columns, strict=True)
    return "\n".join(
        "  "
        + "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
