"""The load generator, a program in C: compiled on first use, and again when its source is newer."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).parent / "native"
PROGRAM = Path(__file__).parents[1] / "build" / "load"
COMPILER = "cc"
_FLAGS = ("-std=c11", "-O2")


def program() -> Path:
    """The program, ready to run."""
    if not PROGRAM.exists() or PROGRAM.stat().st_mtime < _newest():
        compile_into(PROGRAM, _FLAGS)
    return PROGRAM


def compile_into(path: Path, flags: Sequence[str]) -> None:
    """Compile it beside its place and put it there whole, while others may run the old one.

    Raises `RuntimeError` where there is no compiler, or it refuses the source.
    """
    if shutil.which(COMPILER) is None:
        raise RuntimeError(
            f"the load generator has to be compiled, and there is no {COMPILER} on the PATH: "
            "install gcc and the C library's headers (the package build-essential on Debian and "
            "Ubuntu, gcc on Fedora and Amazon Linux)"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        made = Path(beside) / path.name
        sources = sorted(map(str, SOURCE.glob("*.c")))
        argv = [COMPILER, *flags, *sources, "-lm", "-o", str(made)]
        ended = subprocess.run(argv, check=False, capture_output=True, text=True)
        if ended.returncode != 0:
            raise RuntimeError(f"the load generator does not compile: {ended.stderr}")
        made.replace(path)


def _newest() -> float:
    return max(source.stat().st_mtime for source in SOURCE.iterdir())
