"""The world: what it gives to machines, when it is empty, and that it comes down."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rehearsal.stages import still
from tests.rehearsal.world import World
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]


@pytest.fixture
def world(twin: Twin, tmp_path: Path) -> World:
    return still(twin, tmp_path).world


def test_addresses_are_of_one_world_alone(world: World, twin: Twin, tmp_path: Path) -> None:
    """Also where another has the same network, or some service has the port everywhere."""
    ours = {world.address() for _ in range(300)}
    assert len(ours) == 300
    (port,) = {each.port for each in ours}
    (tmp_path / "other").mkdir()
    with socket.create_server(("", port)):
        other = still(twin, tmp_path / "other").world.address()
        socket.create_server((other.host, other.port)).close()
    assert other not in ours


def test_it_is_not_empty_while_something_ends(world: World) -> None:
    """A machine that stops is not in the list any more."""
    assert world.empty
    going_on: Any = SimpleNamespace(done=lambda: False)
    world._begun.append(going_on)  # noqa: SLF001 - what the world itself has begun
    assert not world.empty


def test_what_has_begun_comes_down_though_the_rest_does_not_begin(world: World) -> None:
    """Such as where the gateway of the function finds no port."""
    ended: list[str] = []

    def fails() -> None:
        raise OSError("no port")

    gateway: Any = SimpleNamespace(start=fails, close=lambda: ended.append("gateway"))
    machine: Any = SimpleNamespace(close=lambda: ended.append("machine"))
    world.gateway = gateway
    world.supervisor.machines["i-1"] = machine
    before = threading.active_count()
    with pytest.raises(OSError, match="no port"), world.turning():
        pytest.fail("it turns")
    assert ended == ["gateway", "machine"]
    assert threading.active_count() == before
