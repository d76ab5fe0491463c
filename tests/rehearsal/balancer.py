"""The load balancer of the rehearsal: HAProxy, in the words of a target group."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.rehearsal.haproxy import BACK, FRONT, Commands, Settings, configuration, server
from tests.rehearsal.machines import Address
from tests.rehearsal.packages import missing
from tests.rehearsal.programs import Broken, Program
from tests.twin.health import DESCRIPTIONS, HEALTHY, Verdict
from tests.twin.targets import DRAINING

Row = Mapping[str, str]

MISMATCH = "Target.ResponseCodeMismatch"
REASONS = {"L7STS": MISMATCH, "L4TOUT": "Target.Timeout", "L7TOUT": "Target.Timeout"}
"""What a failed check was, by HAProxy's word for it; any other just failed."""

STAGES = {"INI": "Elb.RegistrationInProgress"}
"""How far a new target is, by the same word; after its first check it is being checked."""

KINDS = ("1xx", "2xx", "3xx", "4xx", "5xx", "other")

REMOVAL = 10.0
"""Seconds within which a target's connections are closed for good."""


@dataclass(frozen=True, slots=True)
class Target:
    """One registered target: its health, its requests in flight, and all it has been given."""

    verdict: Verdict
    in_flight: int
    requests: int


@dataclass(frozen=True, slots=True)
class Counters:
    """What clients have asked and got since the start."""

    requests: int
    failures: int
    """Answers with a 5xx status, the balancer's own among them."""
    unanswered: int
    """Requests whose connection ended without an answer, by the target's fault or the client's."""
    retries: int
    """Connections to a target that did not come about, and were tried again."""


def available() -> str:
    """Why there can be no load balancer here; empty if there can."""
    return missing("haproxy")


class Balancer:
    """Sends the requests that arrive at its address to the healthy ones of its targets.

    It differs from AWS's in this: a new target has to pass as many checks as one that has
    recovered, where AWS asks for one; where no target is healthy it answers 503, where AWS would
    try them all; and where a target breaks off before it answers, a client that has asked before
    on the same connection sees that closed, where AWS would answer 502.
    """

    def __init__(
        self,
        address: Address,
        settings: Settings,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
        *,
        cores: Collection[int] = (),
    ) -> None:
        self.address = address
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._cores = cores
        self._commands = Commands(folder / "haproxy.sock")
        self._since: dict[str, float] = {}
        self._draining: set[str] = set()
        self._program: Program | None = None

    def start(self) -> None:
        """Listen. Raises `Broken` with what HAProxy says if it cannot."""
        file = self._folder / "haproxy.cfg"
        text = configuration(self.address, self._settings, self._folder / "haproxy.sock")
        file.write_text(text, encoding="utf-8")
        argv, log = ["haproxy", "-db", "-f", str(file)], self._folder / "haproxy.log"
        self._program = Program(argv, log, cores=self._cores)
        self._program.until(self._commands.answers)

    def close(self) -> None:
        """Listen no more."""
        if self._program is not None:
            self._program.end()

    def add(self, name: str, address: Address) -> None:
        """Register a target. It is given requests once it has passed its checks."""
        self._since[name] = self._clock()
        said = self._commands.ask(server(name, address, self._settings))
        if said != "New server registered.":
            raise Broken(f"haproxy does not take {name}: {said}")
        self._commands.tell(
            f"enable health {BACK}/{name}",
            _state(name, "drain"),  # otherwise it would be up until its first check
            f"set server {BACK}/{name} health down",
            _state(name, "ready"),
        )

    def drain(self, name: str) -> None:
        """Begin to deregister a target: no new requests, those in flight are finished."""
        self._draining.add(name)
        self._commands.tell(_state(name, "drain"))

    def remove(self, name: str) -> None:
        """Forget a target, and close what is still open to it."""
        deadline = time.monotonic() + REMOVAL
        while (said := self._delete(name)) != "Server deleted.":
            if time.monotonic() > deadline:
                raise Broken(f"haproxy does not let {name} go: {said}")
        self._draining.discard(name)
        del self._since[name]

    def states(self) -> dict[str, Target]:
        """Every registered target, by name."""
        rows = self._commands.numbers()
        return {row["svname"]: self._target(row) for row in rows if row["svname"] in self._since}

    def counters(self) -> Counters:
        """All in all."""
        rows = {(row["pxname"], row["svname"]): row for row in self._commands.numbers()}
        front, back = rows[FRONT, "FRONTEND"], rows[BACK, "BACKEND"]
        answered = sum(int(front[f"hrsp_{kind}"]) for kind in KINDS)
        requests, in_flight = int(front["req_tot"]), int(back["scur"])
        return Counters(
            requests=requests,
            failures=int(front["hrsp_5xx"]),
            unanswered=max(0, requests - answered - in_flight),
            retries=int(back["wretr"]) + int(back["wredis"]),  # at the same target, at another
        )

    def _delete(self, name: str) -> str:
        self._commands.tell(_state(name, "maint"), f"shutdown sessions server {BACK}/{name}")
        return self._commands.ask(f"del server {BACK}/{name}")

    def _target(self, row: Row) -> Target:
        return Target(self._verdict(row), int(row["scur"]), int(row["stot"]))

    def _verdict(self, row: Row) -> Verdict:
        name = row["svname"]
        if name in self._draining:
            return DRAINING
        if row["status"].startswith("UP"):
            return HEALTHY
        last = row["check_status"].removeprefix("* ")
        checks = self._settings.checks
        if self._clock() < self._since[name] + checks.interval * checks.unhealthy_after:
            return _verdict("initial", STAGES.get(last, "Elb.InitialHealthChecking"))
        reason = REASONS.get(last, "Target.FailedHealthChecks")
        if reason == MISMATCH:
            told = f"Health checks failed with these codes: [{row['check_code']}]"
            return Verdict("unhealthy", reason, told)
        return _verdict("unhealthy", reason)


def _state(name: str, state: str) -> str:
    return f"set server {BACK}/{name} state {state}"


def _verdict(state: str, reason: str) -> Verdict:
    return Verdict(state, reason, DESCRIPTIONS[reason])
