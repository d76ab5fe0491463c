"""What runs containers: podman, or docker where it answers."""

import os
import resource
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

FILES = 16_384
"""Open files that a container may have, or as many as this machine may give."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The commands of the engine that runs containers, as argv lists.

    `environment` is added to its own: how it gets at a registry.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_podman(self) -> bool:
        """Whether it has podman's options."""
        return self.name == "podman"

    def command(self, *words: str) -> list[str]:
        """What to call it with."""
        return [self.name, *(("--runtime", "runc") if self.is_podman else ()), *words]

    def ask(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Call it, and see how that ends."""
        return subprocess.run(
            self.command(*words),
            input=stdin,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def remove(self, *names: str) -> None:
        """Remove containers, running or not, without waiting for them."""
        self.ask("rm", "--force", *(("--time", "0") if self.is_podman else ()), *names)

    def limits(self) -> Iterator[str]:
        """What podman needs besides: limits that this machine may give; no copy of the log."""
        if self.is_podman:
            most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            files = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
            yield from ("--ulimit", f"nofile={files}:{files}", "--ulimit", "nproc=1024:1024")
            yield from ("--log-driver", "passthrough")

    def answers(self) -> bool:
        """Whether it is there, and runs."""
        try:
            return self.ask("info").returncode == 0
        except OSError:
            return False


def find_engine() -> Engine | None:
    """What runs containers here, if anything does."""
    engines = (Engine(name) for name in ("docker", "podman"))
    return next((each for each in engines if each.answers()), None)
