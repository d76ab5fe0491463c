"""Each act as a test, on plain processes: `make acts`.

They are collected only where this file is named: one world goes through all of them, which takes
minutes and most of the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.emulator import find_emulator
from tests.rehearsal import bounds
from tests.rehearsal.plain import Plain
from tests.rehearsal.play import Played, amiss, play_one
from tests.rehearsal.playbill import CLAIM, FULL, FUNCTION, Act, relaxed
from tests.rehearsal.stage import Stage
from tests.rehearsal.staging import staged

EMULATOR = find_emulator()
ACTS = [act for act in relaxed(FULL) if EMULATOR or act.name != FUNCTION.name]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The one stage of all."""
    bounds.sweep()
    with (
        bounds.bounded(),
        bounds.directory() as directory,
        staged(directory, Plain, print, emulator=EMULATOR) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def played() -> list[Played]:
    """What has been played on it."""
    return []


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_an_act_ends_as_it_should(stage: Stage, played: list[Played], act: Act) -> None:
    """And costs no more than it may. It stands on those before it, at least on the first."""
    if not played and act is not ACTS[0]:
        pytest.fail(f"'{ACTS[0].name}' has to be played before: -k 'first or …'")
    if ended := [each.act.name for each in played if each.fault]:
        pytest.fail(f"an earlier act ended otherwise than it should: '{ended[0]}'")
    played.append(play_one(stage, act))
    assert played[-1].good, played[-1].ended


def test_nothing_was_lost_between_them(stage: Stage, played: list[Played]) -> None:
    """Nor by clients that idled; and where all were played, the load was as it should be."""
    stage.close()
    assert list(amiss(played, stage, CLAIM if len(played) == len(ACTS) else 0)) == []
