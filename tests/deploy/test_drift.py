"""What somebody changes by hand shows as live → wanted, and apply puts it right."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from deploy.names import FUNCTION, SERVER
from deploy.output import plan_text
from tests.deploy.worlds import made
from tests.twin.twin import Twin

BUCKET = "shop-production-123456789012-us-east-1"
STEM = "shop-production"
ROLE = f"{STEM}-server-us-east-1"
"""Profile and dashboard are called so too."""

GROUP = {"AutoScalingGroupName": STEM}
LIVE = {"FunctionName": STEM, "Qualifier": "live"}
ALARM = {
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "DatapointsToAlarm": 1,
    "Threshold": 7.0,
    "Metrics": [{"Id": "one", "Expression": "TIME_SERIES(1)"}],
}

Call = Callable[[Twin], object]


def _call(service: str, operation: str, **arguments: Any) -> Call:
    return lambda twin: getattr(twin.client(service), operation)(**arguments)


def _balancer(twin: Twin) -> str:
    answer = twin.client("elbv2").describe_load_balancers(Names=[STEM])
    return str(answer["LoadBalancers"][0]["LoadBalancerArn"])


def _target_group(twin: Twin) -> str:
    answer = twin.client("elbv2").describe_target_groups(Names=[STEM])
    return str(answer["TargetGroups"][0]["TargetGroupArn"])


def _open_ssh(twin: Twin) -> None:
    ec2 = twin.client("ec2")
    filters = [{"Name": "group-name", "Values": [f"{STEM}-instances"]}]
    group = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )


def _longer_idle(twin: Twin) -> None:
    attributes = [{"Key": "idle_timeout.timeout_seconds", "Value": "4000"}]
    twin.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=_balancer(twin), Attributes=attributes
    )


def _slower_health(twin: Twin) -> None:
    twin.client("elbv2").modify_target_group(
        TargetGroupArn=_target_group(twin), HealthCheckIntervalSeconds=30
    )


def _closed_listener(twin: Twin) -> None:
    elbv2 = twin.client("elbv2")
    (listener,) = elbv2.describe_listeners(LoadBalancerArn=_balancer(twin))["Listeners"]
    elbv2.modify_listener(
        ListenerArn=listener["ListenerArn"],
        DefaultActions=[
            {
                "Type": "fixed-response",
                "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"},
            }
        ],
    )


def _another_template(twin: Twin) -> None:
    twin.client("ec2").create_launch_template_version(
        LaunchTemplateName=STEM, LaunchTemplateData={"InstanceType": "t3.micro"}
    )


def _no_email(twin: Twin) -> None:
    sns = twin.client("sns")
    for each in sns.list_subscriptions()["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])


SERVER_DRIFT: dict[str, tuple[Call, str]] = {
    "image repository": (
        _call(
            "ecr",
            "put_image_tag_mutability",
            repositoryName="shop",
            imageTagMutability="MUTABLE",
        ),
        "tag_mutability: MUTABLE → IMMUTABLE",
    ),
    "bucket": (
        _call("s3", "delete_public_access_block", Bucket=BUCKET),
        "public_access: open → blocked",
    ),
    "log group": (
        _call(
            "logs",
            "put_retention_policy",
            logGroupName="/shop/production/server",
            retentionInDays=1,
        ),
        "retention_days: 1 → 30",
    ),
    "role": (
        _call("iam", "delete_role_policy", RoleName=ROLE, PolicyName="permissions"),
        "policy:",
    ),
    "instance profile": (
        _call(
            "iam",
            "remove_role_from_instance_profile",
            InstanceProfileName=ROLE,
            RoleName=ROLE,
        ),
        f"roles: none → {ROLE}",
    ),
    "security group": (_open_ssh, "  - tcp 22, 0.0.0.0/0"),
    "target group": (_slower_health, "interval_seconds: 30 → 10"),
    "load balancer": (_longer_idle, "idle_timeout.timeout_seconds: 4000 → 60"),
    "listener": (_closed_listener, "action: fixed-response → forward to arn:"),
    "launch template": (_another_template, "instance_type: t3.micro → t4g.small"),
    "auto scaling group": (
        _call("autoscaling", "update_auto_scaling_group", **GROUP, HealthCheckType="EC2"),
        "health_check: EC2 → ELB",
    ),
    "scaling policy": (
        _call("autoscaling", "delete_policy", **GROUP, PolicyName=f"{STEM}-cpu"),
        f"+ scaling policy {STEM}-cpu",
    ),
    "alarm topic": (_no_email, "email: none → pager@example.org"),
    "alarm": (
        _call("cloudwatch", "put_metric_alarm", AlarmName=f"{STEM}-server-errors", **ALARM),
        "threshold: over 7 in 1 of 1 minutes → over 1 in 2 of 3 minutes",
    ),
    "dashboard": (
        _call(
            "cloudwatch",
            "put_dashboard",
            DashboardName=ROLE,
            DashboardBody='{"widgets":[]}',
        ),
        "body:",
    ),
}

FUNCTION_DRIFT: dict[str, tuple[Call, str]] = {
    "image repository": (
        _call("ecr", "delete_repository_policy", repositoryName="shop"),
        "+  \"Sid\": \"PulledByLambda\"",
    ),
    "function": (
        _call("lambda", "put_function_concurrency", FunctionName=STEM,
              ReservedConcurrentExecutions=1),
        "concurrency: 1 → 20",
    ),
    "function alias": (
        _call("lambda", "delete_alias", FunctionName=STEM, Name="live"),
        f"+ function alias {STEM}:live",
    ),
    "function URL": (
        _call("lambda", "update_function_url_config", **LIVE, AuthType="NONE"),
        "auth: NONE → AWS_IAM",
    ),
    "public access": (
        _call(
            "lambda", "add_permission", **LIVE, StatementId="public-url", Principal="*",
            Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE",
        ),
        f"- public access {STEM}:live",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SERVER_DRIFT)
def test_drift_of_the_server_shows_and_is_put_right(twin: Twin, kind: str) -> None:
    """The plan names the resource, the live value and the wanted one; apply ends it."""
    _show_and_mend(twin, SERVER, kind, *SERVER_DRIFT[kind])


@pytest.mark.parametrize("kind", FUNCTION_DRIFT)
def test_drift_of_the_function_shows_and_is_put_right(twin: Twin, kind: str) -> None:
    """The same of what only the function has."""
    _show_and_mend(twin, FUNCTION, kind, *FUNCTION_DRIFT[kind])


def test_every_kind_of_the_stacks_is_tried(twin: Twin) -> None:
    """No resource is left out, but those that the configuration does not want."""
    kinds = {
        each.kind for door in (SERVER, FUNCTION) for each in made(twin, door).stack().resources
    }
    assert kinds - {"web ACL association", "schedule"} == {*SERVER_DRIFT, *FUNCTION_DRIFT}


def test_tags_of_others_are_let_alone(twin: Twin) -> None:
    """A tag that is not ours is no drift, and apply does not take it away."""
    world = made(twin)
    with twin.aside():
        twin.client("elbv2").add_tags(
            ResourceArns=[_balancer(twin)], Tags=[{"Key": "cost-centre", "Value": "7"}]
        )
    assert world.plan() == []


@pytest.mark.parametrize("door", [SERVER, FUNCTION])
def test_lost_tags_come_back(twin: Twin, door: str) -> None:
    """Another value of a configured tag reaches everything that carries tags."""
    world = made(twin, door)
    world.config = msgspec.structs.replace(world.config, tags={"team": "parcels"})
    changes = world.apply()
    assert {each.key for change in changes for each in change.differences} <= {
        "tags",
        "instance_tags",
    }
    assert len(changes) >= 5
    assert world.plan() == []


def _show_and_mend(twin: Twin, door: str, kind: str, drift: Call, line: str) -> None:
    world = made(twin, door)
    with twin.aside():
        drift(twin)
    changes = world.plan()
    assert kind in {change.kind for change in changes}
    assert line in plan_text(changes)
    world.apply()
    assert world.plan() == []
