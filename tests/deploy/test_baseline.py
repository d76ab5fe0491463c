"""The security baseline (AWS FSBP, CIS, checkov): every rule is on, or waived with a reason."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.config import Function
from deploy.config_file import read_config
from deploy.names import FUNCTION
from deploy.output import change_lines
from deploy.permissions.documents import canonical
from deploy.resources.balancer import PROTECTION
from tests.deploy.worlds import CONFIG, World, made, running, with_https
from tests.twin.twin import Twin

_EXAMPLE = Path(__file__).parents[2] / "examples" / "deploy.toml"


@dataclass(frozen=True)
class Live:
    """What AWS says of the two stacks."""

    balancer: dict[str, Any]
    attributes: dict[str, str]
    listeners: dict[int, dict[str, Any]]
    security_groups: dict[str, dict[str, Any]]
    group: dict[str, Any]
    template: dict[str, Any]
    repository: dict[str, Any]
    retention: int
    policy: dict[str, Any]


def _look(world: World) -> Live:
    twin = world.twin
    with twin.aside():
        elbv2, ec2 = twin.client("elbv2"), twin.client("ec2")
        (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
        arn = balancer["LoadBalancerArn"]
        attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        listeners = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        versions = ec2.describe_launch_template_versions(
            LaunchTemplateName=world.server().template.name
        )["LaunchTemplateVersions"]
        newest = max(versions, key=lambda each: int(each["VersionNumber"]))
        groups = twin.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        logs = twin.client("logs").describe_log_groups()["logGroups"]
        role = twin.client("iam").get_role_policy(
            RoleName="shop-production-server-us-east-1", PolicyName="permissions"
        )
        return Live(
            balancer=balancer,
            attributes={each["Key"]: each["Value"] for each in attributes},
            listeners={each["Port"]: each for each in listeners},
            security_groups={
                each["GroupName"]: each for each in ec2.describe_security_groups()["SecurityGroups"]
            },
            group=groups[0],
            template=newest["LaunchTemplateData"],
            repository=twin.client("ecr").describe_repositories()["repositories"][0],
            retention=logs[0]["retentionInDays"],
            policy=role["PolicyDocument"],
        )


def _ports(live: Live, group: str) -> set[int]:
    permissions = live.security_groups[f"shop-production-{group}"]["IpPermissions"]
    return {each["FromPort"] for each in permissions}


def _disk(live: Live) -> dict[str, Any]:
    return dict(live.template["BlockDeviceMappings"][0]["Ebs"])


def _metadata(live: Live) -> tuple[str, int]:
    options = live.template["MetadataOptions"]
    return options["HttpTokens"], options["HttpPutResponseHopLimit"]


def _wildcards(live: Live) -> list[str]:
    named = [statement["Action"] for statement in live.policy["Statement"]]
    actions = [action for each in named for action in ([each] if isinstance(each, str) else each)]
    return [action for action in actions if "*" in action]


def _from_balancer(live: Live) -> bool:
    (permission,) = live.security_groups["shop-production-instances"]["IpPermissions"]
    pairs = [each["GroupId"] for each in permission["UserIdGroupPairs"]]
    balancer = live.security_groups["shop-production-balancer"]["GroupId"]
    return pairs == [balancer] and not permission["IpRanges"]


def _secretless(live: Live) -> bool:
    script = base64.b64decode(live.template["UserData"]).decode().upper()
    return not [word for word in ("PASSWORD", "SECRET", "AKIA", "PRIVATE KEY") if word in script]


ON: dict[str, Callable[[Live], bool]] = {
    "EC2.8 IMDSv2 is required": lambda live: _metadata(live)[0] == "required",
    "CKV_AWS_341 containers do not reach the metadata": lambda live: _metadata(live)[1] == 1,
    "AutoScaling.1 ELB health checks": lambda live: live.group["HealthCheckType"] == "ELB",
    "AutoScaling.2 two zones": lambda live: "," in live.group["VPCZoneIdentifier"],
    "AutoScaling.9 a launch template": lambda live: live.group["LaunchTemplate"][
        "Version"
    ].isdigit(),
    "ELB.13 two zones": lambda live: len(live.balancer["AvailabilityZones"]) == 2,
    "EC2.13 no SSH from the world": lambda live: (
        _ports(live, "balancer") == {80, 443} and _ports(live, "instances") == {80}
    ),
    "EC2.18 instances hear the balancer alone": _from_balancer,
    "EC2.19 no risky port is open": lambda live: _ports(live, "instances") == {80},
    "EC2.3 volumes are encrypted": lambda live: bool(_disk(live)["Encrypted"]),
    "EC2.7 gp3, encrypted": lambda live: _disk(live)["VolumeType"] == "gp3",
    "SSM.1 instances are managed": lambda live: (
        "ssm:UpdateInstanceInformation" in canonical(live.policy)
    ),
    "ELB.1 HTTP goes to HTTPS": lambda live: (
        live.listeners[80]["DefaultActions"][0]["Type"] == "redirect"
    ),
    "ELB.17 TLS 1.2 at least": lambda live: "TLS13-1-2" in live.listeners[443]["SslPolicy"],
    "ELB.4 invalid headers are dropped": lambda live: (
        live.attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    ),
    "ELB.5 access logs": lambda live: live.attributes["access_logs.s3.enabled"] == "true",
    "ELB.6 deletion protection": lambda live: live.attributes[PROTECTION] == "true",
    "ELB.12 defensive desync mode": lambda live: (
        live.attributes["routing.http.desync_mitigation_mode"] == "defensive"
    ),
    "ECR.1 images are scanned": lambda live: bool(
        live.repository["imageScanningConfiguration"]["scanOnPush"]
    ),
    "ECR.2 tags are immutable": lambda live: live.repository["imageTagMutability"] == "IMMUTABLE",
    "CKV_AWS_66 logs are kept": lambda live: live.retention > 0,
    "CKV_AWS_338 a year in production": lambda live: live.retention >= 365,
    "IAM.1 no wildcard in an action": lambda live: _wildcards(live) == [],
    "No SSH key": lambda live: "KeyName" not in live.template,
    "No secret in user data": _secretless,
}

WAIVED = {
    "EC2.9, EC2.25 no public address": (
        "without a NAT gateway instances of the default layout need one to reach the registry; "
        "given private subnets they have none"
    ),
    "ELB.16 a web ACL": "an option: it costs by the month and by the request",
    "ELB.1 without a certificate": "there is none to serve with; every plan and apply warns",
    "SNS.1 encrypted topics": "CloudWatch cannot publish with AWS's own key; no secret in alarms",
    "S3.9 access logs of the bucket": "it holds leases, history and logs; logs of logs help nobody",
    "ECR.5 a customer's key": "AWS's own key costs nothing and needs no rotation by hand",
    "CloudWatch.16 a year of logs everywhere": "an option; in staging 30 days are enough",
}
"""What is not on by default, and why."""


@pytest.fixture(scope="module")
def live() -> Live:
    """The server as the example configures it for production."""
    example = read_config(_EXAMPLE, "production", {})
    with Twin() as twin:
        config = msgspec.structs.replace(
            with_https(twin), balancer=example.balancer, logs=example.logs
        )
        return _look(running(twin, config))


@pytest.mark.parametrize("rule", ON)
def test_a_rule_is_on(live: Live, rule: str) -> None:
    """Asked of AWS, not of our own settings."""
    assert ON[rule](live)


@pytest.mark.parametrize("rule", WAIVED)
def test_a_waiver_has_a_reason(rule: str) -> None:
    """And no rule is both on and waived."""
    assert len(WAIVED[rule]) > 30
    assert rule not in ON


def test_ecr_3_untagged_images_expire_and_no_others(twin: Twin) -> None:
    """A rule for tagged images would one day delete one that runs."""
    made(twin)
    with twin.aside():
        answer = twin.client("ecr").get_lifecycle_policy(repositoryName="shop")
    assert '"tagStatus":"untagged"' in canonical(answer["lifecyclePolicyText"])
    assert "tagged" not in canonical(answer["lifecyclePolicyText"]).replace("untagged", "")


def test_s3_nothing_is_public_or_plain(twin: Twin) -> None:
    """S3.1, S3.4, S3.5, S3.8, S3.14: closed, encrypted, HTTPS only, versioned."""
    world = made(twin)
    found = world.server().shared.bucket.find()
    assert found is not None
    assert (found["public_access"], found["encryption"]) == ("blocked", "AES256")
    assert found["versioning"] == "Enabled"
    assert '"aws:SecureTransport":"false"' in found["policy"]


def test_lambda_1_nobody_may_call_without_iam_rights(twin: Twin) -> None:
    """And CKV_AWS_115: concurrency is capped. Public needs the flag, and both permissions."""
    world = made(twin, FUNCTION)
    with twin.aside():
        functions = twin.client("lambda")
        live = {"FunctionName": "shop-production", "Qualifier": "live"}
        assert functions.get_function_url_config(**live)["AuthType"] == "AWS_IAM"
        with pytest.raises(functions.exceptions.ResourceNotFoundException):
            functions.get_policy(**live)
    world.config = msgspec.structs.replace(CONFIG, function=Function(public=True))
    (url, access) = world.apply()
    assert change_lines(url)[1] == "    auth: AWS_IAM → NONE"
    assert change_lines(access) == ["+ public access shop-production:live"]
    (permissions,) = [each.wanted for each in access.differences]
    assert permissions == ("public-invoke", "public-url")
    world.config = CONFIG
    assert [change.action for change in world.apply()] == ["update", "delete"]
    assert world.plan() == []
