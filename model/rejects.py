"""The rejects file: every row without an answer, with its line and the reason."""

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from model.batch import Rejected
from model.replacement import replacing

COLUMNS = ("line", "column", "reason", "original")


class RejectsFile:
    """A CSV file that is there only if a row was rejected: one of an older run is removed."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._path = path
        self._stack = ExitStack()
        self._lines: Any = None

    def __enter__(self) -> Self:
        return self

    def add(self, rows: Iterable[Rejected]) -> None:
        """Write down rows in the order of their lines."""
        for row in sorted(rows, key=lambda rejected: rejected.line):
            if self._lines is None:
                self._lines = self._opened()
            self._lines.writerow((row.line, row.column, row.reason, row.original))
            self.count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        if kind is None and self._lines is None:
            self._path.unlink(missing_ok=True)
        return self._stack.__exit__(kind, error, trace)

    def _opened(self) -> Any:
        part = self._stack.enter_context(replacing(self._path))
        file = self._stack.enter_context(part.open("w", encoding="utf-8", newline=""))
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        return lines
