"""The server stack: which resources there are, in which order, and what each needs of others."""

from dataclasses import dataclass

from deploy.aws import Aws
from deploy.config import Config
from deploy.errors import Refused
from deploy.names import SERVER, names_of
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
    instance_role,
    listener,
    scaling,
    security_groups,
    server_alarms,
    server_dashboard,
)
from deploy.shared import Shared, shared_of
from deploy.timing import Timing, timing_faults, timing_of


@dataclass(frozen=True, slots=True)
class ServerStack:
    """The instances behind the load balancer."""

    domain: str
    layout: Layout
    shared: Shared
    logs: LogGroup
    role: Role
    profile: InstanceProfile
    balancer_group: SecurityGroup
    instance_group: SecurityGroup
    target_group: TargetGroup
    balancer: Balancer
    firewall: Firewall
    https: Listener
    http: Listener
    template: LaunchTemplate
    group: Group
    scaling: tuple[ScalingPolicy, ...]
    schedule: ScheduledActions
    topic: Topic
    alarms: tuple[Alarm, ...]
    dashboard: Dashboard

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
        return f"It answers at {scheme}://{self.domain or self.balancer.address}/"


def server(aws: Aws, config: Config) -> ServerStack:
    """The server stack. Reads the network, writes nothing.

    Raises `Refused` if there is no such network, or if times of the configuration contradict.
    """
    names, layout, timing = names_of(config), layout_of(aws, config), _timing(config)
    shared = shared_of(aws, config, names)
    logs = LogGroup(aws, config, names, SERVER)
    role = instance_role(aws, names, logs)
    balancer_group, instance_group = security_groups(aws, config, names, layout)
    target_group = TargetGroup(aws, names, vpc=layout.vpc, timing=timing)
    balancer = Balancer(
        aws,
        config,
        names,
        layout=layout,
        group=balancer_group,
        bucket=shared.bucket,
        timing=timing,
    )
    https, http = (listener(aws, config, names, port, balancer, target_group) for port in (443, 80))
    template = LaunchTemplate(
        aws,
        config,
        names,
        layout=layout,
        timing=timing,
        group=instance_group,
        repository_uri=shared.repository.uri,
    )
    group = Group(aws, config, names, layout=layout, template=template, target_group=target_group)
    topic = Topic(aws, config, names, SERVER)
    return ServerStack(
        domain=config.https.domain,
        layout=layout,
        shared=shared,
        logs=logs,
        role=role,
        profile=InstanceProfile(aws, role, names.tags(SERVER)),
        balancer_group=balancer_group,
        instance_group=instance_group,
        target_group=target_group,
        balancer=balancer,
        firewall=Firewall(aws, config, names, balancer),
        https=https,
        http=http,
        template=template,
        group=group,
        scaling=scaling(aws, config, names, group, balancer, target_group),
        schedule=ScheduledActions(aws, config, names, group),
        topic=topic,
        alarms=server_alarms(aws, config, names, group, balancer, target_group, topic),
        dashboard=server_dashboard(aws, names, balancer, target_group),
    )


def _timing(config: Config) -> Timing:
    timing = timing_of(config)
    for fault in timing_faults(timing):
        raise Refused(fault)
    return timing
