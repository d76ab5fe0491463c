"""A name is given once. The balancer's calls are idempotent: the same again is answered again."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.elbv2.models import FakeListener, FakeLoadBalancer, FakeTargetGroup

from tests.twin.gate import Refusal, Request, Rule

_TARGET_GROUP = {
    "Protocol": "protocol",
    "Port": "port",
    "VpcId": "vpc_id",
    "TargetType": "target_type",
    "HealthCheckPath": "health_check_path",
    "HealthCheckIntervalSeconds": "health_check_interval_seconds",
    "HealthCheckTimeoutSeconds": "health_check_timeout_seconds",
    "HealthyThresholdCount": "healthy_threshold_count",
    "UnhealthyThresholdCount": "unhealthy_threshold_count",
}


def rules() -> list[Rule]:
    return [
        Rule("autoscaling", "CreateAutoScalingGroup", _group),
        Rule("elbv2", "CreateLoadBalancer", _balancer),
        Rule("elbv2", "CreateTargetGroup", _target_group),
        Rule("elbv2", "CreateListener", _listener),
    ]


def _group(request: Request) -> None:
    name = request.params["AutoScalingGroupName"]
    if name in request.place.autoscaling.autoscaling_groups:
        raise Refusal(
            "AlreadyExists",
            "AutoScalingGroup by this name already exists - A group with the name "
            f"{name} already exists",
        )


def _balancer(request: Request) -> ActionResult | None:
    name = request.params["Name"]
    for balancer in request.place.elbv2.load_balancers.values():
        if balancer.name == name:
            if _same_balancer(balancer, request.params):
                return ActionResult({"LoadBalancers": [balancer]})
            raise Refusal(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{name}' exists, but with different settings",
            )
    return None


def _same_balancer(balancer: FakeLoadBalancer, params: dict[str, Any]) -> bool:
    return (
        {subnet.id for subnet in balancer.subnets} == set(params.get("Subnets", []))
        and set(balancer.security_groups) == set(params.get("SecurityGroups", []))
        and (balancer.scheme or "internet-facing") == params.get("Scheme", "internet-facing")
        and balancer.type == params.get("Type", "application")
    )


def _target_group(request: Request) -> ActionResult | None:
    name = request.params["Name"]
    for group in request.place.elbv2.target_groups.values():
        if group.name == name:
            if _same_target_group(group, request.params):
                return ActionResult({"TargetGroups": [group]})
            raise Refusal(
                "DuplicateTargetGroupName",
                f"A target group with the same name '{name}' exists, but with different settings",
            )
    return None


def _same_target_group(group: FakeTargetGroup, params: dict[str, Any]) -> bool:
    return all(
        str(getattr(group, attribute)) == str(params[parameter])
        for parameter, attribute in _TARGET_GROUP.items()
        if parameter in params
    )


def _listener(request: Request) -> ActionResult | None:
    balancer = request.place.elbv2.load_balancers.get(request.params["LoadBalancerArn"])
    for listener in balancer.listeners.values() if balancer else ():
        if str(listener.port) == str(request.params.get("Port")):
            if _same_listener(listener, request.params):
                return ActionResult({"Listeners": [listener]})
            raise Refusal("DuplicateListener", "A listener already exists on this port for this "
                          f"load balancer '{request.params['LoadBalancerArn']}'")  # fmt: skip
    return None


def _same_listener(listener: FakeListener, params: dict[str, Any]) -> bool:
    certificates = [one["CertificateArn"] for one in params.get("Certificates", [])]
    return (
        listener.protocol == params.get("Protocol")
        and listener.certificates == certificates
        and [action.data for action in listener.default_actions] == params["DefaultActions"]
    )
