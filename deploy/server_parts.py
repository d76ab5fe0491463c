"""The parts of the server stack that take more than a line to make."""

from deploy.aws import Aws
from deploy.config import Config
from deploy.graphs import server_graphs
from deploy.names import SERVER, Names
from deploy.network import Layout
from deploy.permissions.policies import instance_policy, trust
from deploy.resources.alarm import Alarm, Dimensions, Watch, alarms_of
from deploy.resources.balancer import Balancer
from deploy.resources.dashboard import Dashboard
from deploy.resources.group import Group
from deploy.resources.log_group import LogGroup
from deploy.resources.role import Role
from deploy.resources.scaling_policy import CPU, REQUESTS, ScalingPolicy, request_label
from deploy.resources.security_group import SecurityGroup
from deploy.resources.target_group import PORT, TargetGroup
from deploy.resources.topic import Topic
from deploy.watches import SERVER_ALARMS, server_watches


def instance_role(aws: Aws, names: Names, logs: LogGroup) -> Role:
    """The role of the instances, with the least that they need."""
    policy = instance_policy(
        aws.arn("ecr", f"repository/{names.repository}"),
        logs.arn,
        aws.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{names.stem}"),
    )
    return Role(
        aws,
        names.worldwide(SERVER, aws.region),
        trust=trust("ec2.amazonaws.com", aws.account),
        policy=policy,
        tags=names.tags(SERVER),
    )


def balancer_group(aws: Aws, config: Config, names: Names, layout: Layout) -> SecurityGroup:
    """The balancer hears the allowed addresses, and speaks to the network of the instances."""
    ports = (80, 443) if config.https.certificate_arn else (80,)
    return SecurityGroup(
        aws,
        names.of("balancer"),
        vpc=layout.vpc,
        ingress=[(cidr, port) for cidr in config.network.allowed_cidrs for port in ports],
        egress=[(cidr, PORT) for cidr in layout.cidrs],
        tags=names.tags(SERVER),
    )


def instance_group(
    aws: Aws, names: Names, layout: Layout, balancer: SecurityGroup
) -> SecurityGroup:
    """The instances hear only the balancer.

    No port 22: sessions go through SSM. Instances call AWS over HTTPS and nothing else; the VPC's
    own DNS and clock pass every group.
    """
    return SecurityGroup(
        aws,
        names.of("instances"),
        vpc=layout.vpc,
        ingress=[(balancer, PORT)],
        egress=[("0.0.0.0/0", 443)],
        tags=names.tags(SERVER),
    )


def scaling(
    aws: Aws,
    config: Config,
    names: Names,
    group: Group,
    balancer: Balancer,
    target_group: TargetGroup,
) -> tuple[ScalingPolicy, ...]:
    """The metrics that the group follows."""
    requests = ScalingPolicy(
        aws,
        names,
        group,
        metric=REQUESTS,
        target=config.server.requests_per_target,
        label=lambda: request_label(balancer, target_group),
    )
    cpu = ScalingPolicy(aws, names, group, metric=CPU, target=config.server.cpu_percent)
    return requests, cpu


def server_alarms(
    aws: Aws,
    config: Config,
    names: Names,
    group: Group,
    balancer: Balancer,
    target_group: TargetGroup,
    topic: Topic,
) -> tuple[Alarm, ...]:
    """What people hear of."""
    least = min([config.server.min, *(each.min for each in config.server.schedule)])

    def watches() -> dict[str, Watch]:
        filled = least > 0 and group.has_image()
        return server_watches(config, *_dimensions(balancer, target_group), filled=filled)

    return alarms_of(aws, names, SERVER, watches, SERVER_ALARMS, topic)


def server_dashboard(
    aws: Aws, names: Names, balancer: Balancer, target_group: TargetGroup
) -> Dashboard:
    """What people look at first."""
    return Dashboard(
        aws,
        names,
        SERVER,
        lambda: server_graphs(*_dimensions(balancer, target_group), names.stem),
    )


def _dimensions(balancer: Balancer, target_group: TargetGroup) -> tuple[Dimensions, Dimensions]:
    whole = {"LoadBalancer": balancer.label}
    return whole, whole | {"TargetGroup": target_group.label}
