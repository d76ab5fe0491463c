"""Records: the rows of a batch as they were read, whatever its format."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from api.problems import Problem

Document = dict[str, Any]


class Record(NamedTuple):
    """One row of a batch: its numbers, or the problem with it; `fields` as a CSV gave them.

    Of an `ordinary` one all numbers are in the range that the model was trained on.
    """

    row: list[float] | Problem
    fields: Mapping[str, str] = MappingProxyType({})
    ordinary: bool = False


def too_long(longest: int) -> Problem:
    """The problem with a line that nobody looks into."""
    return Problem(413, f"The line has more than {longest} characters.")
