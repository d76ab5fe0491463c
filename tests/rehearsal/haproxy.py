"""HAProxy: its configuration as a load balancer of AWS would have it, and its command socket."""

from __future__ import annotations

import csv
import socket
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tests.rehearsal.machines import Address
from tests.rehearsal.programs import Broken

FRONT = "listener"
BACK = "targets"

CONNECTIONS = 4000
"""At most, of clients, and kept to each target: HAProxy would keep none to one that is added."""


TRACE = "Root=1-%[uuid,bytes(0,8)]-%[uuid,regsub(-,,g),bytes(0,24)]"
"""What a balancer of AWS calls a request, in HAProxy's words."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The health checks of a target group; times in seconds.

    `matcher` is as the target group has it: 200, 200-299 or 200,301.
    """

    path: str
    interval: float
    timeout: float
    healthy_after: int
    unhealthy_after: int
    matcher: str = "200"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a load balancer is told; times in seconds.

    `idle` closes a connection without a request, `connect` gives up one that does not come about.
    """

    checks: Checks
    idle: float = 60
    connect: float = 0.5


def configuration(address: Address, settings: Settings, commands: Path) -> str:
    """The file. One thread: then all clients share the connections to the targets.

    As with an Application Load Balancer a request is sent once: only where no connection comes
    about, nothing was sent, and another target is tried. Connections to targets are shared by all
    clients, and kept as long as those of clients are.
    """
    return Template(_TEMPLATE).substitute(
        commands=commands,
        connections=CONNECTIONS,
        front=FRONT,
        back=BACK,
        bind=f"{address.host}:{address.port}",
        idle=_ms(settings.idle),
        connect=_ms(settings.connect),
        path=settings.checks.path,
        check=_ms(settings.checks.timeout),
        matcher=settings.checks.matcher,
        trace=TRACE,
    )


def server(name: str, address: Address, settings: Settings) -> str:
    """The command that adds a target, still without traffic."""
    checks = settings.checks
    return (
        f"add server {BACK}/{name} {address.host}:{address.port} "
        f"check inter {_ms(checks.interval)} "
        f"rise {checks.healthy_after} fall {checks.unhealthy_after} "
        f"pool-purge-delay {_ms(settings.idle)} pool-max-conn {CONNECTIONS}"
    )


class Commands:
    """The socket that takes commands while HAProxy runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, *commands: str) -> str:
        """What it answers to commands, carried out one after another."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._path))
            connection.sendall(("; ".join(commands) + "\n").encode())
            return b"".join(iter(lambda: connection.recv(65_536), b"")).decode().strip()

    def tell(self, *commands: str) -> None:
        """Have commands carried out that answer nothing. Raises `Broken` with what they do."""
        answer = self.ask(*commands)
        if answer:
            raise Broken(f"haproxy refuses '{'; '.join(commands)}': {answer}")

    def answers(self) -> bool:
        """Whether HAProxy runs."""
        try:
            return self.ask("show version") != ""
        except OSError:
            return False

    def numbers(self) -> list[dict[str, str]]:
        """Its statistics: a row for the front, for each server, and for the back."""
        return list(csv.DictReader(self.ask("show stat").removeprefix("# ").splitlines()))


def _ms(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


_TEMPLATE = """\
global
  stats socket $commands mode 600 level admin
  nbthread 1
  maxconn $connections
  noreuseport

defaults
  mode http
  timeout connect $connect
  timeout client $idle
  timeout server $idle
  timeout http-keep-alive $idle
  timeout check $check
  retries 3
  retry-on conn-failure
  option redispatch 1
  http-reuse always
  option forwardfor

frontend $front
  bind $bind
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Amzn-Trace-Id $trace
  default_backend $back

backend $back
  balance roundrobin
  option httpchk
  http-check send meth GET uri $path ver HTTP/1.1 hdr Host targets hdr User-Agent health-check
  http-check expect status $matcher
"""
