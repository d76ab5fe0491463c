"""What is measured: the service with everything switched on, and what it is measured by."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.bundled import ROOT, Product, read, served
from benchmarks.environments import Environment
from benchmarks.processes import Command
from benchmarks.products import products


def as_json(product: Product) -> bytes:
    """The body of a request, as the service takes it."""
    return json.dumps(product).encode()


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to answer for a product."""

    name: str
    argv: Callable[[Path, int], list[str]]
    """Its command, for the directory of its programs and a port."""
    price: Callable[[Any], str] | None = None
    """Reads the price out of an answer's JSON, as it stands there; None without a model."""
    path: str = "/predict"
    asked: Callable[[], Sequence[Product]] = products
    body: Callable[[Product], bytes] = as_json
    environment: Environment | None = None
    """Where it runs; None is where the benchmark runs."""
    prepare: Callable[[Path], list[str]] | None = None
    """What is run before it starts, for the directory of its programs."""
    variables: Callable[[int], Mapping[str, str]] = lambda _: {}
    patience: float = 60.0
    peer: bool = False
    """Whether its failure is told in the table, and stops nothing."""

    def programs(self) -> Path:
        """Where its programs are, once they are installed."""
        return Path(sys.executable).parent if self.environment is None else self.environment.made()

    def command(self, programs: Path, port: int) -> Command:
        """How it is started and asked."""
        argv, body = self.argv(programs, port), self.body(self.asked()[0])
        return Command(argv, port, self.path, body, self.variables(port), self.patience)


def uvicorn(app: str) -> Callable[[Path, int], list[str]]:
    """An ASGI app, without a log of its requests."""
    options = ("--no-access-log", "--log-level", "warning")
    return lambda programs, port: [
        *(str(programs / "python"), "-m", "uvicorn", app, "--port", str(port), *options)
    ]


def ours(answer: Any) -> str:
    """The price in an answer of the service, and of the original server."""
    return str(answer[served().target])


def _service(workers: int) -> Callable[[Path, int], list[str]]:
    options = ("-m", "api", "--workers", str(workers))
    return lambda programs, port: [str(programs / "python"), *options, "--port", str(port)]


FLOOR = Contender("uvicorn, static JSON", uvicorn("benchmarks.servers.floor:app"))
ECHO = Contender("FastAPI, echo without a model", uvicorn("benchmarks.servers.echo:app"))
SERVICE = Contender("this service", _service(1), ours)


def of_bundle(bundle: Path) -> Contender:
    """The service with another model."""
    variables = {"ESTIMATOR_BUNDLE": str(bundle.resolve())}
    name = f"{SERVICE.name}, {bundle.name}"
    return replace(
        SERVICE,
        name=name,
        price=None,
        asked=lambda: products(read(bundle)),
        variables=lambda _: variables,
    )


def of_workers(count: int) -> Contender:
    """The service with so many processes."""
    return replace(SERVICE, name=f"{SERVICE.name}, {count} workers", argv=_service(count))


# All that serving needs is locked, so that nothing else is installed.
_SERVING = Environment("service", ROOT / "requirements" / "serve.txt", ("--no-deps",))


def apart(contender: Contender) -> Contender:
    """The same in an environment of what the service is installed with."""
    return replace(contender, environment=_SERVING)
