"""Bundles: written whole or not at all, and never over something else."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model import bundle
from model.errors import BundleError
from tests import bundles


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A sound bundle."""
    return bundles.shipping().write(tmp_path / "bundle")


def test_a_new_bundle_replaces_the_old(tmp_path: Path) -> None:
    """With its report; nothing else is left of either beside it."""
    directory = bundles.shipping().write(tmp_path / "bundle")
    (directory / "report.html").write_text("old", encoding="utf-8")
    bundles.rent().write(directory)
    assert bundle.load(directory).manifest == bundles.rent().manifest
    assert sorted(p.name for p in directory.iterdir()) == ["manifest.json", "model.ubj"]
    assert list(tmp_path.iterdir()) == [directory]


def test_a_bundle_behind_a_link_is_replaced_there(tmp_path: Path) -> None:
    """The link stays."""
    directory = bundles.shipping().write(tmp_path / "real")
    link = tmp_path / "link"
    link.symlink_to(directory)
    bundles.rent().write(link)
    assert link.is_symlink()
    assert bundle.load(directory).manifest == bundles.rent().manifest


def test_an_empty_directory_is_filled_and_missing_parents_are_made(tmp_path: Path) -> None:
    """Readable for everybody, as other directories are."""
    (tmp_path / "empty").mkdir()
    for directory in (tmp_path / "empty", tmp_path / "a" / "b"):
        bundles.quote().write(directory)
        assert bundle.load(directory).manifest == bundles.quote().manifest
        assert directory.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("names", [["notes.txt"], ["manifest.json", "app.js"], ["model.ubj"]])
def test_a_directory_of_something_else_is_left_alone(tmp_path: Path, names: list[str]) -> None:
    """Even one that has a manifest of its own."""
    for name in names:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    for refuse in (bundle.refuse_foreign, bundles.shipping().write):
        with pytest.raises(BundleError, match="no part of a bundle"):
            refuse(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    """It is no directory."""
    path = tmp_path / "bundle"
    path.write_text("mine", encoding="utf-8")
    for place in (path, path / "below"):
        for refuse in (bundle.refuse_foreign, bundles.shipping().write):
            with pytest.raises(BundleError, match="cannot be written"):
                refuse(place)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_place_can_be_asked_about_first(tmp_path: Path) -> None:
    """Nothing is made there; a bundle, an empty directory and no directory may be replaced."""
    bundles.quote().write(tmp_path / "bundle")
    (tmp_path / "empty").mkdir()
    for name in ("bundle", "empty", "none/at/all"):
        bundle.refuse_foreign(tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bundle", "empty"]


class Stop(BaseException):
    """What ends a program at any place, as an interrupt from the keyboard does."""


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), Stop()])
@pytest.mark.parametrize("call", range(4))
def test_an_interrupted_write_leaves_the_old_bundle(
    directory: Path, monkeypatch: pytest.MonkeyPatch, call: int, fault: BaseException
) -> None:
    """Whole, wherever it stops: while flushing either file or moving either directory."""
    calls = 0

    def interrupted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == call + 1:
                raise fault
            return function(*arguments)

        return wrapper

    monkeypatch.setattr(os, "fsync", interrupted(os.fsync))
    monkeypatch.setattr(Path, "rename", interrupted(Path.rename))
    with pytest.raises((BundleError, Stop)):
        bundles.rent().write(directory)
    monkeypatch.undo()
    assert bundle.load(directory).manifest == bundles.shipping().manifest
    assert list(directory.parent.iterdir()) == [directory]
