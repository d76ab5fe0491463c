from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import Stack


def test_a_protected_balancer_stays(app: Stack) -> None:
    """Until its protection is taken off."""
    _protect(app, "true")
    with pytest.raises(app.elbv2.exceptions.OperationNotPermittedException):
        app.elbv2.delete_load_balancer(LoadBalancerArn=app.balancer)
    _protect(app, "false")
    app.elbv2.delete_load_balancer(LoadBalancerArn=app.balancer)


def test_a_target_group_in_use_stays(app: Stack) -> None:
    """While a listener forwards to it."""
    with pytest.raises(app.elbv2.exceptions.ResourceInUseException):
        app.elbv2.delete_target_group(TargetGroupArn=app.target_group)
    app.elbv2.delete_load_balancer(LoadBalancerArn=app.balancer)
    app.elbv2.delete_target_group(TargetGroupArn=app.target_group)


@pytest.mark.parametrize("versioned", [False, True])
def test_a_bucket_that_is_not_empty_stays(twin: Twin, *, versioned: bool) -> None:
    """Old versions and delete markers count as well as objects do."""
    s3 = twin.client("s3")
    s3.create_bucket(Bucket="bucket")
    if versioned:
        s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="bucket", Key="key", Body=b"")
    if versioned:
        s3.delete_object(Bucket="bucket", Key="key")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket="bucket")
    for kind in ("Versions", "DeleteMarkers"):
        for one in s3.list_object_versions(Bucket="bucket").get(kind, []):
            s3.delete_object(Bucket="bucket", Key="key", VersionId=one["VersionId"])
    s3.delete_bucket(Bucket="bucket")


def test_an_instance_profile_in_use_stays(twin: Twin) -> None:
    """While an instance carries it."""
    ec2, iam = twin.client("ec2"), twin.client("iam")
    iam.create_instance_profile(InstanceProfileName="profile")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1,
        IamInstanceProfile={"Name": "profile"},
    )["Instances"][0]["InstanceId"]  # fmt: skip
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_instance_profile(InstanceProfileName="profile")
    ec2.terminate_instances(InstanceIds=[instance])
    iam.delete_instance_profile(InstanceProfileName="profile")


def test_a_profile_with_a_role_stays(twin: Twin) -> None:
    """Role and profile are taken apart first."""
    iam = twin.client("iam")
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="role")
    with pytest.raises(ClientError, match="DeleteConflict"):
        iam.delete_instance_profile(InstanceProfileName="profile")


def test_what_is_gone_is_missing(twin: Twin) -> None:
    """A template by its id, and a role that a profile does not have."""
    ec2, iam = twin.client("ec2"), twin.client("iam")
    template = ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData={})
    known = {"LaunchTemplateId": template["LaunchTemplate"]["LaunchTemplateId"]}
    ec2.delete_launch_template(**known)
    with pytest.raises(ClientError, match=r"InvalidLaunchTemplateId\.NotFound"):
        ec2.delete_launch_template(**known)
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.remove_role_from_instance_profile(InstanceProfileName="profile", RoleName="role")


def _protect(app: Stack, value: str) -> None:
    app.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=app.balancer,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": value}],
    )
