"""The target group: which instances are asked, and how it is known that they can answer."""

from typing import Any

from deploy.aws import Aws, absent, error_code
from deploy.errors import Refused
from deploy.names import SERVER, Names
from deploy.resource import Later, Settings
from deploy.tags import balancing_tags, pairs
from deploy.timing import Timing
from deploy.waiting import retried

PORT = 80
READY = "/readyz"
DELAY = "deregistration_delay.timeout_seconds"
IN_USE = 300.0
"""Seconds that a deleted balancer may keep its target group in use."""


class TargetGroup:
    """HTTP on port 80, ready when `/readyz` has answered 200 twice, ten seconds apart."""

    kind = "target group"

    def __init__(self, aws: Aws, names: Names, *, vpc: str, timing: Timing) -> None:
        self.name = names.stem
        self.arn: str | Later = Later(self.kind)
        self._aws = aws
        self._vpc = vpc
        self._delay = timing.deregistration
        self._tags = names.tags(SERVER)

    @property
    def label(self) -> str | Later:
        """What metrics call it: targetgroup/NAME/ID."""
        if isinstance(self.arn, Later):
            return self.arn
        return self.arn.rpartition(":")[2]

    def find(self) -> Settings | None:
        with absent("TargetGroupNotFound"):
            (found,) = self._aws.pages(
                "elbv2", "describe_target_groups", "TargetGroups", Names=[self.name]
            )
            self.arn = found["TargetGroupArn"]
            return {
                "vpc": found["VpcId"],
                "port": found["Port"],
                "health_path": found["HealthCheckPath"],
                "interval_seconds": found["HealthCheckIntervalSeconds"],
                "timeout_seconds": found["HealthCheckTimeoutSeconds"],
                "healthy_after": found["HealthyThresholdCount"],
                "unhealthy_after": found["UnhealthyThresholdCount"],
                "success": found["Matcher"]["HttpCode"],
                "deregistration_seconds": self._live_delay(),
                "tags": balancing_tags(self._aws, self.arn, self._tags),
            }
        self.arn = Later(self.kind)
        return None

    def settings(self) -> Settings:
        return {
            "vpc": self._vpc,
            "port": PORT,
            "health_path": READY,
            "interval_seconds": 10,
            "timeout_seconds": 5,
            "healthy_after": 2,
            "unhealthy_after": 2,
            "success": "200",
            "deregistration_seconds": self._delay,
            "tags": self._tags,
        }

    def create(self) -> None:
        answer = self._client.create_target_group(
            Name=self.name,
            Protocol="HTTP",
            Port=PORT,
            VpcId=self._vpc,
            TargetType="instance",
            **self._health_check(),
            Tags=pairs(self._tags),
        )
        self.arn = answer["TargetGroups"][0]["TargetGroupArn"]
        self.update(frozenset({"deregistration_seconds"}))

    def update(self, changed: frozenset[str]) -> None:
        if changed & {"vpc", "port"}:
            raise Refused(
                f"The target group {self.name} cannot move to another network or port. Destroy "
                "the server stack and apply it again, or give the service another name."
            )
        if changed - {"deregistration_seconds", "tags"}:
            self._client.modify_target_group(TargetGroupArn=self.arn, **self._health_check())
        if "deregistration_seconds" in changed:
            self._client.modify_target_group_attributes(
                TargetGroupArn=self.arn, Attributes=[{"Key": DELAY, "Value": str(self._delay)}]
            )
        if "tags" in changed:
            self._client.add_tags(ResourceArns=[self.arn], Tags=pairs(self._tags))

    def delete(self) -> None:
        with absent("TargetGroupNotFound"):
            retried(
                self._aws,
                lambda: self._client.delete_target_group(TargetGroupArn=self.arn),
                lambda error: error_code(error) == "ResourceInUse",
                what=f"no load balancer uses the target group {self.name} any more",
                limit=IN_USE,
            )

    def _health_check(self) -> dict[str, Any]:
        return {
            "HealthCheckProtocol": "HTTP",
            "HealthCheckPort": "traffic-port",
            "HealthCheckPath": READY,
            "HealthCheckIntervalSeconds": 10,
            "HealthCheckTimeoutSeconds": 5,
            "HealthyThresholdCount": 2,
            "UnhealthyThresholdCount": 2,
            "Matcher": {"HttpCode": "200"},
        }

    def _live_delay(self) -> int:
        answer = self._client.describe_target_group_attributes(TargetGroupArn=self.arn)
        attributes = {each["Key"]: each["Value"] for each in answer["Attributes"]}
        return int(attributes.get(DELAY, 300))

    @property
    def _client(self) -> Any:
        return self._aws.client("elbv2")
