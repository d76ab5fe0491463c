"""The stage on which acts are played: a world, a deployer, traffic, and what acts need of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.deploy.worlds import inventory
from tests.rehearsal.configuration import GROUP
from tests.rehearsal.deployer import Command, Deployer, Unexpected
from tests.rehearsal.idlers import Idlers
from tests.rehearsal.machines import Machine
from tests.rehearsal.traffic import Traffic, questions
from tests.rehearsal.versions import THREE, TWO, Version
from tests.rehearsal.world import World
from tests.twin.refresh import Refresh

HELD = 9
"""The exit code where somebody else deploys."""


CALM = 6.0
"""Real seconds before each act in which nothing is done, once all that began has ended."""


class Stage:
    """What acts do and look at. `runs` is the version that should serve, `digests` all pushed."""

    def __init__(self, world: World, deployer: Deployer, rate: float) -> None:
        self.world = world
        self.deployer = deployer
        self.traffic = Traffic(world.door.address.port, rate, cores=world.cores.serving)
        self.idlers = Idlers(world.door.address, questions()[0])
        self.digests: dict[str, str] = {}
        self.runs = ""
        self.empty = _inventory(world)
        """How many things of each sort there were before anything."""

    def open(self) -> None:
        """Let the traffic begin."""
        self.traffic.start()
        self.idlers.start()

    def close(self) -> None:
        """Let the traffic end."""
        self.traffic.stop()
        self.idlers.stop()

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

    def released_in_turn(self, version: Version, seconds: float = 60.0) -> Command:
        """Release a version again and again, until nobody else holds the lease."""
        limit = time.monotonic() + seconds
        while (command := self.release(version)).code == HELD and time.monotonic() < limit:
            time.sleep(1)
        self.expect(command, 0)
        self.runs = version.name
        self.settled()
        return command

    def check(self, true: bool, otherwise: str) -> None:  # noqa: FBT001 - what is checked
        """Raise `Unexpected` where it is not so."""
        if not true:
            raise Unexpected(otherwise)

    def pause(self, seconds: float) -> None:
        """Let so much real time pass under load."""
        until = time.monotonic() + seconds
        self.world.until(lambda: time.monotonic() >= until, "time passes")

    def rest(self) -> float:
        """Do nothing for a while under load: the 99th percentile of that, in milliseconds."""
        if not self.traffic.flows:
            return 0.0
        self.world.until(lambda: self.world.facts.quiet, "nothing leaves any more")
        self.pause(CALM + 1)  # a machine that has left may take that long to end
        now = time.monotonic()
        return self.traffic.between(now - CALM, now).milliseconds(0.99)

    @contextmanager
    def more_traffic(self) -> Iterator[None]:
        """As much again as there is, while this lasts; it counts with the rest."""
        world = self.world
        more = Traffic(world.door.address.port, self.traffic.rate, cores=world.cores.serving)
        more.start()
        self.traffic.besides.append(more)
        try:
            yield
        finally:
            more.stop()

    def other(self) -> Version:
        """A good version that does not run now."""
        return THREE if self.runs == TWO.name else TWO

    def settled(self, count: int = 2) -> None:
        """Wait until so many instances serve, all of the version that should."""
        digest = self.digests[self.runs]

        def is_so() -> bool:
            return self.world.running() == [digest] * count and len(self.serving()) == count

        self.world.until(is_so, f"{count} instances of version {self.runs} serve")

    def serving(self) -> list[str]:
        """The instances to which requests are sent."""
        return [name for name in self.world.facts.targets if self.world.supervisor.serves(name)]

    def lose(self, instance: str) -> None:
        """Take an instance away that nobody wanted to lose; EC2 knows of it a little later."""
        self.world.supervisor.machines[instance].close()
        self.pause(1)
        with self.world.twin.clock.lock, self.world.twin.aside():
            self.world.twin.client("ec2").terminate_instances(InstanceIds=[instance])

    def inventory(self) -> dict[str, int]:
        """How many things of each sort there are now."""
        return _inventory(self.world)

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


def _inventory(world: World) -> dict[str, int]:
    with world.twin.clock.lock:
        return inventory(world.twin)
