"""The world: the offline AWS, the balancer, the machines and the deployer, wired together."""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from benchmarks.processes import free_port
from tests.rehearsal.deployer import Deployer
from tests.rehearsal.door import Door
from tests.rehearsal.facts import Facts, Instance, facts_of
from tests.rehearsal.machines import Address, Machine, Means
from tests.rehearsal.pace import paced
from tests.rehearsal.supervisor import Supervisor
from tests.rehearsal.userdata import Boot, read_boot
from tests.rehearsal.versions import Version
from tests.twin.environment import REGION
from tests.twin.twin import Twin

PACE = 10.0
TICK = 0.1
"""Real seconds between two looks of the supervisor."""

CPUS = 2.0
PORT = 8080
GROUP = "shop-production"
LOGS = "/shop/production/server"

MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
TYPES = {"x86_64": "t3.small", "arm64": "t4g.small"}
TOML = """\
name = "shop"
region = "{region}"
release = {{bake_seconds = 20}}
balancer = {{deletion_protection = false}}

[server]
architecture = "{architecture}"
instance_type = "{type}"
min = 2
desired = 2
max = 4
warmup_seconds = 10
requests_per_target = {requests}

[settings]
ESTIMATOR_WORKERS = "2"
ESTIMATOR_LOG_LEVEL = "warning"
"""


class Ground(Protocol):
    """Where images are pushed to, and what runs them."""

    name: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What a deployer needs for it."""

    def push(self, deployer: Deployer, version: Version) -> str:
        """Push a version with the deployer's own commands: the digest."""

    def means(self, boot: Boot, address: Address, cpus: float) -> Means:
        """What runs the image of a boot."""

    def stop_registry(self) -> None:
        """Have every pull fail."""

    def start_registry(self) -> None:
        """Have pulls succeed again."""

    def left(self) -> list[str]:
        """What of it is still there, besides files."""


class World:
    """Everything there is; made by `world`."""

    def __init__(self, directory: Path, twin: Twin, ground: Ground) -> None:
        self.directory = directory
        self.twin = twin
        self.ground = ground
        self.door = Door(Address("127.0.0.1", free_port()), directory)
        self.words: list[tuple[float, str]] = []
        """What deployers have said, and when."""
        self.hear: Callable[[str], None] = lambda line: None
        """Is told the same at once."""
        self.fault: BaseException | None = None
        """What has ended the supervisor."""
        self.facts = Facts({}, {})
        self._apart = ThreadPoolExecutor(8)
        self.supervisor = Supervisor(self.door, self._machine, self._apart.submit)
        twin.health.observe(self.supervisor.verdict)

    def say(self, line: str) -> None:
        """Remember what a deployer says."""
        self.words.append((time.monotonic(), line))
        self.hear(line)

    def look(self) -> None:
        """Let time pass, and bring everything in line."""
        with self.twin.clock.lock:
            self.twin.clock.look()
            self.facts = facts_of(self.twin)
        self.door.follow(self.facts.listener)
        self.supervisor.look(self.facts)

    @contextmanager
    def turning(self) -> Iterator[None]:
        """Look over and over while this lasts."""
        ended = threading.Event()
        thread = threading.Thread(target=self._turn, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.supervisor.close()
            self._apart.shutdown()
            self.door.close()

    def until(self, true: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Wait for something. Raises AssertionError if it takes longer, in real seconds."""
        limit = time.monotonic() + seconds
        while not true():
            if self.fault is not None:
                raise self.fault
            if time.monotonic() > limit:
                raise AssertionError(f"after {seconds:g} seconds it is still not so that {what}")
            time.sleep(TICK / 2)

    def running(self) -> list[str]:
        """The digests of the instances that stay, sorted."""
        return sorted(each.digest for each in self.facts.instances.values() if not each.leaving)

    def _turn(self, ended: threading.Event) -> None:
        try:
            while not ended.wait(TICK):
                self.look()
        except BaseException as error:  # noqa: BLE001 - the rehearsal ends with it, see `until`
            self.fault = error

    def _machine(self, instance: Instance) -> Machine:
        boot = paced(read_boot(instance.user_data), self.twin.clock.pace)
        number = len(self.supervisor.digests)
        address = Address(f"127.0.{1 + number // 250}.{1 + number % 250}", PORT)
        log = self.directory / f"{instance.name}.log"
        machine = Machine(
            boot,
            self.ground.means(boot, address, CPUS),
            address,
            log,
            lambda why: self._give_up(instance.name, boot.image, machine, why),
        )
        return machine

    def _give_up(self, name: str, image: str, machine: Machine, why: str) -> None:
        """Tell AWS what the user data of an instance tells it whose start has failed."""
        code = "none" if machine.exit_code is None else machine.exit_code
        lines = [f"start failed: {why}; image {image}; exit code of the container {code}"]
        lines += machine.log(50).splitlines()
        stream = {"logGroupName": LOGS, "logStreamName": f"{name}/start-failure"}
        moment = int(self.twin.clock.time() * 1000)
        events = [{"timestamp": moment, "message": line} for line in lines if line]
        with self.twin.clock.lock:
            self.twin.client("logs").create_log_stream(**stream)
            self.twin.client("logs").put_log_events(**stream, logEvents=events)
            self.twin.client("autoscaling").set_instance_health(
                InstanceId=name, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False
            )


@contextmanager
def world(
    directory: Path, make: Callable[[Path, Twin], Ground], pace: float = PACE
) -> Iterator[World]:
    """Bring a world up, and take it down whatever happens."""
    with Twin(pace=pace, start=datetime.now(UTC)) as twin:
        made = World(directory, twin, make(directory, twin))
        with made.turning():
            yield made


@contextmanager
def deploying(world: World) -> Iterator[Deployer]:
    """A deployer in a world."""
    clock = world.twin.clock
    with clock.lock:
        clock.look()
        moment = f"{clock.time()},{time.monotonic()},{clock.pace}"
    with world.twin.serve() as url:
        environment = {
            **world.ground.environment,
            "AWS_ENDPOINT_URL": url,
            "REHEARSAL_TIME": moment,
            "REHEARSAL_BALANCER": str(world.door.address.port),
        }
        deployer = Deployer(world.directory, environment, world.say)
        deployer.configure(settings())
        try:
            yield deployer
        finally:
            deployer.close()


def settings(requests: int = 1500) -> str:
    """The configuration, for machines such as this one."""
    architecture = this_architecture()
    return TOML.format(
        region=REGION, architecture=architecture, type=TYPES[architecture], requests=requests
    )


def this_architecture() -> str:
    """This machine's, as the configuration calls it."""
    return MACHINES[platform.machine().lower()]
