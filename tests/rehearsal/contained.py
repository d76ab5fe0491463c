"""The ground with containers: real images in a real registry, by the deployer's own commands."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.emulator import LISTEN, RUNTIME
from benchmarks.processes import free_port
from deploy.engine import MACHINES
from tests.rehearsal.configuration import NAME, this_architecture
from tests.rehearsal.containers import Container
from tests.rehearsal.cores import Cores
from tests.rehearsal.deployer import Deployer
from tests.rehearsal.emulator import Task
from tests.rehearsal.images import Weight, dockerfile, sweep_images
from tests.rehearsal.machines import Address, Means
from tests.rehearsal.programs import OWNER, Broken, Program
from tests.rehearsal.registry import Manifest, Registry
from tests.rehearsal.runner import Runner, own, sweep
from tests.rehearsal.userdata import Boot
from tests.rehearsal.versions import Version
from tests.twin.environment import ACCOUNT
from tests.twin.gate import Request, Rule
from tests.twin.twin import Twin

PASSWORD = f"{ACCOUNT}-auth-token"
"""As the offline ECR gives it to whoever asks for a login."""


class Contained:
    """Images are made of one service image; ECR knows what the registry has."""

    def __init__(self, directory: Path, twin: Twin, runner: Runner, image: str) -> None:
        self.name = f"containers of {runner.name}"
        self.how = f"in containers of {runner.name}"
        self._directory = directory
        self._layers = twin.layers
        self._image = image
        folder = directory / "registry"
        folder.mkdir()
        self._registry = Registry(Address("127.0.0.1", free_port()), PASSWORD, folder)
        self._registry.start()
        self._own = runner.environment
        self._runner = replace(runner, environment={**self._own, **self._registry.pulling()})
        self._count = 0
        self.weight: Weight | None = None
        twin.gate.add(self._rules())

    @property
    def environment(self) -> Mapping[str, str]:
        """What a deployer needs to reach the registry."""
        return {**self._own, **self._registry.pushing()}

    def push(self, deployer: Deployer, version: Version) -> str:
        """Make the image of a version, and push it as one that was built elsewhere: the digest."""
        tag = version.name.replace(" ", "-")
        name = f"localhost/rehearsal:{os.getpid()}-{tag}"
        self._build(name, version)
        engine = self._runner.name
        pushed = deployer.good(f"push --json --engine {engine} --image {name} --tag {tag}")
        digest = str(json.loads(pushed)["digest"])
        self.weight = self.weight or self._weigh(name, digest)
        return digest

    def means(self, boot: Boot, address: Address, cores: Cores) -> Means:
        """A container of its image; the name of the registry leads to this one."""
        self._count += 1
        _, _, image = boot.image.partition("/")
        here = replace(boot, image=f"{self._registry.name}/{image}")
        name = f"rehearsal-{os.getpid()}-{self._count}"
        return Container(self._runner, name, here, address, cores, self._directory)

    def emulate(self, task: Task, address: Address, emulator: Path) -> Program:
        """In a container of the image, in place of its own entry point."""
        image = f"{self._registry.name}/{NAME}@{task.image}"
        pulled = self._runner.ask("pull", "--quiet", image)
        if pulled.returncode:
            raise Broken(f"the image of the function is not pulled: {pulled.stderr}")
        settings = [f"--env={name}={value}" for name, value in task.environment.items()]
        argv = self._runner.command(
            *("run", "--rm", "--pull", "never", "--no-healthcheck", "--read-only"),
            *("--label", f"{OWNER}={os.getpid()}", "--tmpfs", "/tmp"),  # noqa: S108 - Lambda's own
            *("--publish", f"{address.host}:{address.port}:8080", *settings),
            *("--memory", f"{task.memory_mb}m", *self._runner.limits()),
            *("--volume", f"{emulator}:/emulator:ro", "--entrypoint", "/emulator", image),
            *(LISTEN, "0.0.0.0:8080", RUNTIME, "127.0.0.1:9001", *task.command),
        )
        return Program(argv, self._directory / f"function-{address.host}.log")

    def stop_registry(self) -> None:
        """Have every pull fail."""
        self._registry.stop()

    def start_registry(self) -> None:
        """Have pulls succeed again."""
        self._registry.start()

    def left(self) -> list[str]:
        """This rehearsal's containers that are still there."""
        return own(self._runner)

    def close(self) -> None:
        """Remove containers, images and the registry."""
        sweep(self._runner)
        sweep_images(self._runner.ask)
        self._registry.stop()

    def _build(self, name: str, version: Version) -> None:
        folder = self._directory / name.rpartition(":")[2]
        (folder / "app").mkdir(parents=True)
        version.write(folder / "app")
        (folder / "Dockerfile").write_text(dockerfile(self._image, version), encoding="utf-8")
        built = self._runner.ask(*self._building(), "--tag", name, str(folder))
        if built.returncode:
            raise Broken(f"the image of version {version.name} is not built: {built.stderr}")

    def _weigh(self, name: str, digest: str) -> Weight:
        size = self._runner.ask("image", "inspect", "--format", "{{.Size}}", name).stdout
        return Weight(int(size), self._registry.packed(NAME, digest, _architecture()))

    def _building(self) -> tuple[str, ...]:
        if not self._runner.is_podman:
            return ("build",)
        return ("build", "--pull=never", "--isolation", "chroot", "--format", "docker")

    def _rules(self) -> list[Rule]:
        return [
            Rule("ecr", "CreateRepository", self._created, after=True),
            Rule("ecr", "DescribeImages", self._asked),
            Rule("ecr", "BatchGetImage", self._asked),
        ]

    def _created(self, request: Request) -> None:
        """The repository is where images really go."""
        name = request.params["repositoryName"]
        request.place.ecr.repositories[name].uri = f"{self._registry.name}/{name}"

    def _asked(self, request: Request) -> None:
        """What is asked for by its tag may have been pushed since."""
        name = request.params["repositoryName"]
        for image in request.params.get("imageIds", []):
            if tag := image.get("imageTag"):
                self._tell(request, name, tag)

    def _tell(self, request: Request, name: str, tag: str) -> None:
        ecr = request.place.ecr
        repository = ecr.repositories.get(name)
        if repository is None or any(tag in each.image_tags for each in repository.images):
            return
        try:
            found = self._registry.manifest(name, tag)
        except (KeyError, OSError):
            return
        text = found.content.decode()
        ecr.put_image(name, text, tag, found.media_type, found.digest)
        self._tell_architecture(found)

    def _tell_architecture(self, found: Manifest) -> None:
        """Lend the configuration of an image that was built for this machine."""
        configuration = {"architecture": _architecture()}
        if found.configuration is not None:
            self._layers.put(found.configuration, json.dumps(configuration).encode())


def _architecture() -> str:
    """This machine's, as images call it."""
    return MACHINES[this_architecture()]
