"""The playbill: which acts are played, and what each may cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import inf

from tests.rehearsal import acts
from tests.rehearsal.stage import Stage

Play = Callable[[Stage], None]


@dataclass(frozen=True)
class Act:
    """One act: its name, what is played, how many requests it may lose, and why.

    No act may have one answered wrong.
    """

    name: str
    play: Play
    spare: int = 0
    why: str = ""
    strain: float = inf
    """How many times as high as before it the 99th percentile may be."""


KILLED = "What is in flight in a killed process is lost; more there never is than connections."
CONNECTIONS = 32
CLAIM = 100_000
"""So many requests at least are put to the service when all acts are played."""

TWICE = 2.0
"""The strain that a refresh may be."""

FUNCTION = Act("a function's calls shift", acts.function_shifted)
SHORT = (
    Act("first deploy", acts.first_deploy),
    Act("release of version 2", acts.release, strain=TWICE),
    Act("release whose container exits at once", acts.exits_at_once, strain=TWICE),
)
FULL = (
    *SHORT,
    Act("release that is ready but answers wrong", acts.answers_wrong, strain=TWICE),
    Act("release that starts slowly", acts.starts_slowly, strain=TWICE),
    Act("kill -9 of a container", acts.container_killed, CONNECTIONS, KILLED),
    Act("kill -9 of a worker inside", acts.worker_killed, CONNECTIONS, KILLED),
    Act("instance lost during a release", acts.instance_lost, CONNECTIONS, KILLED),
    Act("registry down during a release", acts.registry_down, strain=TWICE),
    Act("deployer killed in the middle", acts.deployer_killed, strain=TWICE),
    Act("two deployers at once", acts.two_deployers, strain=TWICE),
    Act("a fifth of all calls to AWS fails", acts.bad_weather, strain=TWICE),
    Act("scale out under load, and in again", acts.scaled),
    FUNCTION,
    Act("destroy, and nothing is left", acts.destroyed),
)


def relaxed(acts: Iterable[Act]) -> list[Act]:
    """The same acts, in which the 99th percentile is only shown."""
    return [replace(act, strain=inf) for act in acts]
