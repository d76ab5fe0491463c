"""Playing: acts in their order, up to the first that goes wrong, and what is said of them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rehearsal.counted import second
from tests.rehearsal.deployer import Unexpected
from tests.rehearsal.door import Door
from tests.rehearsal.play import amiss, last_line, play, sum_up
from tests.rehearsal.playbill import Act
from tests.rehearsal.stage import Stage
from tests.rehearsal.stages import still
from tests.rehearsal.traffic import Second
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]


@pytest.fixture
def stage(twin: Twin, tmp_path: Path) -> Stage:
    return still(twin, tmp_path)


def answers(stage: Stage) -> None:
    """An act in which a hundred requests are answered."""
    stage.traffic.seconds.append(Second(time.monotonic(), second(100)))


def loses(stage: Stage) -> None:
    """An act in which one is lost."""
    stage.traffic.seconds.append(Second(time.monotonic(), second(99, failed=1)))


def errs(stage: Stage) -> None:
    """An act in which one is answered with another price."""
    stage.traffic.seconds.append(Second(time.monotonic(), second(99, wrong=1)))


def breaks(stage: Stage) -> None:
    """An act that does not end as it should."""
    raise Unexpected("it ended with 4, not 0")


def test_each_act_has_its_own_requests(stage: Stage) -> None:
    """What an act may not spare makes it wrong, and the next is played all the same."""
    played = play(stage, [Act("one", answers), Act("two", loses), Act("three", loses, spare=1)])
    assert [each.good for each in played] == [True, False, True]
    assert [each.tally.bad for each in played] == [0, 1, 1]
    assert [each.ended for each in played] == ["ok", "lost more than it may", "ok"]


def test_a_fault_ends_it(twin: Twin, tmp_path: Path) -> None:
    """What should come after it would stand on nothing; it is said."""
    said: list[str] = []
    stage = still(twin, tmp_path, said.append)
    played = play(stage, [Act("one", breaks), Act("two", answers)])
    assert [each.fault for each in played] == ["Unexpected: it ended with 4, not 0"]
    assert said == ["== one", played[0].line, played[0].fault]


def test_no_act_may_spare_a_wrong_price(stage: Stage) -> None:
    """However many requests it may lose."""
    (played,) = play(stage, [Act("one", errs, spare=32)])
    assert played.ended == "wrong prices: 1, and no act may have one"


def test_what_makes_it_hold(stage: Stage) -> None:
    """Every act, and every client that idled."""
    good = play(stage, [Act("one", answers), Act("two", loses, spare=1)])
    assert list(amiss(good, stage)) == []
    three = play(stage, [Act("three", loses)])
    assert list(amiss([*good, *three], stage)) == ["three: lost more than it may"]
    told = replace(three[0], fault="it ended with 4:\nand all that it said")
    assert list(amiss([*good, told], stage)) == ["three: it ended with 4:"]
    stage.idlers.seen.faults.append("503 busy")
    assert list(amiss([*good, *three], stage))[1:] == [
        "failed after idling: 1, the first with '503 busy'"
    ]


def test_what_is_lost_between_acts(stage: Stage) -> None:
    """It counts, though it is of none of them."""
    played = play(stage, [Act("one", answers)])
    loses(stage)
    assert list(amiss(played, stage)) == ["lost or wrong between acts: 1"]


class Retrying(Door):
    """A balancer that has tried so many connections again."""

    count = 0

    @property
    def retries(self) -> int:
        return self.count


def test_what_is_tried_again(stage: Stage, tmp_path: Path) -> None:
    """In an act, and between two."""
    door = stage.world.door = Retrying(stage.world.door.address, tmp_path, ())

    def hides(_: Stage) -> None:
        door.count += 3

    door.count = 1
    played = play(stage, [Act("one", hides, spare=1)])
    assert [each.retries for each in played] == [3]
    assert list(amiss(played, stage)) == ["connections tried again between acts: 1"]


def test_a_claim_needs_its_requests(stage: Stage) -> None:
    """With fewer there may be no fault, and it is not shown."""
    played = play(stage, [Act("one", answers)])
    assert list(amiss(played, stage, 100)) == []
    assert list(amiss(played, stage, 101)) == [
        "requests in all: 100, and a full play has 101 at least"
    ]


def test_the_last_line(stage: Stage) -> None:
    """All that was asked, what became of it, and how each act ended."""
    played = play(stage, [Act("one", answers), Act("two", breaks)])
    stage.idlers.seen.requests, stage.idlers.seen.faults = 7, ["503 busy"]
    assert last_line("as plain processes", played, sum_up(stage)) == (
        "rehearsal as plain processes: 100 requests, 0 failed, 0 wrong; "
        "7 after idling, 1 failed; one: ok, two: WRONG"
    )
