"""The Auto Scaling group."""

from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, absent, error_code
from deploy.config import Config
from deploy.names import SERVER, Names
from deploy.network import Layout
from deploy.releases.fleet import template_of
from deploy.releases.versions import Version
from deploy.resource import Settings
from deploy.resources.launch_template import LaunchTemplate
from deploy.resources.target_group import TargetGroup
from deploy.tags import owned
from deploy.userdata import READY_SECONDS
from deploy.waiting import retried, until

_ENDS = ("Min", "Max")
GRACE_SECONDS = 120 + READY_SECONDS
"""How long a new instance may fail its health check.

Boot, docker and the image come first, then the container has its time to become ready: an instance
that is not says why before anybody takes it out.
"""

LAG = 120.0
"""Seconds until a new instance profile is known outside IAM, and a security group outside EC2."""

ENDING = 1800.0
"""Seconds that the last instances may take to end."""


class Group:
    """The group of instances behind the balancer.

    It is empty until its launch template version names an image; the first `release` sees to
    that. From then on only a release changes the version. The desired size is set when the group
    is filled, and belongs to the scaling policies afterwards; with a schedule, so do the bounds.
    """

    kind = "auto scaling group"

    def __init__(
        self,
        aws: Aws,
        config: Config,
        names: Names,
        *,
        layout: Layout,
        template: LaunchTemplate,
        target_group: TargetGroup,
    ) -> None:
        self.name = names.stem
        self.arn = ""
        self.running: Version | None = None
        self.exists = False
        self.desired = 0
        self._aws = aws
        self._server = config.server
        self._layout = layout
        self._template = template
        self._target_group = target_group
        self._tags = names.tags(SERVER)
        self._live_targets: tuple[str, ...] = ()

    def find(self) -> Settings | None:
        found = self._live()
        self.exists = found is not None
        if found is None:
            self.running, self.desired = None, 0
            return None
        self.arn = found["AutoScalingGroupARN"]
        self.desired = found["DesiredCapacity"]
        self.running = self._template.version(str(template_of(found).get("Version", "")))
        self._live_targets = tuple(sorted(found.get("TargetGroupARNs", [])))
        policy = found.get("InstanceMaintenancePolicy", {})
        return {
            "size": self._size(found["MinSize"], found["MaxSize"]),
            "subnets": tuple(sorted(found["VPCZoneIdentifier"].split(","))),
            "target_groups": self._live_targets,
            "health_check": found["HealthCheckType"],
            "grace_seconds": found["HealthCheckGracePeriod"],
            "warmup_seconds": found.get("DefaultInstanceWarmup"),
            "healthy_percent": "-".join(str(policy.get(f"{m}HealthyPercentage")) for m in _ENDS),
            "spot_percent": _spot_percent(found),
            "tags": owned(found.get("Tags", []), self._tags),
        }

    def settings(self) -> Settings:
        server = self._server
        return {
            "size": self._size(server.min, server.max) if self.has_image() else "0-0",
            "subnets": self._layout.instance_subnets,
            "target_groups": (self._target_group.arn,),
            "health_check": "ELB",
            "grace_seconds": GRACE_SECONDS,
            "warmup_seconds": server.warmup_seconds,
            "healthy_percent": "100-200",
            "spot_percent": round(server.spot_share * 100),
            "tags": self._tags,
        }

    def create(self) -> None:
        retried(
            self._aws,
            lambda: self._client.create_auto_scaling_group(
                AutoScalingGroupName=self.name,
                **self._bounds(),
                **self._launch(self._template.latest),
                **self._wishes(),
                TargetGroupARNs=[self._target_group.arn],
                Tags=self._tag_list(),
            ),
            _not_yet_known,
            what="Auto Scaling knows the new instance profile and security group",
            limit=LAG,
        )

    def update(self, changed: frozenset[str]) -> None:
        if changed - {"target_groups", "tags"}:
            self._client.update_auto_scaling_group(
                AutoScalingGroupName=self.name,
                **(self._bounds() if "size" in changed else {}),
                **(self._launch(self.running) if "spot_percent" in changed else {}),
                **self._wishes(),
            )
        if "target_groups" in changed:
            self._move_targets()
        if "tags" in changed:
            self._client.create_or_update_tags(Tags=self._tag_list())

    def delete(self) -> None:
        """Take it away with its instances, and wait until the last one has ended."""
        with absent("ValidationError"):  # it is gone, or going
            retried(
                self._aws,
                lambda: self._client.delete_auto_scaling_group(
                    AutoScalingGroupName=self.name, ForceDelete=True
                ),
                lambda error: error_code(error) in ("ScalingActivityInProgress", "ResourceInUse"),
                what=f"the scaling activities of {self.name} have ended",
                limit=ENDING,
            )
        until(
            self._aws,
            lambda: self._live() is None,
            what=f"the instances of {self.name} have ended",
            limit=ENDING,
        )

    def _live(self) -> dict[str, Any] | None:
        groups = self._aws.pages(
            "autoscaling",
            "describe_auto_scaling_groups",
            "AutoScalingGroups",
            AutoScalingGroupNames=[self.name],
        )
        return next(iter(groups), None)

    def has_image(self) -> bool:
        """Whether what it launches, or will launch, runs an image."""
        version = self.running if self.exists else self._template.latest
        return bool(version and version.digest)

    def _size(self, least: int, most: int) -> str:
        """The bounds; with a schedule only whether the group may hold anything at all."""
        if self._server.schedule and most > 0:
            return "as scheduled"
        return f"{least}-{most}"

    def _bounds(self) -> dict[str, int]:
        server = self._server
        if not self.has_image():
            return {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
        bounds = {"MinSize": server.min, "MaxSize": server.max}
        found = self._live()
        if found is None or found["MaxSize"] == 0:
            return bounds | {"DesiredCapacity": server.desired}
        return bounds

    def _launch(self, version: Version | None) -> dict[str, Any]:
        number = version.number if version else "1"
        template = {"LaunchTemplateId": self._template.id, "Version": number}
        if not self._server.spot_share:
            return {"LaunchTemplate": template}
        distribution = {
            "OnDemandBaseCapacity": 0,
            "OnDemandPercentageAboveBaseCapacity": 100 - round(self._server.spot_share * 100),
            "SpotAllocationStrategy": "price-capacity-optimized",
        }
        return {
            "MixedInstancesPolicy": {
                "LaunchTemplate": {"LaunchTemplateSpecification": template},
                "InstancesDistribution": distribution,
            }
        }

    def _wishes(self) -> dict[str, Any]:
        return {
            "VPCZoneIdentifier": ",".join(self._layout.instance_subnets),
            "HealthCheckType": "ELB",
            "HealthCheckGracePeriod": GRACE_SECONDS,
            "DefaultInstanceWarmup": self._server.warmup_seconds,
            "InstanceMaintenancePolicy": {
                "MinHealthyPercentage": 100,
                "MaxHealthyPercentage": 200,
            },
            "CapacityRebalance": self._server.spot_share > 0,
        }

    def _move_targets(self) -> None:
        name, wanted = self.name, self._target_group.arn
        self._client.attach_load_balancer_target_groups(
            AutoScalingGroupName=name, TargetGroupARNs=[wanted]
        )
        surplus = [arn for arn in self._live_targets if arn != wanted]
        if surplus:
            self._client.detach_load_balancer_target_groups(
                AutoScalingGroupName=name, TargetGroupARNs=surplus
            )

    def _tag_list(self) -> list[dict[str, Any]]:
        """The group's own; instances have theirs from the template."""
        return [
            {
                "ResourceId": self.name,
                "ResourceType": "auto-scaling-group",
                "Key": key,
                "Value": value,
                "PropagateAtLaunch": False,
            }
            for key, value in sorted(self._tags.items())
        ]

    @property
    def _client(self) -> Any:
        return self._aws.client("autoscaling")


def _spot_percent(found: dict[str, Any]) -> int:
    distribution = found.get("MixedInstancesPolicy", {}).get("InstancesDistribution", {})
    return 100 - int(distribution.get("OnDemandPercentageAboveBaseCapacity", 100))


def _not_yet_known(error: ClientError) -> bool:
    late = any(each in str(error) for each in ("Instance Profile", "security group"))
    return error_code(error) == "ValidationError" and late
