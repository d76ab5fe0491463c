"""What an instance does when it starts, read out of its own user data."""

from __future__ import annotations

import argparse
import configparser
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn


class Unreadable(Exception):
    """The user data holds something that the rehearsal does not know how to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `docker run` that a machine has to keep."""

    port: int
    container_port: int
    read_only: bool
    tmpfs: tuple[str, ...]
    cap_drop: tuple[str, ...]
    security: tuple[str, ...]
    pids_limit: int
    memory_mb: int
    swap_mb: int
    stop_seconds: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the instance waits for what, in seconds, and how often it tries."""

    pulls: int
    pull_pause: float
    """Before the second attempt; as much longer before each further one."""
    restart: float
    restarts: int
    """After so many the instance gives itself up."""
    ready: float
    poll: float

    def faster(self, times: float) -> Patience:
        """The same where time is scaled."""
        return replace(
            self,
            pull_pause=self.pull_pause / times,
            restart=self.restart / times,
            ready=self.ready / times,
            poll=self.poll / times,
        )


@dataclass(frozen=True, slots=True)
class Boot:
    """What an instance runs, and how."""

    image: str
    environment: Mapping[str, str]
    options: Options
    patience: Patience
    ready_path: str


def read_boot(script: str) -> Boot:
    """Read user data as `deploy.userdata` makes it. Raises `Unreadable`, naming what is new."""
    files = dict(re.findall(r"<<'(\w+)'\n(.*?)\n\1\n", script, flags=re.DOTALL))
    unit = _unit(files["UNIT"])
    service = unit["Service"]
    image = _assigned(script, "IMAGE")
    run = _words(service["ExecStart"])
    if run.image != image:
        raise Unreadable(f"docker pulls {image} but runs {run.image}")
    _hold_to_systemd(unit, run.stop_timeout)
    return Boot(
        image=image,
        environment=_environment(files["ENVIRONMENT"]),
        options=_options(run),
        patience=_patience(script, service),
        ready_path=_found(r"http://127\.0\.0\.1(/\S*);", script),
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unreadable(f"docker run in the user data: {message}")


def _docker_run() -> argparse.ArgumentParser:
    """Docker's options as user data has them; those that only concern its log are not kept."""
    parser = _Parser(prog="docker run", add_help=False, allow_abbrev=False)
    for option in ("--name", "--env-file", "--log-driver"):
        parser.add_argument(option)
    parser.add_argument("--log-opt", action="append")
    parser.add_argument("--rm", action="store_true", required=True)
    parser.add_argument("--publish", required=True)
    parser.add_argument("--read-only", action="store_true")
    for option in ("--tmpfs", "--cap-drop", "--security-opt"):
        parser.add_argument(option, action="append", default=[])
    parser.add_argument("--pids-limit", type=int, required=True)
    parser.add_argument("--memory", type=_megabytes, required=True)
    parser.add_argument("--memory-swap", type=_megabytes, required=True)
    parser.add_argument("--stop-timeout", type=int, required=True)
    parser.add_argument("image")
    return parser


def _words(line: str) -> argparse.Namespace:
    program, verb, *words = shlex.split(line)
    if (program, verb) != ("/usr/bin/docker", "run"):
        raise Unreadable(f"the unit starts '{program} {verb}', not docker run")
    return _docker_run().parse_args(words)


def _options(run: argparse.Namespace) -> Options:
    port, _, container_port = run.publish.partition(":")
    return Options(
        port=int(port),
        container_port=int(container_port),
        read_only=run.read_only,
        tmpfs=tuple(run.tmpfs),
        cap_drop=tuple(run.cap_drop),
        security=tuple(run.security_opt),
        pids_limit=run.pids_limit,
        memory_mb=run.memory,
        swap_mb=run.memory_swap,
        stop_seconds=run.stop_timeout,
    )


def _patience(script: str, service: Mapping[str, str]) -> Patience:
    attempts, pull = _pulling(script)
    wait = _found(r"^wait_until_ready\(\) \{\n(.*?)^\}", script)
    return Patience(
        pulls=len(attempts.split()),
        pull_pause=float(pull),
        restart=float(service["RestartSec"]),
        restarts=int(_found(r"NRestarts.* -ge (\d+) \]", wait)),
        ready=float(_assigned(script, "READY_SECONDS")),
        poll=float(_found(r"^ *sleep (\d+)$", wait)),
    )


def _pulling(script: str) -> tuple[str, str]:
    loop = r"in ([\d ]+); do\n  docker pull [^\n]+\n[^\n]+\n  sleep \$\(\(attempt \* (\d+)\)\)\n"
    found = re.search(loop, script)
    if found is None:
        raise Unreadable("the user data pulls the image in another way")
    return found[1], found[2]


def _unit(text: str) -> configparser.ConfigParser:
    """The unit's sections; of a key that stands there twice, the last."""
    parser = configparser.ConfigParser(delimiters="=", interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    parser.read_string(text.replace("\\\n", " "))
    return parser


def _hold_to_systemd(unit: configparser.ConfigParser, stop: int) -> None:
    """Refuse what a machine of the rehearsal does not do: start less often, stop otherwise."""
    service = unit["Service"]
    restart, limit = service.get("Restart"), unit["Unit"].get("StartLimitIntervalSec")
    if (restart, limit) != ("always", "0"):
        raise Unreadable(f"systemd restarts {restart}, within StartLimitIntervalSec {limit}")
    waits = int(_found(r"docker stop -t (\d+) ", service["ExecStop"]))
    if waits != stop or float(service["TimeoutStopSec"]) <= waits:
        raise Unreadable(f"the unit stops with {service['ExecStop']}, docker run after {stop}")


def _environment(lines: str) -> Mapping[str, str]:
    pairs = (line.partition("=") for line in lines.splitlines() if line)
    return {name: value for name, _, value in pairs}


def _assigned(script: str, name: str) -> str:
    (value,) = shlex.split(_found(rf"^{name}=(.*?)$", script))
    return value


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, flags=re.MULTILINE | re.DOTALL)
    if found is None:
        raise Unreadable(f"the user data has nothing like '{pattern}'")
    return found[1]


def _megabytes(text: str) -> int:
    if not text.endswith("m"):
        raise ValueError(text)
    return int(text.removesuffix("m"))
