"""The rejects file: every row without an answer, and no file where there is none."""

import csv
from pathlib import Path

import pytest

from model.batch import Rejected
from model.rejects import COLUMNS, RejectsFile


def test_rows_stand_in_the_order_of_their_lines(tmp_path: Path) -> None:
    """Each with its column, its reason and its text, whatever is in it."""
    path = tmp_path / "rejects.csv"
    rows = [Rejected(9, "a", "is missing", ',"x\ny"'), Rejected(2, "", "is not CSV", "é")]
    with RejectsFile(path) as rejects:
        rejects.add(rows)
        rejects.add([Rejected(12, "b", "is missing", "1,")])
        assert not path.exists()
    assert rejects.count == 3
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            list(COLUMNS),
            ["2", "", "is not CSV", "é"],
            ["9", "a", "is missing", ',"x\ny"'],
            ["12", "b", "is missing", "1,"],
        ]


def test_a_file_of_an_older_run_is_removed(tmp_path: Path) -> None:
    """It would tell of rows that are answered now."""
    path = tmp_path / "rejects.csv"
    path.write_text("old", encoding="utf-8")
    with RejectsFile(path) as rejects:
        rejects.add([])
    assert rejects.count == 0
    assert not path.exists()


def fail_after(file: RejectsFile, rows: list[Rejected]) -> None:
    with file as rejects:
        rejects.add(rows)
        raise ZeroDivisionError


@pytest.mark.parametrize("rows", [[], [Rejected(1, "", "why", "")]], ids=["none", "one"])
def test_a_failure_leaves_the_old_file(tmp_path: Path, rows: list[Rejected]) -> None:
    """As the answers are left."""
    path = tmp_path / "rejects.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        fail_after(RejectsFile(path), rows)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
