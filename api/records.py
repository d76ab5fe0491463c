"""Records: the rows of a batch as they were read, whatever its format."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from api.problems import Problem

CHUNK = 100
"""Rows of a batch that are answered before other requests get their turn."""

TURN = 0.005
"""Seconds after which they get it, too, however few rows were read: some are hard to read."""

Document = dict[str, Any]


class Record(NamedTuple):
    """One row of a batch: its numbers, or the problem with it.

    Of an `ordinary` one all numbers are in the range that the model was trained on. `given` are the
    texts of a CSV for the features in the model's order, "" where it has none.
    """

    row: Sequence[float] | Problem
    given: Sequence[str] = ()
    ordinary: bool = False


def turns(
    records: Iterator[Record | None], clock: Callable[[], float]
) -> Iterator[list[Record | None]]:
    """The records, as many together as are answered in one turn. `clock` gives seconds."""
    chunk: list[Record | None] = []
    end = clock() + TURN
    for record in records:
        chunk.append(record)
        if len(chunk) == CHUNK or clock() > end:
            yield chunk
            chunk = []
            end = clock() + TURN
    if chunk:
        yield chunk


def too_long(longest: int) -> Problem:
    """The problem with a line that nobody looks into."""
    return Problem(413, f"The line has more than {longest} characters.")
