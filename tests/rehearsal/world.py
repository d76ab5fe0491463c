"""The world: the offline AWS, the balancer, the machines and the deployer, wired together."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from moto.autoscaling.models import FakeAutoScalingGroup

from benchmarks.cores import confined
from benchmarks.processes import free_port
from tests.rehearsal.configuration import GROUP
from tests.rehearsal.cores import Cores, divided
from tests.rehearsal.door import Door
from tests.rehearsal.emulator import Emulator, Task
from tests.rehearsal.facts import Facts, Instance, facts_of
from tests.rehearsal.gateway import Gateway
from tests.rehearsal.giving_up import give_up
from tests.rehearsal.ground import Ground
from tests.rehearsal.machines import Address, Machine
from tests.rehearsal.pace import paced, paced_settings
from tests.rehearsal.scaling import Scaling
from tests.rehearsal.supervisor import Supervisor
from tests.rehearsal.userdata import read_boot
from tests.twin.twin import Twin

PACE = 10.0
TICK = 0.1
"""Real seconds between two looks of the supervisor."""


class World:
    """Everything there is; made by `world`."""

    def __init__(
        self,
        directory: Path,
        twin: Twin,
        ground: Ground,
        say: Callable[[str], None],
        cores: Cores,
        emulator: Path | None = None,
    ) -> None:
        self.directory = directory
        self.twin = twin
        self.ground = ground
        self.say = say
        """Is told what deployers say, and what happens."""
        self.cores = cores
        self.door = Door(Address("127.0.0.1", free_port()), directory, cores.serving)
        self.gateway: Gateway | None = None
        """There where there is an emulator of Lambda."""
        if emulator is not None:
            self.gateway = Gateway(twin, self._emulator(emulator), directory, GROUP)
        self.stop_waiting: Callable[[], None] = lambda: None
        """Ends what waits for a world that has come to an end."""
        self.fault: Exception | None = None
        """What has ended it."""
        self.facts = Facts({}, {})
        self._scaling = Scaling(twin.clock.time, self._resize)
        self._numbers = itertools.count()
        self._port = free_port()
        self._machines: list[Machine] = []
        self._apart = ThreadPoolExecutor(8)
        self._begun: list[Future[None]] = []
        self.supervisor = Supervisor(self.door, self._machine, self._begin)
        twin.health.observe(self.supervisor.verdict)

    def look(self) -> None:
        """Let time pass, and bring everything in line."""
        with self.twin.clock.lock:
            self.twin.clock.look()
            self.facts = facts_of(self.twin)
        listener = self.facts.listener
        self.door.follow(listener and paced_settings(listener, self.twin.clock.pace))
        self.supervisor.look(self.facts)
        with self.twin.clock.lock:
            forsaken = self.gateway.forsaken() if self.gateway is not None else []
            group = self.twin.place.autoscaling.autoscaling_groups.get(GROUP)
            self._scaling.look(group, self.supervisor.states)
        for emulator in forsaken:
            self._begin(emulator.close)

    @contextmanager
    def turning(self) -> Iterator[None]:
        """Look over and over while this lasts."""
        ended = threading.Event()
        thread = threading.Thread(target=self._turn, args=(ended,), daemon=True)
        with ExitStack() as stack:  # which comes down in the opposite order
            stack.callback(self.door.close)
            stack.callback(self._apart.shutdown)
            stack.callback(self.supervisor.close)
            if self.gateway is not None:
                stack.callback(self.gateway.close)
                self.gateway.start()
            thread.start()
            stack.callback(thread.join)
            stack.callback(ended.set)
            yield

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

    @property
    def empty(self) -> bool:
        """Whether nothing runs: no machine, also none that is still ending, and no balancer."""
        ended = not self.supervisor.machines and all(each.done() for each in self._begun)
        return ended and not self.door.open

    def pulls(self) -> list[float]:
        """The seconds in which machines got their images."""
        return [each.pulled for each in self._machines if each.pulled is not None]

    def address(self) -> Address:
        """One that nothing has had yet; another rehearsal has another port."""
        number = next(self._numbers)
        network = f"127.{16 + os.getpid() % 200}.{number // 250}"
        return Address(f"{network}.{1 + number % 250}", self._port)

    def _turn(self, ended: threading.Event) -> None:
        with self._told():
            while not ended.wait(TICK):
                self.look()

    def _begin(self, action: Callable[[], None]) -> None:
        """Do what may take long in a thread of its own."""

        def act() -> None:
            with self._told():
                action()

        begun = self._apart.submit(act)
        self._begun = [*(each for each in self._begun if not each.done()), begun]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A fault in a thread of the world ends the rehearsal, see `until`."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is
            self.fault = error
            self.say(f"the world has come to an end: {error!r}")
            self.stop_waiting()

    def _resize(self, group: FakeAutoScalingGroup, desired: int) -> None:
        self.say(f"target tracking: {group.desired_capacity} instances become {desired}")
        group.set_desired_capacity(desired)

    def _emulator(self, program: Path) -> Callable[[Task], Emulator]:
        """What runs a version of a function."""
        launch = partial(self.ground.emulate, emulator=program)
        return lambda task: Emulator(task, self.address(), launch)

    def _machine(self, instance: Instance) -> Machine:
        boot = paced(read_boot(instance.user_data), self.twin.clock.pace)
        address = self.address()
        log = self.directory / f"{instance.name}.log"
        machine = Machine(
            boot,
            self.ground.means(boot, address, self.cores),
            address,
            log,
            lambda why: give_up(self.twin, instance.name, boot.image, machine, why),
        )
        self._machines.append(machine)
        return machine


@contextmanager
def world(
    directory: Path,
    make: Callable[[Path, Twin], Ground],
    say: Callable[[str], None],
    *,
    pace: float = PACE,
    emulator: Path | None = None,
) -> Iterator[World]:
    """Bring a world up, and take it down whatever happens."""
    twin = Twin(pace=pace, start=datetime.now(UTC))
    cores = divided(os.sched_getaffinity(0))
    with confined(set(cores.starting)), twin, closing(make(directory, twin)) as ground:
        made = World(directory, twin, ground, say, cores, emulator)
        with made.turning():
            yield made
