"""Resources: what a stack is made of, and the walks over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Settings = Mapping[str, Any]
"""The keys of a resource that are ours, with plain values that can be compared and shown."""


@dataclass(frozen=True, slots=True)
class Later:
    """An id that is not known before the thing that it names is made. Equal to no live value."""

    kind: str

    def __str__(self) -> str:
        return f"({self.kind}: known after apply)"


class Resource(Protocol):
    """One thing on AWS, found by its name.

    `find` gives the live values of the keys that `settings` names, or None if the thing is not
    there; it remembers the ids that resources after it ask for, or `Later` where there are none,
    and never writes. Where an update will change an id, `settings` of those that use it must
    hold `Later` too, so that plan and apply agree. `create`, `update` and `delete` may be run
    again after any interruption.
    """

    @property
    def kind(self) -> str:
        """What it is, such as "target group"."""

    @property
    def name(self) -> str:
        """What it is called on AWS."""

    def find(self) -> Settings | None:
        """The live values of our keys."""

    def settings(self) -> Settings | None:
        """The wanted values of our keys, or None if the configuration does not want the thing."""

    def create(self) -> None:
        """Make it, with the wanted settings."""

    def update(self, changed: frozenset[str]) -> None:
        """Give the named keys their wanted values."""

    def delete(self) -> None:
        """Take it away."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One key whose live value is not the wanted one."""

    key: str
    live: Any
    wanted: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done to one resource: create, update or delete."""

    action: str
    kind: str
    name: str
    differences: tuple[Difference, ...] = ()


def compare(live: Settings | None, wanted: Settings) -> tuple[Difference, ...]:
    """The keys of `wanted` whose live values differ, in its order."""
    if live is None:
        return tuple(Difference(key, None, value) for key, value in wanted.items())
    return tuple(
        Difference(key, live.get(key), value)
        for key, value in wanted.items()
        if live.get(key) != value
    )
