"""The sampler: py-spy, which stops a process now and then and looks at its stack, down into C."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.bundled import ROOT
from benchmarks.environments import Environment, execute

_PY_SPY = Environment("py-spy", ROOT / "requirements" / "profile.txt")
_RATE = 200
"""Looks a second: as many as leave most of the time to the process."""

_WAY_OUT = (
    "The system does not let it look into another process: run this as root, in a container with "
    "--cap-add SYS_PTRACE, or let anybody look: sysctl kernel.yama.ptrace_scope=0."
)


@dataclass(frozen=True, slots=True)
class Sampler:
    """The program, and for how many seconds it looks: whole ones, if it is py-spy."""

    program: Path
    seconds: float

    def argv(self, pid: int, form: str, path: Path) -> list[str]:
        """Record the stacks of a process in one of the program's formats."""
        return [
            *(str(self.program), "record", "--native", "--nolineno", "--rate", str(_RATE)),
            *("--pid", str(pid), "--duration", str(self.seconds)),
            *("--format", form, "--output", str(path)),
        ]

    def record(self, pid: int, form: str, path: Path) -> None:
        """Do it. Raises `RuntimeError` with what the program says, and the way out."""
        try:
            execute(self.argv(pid, form, path))
        except RuntimeError as error:
            if "permission denied" not in str(error).lower():
                raise
            raise RuntimeError(f"{error}\n{_WAY_OUT}") from error


def installed(seconds: int) -> Sampler:
    """The sampler, in an environment of its own, which is made where it is not there yet."""
    return Sampler(_PY_SPY.made() / "py-spy", seconds)
