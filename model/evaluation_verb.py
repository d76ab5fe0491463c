"""The verb `evaluate`: measure by folds and by time, beside the baselines."""

import argparse
import sys

import msgspec

from model.evaluation import evaluate, without_outliers
from model.options import add_data_options, add_recipe_options, described, recipe_of, table_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_options(parser)
    add_recipe_options(parser)
    parser.add_argument(
        "--folds",
        type=int,
        default=5,
        metavar="N",
        help="how many parts the rows are split into (default: %(default)s)",
    )
    parser.add_argument(
        "--published-outliers",
        action="store_true",
        help="leave out what the original project's figures leave out",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def run(args: argparse.Namespace) -> int:
    """Print each comparison as soon as it is made."""
    recipe, table = recipe_of(args), table_of(args)
    table = without_outliers(table) if args.published_outliers else table
    _say(described(table))
    comparisons = evaluate(table, recipe, args.folds, _say)
    if args.json:
        print(msgspec.json.encode(list(comparisons)).decode())
        return 0
    for comparison in comparisons:
        print(comparison.markdown(), end="\n\n")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)
