"""The capacity of a group stays between its bounds, and follows them when they move."""

from __future__ import annotations

from tests.twin.gate import Refusal, Request, Rule


def rules() -> list[Rule]:
    return [
        Rule("autoscaling", "CreateAutoScalingGroup", _create),
        Rule("autoscaling", "UpdateAutoScalingGroup", _update),
        Rule("autoscaling", "SetDesiredCapacity", _set),
    ]


def _create(request: Request) -> None:
    least, most = int(request.params["MinSize"]), int(request.params["MaxSize"])
    _check(least, most, int(request.params.get("DesiredCapacity", least)))


def _update(request: Request) -> None:
    """Moto compares the bounds with the number of instances; AWS with the desired capacity."""
    group = request.place.autoscaling.autoscaling_groups.get(request.params["AutoScalingGroupName"])
    if group is None:
        return
    least = int(request.params.get("MinSize", group.min_size or 0))
    most = int(request.params.get("MaxSize", group.max_size or 0))
    desired = int(request.params.get("DesiredCapacity", group.desired_capacity or 0))
    if "DesiredCapacity" not in request.params:
        desired = min(max(desired, least), most)
        if desired != group.desired_capacity:
            request.sent["DesiredCapacity"] = desired
    _check(least, most, desired)


def _set(request: Request) -> None:
    group = request.place.autoscaling.autoscaling_groups.get(request.params["AutoScalingGroupName"])
    if group is None:
        return
    wanted = request.params["DesiredCapacity"]
    for bound, value, beyond in (
        ("max", group.max_size, wanted > (group.max_size or 0)),
        ("min", group.min_size, wanted < (group.min_size or 0)),
    ):
        if beyond:
            side = "above" if bound == "max" else "below"
            raise Refusal(
                "ValidationError",
                f"New SetDesiredCapacity value {wanted} is {side} {bound} value {value} for the "
                "AutoScalingGroup.",
            )


def _check(least: int, most: int, desired: int) -> None:
    if least > most:
        raise Refusal(
            "ValidationError",
            f"Max bound, {most}, must be greater than or equal to min bound, {least}",
        )
    if not least <= desired <= most:
        raise Refusal(
            "ValidationError",
            f"Desired capacity:{desired} must be between the specified min size:{least} and max "
            f"size:{most}",
        )
