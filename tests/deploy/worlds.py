"""Both stacks on an offline AWS, and what a test looks at of them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from deploy import stacks, walk
from deploy.aws import Aws
from deploy.config import Alarms, Balancer, Config, Https, Server
from deploy.engine import MACHINES
from deploy.names import FUNCTION, SERVER
from deploy.resource import Change, Resource
from deploy.resources.launch_template import LaunchTemplate
from tests.twin import sessions
from tests.twin.twin import Twin

DOORS = (SERVER, FUNCTION)
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = Config(
    name="shop",
    region="us-east-1",
    server=Server(min=2, max=4, desired=2),
    alarms=Alarms(email="pager@example.org"),
    balancer=Balancer(access_logs=True),
    settings={"ESTIMATOR_LOG_LEVEL": "warning"},
    tags={"team": "freight"},
)


@dataclass
class World:
    """One door of one configuration; every look at it is a new process, as it were."""

    twin: Twin
    door: str = SERVER
    config: Config = CONFIG
    digest: str = ""

    @cached_property
    def aws(self) -> Aws:
        """It remembers clients and the account number alone, so that all looks may share it."""
        session = sessions.session(self.config.region)
        return Aws(session, clock=self.twin.clock.time, sleep=self.twin.clock.sleep)

    def server(self) -> stacks.ServerStack:
        return stacks.server(self.aws, self.config)

    def function(self) -> stacks.FunctionStack:
        return stacks.function(self.aws, self.config, digest=self.digest)

    def stack(self) -> stacks.Stack:
        return self.server() if self.door == SERVER else self.function()

    def plan(self) -> list[Change]:
        return walk.plan(self.stack().resources)

    def apply(self) -> list[Change]:
        return walk.apply(self.stack().resources, sleep=self.twin.clock.sleep)

    def destroy(self) -> list[Change]:
        return walk.destroy(walk.there(self.stack().resources))

    def push(self, word: str = "first") -> str:
        """An image in the registry; its digest."""
        with self.twin.aside():
            return push(self.twin, self.config.name, word, self.config.server.architecture)

    def run(self, digest: str) -> None:
        """Let the server run an image, as a first release leaves it."""
        with self.twin.aside():
            stack = self.server()
            found(stack.resources)
            roll_out(self.twin, stack.template, stack.group.name, digest)
            self.apply()
            self.twin.clock.advance(300)


def made(twin: Twin, door: str = SERVER, config: Config = CONFIG) -> World:
    """A world in which everything is applied, the function with an image that it needs."""
    world = World(twin, door, config)
    with twin.aside():
        world.apply()
        if door == FUNCTION:
            world.digest = world.push()
            world.apply()
    twin.calls.clear()
    return world


def running(twin: Twin, config: Config = CONFIG) -> World:
    """A server whose instances are in service."""
    world = made(twin, SERVER, config)
    world.digest = world.push()
    world.run(world.digest)
    twin.calls.clear()
    return world


def found(resources: Sequence[Resource]) -> dict[str, Any]:
    """What every resource finds, by kind and name."""
    return {f"{each.kind} {each.name}": each.find() for each in resources}


def roll_out(twin: Twin, template: LaunchTemplate, group: str, digest: str) -> None:
    """Put a new version into the group, which may be done while it is empty."""
    version = template.add_version(digest)
    twin.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=group,
        LaunchTemplate={"LaunchTemplateId": template.id, "Version": str(version.number)},
    )


def with_https(twin: Twin, config: Config = CONFIG) -> Config:
    """The configuration with a certificate that exists."""
    with twin.aside():
        answer = twin.client("acm").request_certificate(DomainName="price.example.org")
    https = Https(certificate_arn=answer["CertificateArn"], domain="price.example.org")
    return msgspec.structs.replace(config, https=https)


def push(twin: Twin, repository: str, word: str, architecture: str = "arm64") -> str:
    """Put an image of one architecture that differs by a word; its digest."""
    config = {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "size": len(word),
        "digest": "sha256:" + hashlib.sha256(word.encode()).hexdigest(),
    }
    manifest = json.dumps(
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
    )
    digest = "sha256:" + hashlib.sha256(manifest.encode()).hexdigest()
    body = json.dumps({"architecture": MACHINES[architecture]})
    twin.layers.put(str(config["digest"]), body.encode())
    twin.client("ecr").put_image(
        repositoryName=repository,
        imageManifest=manifest,
        imageManifestMediaType=MANIFEST,
        imageTag=word,
        imageDigest=digest,
    )
    return digest


def inventory(twin: Twin) -> dict[str, int]:
    """How many things of each sort the account holds, whatever they are called."""
    with twin.aside():
        return {name: len(things) for name, things in _things(twin).items()}


def _things(twin: Twin) -> dict[str, list[Any]]:
    elbv2, ec2 = twin.client("elbv2"), twin.client("ec2")
    balancers = elbv2.describe_load_balancers()["LoadBalancers"]
    templates = ec2.describe_launch_templates()["LaunchTemplates"]
    iam, scaling = twin.client("iam"), twin.client("autoscaling")
    logs, watch, functions = (twin.client(name) for name in ("logs", "cloudwatch", "lambda"))
    return {
        "repositories": twin.client("ecr").describe_repositories()["repositories"],
        "buckets": twin.client("s3").list_buckets()["Buckets"],
        "log groups": logs.describe_log_groups()["logGroups"],
        "roles": iam.list_roles()["Roles"],
        "profiles": iam.list_instance_profiles()["InstanceProfiles"],
        "security groups": ec2.describe_security_groups()["SecurityGroups"],
        "interfaces": ec2.describe_network_interfaces()["NetworkInterfaces"],
        "target groups": elbv2.describe_target_groups()["TargetGroups"],
        "balancers": balancers,
        "listeners": [
            listener
            for balancer in balancers
            for listener in elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])[
                "Listeners"
            ]
        ],
        "templates": templates,
        "versions": [
            version
            for template in templates
            for version in ec2.describe_launch_template_versions(
                LaunchTemplateId=template["LaunchTemplateId"]
            )["LaunchTemplateVersions"]
        ],
        "groups": scaling.describe_auto_scaling_groups()["AutoScalingGroups"],
        "policies": scaling.describe_policies()["ScalingPolicies"],
        "actions": scaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"],
        "topics": twin.client("sns").list_topics()["Topics"],
        "subscriptions": twin.client("sns").list_subscriptions()["Subscriptions"],
        "alarms": watch.describe_alarms()["MetricAlarms"],
        "dashboards": watch.list_dashboards()["DashboardEntries"],
        "functions": functions.list_functions()["Functions"],
    }
