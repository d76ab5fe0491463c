"""The verb `train`: learn from a data file and write the bundle with its report."""

import argparse
import sys
from pathlib import Path

from model.bundle import MODEL, refuse_foreign, write
from model.doubts import doubts
from model.options import add_data_options, add_recipe_options, described, recipe_of, table_of
from model.recipe import Recipe
from model.report import REPORT, write_report
from model.training import Trained, train


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_options(parser)
    out = "where the bundle and its report shall lie"
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=out)
    add_recipe_options(parser)
    share = "the part of the rows kept for the test, 0 for none (default: %(default)s)"
    parser.add_argument(
        "--test-share", type=float, default=Recipe().test_share, metavar="SHARE", help=share
    )


def run(args: argparse.Namespace) -> int:
    """Read, train, write, and say what came of it."""
    refuse_foreign(args.out)
    recipe, table = recipe_of(args), table_of(args)
    _say(described(table))
    trained = train(table, recipe, _say)
    write(args.out, trained.manifest, trained.model)
    _say("drawing the report")
    write_report(args.out, trained)
    print(_summary(args.out, trained))
    if trained.manifest.metrics is not None:
        for doubt in doubts(trained.manifest.metrics, recipe.coverage):
            _say(f"warning: {doubt}")
    return 0


def _summary(out: Path, trained: Trained) -> str:
    manifest = trained.manifest
    size, rounds = len(trained.model) / 1e6, manifest.booster.iterations[1]
    lines = [f"{out / MODEL}: version {manifest.version}, {size:.1f} MB, {rounds} rounds"]
    if trained.trial is not None:
        lines += ["", trained.trial.comparison.markdown(), ""]
    return "\n".join([*lines, f"report: {out / REPORT}"])


def _say(line: str) -> None:
    print(line, file=sys.stderr)
