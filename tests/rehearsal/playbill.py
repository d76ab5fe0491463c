"""The playbill: which acts are played, and what each may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.rehearsal import acts
from tests.rehearsal.stage import Stage

Play = Callable[[Stage], None]


@dataclass(frozen=True)
class Act:
    """One act: its name, what is played, and how many requests it may cost, and why."""

    name: str
    play: Play
    spare: int = 0
    why: str = ""


KILLED = "What is in flight in a killed process is lost; more there never is than connections."
CONNECTIONS = 32

FUNCTION = Act("a function's calls shift", acts.function_shifted)
SHORT = (
    Act("first deploy", acts.first_deploy),
    Act("release of version 2", acts.release),
    Act("release whose container exits at once", acts.exits_at_once),
)
FULL = (
    *SHORT,
    Act("release that is ready but answers wrong", acts.answers_wrong),
    Act("release that starts slowly", acts.starts_slowly),
    Act("kill -9 of a container", acts.container_killed, CONNECTIONS, KILLED),
    Act("kill -9 of a worker inside", acts.worker_killed, CONNECTIONS, KILLED),
    Act("instance lost during a release", acts.instance_lost, CONNECTIONS, KILLED),
    Act("registry down during a release", acts.registry_down),
    Act("deployer killed in the middle", acts.deployer_killed),
    Act("two deployers at once", acts.two_deployers),
    Act("a fifth of all calls to AWS fails", acts.bad_weather),
    Act("scale out under load, and in again", acts.scaled),
    FUNCTION,
    Act("destroy, and nothing is left", acts.destroyed),
)
