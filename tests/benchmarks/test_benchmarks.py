"""The benchmark: it runs, or says why not."""

import json
from pathlib import Path

import pytest

from api.backlog import QUEUE
from benchmarks import batch, overload, workers
from benchmarks.__main__ import main
from benchmarks.contenders import Contender
from benchmarks.measure import Pace, measure
from benchmarks.processes import python
from tests import bundles

ANY = pytest.mark.parametrize("model", [bundles.shipping, bundles.rent], indirect=True)


@ANY
def test_the_table_and_the_ratios_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the floor, FastAPI and the service, and of it with another model, on one short round."""
    other = bundles.quote().write(tmp_path / "other")
    main(["--rounds", "1", "--seconds", "0.2", "--bundle", str(other)])
    printed = capsys.readouterr().out
    assert printed.count("| this service |") == 1
    assert "CPU of the service / floor: " in printed
    assert "CPU of this service, other / this service: " in printed


def test_too_much_is_asked_and_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Of each kind of answer, as a part of what can be answered."""
    overload.main(["--seconds", "0.2", "--factors", "2", "--connections", "32", "64"])
    printed = capsys.readouterr().out
    for kind in overload.kinds():
        for many in (32, 64):
            assert printed.count(f"| {kind.name} | {many} | 2 | ") == 1


def test_no_batch_is_refused_where_the_capacity_is_measured() -> None:
    """As many are asked for at once as one worker takes in."""
    (kind,) = [kind for kind in overload.kinds() if kind.name == "a batch of 100"]
    assert kind.connections == QUEUE


def test_nine_of_ten_are_plain_prices_in_the_mix() -> None:
    """As its name says; a batch has a hundred rows."""
    kinds = {kind.name: kind.questions for kind in overload.kinds()}
    mix = kinds["90 % plain, 8 % with reasons, 2 % batches"]
    names = ("a plain price", "with reasons", "a batch of 100")
    parts = [sum(each in kinds[name] for each in mix) / len(mix) for name in names]
    assert parts == [0.9, 0.08, 0.02]
    (batch_of_100,) = kinds["a batch of 100"]
    rows = json.loads(batch_of_100.request.partition(b"\r\n\r\n")[2])
    assert len(rows) == 100


def test_the_ratio_of_two_workers_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With where the load ran; there is none where there is but one core."""
    workers.main(["--rounds", "1", "--seconds", "0.2"])
    printed = capsys.readouterr().out
    assert printed.startswith("one worker ")
    assert "answers/s of two workers / one: " in printed
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    with pytest.raises(SystemExit):
        workers.main([])
    assert "there is but one here" in capsys.readouterr().err


@ANY
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
        measure([broken], Pace(rounds=1, seconds=0.1), directory=tmp_path)
