"""The ground without containers: images are checkouts, and machines plain processes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.emulator import LISTEN, RUNTIME
from benchmarks.processes import free_port
from deploy.engine import MACHINES
from tests.deploy import typed
from tests.rehearsal import programs
from tests.rehearsal.configuration import this_architecture
from tests.rehearsal.cores import Cores
from tests.rehearsal.deployer import Deployer
from tests.rehearsal.emulator import Task
from tests.rehearsal.images import Weight
from tests.rehearsal.machines import Address, Means, Unavailable
from tests.rehearsal.processes import Checkout, Processes
from tests.rehearsal.programs import Program
from tests.rehearsal.userdata import Boot
from tests.rehearsal.versions import Version, tree
from tests.twin.twin import Twin


class Plain:
    """Pushes with an engine of a few lines, which only tells ECR of images."""

    name = "plain processes"
    how = "as plain processes"
    weight: Weight | None = None

    def __init__(self, directory: Path, twin: Twin) -> None:
        self.registry_down = False
        self._directory = directory
        self._layers = twin.layers
        self._checkouts: dict[str, Checkout] = {}
        self.environment = {"PATH": typed.engine_path(directory / "bin")}
        """A deployer finds the engine by it."""

    def push(self, deployer: Deployer, version: Version) -> str:
        """Commit and push the version as a person would: the digest."""
        dockerfile = f"FROM scratch\nLABEL version={version.name!r}\n"
        (deployer.checkout / "Dockerfile").write_text(dockerfile, encoding="utf-8")
        for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", version.name]):
            argv = ["git", *words]
            subprocess.run(argv, cwd=deployer.checkout, env=deployer.environment, check=True)
        self._tell_architecture(dockerfile)
        digest = str(json.loads(deployer.good("push --json"))["digest"])
        place = self._directory / digest
        tree(version, place)
        self._checkouts[digest] = Checkout(place, version.environment)
        return digest

    def _tell_architecture(self, dockerfile: str) -> None:
        """Lend the configuration of the image, which ECR would have of a real engine."""
        configuration = {"architecture": MACHINES[this_architecture()]}
        digest = hashlib.sha256(dockerfile.encode()).hexdigest()
        self._layers.put(f"sha256:{digest}", json.dumps(configuration).encode())

    def means(self, boot: Boot, address: Address, cores: Cores) -> Means:
        """What runs the image of a boot."""
        checkout = self._checkouts[boot.image.partition("@")[2]]
        return _Pulled(self, Processes(checkout, boot, address, cores))

    def emulate(self, task: Task, address: Address, emulator: Path) -> Program:
        """Under this interpreter."""
        checkout = self._checkouts[task.image]
        inside = f"127.0.0.1:{free_port()}"
        own = (str(emulator), LISTEN, f"{address.host}:{address.port}", RUNTIME, inside)
        argv = [*own, sys.executable, *task.command[1:]]
        environment = {**os.environ, **checkout.environment, **task.environment}
        log = self._directory / f"function-{address.host}.log"
        return Program(argv, log, environment, checkout.directory)

    def stop_registry(self) -> None:
        """Have every pull fail."""
        self.registry_down = True

    def start_registry(self) -> None:
        """Have pulls succeed again."""
        self.registry_down = False

    def left(self) -> list[str]:
        """What of it is still there, besides files."""
        return [f"process {pid}" for pid in programs.own()]

    def close(self) -> None:
        """Nothing was begun that goes on."""


class _Pulled:
    """The same means, whose image comes out of a registry that may be down."""

    def __init__(self, plain: Plain, means: Means) -> None:
        self._plain = plain
        self.launch, self.admit, self.stop = means.launch, means.admit, means.stop
        self.kill, self.kill_worker, self.workers = means.kill, means.kill_worker, means.workers
        self._fetch = means.fetch

    def fetch(self) -> None:
        """Get the image."""
        if self._plain.registry_down:
            raise Unavailable("the registry is down")
        self._fetch()
