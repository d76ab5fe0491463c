"""The pytest plugin: `pytest_plugins = ["tests.twin.plugin"]`, or import the fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.twin.twin import Twin


@pytest.fixture
def twin() -> Iterator[Twin]:
    """An empty AWS on a clock of its own; boto3 in this process talks to it."""
    with Twin() as world:
        yield world


@pytest.fixture
def twin_url(twin: Twin) -> Iterator[str]:
    """The same AWS over HTTP, for a program started by the test: set AWS_ENDPOINT_URL to it.

    Each request takes a virtual second, so that a program that polls sees time pass.
    """
    twin.clock.per_call = 1
    with twin.serve() as url:
        yield url
