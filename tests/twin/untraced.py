"""What is not measured is not traced: to look at every line costs as much again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def untraced(act: Callable[P, T]) -> Callable[P, T]:
    """The same, below which nothing runs of what is measured.

    The trace function is put back in the frame that took it away, as coverage's tracer needs.
    """

    @wraps(act)
    def act_untraced(*arguments: P.args, **options: P.kwargs) -> T:
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            return act(*arguments, **options)
        finally:
            sys.settrace(trace)

    return act_untraced
