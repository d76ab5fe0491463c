"""The load: keep-alive connections that ask one thing after another, by a program of its own.

Closed: each connection asks again as soon as it has its answer, which finds the most that a server
can do. Open: requests are due at fixed times whether or not earlier ones were answered, and each
latency counts from the time at which it was due, so that a server that stalls cannot hide it
(https://www.scylladb.com/2021/04/22/on-coordinated-omission/).

On a virtual machine a server that answers a program that sleeps has to wake it on its other core,
which costs it a third of its time; clients on other machines cost it nothing of the kind. So where
the load has a core of its own, it never sleeps.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

import msgspec

from benchmarks.generator import program
from benchmarks.histogram import Histogram

CONNECTIONS = 32
_GRACE = 5.0
_STARTING = 30.0
_BUSY = "it had no time to spare, so that the server may be faster than this"
_LATE = "1 % of its requests were late by a quarter of the median latency; give it a free core"


@dataclass(frozen=True, slots=True)
class Question:
    """The bytes of a request, and what the body of a good answer to it contains."""

    request: bytes
    expect: str = ""
    status: int = 200
    """Of a good answer; many a question is asked to be refused."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked in turn of a port of the loopback address, how often and how long."""

    port: int
    questions: tuple[Question, ...]
    seconds: float
    """After these nothing more becomes due."""
    connections: int = CONNECTIONS
    rate: float | None = None
    """Requests a second, of an open loop; None is a closed one."""
    poisson: int | None = None
    """The seed of random times at which they are due; None is even ones."""
    patience: float | None = None
    """Of an open loop: seconds that a request waits for a free connection; None is for ever."""
    settle: float = 0.0
    """Seconds from when the connections are open to the first request; the server takes them in."""
    awake: bool = False
    """Whether it watches for answers and never sleeps: that needs a core of its own."""
    grace: float = _GRACE
    """After so many seconds more, what is not answered is given up."""
    every: float | None = None
    """Seconds between two lines of what came meanwhile; None is one of all, at the end."""

    def command(self, directory: Path) -> list[str]:
        """What starts the generator; the requests become files of a directory, by number."""
        for number, question in enumerate(self.questions):
            (directory / str(number)).write_bytes(question.request)
        return [str(program()), *self._options(), *self._questions(directory)]

    def _options(self) -> list[str]:
        return [
            *("--to", f"127.0.0.1:{self.port}", "--connections", str(self.connections)),
            *("--settle", str(self.settle), "--seconds", str(self.seconds)),
            *("--grace", str(self.grace)),
            *(() if self.rate is None else ("--rate", str(self.rate))),
            *(() if self.poisson is None else ("--poisson", str(self.poisson))),
            *(() if self.patience is None else ("--patience", str(self.patience))),
            *(("--awake",) if self.awake else ()),
            *(() if self.every is None else ("--every", str(self.every))),
        ]

    def _questions(self, directory: Path) -> Iterator[str]:
        for number, question in enumerate(self.questions):
            yield from ("--request", str(directory / str(number)))
            if question.expect:
                yield from ("--expect", question.expect)
            if question.status != HTTPStatus.OK:
                yield from ("--status", str(question.status))


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it."""

    answered: int
    """With the status that was expected, and what was expected in it."""
    refused: int
    """503, where that was not expected."""
    wrong: int
    """Any other answer."""
    failed: int
    """Cut off, by the word of a proxy (502, 504) too, or no HTTP."""
    unanswered: int
    """Asked, and not answered at the end."""
    unsent: int
    """Due, and not asked in time for want of a free connection."""
    reopened: int
    """Connections made anew that the server had closed."""
    seconds: float
    cpu: float
    """Seconds of the CPU that the generator took, but for those in which it watched in vain."""
    latencies: Histogram
    """Of the good answers, since they were due."""
    refusals: Histogram
    """The same of the refused ones."""
    lateness: Histogram
    """Of an open loop: how long after a request was due, and a connection free, it was written."""

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.answered / self.seconds

    @property
    def bad(self) -> int:
        """Whatever was due and not answered well."""
        return self.refused + self.wrong + self.failed + self.unanswered + self.unsent

    def percentile(self, part: float) -> float:
        """The latency in seconds that such a part of the good answers stayed under."""
        return self.latencies.percentile(part)

    @property
    def doubt(self) -> str | None:
        """Why the generator's own slowness may be in these figures."""
        if not self.lateness.total:
            return _BUSY if self.cpu > 0.9 * self.seconds else None
        late = self.answered and self.lateness.percentile(0.99) > self.percentile(0.5) / 4
        return _LATE if late else None


def request(
    path: str, body: bytes = b"", *, method: str = "POST", content_type: str = "application/json"
) -> bytes:
    """The bytes of a request, otherwise one for a price."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read(line: bytes) -> Load:
    """What a line of the generator's says."""
    return msgspec.json.decode(line, type=Load)


def run(plan: Plan, name: str = "the server") -> Load:
    """Do it for somebody, and say on stderr, once for each, where the generator was too slow.

    Raises `RuntimeError` with its message where it cannot begin.
    """
    load = seen(plan)
    if load.doubt:
        _tell(load.doubt, name)
    return load


@cache
def _tell(doubt: str, name: str) -> None:
    print(f"warning: the load generator was slow for {name}: {doubt}", file=sys.stderr)


def seen(plan: Plan) -> Load:
    """Do it, and leave the doubt to the caller. Raises `RuntimeError` as `run` does."""
    with tempfile.TemporaryDirectory() as directory:
        ended = subprocess.run(
            plan.command(Path(directory)),
            check=False,
            capture_output=True,
            timeout=plan.seconds + plan.grace + _STARTING,
        )
    if ended.returncode != 0:
        raise RuntimeError(f"no load: {ended.stderr.decode(errors='replace').strip()}")
    return read(ended.stdout.splitlines()[-1])
