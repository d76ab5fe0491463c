"""The benchmark: it runs, or says why not."""

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.contenders import Contender
from benchmarks.measure import measure
from benchmarks.processes import python


def test_the_table_and_the_ratios_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the floor, FastAPI and the service, on one round that is far too short."""
    main(["--rounds", "1", "--seconds", "0.2"])
    printed = capsys.readouterr().out
    assert printed.count("| this service |") == 1
    assert "CPU of the service / floor: " in printed


def test_a_server_that_does_not_answer_shows_its_log(tmp_path: Path) -> None:
    """With the reason in it."""
    broken = Contender("broken", lambda _: python("-c", "raise SystemExit('no such model')"))
    with pytest.raises(RuntimeError, match="no such model"):
        measure([broken], rounds=1, seconds=0.1, directory=tmp_path)
