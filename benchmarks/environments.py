"""Environments: what a contender needs, installed apart from everything else."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import python

HOME = Path(__file__).resolve().parents[1] / "build" / "benchmarks"
_STAMP = "made-of.txt"

Run = Callable[[Sequence[str]], None]


def execute(argv: Sequence[str]) -> None:
    """Run a command; raises `RuntimeError` with the end of what it says where it fails."""
    ended = subprocess.run(argv, check=False, capture_output=True, text=True)
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(argv[:4])} fails: {ended.stderr.strip()[-2000:]}")


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment of this Python; `options` are for `uv pip install`."""

    name: str
    requirements: Path
    options: tuple[str, ...] = ()

    def made(self, home: Path = HOME, run: Run = execute) -> Path:
        """The directory of its programs.

        It is made where it is not there yet, and again where requirements or Python have changed.
        Raises `RuntimeError` where that cannot be done.
        """
        place = home / self.name
        stamp, wanted = place / _STAMP, self._wanted()
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            self._make(place, run)
            stamp.write_text(wanted, encoding="utf-8")
        return place / "bin"

    def size(self, home: Path = HOME) -> float:
        """MB of all its files."""
        files = (home / self.name).rglob("*")
        return sum(each.lstat().st_size for each in files if not each.is_dir()) / 1e6

    def _wanted(self) -> str:
        requirements = self.requirements.read_text(encoding="utf-8")
        return f"# Python {sys.version}\n# {' '.join(self.options)}\n{requirements}"

    def _make(self, place: Path, run: Run) -> None:
        print(f"making the environment {place}", file=sys.stderr)
        run(python("-m", "uv", "venv", "--quiet", "--clear", "--python", sys.executable,
                   str(place)))  # fmt: skip
        run(python("-m", "uv", "pip", "install", "--quiet", "--python", str(place),
                   "--compile-bytecode", *self.options,
                   "--requirement", str(self.requirements)))  # fmt: skip
