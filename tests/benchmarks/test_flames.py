"""The flame graphs: both ways are asked while a sampler looks, and what it saw becomes a table."""

import sys
from pathlib import Path

import pytest

from benchmarks import flames
from benchmarks.flames import WAYS, Flame, table
from benchmarks.sampler import Sampler
from benchmarks.traffic import plain
from tests import bundles
from tests.api.begun import watched
from tests.api.pair import pair

FAKE = f"""#!{sys.executable} -IS
import os, sys

options = dict(zip(sys.argv[-10::2], sys.argv[-9::2]))
os.kill(int(options["--pid"]), 0)
seen = "run (asyncio/runners.py) 1\\nrun (asyncio/runners.py);step (walk.c) 3\\n"
with open(options["--output"], "w") as output:
    output.write(seen if options["--format"] == "raw" else "<svg/>")
"""
REFUSED = "#!/bin/sh\necho 'Error: Permission Denied: Try running again' >&2\nexit 1\n"


def sampler(directory: Path, source: str = FAKE) -> Sampler:
    """A program in place of py-spy, which looks for a tenth of a second."""
    program = directory / "py-spy"
    program.write_text(source, encoding="utf-8")
    program.chmod(0o755)
    return Sampler(program, 0.1)


def test_both_ways_are_sampled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is sampled answers rightly meanwhile; its pictures and stacks are left."""
    monkeypatch.setattr(flames, "installed", lambda _: sampler(tmp_path))
    monkeypatch.setattr(flames, "HOME", tmp_path)
    monkeypatch.setattr(flames, "AROUND", 0.1)
    flames.main(["--seconds", "1"])
    printed = capsys.readouterr().out
    assert "| the walk | 75.0 | " in printed
    for way in WAYS:
        picture = flames.picture(tmp_path, way)
        assert f"{way}: {picture}" in printed
        assert picture.read_text() == "<svg/>"
        assert "walk.c" in picture.with_suffix(".txt").read_text()


def test_the_one_way_is_the_front_path_and_the_other_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both give the price; the app begins to answer the second alone."""
    begun = watched(monkeypatch)
    whole, _ = pair(bundles.shipping)
    for way, expected in (("front path", 0), ("app", len(list(plain())))):
        begun.clear()
        for question in plain(WAYS[way]):
            assert whole.exchange(question.request).startswith("HTTP/1.1 200 ")
        assert len(begun) == expected


def test_a_share_is_told_of_the_time_of_a_request() -> None:
    """Beside the percent are the microseconds; the last line is the whole."""
    both = {
        "front path": Flame(40.0, {"the walk": 0.25, "the rest": 0.75}),
        "app": Flame(200.0, {"the walk": 0.05, "the rest": 0.95}),
    }
    assert table(both).splitlines() == [
        "| part | front path, % | front path, µs | app, % | app, µs |",
        "| --- | --- | --- | --- | --- |",
        "| the walk | 25.0 | 10.0 | 5.0 | 10.0 |",
        "| the rest | 75.0 | 30.0 | 95.0 | 190.0 |",
        "| all | 100.0 | 40.0 | 100.0 | 200.0 |",
    ]


def test_a_wrong_answer_is_not_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be seen is the time of something else."""
    monkeypatch.setattr(flames, "WAYS", {"app": "text/plain"})
    with pytest.raises(RuntimeError, match="good requests were not answered well"):
        flames.measure(sampler(tmp_path), tmp_path)


def test_a_sampler_that_may_not_look(tmp_path: Path) -> None:
    """Its own words are followed by the way out."""
    with pytest.raises(RuntimeError, match=r"(?s)Permission Denied.*ptrace_scope=0"):
        sampler(tmp_path, REFUSED).record(1, "raw", tmp_path / "stacks")


def test_a_sampler_that_fails_otherwise(tmp_path: Path) -> None:
    """Its own words are all there is to say."""
    with pytest.raises(RuntimeError, match="no such process") as failed:
        sampler(tmp_path, "#!/bin/sh\necho no such process >&2\nexit 1\n").record(
            1, "raw", tmp_path / "stacks"
        )
    assert "ptrace" not in str(failed.value)
