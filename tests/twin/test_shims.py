"""What the shims mend; that moto needs them is what test_canaries.py holds."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import BAD, GOOD, Stack, template_data


def test_a_version_launches_with_its_user_data(app: Stack) -> None:
    """What was sent in base64 is what the instance reads."""
    app.start_refresh(app.new_version(BAD))
    app.follow()
    member = app.members()[-1]["InstanceId"]
    answer = app.ec2.describe_instance_attribute(InstanceId=member, Attribute="userData")
    script = base64.b64decode(answer["UserData"]["Value"]).decode()
    assert script.startswith("#!/bin/sh\ndocker run app@sha256:bbb")


def test_a_version_is_made_of_its_source(app: Stack) -> None:
    """Given data lie over the source's."""
    answer = app.ec2.create_launch_template_version(
        LaunchTemplateId=app.template,
        SourceVersion="1",
        LaunchTemplateData={"InstanceType": "t3.small"},
    )
    data = answer["LaunchTemplateVersion"]["LaunchTemplateData"]
    assert data == template_data(app, GOOD) | {"InstanceType": "t3.small"}


def test_the_same_token_makes_one_template_and_one_version(twin: Twin) -> None:
    """botocore's second try is answered as the first was."""
    ec2 = twin.client("ec2")
    wanted: dict[str, Any] = {"LaunchTemplateName": "app", "LaunchTemplateData": {}}
    made = [ec2.create_launch_template(**wanted, ClientToken="a") for _ in range(2)]
    assert len({one["LaunchTemplate"]["LaunchTemplateId"] for one in made}) == 1
    versions = [ec2.create_launch_template_version(**wanted, ClientToken="b") for _ in range(2)]
    assert [one["LaunchTemplateVersion"]["VersionNumber"] for one in versions] == [2, 2]


def test_versions_come_in_pages(app: Stack) -> None:
    """All of them, by a paginator, by range, by name and by number."""
    for _ in range(20):
        app.new_version(GOOD)
    pages = app.ec2.get_paginator("describe_launch_template_versions").paginate(
        LaunchTemplateId=app.template, PaginationConfig={"PageSize": 8}
    )
    numbers = [one["VersionNumber"] for page in pages for one in page["LaunchTemplateVersions"]]
    assert numbers == list(range(1, 22))
    assert _versions(app, MinVersion="5", MaxVersion="7") == [5, 6, 7]
    assert _versions(app, Versions=["3", "$Latest"]) == [3, 21]
    assert len(_versions(app)) == 21


def test_versions_can_be_deleted_and_keep_their_numbers(app: Stack) -> None:
    """A number is used once; what cannot be deleted is told."""
    app.new_version(GOOD)
    app.new_version(GOOD)
    answer = app.ec2.delete_launch_template_versions(
        LaunchTemplateId=app.template, Versions=["2", "9"]
    )
    gone = answer["SuccessfullyDeletedLaunchTemplateVersions"]
    kept = answer["UnsuccessfullyDeletedLaunchTemplateVersions"]
    assert [one["VersionNumber"] for one in gone] == [2]
    assert kept[0]["ResponseError"]["Code"] == "launchTemplateVersionDoesNotExist"
    assert _versions(app) == [1, 3]
    assert app.new_version(GOOD) == "4"
    with pytest.raises(ClientError, match="default"):
        app.ec2.delete_launch_template_versions(LaunchTemplateId=app.template, Versions=["1"])
    with pytest.raises(ClientError, match="VersionNotFound"):
        _versions(app, Versions=["2"])


def test_a_template_keeps_its_own_tags_to_itself(twin: Twin) -> None:
    """They are the template's, not its instances'."""
    ec2 = twin.client("ec2")
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "app", "Value": "one"}]}]
    ec2.create_launch_template(
        LaunchTemplateName="app", LaunchTemplateData={"ImageId": "ami-0"}, TagSpecifications=tags
    )
    template = ec2.describe_launch_templates()["LaunchTemplates"][0]
    assert template["Tags"] == [{"Key": "app", "Value": "one"}]
    versions = ec2.describe_launch_template_versions(LaunchTemplateName="app")
    data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert not data.get("TagSpecifications")


def test_a_group_keeps_its_settings(app: Stack) -> None:
    """Warmup, maintenance policy and the rest, on creation and on update."""
    assert app.group()["DefaultInstanceWarmup"] == 10
    policy = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}
    app.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="app",
        DefaultInstanceWarmup=45,
        InstanceMaintenancePolicy=policy,
        DefaultCooldown=60,
        TerminationPolicies=["OldestInstance"],
    )
    live = app.group()
    assert (live["DefaultInstanceWarmup"], live["DefaultCooldown"]) == (45, 60)
    assert live["InstanceMaintenancePolicy"] == policy
    assert live["TerminationPolicies"] == ["OldestInstance"]


def test_a_mixed_group_stays_mixed(app: Stack) -> None:
    """An update of something else keeps the policy, and a refresh moves its version."""
    spec = {"LaunchTemplateId": app.template, "Version": "1"}
    template = {"LaunchTemplateSpecification": spec, "Overrides": [{"InstanceType": "t3.small"}]}
    app.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="app", MixedInstancesPolicy={"LaunchTemplate": template}
    )
    app.autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", MaxSize=3)
    version = app.new_version(GOOD)
    moved = template | {"LaunchTemplateSpecification": spec | {"Version": version}}
    app.autoscaling.start_instance_refresh(
        AutoScalingGroupName="app",
        DesiredConfiguration={"MixedInstancesPolicy": {"LaunchTemplate": moved}},
        Preferences={"MinHealthyPercentage": 100, "AutoRollback": True},
    )
    assert app.follow()[-1] == "Successful"
    live = app.group()["MixedInstancesPolicy"]["LaunchTemplate"]
    assert live["LaunchTemplateSpecification"]["Version"] == version
    running = [one for one in app.members() if one["LifecycleState"] == "InService"]
    assert {one["InstanceType"] for one in running} == {"t3.small"}


def test_a_plain_template_ends_a_mixed_group(app: Stack) -> None:
    """A refresh to a launch template alone leaves the group with that and no policy."""
    spec = {"LaunchTemplateId": app.template, "Version": "1"}
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": spec}}
    app.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="app", MixedInstancesPolicy=policy
    )
    app.autoscaling.start_instance_refresh(
        AutoScalingGroupName="app",
        DesiredConfiguration={"LaunchTemplate": spec | {"Version": app.new_version(GOOD)}},
        Preferences={"MinHealthyPercentage": 100},
    )
    assert app.follow()[-1] == "Successful"
    assert "MixedInstancesPolicy" not in app.group()


def test_a_scaling_policy_has_an_arn(app: Stack) -> None:
    """The same that describing gives."""
    answer = app.autoscaling.put_scaling_policy(
        AutoScalingGroupName="app",
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 50,
        },
    )
    described = app.autoscaling.describe_policies()["ScalingPolicies"][0]
    assert described["PolicyARN"] == answer["PolicyARN"]
    assert described["TargetTrackingConfiguration"]["TargetValue"] == 50


def test_a_layer_is_lent_by_a_link(twin: Twin) -> None:
    """One that nobody has put is not there."""
    digest, ecr = f"sha256:{'a' * 64}", twin.client("ecr")
    ask = {"repositoryName": "app", "layerDigest": digest}
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        ecr.get_download_url_for_layer(**ask)
    twin.layers.put(digest, b"{}")
    link = ecr.get_download_url_for_layer(**ask)["downloadUrl"]
    assert link == "data:application/json;base64,e30="


def test_a_balancer_takes_its_time(twin: Twin) -> None:
    """Provisioning at first; the waiter waits on the clock."""
    elbv2, ec2 = twin.client("elbv2"), twin.client("ec2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    elbv2.create_load_balancer(Name="app", Subnets=subnets)
    state = elbv2.describe_load_balancers(Names=["app"])["LoadBalancers"][0]["State"]
    assert state["Code"] == "provisioning"
    before = twin.clock.time()
    elbv2.get_waiter("load_balancer_available").wait(Names=["app"])
    assert twin.clock.time() - before >= 90


def test_a_target_group_knows_its_balancers(app: Stack) -> None:
    """Each once, and none that is gone."""
    assert _target_group(app)["LoadBalancerArns"] == [app.balancer]
    app.elbv2.delete_load_balancer(LoadBalancerArn=app.balancer)
    assert not _target_group(app).get("LoadBalancerArns")


def test_motos_dates_are_the_clocks(twin: Twin) -> None:
    """Objects, roles and log groups are made when the clock says."""
    twin.clock.advance(86400)
    s3, iam = twin.client("s3"), twin.client("iam")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="key", Body=b"")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    assert s3.head_object(Bucket="bucket", Key="key")["LastModified"] == twin.clock.now()
    assert iam.get_role(RoleName="role")["Role"]["CreateDate"] == twin.clock.now()


def test_the_catalogue_has_what_a_stack_names(twin: Twin) -> None:
    """Amazon Linux 2023 for both architectures, and the managed policies of a server."""
    ssm, ec2 = twin.client("ssm"), twin.client("ec2")
    for architecture in ("x86_64", "arm64"):
        name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
        image = ssm.get_parameter(Name=name)["Parameter"]["Value"]
        found = ec2.describe_images(ImageIds=[image])["Images"][0]
        assert found["Architecture"] == architecture
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert twin.client("iam").get_policy(PolicyArn=arn)["Policy"]["IsAttachable"]


def _versions(app: Stack, **params: Any) -> list[int]:
    answer = app.ec2.describe_launch_template_versions(LaunchTemplateId=app.template, **params)
    return [one["VersionNumber"] for one in answer["LaunchTemplateVersions"]]


def _target_group(app: Stack) -> dict[str, Any]:
    return dict(app.elbv2.describe_target_groups()["TargetGroups"][0])
