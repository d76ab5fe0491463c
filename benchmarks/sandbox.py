"""Functions as Lambda starts them: a handler under the emulator, in the image or as it is here."""

import base64
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bundled import ROOT, Product
from benchmarks.cores import Cores
from benchmarks.emulator import LISTEN, PATH, RUNTIME
from benchmarks.engine import Engine
from benchmarks.processes import Command, Server, free_port, serving

_EVENT = ROOT / "examples" / "events" / "function-url.json"
_OURS = ROOT / "benchmarks"
_INSIDE = "/app/benchmarks"
"""Where the image's own Python finds the floor."""


@dataclass(frozen=True, slots=True)
class Function:
    """One handler. `modelled` is the one that has the model."""

    name: str
    handler: str
    modelled: bool


FLOOR = Function("static JSON", "benchmarks.servers.function.handler", modelled=False)
SERVICE = Function("this service", "handler.main.handler", modelled=True)


@dataclass(frozen=True, slots=True)
class Image:
    """An image, and what runs it."""

    name: str
    engine: Engine


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What functions run in: a container of an image, or none, which is this Python."""

    emulator: Path
    image: Image | None = None

    @contextmanager
    def running(
        self, function: Function, event: bytes, log: Path, cores: Cores
    ) -> Iterator[Server]:
        """A function that was started anew, and has answered the event once."""
        port = free_port()
        name = f"benchmark-{os.getpid()}-{port}"
        argv = self.argv(function, port, name, cores)
        variables = {} if self.image is None else {"HOME": str(Path.home())}  # it has the images
        try:
            with serving(Command(argv, port, PATH, event, variables), log, cores) as server:
                server.move(cores)  # with the threads that it had at once
                yield server
        finally:
            if self.image is not None:
                self.image.engine.remove(name)

    def argv(self, function: Function, port: int, name: str, cores: Cores) -> list[str]:
        """Its command; `name` is that of its container, if it has one."""
        addresses = (LISTEN, f"127.0.0.1:{port}", RUNTIME, f"127.0.0.1:{free_port()}")
        runtime = ("-m", "awslambdaric", function.handler)
        if self.image is None:
            return [str(self.emulator), *addresses, sys.executable, *runtime]
        return self.image.engine.command(
            *("run", "--rm", "--pull", "never", "--no-healthcheck", "--name", name),
            *("--network", "host", "--read-only", "--tmpfs", "/tmp"),  # noqa: S108 - Lambda's own
            *(() if cores is None else ("--cpuset-cpus", ",".join(map(str, sorted(cores))))),
            *("--volume", f"{self.emulator}:/emulator:ro"),
            *("--volume", f"{_OURS}:{_INSIDE}:ro", *self.image.engine.limits()),
            *("--entrypoint", "/emulator", self.image.name, *addresses, "python", *runtime),
        )


def event_of(product: Product) -> bytes:
    """The price of a product, asked for through the function's URL."""
    body = base64.b64encode(json.dumps(product).encode()).decode()
    event = json.loads(_EVENT.read_bytes())
    return json.dumps({**event, "body": body, "isBase64Encoded": True}).encode()


def price_in(answer: bytes) -> tuple[str, float]:
    """What a function answers first: what it calls the price, and the price.

    Raises `RuntimeError` with what it said instead.
    """
    try:
        found: Mapping[str, str] = json.loads(answer)
        (name, price), *_ = json.loads(found["body"]).items()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        said = answer.decode(errors="replace")[:500]
        raise RuntimeError(f"a function gives no price, but {said}") from error
    return name, price
