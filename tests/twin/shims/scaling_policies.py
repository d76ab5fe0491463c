"""PutScalingPolicy answers with the ARN of the policy, under the name that it has."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from tests.twin.gate import Request, Rule

ARGUMENTS = {
    "PolicyName": "name",
    "AutoScalingGroupName": "as_name",
    "PolicyType": "policy_type",
    "AdjustmentType": "adjustment_type",
    "MinAdjustmentMagnitude": "min_adjustment_magnitude",
    "ScalingAdjustment": "scaling_adjustment",
    "Cooldown": "cooldown",
    "MetricAggregationType": "metric_aggregation_type",
    "StepAdjustments": "step_adjustments",
    "EstimatedInstanceWarmup": "estimated_instance_warmup",
    "TargetTrackingConfiguration": "target_tracking_config",
    "PredictiveScalingConfiguration": "predictive_scaling_configuration",
}
DEFAULTS: dict[str, Any] = {"policy_type": "SimpleScaling", "target_tracking_config": {}}


def rules() -> list[Rule]:
    return [Rule("autoscaling", "PutScalingPolicy", _put)]


def _put(request: Request) -> ActionResult:
    arguments: dict[str, Any] = dict.fromkeys(ARGUMENTS.values()) | DEFAULTS
    arguments |= {ARGUMENTS[x]: y for x, y in request.params.items() if x in ARGUMENTS}
    policy = request.place.autoscaling.put_scaling_policy(**arguments)
    return ActionResult({"PolicyARN": policy.arn, "Alarms": []})
