from __future__ import annotations

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import Stack, stack


def _encoded(size: int) -> str:
    return base64.b64encode(b"#" * size).decode()


def test_user_data_has_a_limit_before_base64(twin: Twin) -> None:
    """16,384 bytes pass, one more does not: in a template, in a version, in an instance."""
    ec2 = twin.client("ec2")
    fits, is_too_long = {"UserData": _encoded(16384)}, {"UserData": _encoded(16385)}
    ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData=fits)
    with pytest.raises(ClientError, match="User data is limited to 16384 bytes"):
        ec2.create_launch_template(LaunchTemplateName="big", LaunchTemplateData=is_too_long)
    with pytest.raises(ClientError, match="User data is limited to 16384 bytes"):
        ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData=is_too_long)
    with pytest.raises(ClientError, match="User data is limited to 16384 bytes"):
        ec2.run_instances(ImageId="ami-0", MinCount=1, MaxCount=1, UserData="#" * 16385)


def test_user_data_is_base64(twin: Twin) -> None:
    """In a template boto3 does not encode it."""
    with pytest.raises(ClientError, match=r"InvalidUserData\.Malformed"):
        twin.client("ec2").create_launch_template(
            LaunchTemplateName="app", LaunchTemplateData={"UserData": "#!/bin/sh"}
        )


@pytest.mark.parametrize("version", ["$Latest", "$Default", None])
def test_a_group_names_a_number(app: Stack, version: str | None) -> None:
    """What moves is refused, on creation and on update."""
    template = {"LaunchTemplateId": app.template} | ({"Version": version} if version else {})
    with pytest.raises(ClientError, match="by its number"):
        app.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName="app", LaunchTemplate=template
        )
    with pytest.raises(ClientError, match="by its number"):
        app.autoscaling.create_auto_scaling_group(**_group(template))


def test_aws_itself_allows_what_moves() -> None:
    """With numbered_versions=False the twin does as AWS does."""
    with Twin(numbered_versions=False) as twin:
        app = stack(twin, capacity=1)
        latest = {"LaunchTemplateId": app.template, "Version": "$Latest"}
        app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", LaunchTemplate=latest)
        assert app.group()["LaunchTemplate"]["Version"] == "$Latest"


def test_a_version_has_to_exist(app: Stack) -> None:
    """Moto stores any version, and fails at the next launch."""
    missing = {"LaunchTemplateId": app.template, "Version": "7"}
    with pytest.raises(ClientError, match="valid fully-formed launch template"):
        app.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName="app", LaunchTemplate=missing
        )
    nowhere = {"LaunchTemplateName": "nowhere", "Version": "1"}
    with pytest.raises(ClientError, match="valid fully-formed launch template"):
        app.autoscaling.create_auto_scaling_group(**_group(nowhere))


def test_a_mixed_group_names_a_number_too(app: Stack) -> None:
    """The rule holds inside a mixed instances policy."""
    policy = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {
                "LaunchTemplateId": app.template,
                "Version": "$Latest",
            }
        }
    }
    with pytest.raises(ClientError, match="by its number"):
        app.autoscaling.create_auto_scaling_group(**_group(None, MixedInstancesPolicy=policy))


def _group(template: dict[str, str] | None, **params: Any) -> dict[str, Any]:
    known = {"LaunchTemplate": template} if template else {}
    return {
        "AutoScalingGroupName": "other",
        "MinSize": 0,
        "MaxSize": 1,
        "AvailabilityZones": ["us-east-1a"],
    } | known | params  # fmt: skip
