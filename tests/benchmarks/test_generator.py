"""The program under the load: compiled when it has to be."""

import os
from pathlib import Path

import pytest

from benchmarks import generator


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of one file, not compiled yet."""
    written = tmp_path / "native" / "load.c"
    written.parent.mkdir()
    written.write_text("int main(void) { return 0; }")
    monkeypatch.setattr(generator, "SOURCE", written.parent)
    monkeypatch.setattr(generator, "PROGRAM", tmp_path / "build" / "load")
    return written


def test_it_is_compiled_once(source: Path) -> None:
    """And nothing but the program is left where it lies."""
    made = generator.program().stat()
    assert generator.program().stat().st_ino == made.st_ino
    assert list(generator.PROGRAM.parent.iterdir()) == [generator.PROGRAM]


def test_it_is_compiled_again_when_its_source_is_newer(source: Path) -> None:
    """As after a pull."""
    made = generator.program().stat()
    os.utime(source, (made.st_mtime + 1, made.st_mtime + 1))
    assert generator.program().stat().st_ino != made.st_ino


def test_a_source_that_is_refused(source: Path) -> None:
    """The compiler's own words are shown."""
    source.write_text("int main(void) { return nothing; }")
    with pytest.raises(RuntimeError, match=r"(?s)does not compile: .*nothing"):
        generator.program()
    assert not generator.PROGRAM.exists()


def test_without_a_compiler(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setenv("PATH", str(source.parent))
    with pytest.raises(RuntimeError, match=r"no cc on the PATH: install gcc .*build-essential"):
        generator.program()
