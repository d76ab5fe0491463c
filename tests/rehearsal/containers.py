"""Machines in containers: podman, or docker where it answers."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.rehearsal import killer
from tests.rehearsal.machines import Address, Unavailable
from tests.rehearsal.programs import OWNER, Broken, Program, alive, missing
from tests.rehearsal.userdata import Boot

FILES = 16_384
"""Open files that a container may have, or as many as this machine may give."""

PORTS = "net.ipv4.ip_unprivileged_port_start=0"
"""Lets any user of a container bind port 80, as docker does by default and podman does not."""


@dataclass(frozen=True, slots=True)
class Runner:
    """The commands of the engine that runs containers, as argv lists.

    `environment` is added to its own: how it gets at the registry.
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

    def run(self, name: str, boot: Boot, address: Address, cpus: float, file: Path) -> list[str]:
        """Run the image in the foreground, as the instance's own unit does."""
        options = boot.options
        lists = (("tmpfs", options.tmpfs), ("cap-drop", options.cap_drop))
        return self.command(
            *("run", "--rm", "--pull", "never", "--no-healthcheck"),
            *("--name", name, "--label", f"{OWNER}={os.getpid()}"),
            *("--publish", f"{address.host}:{address.port}:{options.container_port}"),
            *(["--read-only"] if options.read_only else []),
            *_each((*lists, ("security-opt", options.security))),
            *("--pids-limit", f"{options.pids_limit}", "--cpus", f"{cpus:g}"),
            *("--memory", f"{options.memory_mb}m", "--memory-swap", f"{options.swap_mb}m"),
            *("--stop-timeout", f"{options.stop_seconds}", "--env-file", str(file)),
            *("--sysctl", PORTS, *self.limits()),
            boot.image,
        )

    def remove(self, *names: str) -> None:
        """Remove containers, running or not, without waiting for them."""
        self.ask("rm", "--force", *(("--time", "0") if self.is_podman else ()), *names)

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

    def limits(self) -> Iterator[str]:
        """What podman needs besides: limits that this machine may give; no copy of the log."""
        if self.is_podman:
            most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            files = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
            yield from ("--ulimit", f"nofile={files}:{files}", "--ulimit", "nproc=1024:1024")
            yield from ("--log-driver", "passthrough")


def find_runner(environment: Mapping[str, str]) -> Runner | str:
    """What runs containers here, or why nothing does."""
    for name in ("docker", "podman"):
        runner = Runner(name, environment)
        absent = missing("runc", "conmon") if runner.is_podman else ""
        if not missing(name) and not absent and runner.ask("info").returncode == 0:
            return runner
    return f"docker does not answer, and {missing('podman', 'runc', 'conmon') or 'podman neither'}"


def trial(runner: Runner, image: str) -> str:
    """Why a container of an image cannot be run here: empty if one can.

    A machine that is a container itself often has an engine that answers and yet cannot run one.
    """
    limits = ("--cpus", "0.5", "--memory", "256m", *runner.limits())
    done = runner.ask("run", "--rm", "--pull", "never", *limits, image, "true")
    return done.stderr.strip()[-300:] if done.returncode else ""


class Container:
    """The `Means` that does what the instance itself would do."""

    def __init__(
        self, runner: Runner, name: str, boot: Boot, address: Address, cpus: float, folder: Path
    ) -> None:
        self._runner = runner
        self._name = name
        self._boot = boot
        self._address = address
        self._cpus = cpus
        self._file = folder / f"{name}.env"

    def fetch(self) -> None:
        """Pull the image, by its digest."""
        done = self._runner.ask("pull", "--quiet", self._boot.image)
        if done.returncode:
            raise Unavailable(done.stderr.strip())

    def launch(self, log: Path) -> Program:
        """Run the container, in place of one that was left."""
        lines = (f"{name}={value}\n" for name, value in self._boot.environment.items())
        self._file.write_text("".join(lines), encoding="utf-8")
        self._runner.remove(self._name)
        argv = self._runner.run(self._name, self._boot, self._address, self._cpus, self._file)
        return Program(argv, log, {**os.environ, **self._runner.environment})

    def stop(self, program: Program) -> None:
        """`docker stop`, as often as it takes: a container may only just come to be."""
        seconds = self._boot.options.stop_seconds
        while not program.ended(within=0.05):
            self._runner.ask("stop", "--time", f"{seconds}", self._name)

    def kill(self, program: Program) -> None:
        """All the processes in it."""
        while not program.ended(within=0.05):
            self._runner.ask("kill", "--signal", "KILL", self._name)

    def kill_worker(self, program: Program) -> None:
        """From inside, where every engine lets one."""
        source = Path(killer.__file__).read_text(encoding="utf-8")
        done = self._runner.ask(
            "exec", "--interactive", self._name, "python", "-", "1", stdin=source
        )
        if done.returncode:
            told = done.stderr.strip()[-300:] or "it serves with one process"
            raise Broken(f"no worker of {self._name} was killed: {told}")


def sweep(runner: Runner) -> list[str]:
    """Remove this rehearsal's containers, and those of rehearsals that have died; their ids."""
    listed = runner.ask("ps", "--all", "--quiet", "--filter", f"label={OWNER}").stdout.split()
    if not listed:
        return []
    form = f'{{{{.Id}}}} {{{{index .Config.Labels "{OWNER}"}}}}'
    lines = runner.ask("inspect", "--format", form, *listed).stdout.splitlines()
    owners = dict(line.split() for line in lines)
    left = [one for one, owner in owners.items() if owner == str(os.getpid()) or not alive(owner)]
    if left:
        runner.remove(*left)
    return left


def _each(options: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    for option, values in options:
        for value in values:
            yield from (f"--{option}", value)
