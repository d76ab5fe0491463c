"""What is measured here, and what is not collected: what needs a compiler, where there is none."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api.settings import PREFIX
from benchmarks.generator import COMPILER
from tests import bundles
from tests.bundles import Bundle

_COMPILED = [
    "test_answers.py",
    "test_benchmarks.py",
    "test_buckets.py",
    "test_flames.py",
    "test_function.py",
    "test_generator.py",
    "test_load.py",
    "test_soak.py",
    "test_timeline.py",
]
collect_ignore = [] if shutil.which(COMPILER) else _COMPILED


@pytest.fixture(autouse=True)
def model(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Bundle:
    """The model that is served, and so measured: that of shipping, or what a test names."""
    make: Callable[[], Bundle] = getattr(request, "param", bundles.shipping)
    directory: Path = make().write(tmp_path_factory.mktemp("served") / "bundle")
    monkeypatch.setenv(f"{PREFIX}BUNDLE", str(directory))
    return make()
