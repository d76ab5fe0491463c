"""The options that training and evaluation have in common."""

import argparse
from dataclasses import fields
from pathlib import Path

import msgspec

from model.errors import DataError
from model.features import SHIPPING, FeatureTable, read_feature_table
from model.objectives import TRAINED
from model.olist import read_olist
from model.recipe import DEFAULT_HALF_LIFE, Recipe
from model.table import Table, read_table


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Where the rows come from and what their columns are."""
    source = parser.add_mutually_exclusive_group(required=True)
    rows = "a file of rows: .csv, .parquet, .jsonl or .ndjson"
    folder = "a folder in the Olist dataset's own table layout instead"
    source.add_argument("data", nargs="?", type=Path, metavar="DATA", help=rows)
    source.add_argument("--olist", type=Path, metavar="DIR", help=folder)
    table = "the table of features and target; the shipping five by default"
    parser.add_argument("--features", type=Path, default=SHIPPING, metavar="TOML", help=table)
    for option, text in (
        ("--target", "the target's column, if another one"),
        ("--time", "the rows' time: the newest are the test"),
        ("--group", "what belongs together, such as the items of one order"),
    ):
        parser.add_argument(option, metavar="COLUMN", help=text)


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """How the model is made; each default is the recipe's own."""
    recipe = Recipe()
    for option, kind, text in (
        ("objective", str, ", ".join(TRAINED)),
        ("depth", int, "the deepest a tree may be"),
        ("rounds", int, "the most boosting rounds; early stopping chooses how many"),
        ("patience", int, "rounds without gain after which boosting stops"),
        ("learning_rate", float, "how much of each tree counts"),
        ("coverage", float, "the share of outcomes that shall lie inside the interval"),
        ("seed", int, "of every random choice"),
        ("threads", int, "0 for all processors; the model does not depend on it"),
    ):
        parser.add_argument(
            f"--{option.replace('_', '-')}",
            type=kind,
            default=getattr(recipe, option),
            metavar="NAME" if kind is str else "N",
            help=f"{text} (default: %(default)s)",
        )
    parser.add_argument(
        "--half-life",
        type=float,
        metavar="DAYS",
        help="age at which a row counts half, 0 to count all the same "
        f"(default: {DEFAULT_HALF_LIFE:g} where there is a time)",
    )


def recipe_of(args: argparse.Namespace) -> Recipe:
    """The recipe that the options ask for. Raises `DataError` for one outside its range."""
    given = {f.name: getattr(args, f.name) for f in fields(Recipe) if hasattr(args, f.name)}
    return Recipe(**given)


def table_of(args: argparse.Namespace) -> Table:
    """The table that the options name. Raises `DataError` or `FeatureTableError`."""
    wanted = _wanted(args)
    if args.olist is None:
        return read_table(args.data, wanted, time=args.time, group=args.group)
    if args.time is not None or args.group is not None:
        raise DataError("an Olist folder has its own time and group: leave --time and --group out.")
    return read_olist(args.olist, wanted)


def described(table: Table) -> str:
    """How many rows there are, from when, and which were left out and why."""
    start, end = table.period
    rows = f"{len(table):,} rows" + (f" from {start} to {end}" if start else "")
    return "\n".join([rows, *table.dropped_lines])


def _wanted(args: argparse.Namespace) -> FeatureTable:
    wanted = read_feature_table(args.features)
    if args.target is None:
        return wanted
    if args.target in [feature.column for feature in wanted.features]:
        raise DataError(f"the target '{args.target}' is a feature too; a model may not see it.")
    target = msgspec.structs.replace(wanted.target, column=args.target)
    return msgspec.structs.replace(wanted, target=target)
