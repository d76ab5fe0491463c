"""The twin's own tests use the twin's own plugin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.twin.moto_alone import Clients, moto_alone
from tests.twin.plugin import twin, twin_url
from tests.twin.twin import Twin
from tests.twin.worlds import Stack, stack

__all__ = ["app", "moto", "twin", "twin_url"]


@pytest.fixture
def app(twin: Twin) -> Stack:
    """A balancer and a group of two healthy instances of version 1."""
    return stack(twin)


@pytest.fixture
def moto() -> Iterator[Clients]:
    """Moto without the twin, for the canaries."""
    with moto_alone() as clients:
        yield clients
