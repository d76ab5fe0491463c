from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.twin.functions import REPOSITORY, push
from tests.twin.twin import Twin
from tests.twin.worlds import Stack


def test_a_new_role_is_not_assumable_at_once(twin: Twin) -> None:
    """Lambda refuses it for the first seconds, and then takes it."""
    uri = f"{REPOSITORY}@{push(twin, 'one')}"
    answer = twin.client("iam").create_role(RoleName="new", AssumeRolePolicyDocument="{}")
    wanted = {
        "FunctionName": "app",
        "PackageType": "Image",
        "Code": {"ImageUri": uri},
        "Role": answer["Role"]["Arn"],
    }
    client = twin.client("lambda")
    with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
        client.create_function(**wanted)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    twin.clock.advance(10)
    client.create_function(**wanted)


def test_a_new_profile_is_not_launchable_at_once(app: Stack) -> None:
    """Auto Scaling does not know it yet."""
    app.twin.client("iam").create_instance_profile(InstanceProfileName="new")
    template = _with_profile(app, {"Name": "new"})
    with pytest.raises(ClientError, match="Invalid IAM Instance Profile name"):
        app.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName="app", LaunchTemplate=template
        )
    app.twin.clock.advance(10)
    app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", LaunchTemplate=template)


def test_a_profile_that_is_not_there(app: Stack) -> None:
    """Neither by name nor by ARN."""
    arn = "arn:aws:iam::123456789012:instance-profile/nowhere"
    for profile in ({"Name": "nowhere"}, {"Arn": arn}):
        with pytest.raises(ClientError, match="Invalid IAM Instance Profile name"):
            app.autoscaling.update_auto_scaling_group(
                AutoScalingGroupName="app", LaunchTemplate=_with_profile(app, profile)
            )


def test_the_delay_can_be_set(twin: Twin) -> None:
    """A test of something else need not wait."""
    twin.roles.delay = 0
    uri = f"{REPOSITORY}@{push(twin, 'one')}"
    answer = twin.client("iam").create_role(RoleName="new", AssumeRolePolicyDocument="{}")
    twin.client("lambda").create_function(
        FunctionName="app",
        PackageType="Image",
        Code={"ImageUri": uri},
        Role=answer["Role"]["Arn"],
    )


def _with_profile(app: Stack, profile: dict[str, str]) -> dict[str, str]:
    answer = app.ec2.create_launch_template_version(
        LaunchTemplateId=app.template,
        SourceVersion="1",
        LaunchTemplateData={"IamInstanceProfile": profile},
    )
    version = str(answer["LaunchTemplateVersion"]["VersionNumber"])
    return {"LaunchTemplateId": app.template, "Version": version}
