"""The versions: each is the service as it stands, with one thing changed."""

import ast
from pathlib import Path

import pytest

from tests.rehearsal.versions import ONE, ROOT, SLOW, TWO, WRONG, Edit, Version, tree


@pytest.mark.parametrize("version", [TWO, WRONG, SLOW], ids=lambda each: each.name)
def test_a_version_differs_in_one_file(version: Version, tmp_path: Path) -> None:
    """Which can still be read as Python."""
    tree(version, tmp_path)
    (edit,) = version.edits
    text = (tmp_path / edit.path).read_text(encoding="utf-8")
    assert text != (ROOT / edit.path).read_text(encoding="utf-8")
    ast.parse(text)


def test_the_first_is_the_service_itself(tmp_path: Path) -> None:
    """Nothing is changed, and its bundle is there."""
    tree(ONE, tmp_path)
    for name in ("api/app.py", "bundle/manifest.json"):
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


def test_what_cannot_be_changed_is_told(tmp_path: Path) -> None:
    """The code has gone on, and the version has not."""
    version = Version("old", (Edit("api/__init__.py", "no such line", ""),))
    with pytest.raises(ValueError, match=r"api/__init__.py has no longer one 'no such line'"):
        version.write(tmp_path)
