"""The twin: moto, made as slow, as strict and as fallible as AWS, on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import boto3
from moto import mock_aws
from moto.core.config import DefaultConfig

from tests.twin import (
    leftovers,
    network,
    quick,
    sessions,
    strict_capacity,
    strict_deletes,
    strict_images,
    strict_names,
    strict_templates,
)
from tests.twin.activities import Activities
from tests.twin.alarms import Alarms
from tests.twin.clock import START, Clock
from tests.twin.environment import REGION, dummy_environment
from tests.twin.faults import Faults
from tests.twin.fleet import Fleet
from tests.twin.gate import Gate
from tests.twin.groups import Groups
from tests.twin.health import Health
from tests.twin.interfaces import Interfaces
from tests.twin.place import Place
from tests.twin.recorder import Recorder
from tests.twin.refreshes import Refreshes
from tests.twin.server import serving
from tests.twin.shims import (
    accounts,
    balancers,
    bucket_policies,
    catalogue,
    dates,
    function_policies,
    functions,
    group_settings,
    images,
    instances,
    layers,
    scaling_policies,
    simulations,
    template_requests,
    template_versions,
)
from tests.twin.strict_functions import Functions
from tests.twin.strict_roles import Roles
from tests.twin.strict_security_groups import SecurityGroups
from tests.twin.targets import Targets
from tests.twin.weather import Weather

# The credentials are the twin's own, and no container is started for a function.
MOTO: DefaultConfig = {"core": {"mock_credentials": False}, "lambda": {"use_docker": False}}


class Twin:
    """One AWS of its own, as a context manager; nothing of it is left afterwards.

    clock       time: `advance`, and `sleep`, `time`, `now` to be handed to the code under test
    health      what becomes of targets: `script`
    alarms      alarms that fire: `set`
    fleet       `fail_launches`, `timing`
    refreshes   `of(group)`, `patience`
    faults      throttling, outages, lost answers, interruptions
    calls       every call made
    layers      what images are made of: `put`
    weather     storms over the requests by HTTP: `stormy`
    roles, functions, balancers, interfaces, security_groups
                delays: how long AWS takes to know or let go

    With `numbered_versions` a group's template has to name its version by number.
    """

    def __init__(
        self,
        *,
        region: str = REGION,
        start: datetime = START,
        pace: float = 0,
        per_call: float = 0,
        numbered_versions: bool = True,
    ) -> None:
        self.region = region
        self.clock = Clock(start, pace=pace, per_call=per_call)
        self.place = Place(region=region)
        self.gate = Gate(self.clock)
        self.calls = Recorder()
        self.faults = Faults()
        self.health = Health(self.clock)
        self.alarms = Alarms(self.clock, self.place)
        self.activities = Activities(self.clock)
        self.targets = Targets(self.clock, self.health)
        self.fleet = Fleet(self.clock, self.activities, self.targets)
        self.groups = Groups(self.clock, self.fleet, self.targets)
        self.refreshes = Refreshes((self.clock, self.fleet, self.targets))
        self.roles = Roles(self.clock)
        self.security_groups = SecurityGroups(self.clock)
        self.functions = Functions(self.clock)
        self.balancers = balancers.Balancers(self.clock)
        self.interfaces = Interfaces(self.clock)
        self.layers = layers.Layers()
        self.weather = Weather()
        self._session: Any = None  # its overloads know no service name from a variable
        self._clients: dict[str, Any] = {}
        self._stack = ExitStack()
        self._add_rules(numbered_versions=numbered_versions)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for layer in self._layers():
                stack.enter_context(layer)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clock.close()
        self._stack.__exit__(kind, error, trace)

    def session(self) -> boto3.Session:
        """A session whose clients are recorded and can be struck, as those of any other are."""
        return sessions.session(self.region)

    def client(self, service: str) -> Any:
        """A client of such a session, made once; what a test asks for itself it asks `aside`."""
        if service not in self._clients:
            self._session = self._session or self.session()
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is called meanwhile is the test's own: neither recorded nor struck."""
        with self.faults.paused(), self.calls.paused():
            yield

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[str]:
        """The same world over HTTP on the loopback address, for a program of its own: the URL."""
        with serving(self, port) as url:
            yield url

    def _layers(self) -> list[AbstractContextManager[Any]]:
        """The environment first, moto in the middle, what mends and refuses around it."""
        return [
            dummy_environment(),
            network.loopback_only(),
            leftovers.cleared(),
            catalogue.mended(),
            accounts.mended(),
            quick.quick(),
            sessions.watched(self.clock, self.calls, self.faults),
            mock_aws(config=MOTO),
            dates.mended(self.clock),
            template_versions.mended(),
            functions.mended(self.functions),
            function_policies.mended(),
            bucket_policies.BucketPolicies().mended(),
            images.mended(self.clock),
            instances.mended(),
            self.balancers.mended(),
            self.targets.kept(),
            self.groups.kept(),
            self.gate.closed(),
        ]

    def _add_rules(self, *, numbered_versions: bool) -> None:
        """Refusals come before answers, and answers before what follows up."""
        for rules in (
            self.security_groups.rules(),
            strict_deletes.rules(),
            strict_images.rules(),
            strict_templates.rules(numbered_versions=numbered_versions),
            template_requests.TemplateRequests().rules(),
            strict_names.rules(),
            self.roles.rules(),
            strict_capacity.rules(),
            self.functions.rules(),
            self.refreshes.rules(),
            self.groups.rules(),
            self.balancers.rules(),
            self.interfaces.rules(),
            self.layers.rules(),
            self.activities.rules(),
            scaling_policies.rules(),
            group_settings.rules(),
            simulations.rules(),
        ):
            self.gate.add(rules)
