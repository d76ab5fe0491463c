"""The door: it opens and closes with the listener, and knows what it has tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.processes import free_port
from tests.rehearsal.balancers import ask_at
from tests.rehearsal.door import Door
from tests.rehearsal.haproxy import Checks, Settings
from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Broken
from tests.rehearsal.services import service
from tests.rehearsal.waiting import until
from tests.twin.health import HEALTHY

SLOW = Settings(Checks("/readyz", interval=0.5, timeout=0.2, healthy_after=1, unhealthy_after=9))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """An open door, whose checks notice late that a target is gone."""
    one = Door(Address("127.0.1.200", free_port()), tmp_path, ())
    one.follow(SLOW)
    try:
        yield one
    finally:
        one.close()


def test_what_is_tried_again_is_counted(door: Door) -> None:
    """Also after it was closed, and opened anew."""
    with service("127.0.1.2") as two:
        with service("127.0.1.1") as one:
            door.add("i-1", one.address)
            door.add("i-2", two.address)
            until(lambda: all(each.verdict == HEALTHY for each in door.states().values()))
            assert door.retries == 0
        assert [ask_at(door.address) for _ in range(2)] == [(200, "127.0.1.2")] * 2
        door.states()
        assert (before := door.retries) > 0
    door.follow(None)
    assert (door.open, door.states()) == (False, {})
    door.follow(SLOW)
    door.states()
    assert door.retries == before


def test_other_settings_are_not_overlooked(door: Door) -> None:
    """The same again are none."""
    door.follow(replace(SLOW))
    with pytest.raises(Broken, match=r"serves with .*idle=60.* and not yet with .*idle=30"):
        door.follow(replace(SLOW, idle=30))
