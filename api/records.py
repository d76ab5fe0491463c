"""Records: the rows of a batch as they were read, whatever its format."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from api.problems import Problem

Document = dict[str, Any]


class Record(NamedTuple):
    """One row of a batch: its numbers, or the problem with it.

    Of an `ordinary` one all numbers are in the range that the model was trained on. `given` are the
    texts of a CSV for the features in the model's order, "" where it has none.
    """

    row: list[float] | Problem
    given: Sequence[str] = ()
    ordinary: bool = False


def too_long(longest: int) -> Problem:
    """The problem with a line that nobody looks into."""
    return Problem(413, f"The line has more than {longest} characters.")
