"""The stage on which acts are played: a world, a deployer, traffic, and what acts need of them."""

from __future__ import annotations

from tests.rehearsal.deployer import Command, Deployer, Unexpected
from tests.rehearsal.machines import Machine
from tests.rehearsal.traffic import Traffic
from tests.rehearsal.versions import Version
from tests.rehearsal.world import GROUP, World
from tests.twin.refresh import Refresh

RATE = 300.0
"""Requests a second."""


class Stage:
    """What acts do and look at. `runs` is the version that should serve, `digests` all pushed."""

    def __init__(self, world: World, deployer: Deployer, rate: float = RATE) -> None:
        self.world = world
        self.deployer = deployer
        self.traffic = Traffic(world.door.address.port, rate)
        self.digests: dict[str, str] = {}
        self.runs = ""

    def push(self, version: Version) -> str:
        """Push a version, once: its digest."""
        if version.name not in self.digests:
            digest = self.world.ground.push(self.deployer, version)
            self.digests[version.name] = digest
        return self.digests[version.name]

    def release(self, version: Version) -> Command:
        """Begin to release a version."""
        return self.deployer.start(f"release server --image {self.push(version)}")

    def released(self, version: Version) -> Command:
        """Release a version, which has to end well, and have all instances run it."""
        command = self.release(version)
        self.expect(command, 0)
        self.runs = version.name
        self.settled()
        return command

    def expect(self, command: Command, code: int, *words: str) -> None:
        """Wait for the end of a command. Raises `Unexpected` if it is another, or says other."""
        if command.code != code:
            found = f"ended with {command.code}, not {code}"
            raise Unexpected(f"'{command.line}' {found}:\n{command.said}")
        for word in words:
            if word not in command.said:
                raise Unexpected(f"'{command.line}' does not say '{word}':\n{command.said}")

    def settled(self, count: int = 2) -> None:
        """Wait until so many instances serve, all of the version that should."""
        digest = self.digests[self.runs]

        def is_so() -> bool:
            return self.world.running() == [digest] * count and len(self.serving()) == count

        self.world.until(is_so, f"{count} instances of version {self.runs} serve")

    def serving(self) -> list[str]:
        """The instances to which requests are sent."""
        return [name for name in self.world.facts.targets if self.world.supervisor.serves(name)]

    def machine(self) -> Machine:
        """One that serves."""
        machine = self.world.supervisor.machines[self.serving()[0]]
        assert isinstance(machine, Machine)
        return machine

    def refresh(self) -> Refresh | None:
        """The refresh that is going on."""
        with self.world.twin.clock.lock:
            return next((x for x in self.world.twin.refreshes.of(GROUP) if x.active), None)

    def replacing(self) -> None:
        """Wait until a refresh has launched an instance."""
        before = len(self.world.running())
        self.world.until(
            lambda: self.refresh() is not None and len(self.world.running()) > before,
            "the refresh has launched an instance",
        )
