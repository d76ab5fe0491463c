"""What runs containers: podman, or docker where it answers."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.rehearsal.machines import Address
from tests.rehearsal.packages import missing
from tests.rehearsal.programs import OWNER, alive
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

    def run(
        self, name: str, boot: Boot, address: Address, cores: Sequence[str], file: Path
    ) -> list[str]:
        """Run the image in the foreground, as the instance's own unit does."""
        options = boot.options
        lists = (("tmpfs", options.tmpfs), ("cap-drop", options.cap_drop))
        return self.command(
            *("run", "--rm", "--pull", "never", "--no-healthcheck"),
            *("--name", name, "--label", f"{OWNER}={os.getpid()}"),
            *("--publish", f"{address.host}:{address.port}:{options.container_port}"),
            *(["--read-only"] if options.read_only else []),
            *_each((*lists, ("security-opt", options.security))),
            *("--pids-limit", f"{options.pids_limit}", *cores),
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
    docker, podman = (Runner(name, environment) for name in ("docker", "podman"))
    if _answers(docker):
        return replace(docker, environment={**environment, **_settled(docker)})
    absent = missing("podman", "runc", "conmon")
    if not absent and _answers(podman):
        return podman
    return f"docker does not answer, and {absent or 'neither does podman'}"


def trial(runner: Runner, image: str) -> str:
    """Why a container of an image cannot be run here: empty if one can.

    A machine that is a container itself often has an engine that answers and yet cannot run one.
    """
    core = min(os.sched_getaffinity(0))
    limits = ("--cpus", "0.5", "--cpuset-cpus", f"{core}", "--memory", "256m", *runner.limits())
    done = runner.ask("run", "--rm", "--pull", "never", *limits, image, "true")
    return done.stderr.strip()[-300:] if done.returncode else ""


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


def _settled(docker: Runner) -> Mapping[str, str]:
    """What docker needs besides, where it is given a folder of logins of its own.

    The daemon that is asked now stands in the folder that it had before; and images are single
    manifests, as ECR's are that Lambda takes, without an index for what attests them.
    """
    host = docker.ask("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    return {"DOCKER_HOST": host.stdout.strip(), "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


def _answers(runner: Runner) -> bool:
    try:
        return runner.ask("info").returncode == 0
    except OSError:
        return False


def _each(options: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    for option, values in options:
        for value in values:
            yield from (f"--{option}", value)
