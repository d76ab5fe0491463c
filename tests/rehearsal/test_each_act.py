"""The acts as tests: what is said of an act that has nothing to stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearsal import each_act
from tests.rehearsal.deployer import Unexpected
from tests.rehearsal.play import Played
from tests.rehearsal.playbill import Act
from tests.rehearsal.stage import Stage
from tests.rehearsal.stages import still
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]


@pytest.fixture
def stage(twin: Twin, tmp_path: Path) -> Stage:
    return still(twin, tmp_path)


def breaks(stage: Stage) -> None:
    """An act that does not end as it should."""
    raise Unexpected("it ended with 4, not 0")


def fails(stage: Stage, played: list[Played], act: Act) -> str:
    """The message with which the test of an act fails, its first line."""
    with pytest.raises((pytest.fail.Exception, AssertionError)) as caught:
        each_act.test_an_act_ends_as_it_should(stage, played, act)
    return str(caught.value).splitlines()[0]


def test_an_act_that_fails_says_how_it_ended(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its own words; those after it say which it was, and are not played."""
    one, two = Act("one", breaks), Act("two", breaks)
    monkeypatch.setattr(each_act, "ACTS", [one, two])
    played: list[Played] = []
    assert fails(stage, played, one) == "Unexpected: it ended with 4, not 0"
    told = "an earlier act ended otherwise than it should: 'one'"
    assert fails(stage, played, two) == told
    assert [each.act for each in played] == [one]


def test_without_the_first_nothing_is_played(stage: Stage) -> None:
    """Where others alone are chosen, it is said how the first comes with them."""
    told = fails(stage, [], each_act.ACTS[1])
    assert told == "'first deploy' has to be played before: -k 'first or …'"
