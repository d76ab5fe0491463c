"""The door: the real balancer, which comes and goes with the listener of AWS's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from tests.rehearsal.balancer import Balancer, Target
from tests.rehearsal.haproxy import Settings
from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Broken


class Door:
    """A balancer at an address while there is a listener; what it is told without one is lost."""

    def __init__(self, address: Address, folder: Path, cores: Collection[int]) -> None:
        self.address = address
        self._folder = folder
        self._cores = cores
        self._balancer: Balancer | None = None
        self._settings: Settings | None = None
        self._earlier = 0
        self._present = 0

    @property
    def retries(self) -> int:
        """As of the last look, how often a target took no connection and it was tried again."""
        return self._earlier + self._present

    @property
    def open(self) -> bool:
        """Whether anybody listens."""
        return self._balancer is not None

    def follow(self, settings: Settings | None) -> None:
        """Open it as it should be, or close it.

        Raises `Broken` where it is open and should be another: HAProxy keeps what it began with.
        """
        if settings is None:
            self.close()
        elif self._balancer is None:
            balancer = Balancer(self.address, settings, self._folder, cores=self._cores)
            balancer.start()
            self._balancer, self._settings = balancer, settings
        elif settings != self._settings:
            raise Broken(f"the balancer serves with {self._settings}, and not yet with {settings}")

    def close(self) -> None:
        """Have nobody listen."""
        if self._balancer is not None:
            self._balancer.close()
            self._balancer = None
            self._earlier, self._present = self.retries, 0

    def add(self, name: str, address: Address) -> None:
        """Check a server, and send it requests once it is healthy."""
        if self._balancer is not None:
            self._balancer.add(name, address)

    def drain(self, name: str) -> None:
        """Send it no more of them."""
        if self._balancer is not None:
            self._balancer.drain(name)

    def remove(self, name: str) -> None:
        """Forget it."""
        if self._balancer is not None:
            self._balancer.remove(name)

    def states(self) -> Mapping[str, Target]:
        """What is known of each."""
        if self._balancer is None:
            return {}
        self._present = self._balancer.counters().retries
        return self._balancer.states()
