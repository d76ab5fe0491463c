"""Small AWS worlds for the twin's own tests: a balancer, a template, a group."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from tests.twin.twin import Twin

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
GOOD = "sha256:" + "a" * 64
BAD = "sha256:" + "b" * 64


@dataclass(frozen=True)
class Stack:
    """What a test needs to find again."""

    twin: Twin
    ec2: Any
    elbv2: Any
    autoscaling: Any
    template: str
    target_group: str
    balancer: str
    groups: tuple[str, str]  # security groups: of the balancer, of the instances
    name: str = "app"

    def members(self) -> list[dict[str, Any]]:
        groups = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])
        return list(groups["AutoScalingGroups"][0]["Instances"])

    def versions(self) -> list[str]:
        """The template versions of the members that are not on their way out."""
        return sorted(
            one["LaunchTemplate"]["Version"]
            for one in self.members()
            if one["LifecycleState"] != "Terminating"
        )

    def group(self) -> dict[str, Any]:
        groups = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])
        return dict(groups["AutoScalingGroups"][0])

    def health(self) -> dict[str, tuple[str, str | None]]:
        """State and reason by instance."""
        answer = self.elbv2.describe_target_health(TargetGroupArn=self.target_group)
        return {
            one["Target"]["Id"]: (one["TargetHealth"]["State"], one["TargetHealth"].get("Reason"))
            for one in answer["TargetHealthDescriptions"]
        }

    def new_version(self, digest: str) -> str:
        """A new numbered version of the template that runs an image."""
        answer = self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, LaunchTemplateData=template_data(self, digest)
        )
        return str(answer["LaunchTemplateVersion"]["VersionNumber"])

    def start_refresh(self, version: str, **preferences: Any) -> str:
        """Roll `version` out as the project does."""
        wishes = {
            "MinHealthyPercentage": 100,
            "MaxHealthyPercentage": 200,
            "InstanceWarmup": 10,
            "AutoRollback": True,
            "SkipMatching": True,
        }
        answer = self.autoscaling.start_instance_refresh(
            AutoScalingGroupName=self.name,
            DesiredConfiguration={
                "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": version}
            },
            Preferences=wishes | preferences,
        )
        return str(answer["InstanceRefreshId"])

    def refresh(self) -> dict[str, Any]:
        """The newest refresh."""
        answer = self.autoscaling.describe_instance_refreshes(AutoScalingGroupName=self.name)
        return dict(answer["InstanceRefreshes"][0])

    def alarm(self, name: str) -> None:
        """An alarm that is OK."""
        self.twin.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName=name,
            Namespace="test",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
        self.twin.alarms.set(name, "OK")

    def until(self, **wanted: Any) -> None:
        """Let time pass until the newest refresh is as wanted."""
        for _ in range(1000):
            refresh = self.refresh()
            if all(refresh.get(key) == value for key, value in wanted.items()):
                return
            self.twin.clock.advance(5)
        raise AssertionError(f"it never came to {wanted}")

    def follow(self, limit: float = 7200, step: float = 10) -> list[str]:
        """The statuses of the newest refresh until it ends, each once in a row."""
        seen: list[str] = []
        deadline = self.twin.clock.time() + limit
        while self.twin.clock.time() < deadline:
            refresh = self.refresh()
            if not seen or seen[-1] != refresh["Status"]:
                seen.append(refresh["Status"])
            if "EndTime" in refresh:
                return seen
            self.twin.clock.advance(step)
        raise AssertionError(f"still going on after {limit} s: {seen}")


def watching(*alarms: str) -> dict[str, Any]:
    """The preference of a refresh that these alarms may fail."""
    return {"AlarmSpecification": {"Alarms": list(alarms)}}


def template_data(stack: Stack, digest: str) -> dict[str, Any]:
    return _template_data(stack.twin, stack.groups[1], digest)


def _template_data(twin: Twin, group: str, digest: str) -> dict[str, Any]:
    image = twin.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    script = f"#!/bin/sh\ndocker run app@{digest}\n"
    return {
        "ImageId": image,
        "InstanceType": "t3.micro",
        "SecurityGroupIds": [group],
        "UserData": base64.b64encode(script.encode()).decode(),
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeType": "gp3"}}
        ],
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": [{"Key": "digest", "Value": digest}]}
        ],
    }


def stack(twin: Twin, *, capacity: int = 2, listener: bool = True) -> Stack:
    """A balancer, a target group, a template in version 1 and a group of two, all in service."""
    ec2, elbv2 = twin.client("ec2"), twin.client("elbv2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    groups = _security_groups(ec2, subnets[0]["VpcId"])
    target_group = _target_group(elbv2, subnets[0]["VpcId"])
    balancer = _balancer(elbv2, [one["SubnetId"] for one in subnets], groups[0])
    if listener:
        _listener(elbv2, balancer, target_group)
    template = ec2.create_launch_template(
        LaunchTemplateName="app", LaunchTemplateData=_template_data(twin, groups[1], GOOD)
    )["LaunchTemplate"]["LaunchTemplateId"]
    autoscaling = twin.client("autoscaling")
    _group(autoscaling, template, [one["SubnetId"] for one in subnets], target_group, capacity)
    made = Stack(twin, ec2, elbv2, autoscaling, template, target_group, balancer, groups)
    twin.clock.advance(120)
    return made


def _security_groups(ec2: Any, vpc: str) -> tuple[str, str]:
    outer, inner = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("balancer", "instances")
    )
    source = {"IpProtocol": "tcp", "FromPort": 8000, "ToPort": 8000}
    ec2.authorize_security_group_ingress(
        GroupId=inner, IpPermissions=[source | {"UserIdGroupPairs": [{"GroupId": outer}]}]
    )
    return outer, inner


def _target_group(elbv2: Any, vpc: str) -> str:
    arn = elbv2.create_target_group(
        Name="app",
        Protocol="HTTP",
        Port=8000,
        VpcId=vpc,
        HealthCheckPath="/readyz",
        HealthCheckIntervalSeconds=10,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "30"}
    elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[delay])
    return str(arn)


def _balancer(elbv2: Any, subnets: list[str], group: str) -> str:
    answer = elbv2.create_load_balancer(Name="app", Subnets=subnets, SecurityGroups=[group])
    return str(answer["LoadBalancers"][0]["LoadBalancerArn"])


def _listener(elbv2: Any, balancer: str, target_group: str) -> None:
    elbv2.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
    )


def _group(
    autoscaling: Any, template: str, subnets: list[str], target_group: str, capacity: int
) -> None:
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="app",
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=capacity,
        VPCZoneIdentifier=",".join(subnets),
        TargetGroupARNs=[target_group],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=60,
        DefaultInstanceWarmup=10,
    )
