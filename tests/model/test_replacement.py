"""Replacement: a file is there whole, or as it was."""

from pathlib import Path

import pytest

from model.errors import DataError
from model.replacement import replacing


def test_a_file_appears_at_the_end(tmp_path: Path) -> None:
    """Until then it is what it was; nothing is left beside it."""
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")
    with replacing(path) as part:
        part.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
        assert part.parent == path.parent
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def write_half(path: Path, error: type[BaseException]) -> None:
    with replacing(path) as part:
        part.write_text("new", encoding="utf-8")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    """And no part of the new one."""
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(error):
        write_half(path, error)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Is named as it was given."""
    path = tmp_path / "none" / "out.csv"
    with pytest.raises(DataError, match=r"out\.csv: cannot be written: No such file"):
        write_half(path, ValueError)
