"""What the tests of this room share: one app in process, one bundle on disk."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests import bundles
from tests.api.apps import client_of


@pytest.fixture(scope="package")
def client() -> Iterator[TestClient]:
    """A client of an app with the shipping model and the default settings."""
    with client_of(bundles.shipping()) as client:
        yield client


@pytest.fixture(scope="session")
def bundle_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the shipping model."""
    return bundles.shipping().write(tmp_path_factory.mktemp("bundles") / "shipping")


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, put back as it was when a test has configured it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)
