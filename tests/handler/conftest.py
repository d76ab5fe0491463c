"""What the tests of this room share: a function's handler, made as in a fresh sandbox."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mangum import Mangum

from api.settings import PREFIX, Settings
from tests import bundles

Make = Callable[[], Mangum]


@pytest.fixture(scope="session")
def bundle_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the shipping model."""
    return bundles.shipping().write(tmp_path_factory.mktemp("bundles") / "shipping")


@pytest.fixture(name="make")
def _make(bundle_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes the handler as the import of its module does, with this bundle."""
    for field in Settings.model_fields:
        monkeypatch.delenv(PREFIX + field.upper(), raising=False)
    monkeypatch.setenv(f"{PREFIX}BUNDLE", str(bundle_directory))
    loggers = (logging.getLogger(), logging.getLogger("mangum"))
    before = [(logger.handlers[:], logger.level) for logger in loggers]
    loops: list[asyncio.AbstractEventLoop] = []
    new_event_loop = asyncio.new_event_loop

    def kept() -> asyncio.AbstractEventLoop:
        loops.append(new_event_loop())
        return loops[-1]

    def make() -> Mangum:
        from handler.main import create_handler  # noqa: PLC0415 - its import reads the environment

        return create_handler()

    monkeypatch.setattr(asyncio, "new_event_loop", kept)
    yield make
    for loop in loops:
        loop.close()
    asyncio.set_event_loop(None)
    for logger, (handlers, level) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)


@pytest.fixture
def handler(make: Make) -> Mangum:
    """The handler of one sandbox."""
    return make()
