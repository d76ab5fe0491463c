"""The supervisor: gives each instance of the offline AWS a machine, and each target a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from tests.rehearsal.balancer import Target
from tests.rehearsal.facts import Facts, Instance
from tests.rehearsal.machines import Address
from tests.twin.health import HEALTHY, Verdict


class Runs(Protocol):
    """A machine, as far as its instance goes."""

    @property
    def address(self) -> Address:
        """Where it answers."""

    def start(self) -> None:
        """Begin; does not wait."""

    def admit(self) -> None:
        """Serve beside the others."""

    def stop(self) -> None:
        """End in order."""

    def close(self) -> None:
        """End at once."""


class Servers(Protocol):
    """The balancer, as far as targets go."""

    def add(self, name: str, address: Address) -> None:
        """Check a server, and send it requests once it is healthy."""

    def drain(self, name: str) -> None:
        """Send it no more of them."""

    def remove(self, name: str) -> None:
        """Forget it."""

    def states(self) -> Mapping[str, Target]:
        """What is known of each."""


Apart = Callable[[Callable[[], None]], object]
"""Does something that may take long without waiting for it."""


class Supervisor:
    """Brings machines and servers in line with what is wanted; `look` is called over and over."""

    def __init__(self, servers: Servers, make: Callable[[Instance], Runs], apart: Apart) -> None:
        self.machines: dict[str, Runs] = {}
        self.digests: dict[str, str] = {}
        self.states: Mapping[str, Target] = {}
        self._servers = servers
        self._make = make
        self._apart = apart
        self._draining: dict[str, bool] = {}
        self._admitted: set[str] = set()

    def look(self, facts: Facts) -> None:
        """Do what these facts ask for, and see how the targets are."""
        self._bring_up(facts)
        self._bring_down(facts)
        self._balance(facts.targets)
        self.states = self._servers.states()
        self._admit()

    def verdict(self, target: str) -> Verdict | None:
        """What AWS is told of a target."""
        found = self.states.get(target)
        return None if found is None else found.verdict

    def serves(self, target: str) -> bool:
        """Whether requests are sent there."""
        return self.verdict(target) == HEALTHY

    def close(self) -> None:
        """End whatever still runs."""
        for name in list(self.machines):
            self.machines.pop(name).close()

    def _bring_up(self, facts: Facts) -> None:
        for name, instance in facts.instances.items():
            if name not in self.digests and not instance.lost:
                self.digests[name] = instance.digest
                self.machines[name] = self._make(instance)
                self.machines[name].start()

    def _admit(self) -> None:
        """What serves for the first time has started to its end."""
        for name, machine in self.machines.items():
            if name not in self._admitted and self.serves(name):
                self._admitted.add(name)
                self._apart(machine.admit)

    def _bring_down(self, facts: Facts) -> None:
        """What is lost ends at once; what is asked to end does so when it has drained."""
        for name in list(self.machines):
            instance = facts.instances.get(name)
            if instance is not None and instance.lost:
                self._end(name, self.machines[name].close)
            elif instance is None or (instance.leaving and name not in facts.targets):
                self._end(name, self.machines[name].stop)

    def _end(self, name: str, end: Callable[[], None]) -> None:
        """It is there until its end has begun: whoever looks sees the one or the other."""
        self._apart(end)
        del self.machines[name]

    def _balance(self, targets: Mapping[str, bool]) -> None:
        for name in set(self._draining) - set(targets):
            del self._draining[name]
            self._servers.remove(name)
        for name, draining in targets.items():
            if name in self.machines and name not in self._draining:
                self._draining[name] = False
                self._servers.add(name, self.machines[name].address)
            if draining and not self._draining.get(name, True):
                self._draining[name] = True
                self._servers.drain(name)
