"""What runs containers: podman, or docker where it answers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.engine import Engine
from tests.rehearsal.machines import Address
from tests.rehearsal.packages import missing
from tests.rehearsal.programs import OWNER, alive
from tests.rehearsal.userdata import Boot

PORTS = "net.ipv4.ip_unprivileged_port_start=0"
"""Lets any user of a container bind port 80, as docker does by default and podman does not."""


@dataclass(frozen=True, slots=True)
class Runner(Engine):
    """An engine that runs the service's image as an instance does."""

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


def find_runner(environment: Mapping[str, str]) -> Runner | str:
    """What runs containers here, or why nothing does."""
    docker, podman = (Runner(name, environment) for name in ("docker", "podman"))
    # Only once it has answered: what podman starts with its first answer serves others, too.
    owned = {**environment, OWNER: f"{os.getpid()}"}
    if docker.answers():
        return replace(docker, environment={**owned, **_settled(docker)})
    absent = missing("podman", "runc", "conmon")
    if not absent and podman.answers():
        return replace(podman, environment=owned)
    return f"docker does not answer, and {absent or 'neither does podman'}"


def trial(runner: Runner, image: str) -> str:
    """Why a container of an image cannot be run here: empty if one can.

    A machine that is a container itself often has an engine that answers and yet cannot run one.
    """
    core = min(os.sched_getaffinity(0))
    limits = ("--cpus", "0.5", "--cpuset-cpus", f"{core}", "--memory", "256m", *runner.limits())
    done = runner.ask("run", "--rm", "--pull", "never", *limits, image, "true")
    return done.stderr.strip()[-300:] if done.returncode else ""


def own(runner: Runner) -> list[str]:
    """The ids of this rehearsal's containers, running or not."""
    return _labelled(runner, f"{OWNER}={os.getpid()}")


def sweep(runner: Runner) -> list[str]:
    """Remove this rehearsal's containers, and those of rehearsals that have died; their ids."""
    listed = _labelled(runner, OWNER)
    if not listed:
        return []
    form = f'{{{{.Id}}}} {{{{index .Config.Labels "{OWNER}"}}}}'
    lines = runner.ask("inspect", "--format", form, *listed).stdout.splitlines()
    owners = dict(line.split() for line in lines)
    left = [one for one, owner in owners.items() if owner == str(os.getpid()) or not alive(owner)]
    if left:
        runner.remove(*left)
    return left


def _labelled(runner: Runner, label: str) -> list[str]:
    return runner.ask("ps", "--all", "--quiet", "--filter", f"label={label}").stdout.split()


def _settled(docker: Runner) -> Mapping[str, str]:
    """What docker needs besides, where it is given a folder of logins of its own.

    The daemon that is asked now stands in the folder that it had before; and images are single
    manifests, as ECR's are that Lambda takes, without an index for what attests them.
    """
    host = docker.ask("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    return {"DOCKER_HOST": host.stdout.strip(), "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


def _each(options: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    for option, values in options:
        for value in values:
            yield from (f"--{option}", value)
