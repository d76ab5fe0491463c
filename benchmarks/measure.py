"""Measuring contenders side by side: all of them started, asked in turns, round after round."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path

from benchmarks.agreement import refuse_other_price
from benchmarks.bundled import Product
from benchmarks.contenders import Contender
from benchmarks.cores import Cores, confined, split
from benchmarks.environments import execute
from benchmarks.family import family
from benchmarks.load import Load, Plan, Question, request, run
from benchmarks.priority import BREAK, BURST, first, may_be_first
from benchmarks.processes import Server, ask, free_port, serving

_SETTLE = 0.2
"""Seconds: uvicorn looks ten times a second at what else there is to do."""

LOAD = 0.7
"""The part of what a contender can do at which its latencies are taken, if nothing else is said."""

Latencies = tuple[float, float, float]
"""p50, p99 and p99.9 in milliseconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long each is asked, and at what load its latencies are taken."""

    rounds: int
    seconds: float
    load: float = LOAD


@dataclass(slots=True)
class Measured:
    """What was seen of one contender, one number for each round."""

    name: str
    starts: list[float]
    """Seconds from its start to its first answer; of a peer there is but one."""
    size: float | None = None
    """MB of its environment, if it has one of its own."""
    cpu: list[float] = field(default_factory=list)
    """CPU microseconds for each answer."""
    rates: list[float] = field(default_factory=list)
    """Answers a second, of a closed loop."""
    latencies: list[Latencies] = field(default_factory=list)
    """At a part of the median rate, of an open loop."""
    alone: list[Latencies] = field(default_factory=list)
    """The same at real-time priority, so that nothing else that runs is in it; not of peers."""
    memory: float = 0.0
    """Resident MB at the end."""

    def median(self, values: str) -> float:
        """The median of `cpu`, `rates` or `starts`."""
        found: list[float] = getattr(self, values)
        return statistics.median(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen, and why some peers were not."""

    measured: list[Measured]
    absent: dict[str, str]
    """Reasons by name."""
    load: float = LOAD
    """That of the latencies."""


_Start = Callable[[], AbstractContextManager[Server]]


@dataclass(frozen=True, slots=True)
class _Entry:
    contender: Contender
    server: Server
    seen: Measured
    plan: Plan
    """Of a closed loop."""
    load: float
    start: _Start
    """Starts one more of it."""


_Round = Callable[[_Entry], None]


def measure(contenders: Sequence[Contender], pace: Pace, directory: Path) -> Outcome:
    """Every contender in every round, so that what disturbs the machine disturbs all alike.

    Where there are several cores, the one that is asked has the first to itself, and the load and
    the others, idle as they are, have the rest.
    """
    mine, rest = split()
    absent: dict[str, str] = {}
    entries = []
    with ExitStack() as stack:
        stack.enter_context(confined(rest))
        for contender in contenders:
            with _excused(contender, absent):
                entries.append(_start(contender, pace, directory, mine, stack))
                entries[-1].server.move(rest)
        rounds = pace.rounds
        alone = [_alone] * (2 * rounds if may_be_first() else 0)
        loaded = (_warm, *[_closed] * rounds, *[_open] * rounds, *alone)
        for each_round in (*loaded, _weigh, *[_start_again] * rounds):
            for entry in [each for each in entries if each.contender.name not in absent]:
                with _excused(entry.contender, absent), _moved(entry.server, mine, rest):
                    each_round(entry)
    measured = [each.seen for each in entries if each.contender.name not in absent]
    return Outcome(measured, absent, pace.load)


@contextmanager
def _excused(contender: Contender, absent: dict[str, str]) -> Iterator[None]:
    """A peer that fails is told of and stops nothing, any other contender does."""
    try:
        yield
    except (RuntimeError, OSError) as error:
        if not contender.peer:
            raise
        print(f"{contender.name} is left out: {error}", file=sys.stderr)
        absent[contender.name] = str(error)


def _start(
    contender: Contender, pace: Pace, directory: Path, cores: Cores, stack: ExitStack
) -> _Entry:
    """Installed, prepared and started; its prices are the right ones."""
    start = _starter(contender, directory, cores)
    server = stack.enter_context(start())
    questions = tuple(_question(contender, server.port, each) for each in contender.asked())
    size = None if contender.environment is None else contender.environment.size()
    seen = Measured(contender.name, [server.started_in], size)
    plan = Plan(server.port, questions, pace.seconds, settle=_SETTLE, awake=cores is not None)
    return _Entry(contender, server, seen, plan, pace.load, start)


def _starter(contender: Contender, directory: Path, cores: Cores) -> _Start:
    programs = contender.programs()
    if contender.prepare is not None:
        execute(contender.prepare(programs))

    def start() -> AbstractContextManager[Server]:
        command = contender.command(programs, free_port())
        return serving(command, directory / f"{command.port}.log", cores)

    return start


def _question(contender: Contender, port: int, product: Product) -> Question:
    """What is asked for a product; whatever is answered later has to hold the price as it does."""
    body = contender.body(product)
    status, answer = ask(port, contender.path, body)
    if status != HTTPStatus.OK:
        raise RuntimeError(f"{contender.name} answers {status} to {body.decode()}")
    if contender.price is None:
        return Question(request(contender.path, body))
    price = contender.price(json.loads(answer, parse_float=str))
    refuse_other_price(contender.name, float(price), product)
    return Question(request(contender.path, body), price)


@contextmanager
def _moved(server: Server, there: Cores, back: Cores) -> Iterator[None]:
    """Let a server run on other cores, as long as it lasts."""
    server.move(there)
    try:
        yield
    finally:
        server.move(back)


def _warm(entry: _Entry) -> None:
    """A round that does not count: caches fill, and a proxy that has just started settles."""
    run(entry.plan, entry.seen.name)


def _closed(entry: _Entry) -> None:
    before = entry.server.usage().cpu
    load = _good(entry, entry.plan)
    entry.seen.cpu.append((entry.server.usage().cpu - before) / load.answered * 1e6)
    entry.seen.rates.append(load.rate)


def _open(entry: _Entry) -> None:
    entry.seen.latencies.append(_latencies(entry, entry.plan.seconds))


def _alone(entry: _Entry) -> None:
    """Peers are many processes, which at such a priority would keep each other from running."""
    if not entry.contender.peer:
        time.sleep(BREAK)
        with first(each.pid for each in family(entry.server.pid)):
            entry.seen.alone.append(_latencies(entry, min(entry.plan.seconds, BURST)))


def _latencies(entry: _Entry, seconds: float) -> Latencies:
    rate = entry.load * entry.seen.median("rates")
    load = _good(entry, replace(entry.plan, seconds=seconds, rate=rate))
    p50, p99, p999 = (load.percentile(part) * 1000 for part in (0.5, 0.99, 0.999))
    return p50, p99, p999


def _good(entry: _Entry, plan: Plan) -> Load:
    load = run(plan, entry.seen.name)
    if load.bad:
        raise RuntimeError(f"{entry.seen.name} did not answer {load.bad} good requests well")
    return load


def _weigh(entry: _Entry) -> None:
    entry.seen.memory = entry.server.usage().memory


def _start_again(entry: _Entry) -> None:
    """Of a peer once is enough: a second one beside it would get in its way."""
    if not entry.contender.peer:
        with entry.start() as server:
            entry.seen.starts.append(server.started_in)
