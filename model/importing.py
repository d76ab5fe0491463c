"""The verb `import`: a bundle from a model that was made elsewhere."""

import argparse
import sys
from pathlib import Path

from model.adoption import fitted, is_shipping, own_table, with_missing, with_target
from model.bundle import MODEL, load, refuse_foreign, write
from model.calibration import calibrated, narrowed
from model.comparison import compared
from model.doubts import doubts
from model.draft import drafted, finished
from model.errors import DataError
from model.features import FeatureTable, read_feature_table
from model.foreign import Foreign, read_foreign
from model.manifest import Manifest
from model.table import Table, read_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="FILE",
                        help="a model saved by save_model, as UBJ or JSON")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="where the bundle shall lie")  # fmt: skip
    parser.add_argument("--features", type=Path, metavar="TOML",
                        help="the table of features and target; made from the model's own names "
                        "by default")  # fmt: skip
    parser.add_argument("--target", metavar="COLUMN",
                        help="the target's column in the data, if another one")  # fmt: skip
    parser.add_argument("--data", type=Path, metavar="FILE",
                        help="rows with their outcomes, best ones that the model never saw: "
                        "interval, errors and ranges are measured on them")  # fmt: skip
    parser.add_argument("--coverage", type=float, default=0.9, metavar="N",
                        help="the share of outcomes that shall lie inside the interval "
                        "(default: %(default)s)")  # fmt: skip
    parser.add_argument("--allow-missing", action="store_true",
                        help="accept missing values of every feature; by default only where the "
                        "table or the data have them")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Read the model, describe it, measure it where there are rows, write and verify its bundle."""
    refuse_foreign(args.out)
    foreign = read_foreign(args.model)
    wanted = fitted(foreign, _wanted(args, foreign))
    table = None if args.data is None else _table(args, foreign, wanted)
    manifest = drafted(foreign, wanted)
    if table is not None:
        manifest = calibrated(manifest, foreign, table, args.coverage)
    write(args.out, finished(manifest, foreign), foreign.model)
    print(_summary(args, foreign, load(args.out).manifest, table))
    if manifest.metrics is not None:
        for doubt in doubts(manifest.metrics, args.coverage):
            print(f"warning: {doubt}", file=sys.stderr)
    return 0


def _wanted(args: argparse.Namespace, foreign: Foreign) -> FeatureTable:
    if args.features is None:
        wanted = own_table(foreign, missing=args.allow_missing)
    else:
        wanted = read_feature_table(args.features)
        wanted = with_missing(wanted) if args.allow_missing else wanted
    return wanted if args.target is None else with_target(wanted, args.target)


def _table(args: argparse.Namespace, foreign: Foreign, wanted: FeatureTable) -> Table:
    """The rows of the data file; what may be missing is read from them where nobody says it."""
    if wanted.target.column in {feature.column for feature in wanted.features}:
        raise DataError(
            f"'{wanted.target.column}' is a feature of the model and the target at once. "
            "Name the outcome's column with --target."
        )
    if args.features is not None or args.allow_missing or is_shipping(foreign):
        return read_table(args.data, wanted)
    return narrowed(read_table(args.data, with_missing(wanted)))


def _summary(
    args: argparse.Namespace, foreign: Foreign, manifest: Manifest, table: Table | None
) -> str:
    facts, size = manifest.booster, len(foreign.model)
    made = f"version {manifest.version}, {size:,} bytes, {facts.objective}"
    lines = [
        f"{args.out / MODEL}: {made}, {facts.iterations[1]} rounds",
        f"features: {', '.join(feature.name for feature in manifest.features)}",
        f"answer: {manifest.target.name}",
    ]
    if args.features is None and is_shipping(foreign):
        lines.append("These are the shipping features: the shipping table describes them.")
    if args.features is not None and foreign.columns is None:
        lines.append("The model has no names: columns are taken in the table's order.")
    if not any(feature.missing for feature in manifest.features):
        lines.append("Missing values are refused; --allow-missing accepts them.")
    return "\n".join([*lines, *_measured(manifest, table)])


def _measured(manifest: Manifest, table: Table | None) -> list[str]:
    if table is None or manifest.metrics is None:
        lines = ["No data given: no interval, and no warnings about unusual values."]
        if manifest.booster.low is not None:
            lines.append("The model's quantiles make an interval once --data calibrates them.")
        return lines
    return [
        *table.dropped_lines,
        f"{len(table):,} rows: half of them calibrate the interval, half of them measure",
        "",
        compared(manifest.metrics).markdown(),
    ]
