"""The benchmark: it runs, or says why not."""

from pathlib import Path

import pytest

from benchmarks import batch, overload
from benchmarks.__main__ import main
from benchmarks.contenders import Contender
from benchmarks.measure import measure
from benchmarks.processes import python


def test_the_table_and_the_ratios_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the floor, FastAPI and the service, on one round that is far too short."""
    main(["--rounds", "1", "--seconds", "0.2", "--bundle", "bundle"])
    printed = capsys.readouterr().out
    assert printed.count("| this service |") == 1
    assert "CPU of the service / floor: " in printed
    assert "CPU of this service, bundle / this service: " in printed


def test_too_much_is_asked_and_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Of each kind of answer, as a part of what can be answered."""
    overload.main(["--seconds", "0.2", "--factors", "2"])
    printed = capsys.readouterr().out
    assert printed.count("| with reasons | 2 | ") == 1
    assert printed.count("| a plain price | 2 | ") == 1


def test_the_ratios_of_batches_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of prices alone, and of whole requests in each format."""
    batch.main(["--rows", "50", "--rounds", "1"])
    printed = capsys.readouterr().out
    assert printed.count(" / inplace_predict: ") == 2
    assert printed.count(" µs a row") == 3


def test_a_server_that_does_not_answer_shows_its_log(tmp_path: Path) -> None:
    """With the reason in it."""
    broken = Contender(
        "broken", lambda _programs, _port: python("-c", "raise SystemExit('no such model')")
    )
    with pytest.raises(RuntimeError, match="no such model"):
        measure([broken], rounds=1, seconds=0.1, directory=tmp_path)
