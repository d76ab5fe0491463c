"""The C of the walk under the sanitizers for addresses and undefined behaviour."""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.model import hostile_walks

NATIVE = Path(__file__).parents[2] / "model" / "native"
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
STRICT = ["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"]


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, compiled with sanitizers and without a single warning."""
    built = tmp_path_factory.mktemp("native") / "_trees.so"
    include = f"-I{sysconfig.get_path('include')}"
    sources = sorted(map(str, NATIVE.glob("*.c")))
    compiler = ["cc", *STRICT, *SANITIZERS, "-shared", "-fPIC", include, *sources, "-lm"]
    subprocess.run([*compiler, "-o", str(built)], check=True, timeout=120)
    return built


def preloaded() -> str:
    """The runtime of the address sanitizer, which has to be there before Python."""
    asked = ["cc", "-print-file-name=libasan.so"]
    answer = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60)
    return answer.stdout.strip()


@pytest.mark.parametrize("seed", [1, 2])
def test_no_walk_leaves_its_arrays(extension: Path, seed: int) -> None:
    """Thousands of forests, of which most are hostile; enough of them are sound."""
    run = [sys.executable, hostile_walks.__file__, str(extension), "4000", str(seed)]
    environment = {
        **os.environ,
        "LD_PRELOAD": preloaded(),
        "ASAN_OPTIONS": "detect_leaks=0",  # what Python itself never frees
        "PYTHONMALLOC": "malloc",  # so that the sanitizer sees Python's own blocks too
    }
    ended = subprocess.run(
        run, env=environment, check=False, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    counts = re.fullmatch(r"walked (\d+), refused (\d+), written (\d+)\n", ended.stdout)
    assert counts is not None
    assert min(map(int, counts.groups())) > 400
