"""What is measured: the service with everything switched on, and what it is measured by."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import python

ROOT = Path(__file__).resolve().parents[1]
BODY = b'{"price": 50.0, "weight": 750, "height": 70, "distance": 1500, "volume": 700}'


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to answer `POST /predict`; `argv` is its command for a port."""

    name: str
    argv: Callable[[int], list[str]]


def _uvicorn(app: str) -> Callable[[int], list[str]]:
    options = ("--no-access-log", "--log-level", "warning")
    return lambda port: python("-m", "uvicorn", app, "--port", str(port), *options)


def _service(*options: str) -> Callable[[int], list[str]]:
    return lambda port: python("-m", "api", "--port", str(port), "--workers", "1", *options)


FLOOR = Contender("uvicorn, static JSON", _uvicorn("benchmarks.servers.floor:app"))
ECHO = Contender("FastAPI, echo without a model", _uvicorn("benchmarks.servers.echo:app"))
SERVICE = Contender("this service", _service())


def service(name: str, bundle: Path) -> Contender:
    """The service with another model."""
    return Contender(name, _service("--bundle", str(bundle)))
