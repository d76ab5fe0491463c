"""The verb `predict`: a file in, the same rows with their prices out."""

import argparse
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.batch import Batch, Layout, Rejected
from model.bundle import load
from model.cells import add_faults, codes_of_labels
from model.errors import DataError
from model.estimates import estimate_columns, rounded
from model.features import bound_names
from model.formats import SUFFIXES, check_suffix, open_reader, open_writer
from model.headers import source_columns
from model.manifest import Manifest
from model.predictor import Predictor
from model.rejects import RejectsFile
from model.replacement import replacing

SOME_REJECTED = 3
"""The exit code when the file was written but some rows have no answer."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows were answered and rejected, and how long it took in seconds."""

    answered: int
    rejected: int
    seconds: float

    @property
    def rows(self) -> int:
        return self.answered + self.rejected


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = ", ".join(SUFFIXES)
    parser.description = (
        "Add prices to the rows of a file. Columns are called by the features' names or by their "
        f"columns. Exit code {SOME_REJECTED}: the file is written, but some rows were rejected."
    )
    parser.add_argument("input", type=Path, metavar="IN", help=f"a file of rows: {kinds}")
    parser.add_argument("output", type=Path, metavar="OUT",
                        help="where the rows with their prices go: one of these too")  # fmt: skip
    parser.add_argument("--bundle", type=Path, default=Path("bundle"), metavar="DIR",
                        help="the bundle that prices (default: %(default)s)")  # fmt: skip
    parser.add_argument("--rejects", type=Path, metavar="FILE",
                        help="where rows without an answer go, with line and reason "
                        "(default: OUT.rejects.csv)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Price the rows and say how many there were."""
    rejects = args.rejects or args.output.with_name(f"{args.output.name}.rejects.csv")
    _refuse_unusable(args.input, args.output, rejects)
    check_suffix(args.output)
    tally = score(load(args.bundle), args.input, args.output, rejects)
    print(_summary(tally, rejects))
    return SOME_REJECTED if tally.rejected else 0


def score(predictor: Predictor, source: Path, out: Path, rejects: Path) -> Tally:
    """Write the rows of `source` with their prices to `out`, those without one to `rejects`.

    Memory does not grow with the file. Raises `DataError` for a file that cannot be read at
    all or lacks a feature; then neither of the two is touched.
    """
    start, answered = time.perf_counter(), 0
    reader, manifest = open_reader(source), predictor.manifest
    columns = source_columns(manifest.features, reader.columns, str(source))
    layout = Layout(_numeric(manifest, columns), _answer_names(manifest, reader.columns, source))
    with (
        RejectsFile(rejects) as rejected,
        replacing(out) as part,
        closing(open_writer(part, out.suffix, reader, layout)) as writer,
        tqdm(total=reader.size, unit=reader.unit, unit_scale=True, disable=None) as bar,
    ):
        for batch in reader.batches():
            rows, faults = read_rows(batch, columns, manifest)
            kept = [index for index in range(len(rows)) if index not in faults]
            writer.write(batch, kept, _answers(predictor, rows[kept], layout.answers))
            rejected.add([*batch.rejected, *faults.values()])
            answered += len(kept)
            bar.update(batch.consumed)
    return Tally(answered, rejected.count, time.perf_counter() - start)


def read_rows(
    batch: Batch, columns: Sequence[str], manifest: Manifest
) -> tuple[NDArray[np.float32], dict[int, Rejected]]:
    """The rows of a batch as the model takes them (n, features), and those that it cannot."""
    rows = np.empty((len(batch.lines), len(columns)), dtype=np.float32)
    rejected: dict[int, Rejected] = {}
    for place, (column, feature) in enumerate(zip(columns, manifest.features, strict=True)):
        if feature.categories:
            values, faults = codes_of_labels(batch.labels(column), feature)
        else:
            values, faults = batch.numbers(column)
        add_faults(feature, values, faults)
        for index, reason in faults.items():
            line, original = batch.lines[index], batch.original(index)
            rejected.setdefault(index, Rejected(line, column, reason, original))
        with np.errstate(over="ignore"):  # what is too large for a float32 is among the faults
            rows[:, place] = values
    return rows, rejected


def _answers(
    predictor: Predictor, rows: NDArray[np.float32], names: Sequence[str]
) -> Mapping[str, Sequence[float]]:
    """The new columns by name: price, and low and high where the bundle has an interval."""
    decimals = predictor.manifest.target.decimals
    columns = estimate_columns(predictor, rows)
    if decimals is not None:
        columns = tuple(rounded(each, decimals) for each in columns)
    return {name: each.tolist() for name, each in zip(names, columns, strict=True)}


def _answer_names(manifest: Manifest, columns: Sequence[str], source: Path) -> Sequence[str]:
    target = manifest.target.name
    names = (target, *bound_names(target)) if manifest.interval else (target,)
    taken = [name for name in names if name in columns]
    if taken:
        raise DataError(
            f"{source}: it has the column {taken[0]}, which is to be added. Rename or remove it."
        )
    return names


def _numeric(manifest: Manifest, columns: Sequence[str]) -> Sequence[str]:
    pairs = zip(columns, manifest.features, strict=True)
    return [column for column, feature in pairs if not feature.categories]


def _refuse_unusable(source: Path, out: Path, rejects: Path) -> None:
    for path in (out, rejects):
        if path.is_dir() or not path.parent.is_dir():
            raise DataError(f"{path}: is no place for a file. Name a file in a directory.")
    for one, other in ((out, source), (rejects, source), (rejects, out)):
        same = one.exists() and other.exists() and one.samefile(other)
        if same or one.resolve() == other.resolve():
            raise DataError(f"{one}: would overwrite {other}. Name another file.")


def _summary(tally: Tally, rejects: Path) -> str:
    rate = tally.rows / tally.seconds
    where = f" (see {rejects})" if tally.rejected else ""
    counts = f"{tally.rows:,} rows in, {tally.answered:,} answered, {tally.rejected:,} rejected"
    return f"{counts}{where}, {rate:,.0f} rows/s"
