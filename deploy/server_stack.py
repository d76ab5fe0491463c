"""The server stack: which resources there are, in which order, and what each needs of others."""

from dataclasses import dataclass
from functools import cached_property

from deploy.aws import Aws
from deploy.config import Config
from deploy.errors import Refused
from deploy.names import SERVER, Names, names_of
from deploy.network import Layout, layout_of
from deploy.resource import Later, Resource
from deploy.resources.alarm import Alarm
from deploy.resources.balancer import Balancer
from deploy.resources.dashboard import Dashboard
from deploy.resources.firewall import Firewall
from deploy.resources.group import Group
from deploy.resources.instance_profile import InstanceProfile
from deploy.resources.launch_template import LaunchTemplate
from deploy.resources.listener import Listener
from deploy.resources.log_group import LogGroup
from deploy.resources.role import Role
from deploy.resources.scaling_policy import ScalingPolicy
from deploy.resources.schedule import ScheduledActions
from deploy.resources.security_group import SecurityGroup
from deploy.resources.target_group import TargetGroup
from deploy.resources.topic import Topic
from deploy.server_parts import (
    balancer_group,
    instance_group,
    instance_role,
    scaling,
    server_alarms,
    server_dashboard,
)
from deploy.shared import Shared, shared_of
from deploy.timing import Timing, timing_faults, timing_of


@dataclass(frozen=True)
class ServerStack:
    """The instances behind the load balancer. Each resource is one object, whoever needs it."""

    aws: Aws
    config: Config
    layout: Layout
    timing: Timing

    @cached_property
    def names(self) -> Names:
        """What everything is called."""
        return names_of(self.config)

    @cached_property
    def shared(self) -> Shared:
        """What the other door uses too."""
        return shared_of(self.aws, self.config, self.names)

    @cached_property
    def logs(self) -> LogGroup:
        return LogGroup(self.aws, self.config, self.names, SERVER)

    @cached_property
    def role(self) -> Role:
        return instance_role(self.aws, self.names, self.logs)

    @cached_property
    def profile(self) -> InstanceProfile:
        return InstanceProfile(self.aws, self.role, self.names.tags(SERVER))

    @cached_property
    def balancer_group(self) -> SecurityGroup:
        return balancer_group(self.aws, self.config, self.names, self.layout)

    @cached_property
    def instance_group(self) -> SecurityGroup:
        return instance_group(self.aws, self.names, self.layout, self.balancer_group)

    @cached_property
    def target_group(self) -> TargetGroup:
        return TargetGroup(self.aws, self.names, vpc=self.layout.vpc, timing=self.timing)

    @cached_property
    def balancer(self) -> Balancer:
        return Balancer(
            self.aws,
            self.config,
            self.names,
            layout=self.layout,
            group=self.balancer_group,
            bucket=self.shared.bucket,
            timing=self.timing,
        )

    @cached_property
    def firewall(self) -> Firewall:
        return Firewall(self.aws, self.config, self.names, self.balancer)

    @cached_property
    def https(self) -> Listener:
        return self._listener(443)

    @cached_property
    def http(self) -> Listener:
        return self._listener(80)

    @cached_property
    def template(self) -> LaunchTemplate:
        return LaunchTemplate(
            self.aws,
            self.config,
            self.names,
            layout=self.layout,
            timing=self.timing,
            group=self.instance_group,
            repository_uri=self.shared.repository.uri,
        )

    @cached_property
    def group(self) -> Group:
        return Group(
            self.aws,
            self.config,
            self.names,
            layout=self.layout,
            template=self.template,
            target_group=self.target_group,
        )

    @cached_property
    def scaling(self) -> tuple[ScalingPolicy, ...]:
        return scaling(
            self.aws, self.config, self.names, self.group, self.balancer, self.target_group
        )

    @cached_property
    def schedule(self) -> ScheduledActions:
        return ScheduledActions(self.aws, self.config, self.names, self.group)

    @cached_property
    def topic(self) -> Topic:
        return Topic(self.aws, self.config, self.names, SERVER)

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        return server_alarms(
            self.aws,
            self.config,
            self.names,
            self.group,
            self.balancer,
            self.target_group,
            self.topic,
        )

    @cached_property
    def dashboard(self) -> Dashboard:
        return server_dashboard(self.aws, self.names, self.balancer, self.target_group)

    @property
    def resources(self) -> list[Resource]:
        """In the order in which they are made; each needs only what stands before it."""
        return [
            *self.shared.resources,
            self.logs,
            self.role,
            self.profile,
            self.balancer_group,
            self.instance_group,
            self.target_group,
            self.balancer,
            self.firewall,
            self.https,
            self.http,
            self.template,
            self.group,
            *self.scaling,
            self.schedule,
            self.topic,
            *self.alarms,
            self.dashboard,
        ]

    def is_protected(self) -> bool:
        """Whether the balancer, when it was last found, was protected against deletion."""
        return self.balancer.protected

    def notes(self) -> list[str]:
        """What a person should know after a walk."""
        return [note for note in (self._image_note(), self._plain_note(), self._url_note()) if note]

    def _image_note(self) -> str:
        running, latest = self.group.running, self.template.latest
        if running is None or latest is None or not running.digest:
            return (
                "The group is empty until an image runs: `python -m deploy push` and "
                "`python -m deploy release server` come next."
            )
        if running.number != latest.number:
            return (
                f"Launch template version {latest.number} is not what runs ({running.number}): "
                f"`python -m deploy release server --image {running.digest}` rolls it out."
            )
        return ""

    def _plain_note(self) -> str:
        if self.https.settings() is not None:
            return ""
        return (
            "WARNING: the balancer serves plain HTTP: whoever is on the way reads and changes "
            "requests. Give a certificate_arn in [https]."
        )

    def _url_note(self) -> str:
        if isinstance(self.balancer.address, Later):
            return ""
        scheme = "http" if self.https.settings() is None else "https"
        return f"It answers at {scheme}://{self.config.https.domain or self.balancer.address}/"

    def _listener(self, port: int) -> Listener:
        return Listener(
            self.aws,
            self.names,
            port,
            balancer=self.balancer,
            target_group=self.target_group,
            certificate=self.config.https.certificate_arn,
        )


def server(aws: Aws, config: Config) -> ServerStack:
    """The server stack. Reads the network, writes nothing.

    Raises `Refused` if there is no such network, or if times of the configuration contradict.
    """
    return ServerStack(aws, config, layout_of(aws, config), _timing(config))


def _timing(config: Config) -> Timing:
    timing = timing_of(config)
    for fault in timing_faults(timing):
        raise Refused(fault)
    return timing
