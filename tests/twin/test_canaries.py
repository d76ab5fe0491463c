"""What moto does wrong, and a shim mends: each test fails once upstream has mended it.

Then the shim goes, and with it its canary.
"""

from __future__ import annotations

import base64
import json

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import MockRawResponse

from tests.twin.moto_alone import Clients, balancer, described, group, template

SCRIPT = base64.b64encode(b"#!/bin/sh").decode()


def test_user_data_of_a_version_does_not_launch(moto: Clients) -> None:
    """shims/template_versions.py: a plain string where moto itself expects another type."""
    autoscaling = group(moto, template(moto), capacity=0)
    moto("ec2").create_launch_template_version(
        LaunchTemplateName="app",
        LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.micro", "UserData": SCRIPT},
    )
    with pytest.raises(AssertionError):
        autoscaling.update_auto_scaling_group(
            AutoScalingGroupName="app",
            LaunchTemplate={"LaunchTemplateName": "app", "Version": "2"},
            DesiredCapacity=1,
        )


def test_the_templates_own_tags_are_among_its_instances(moto: Clients) -> None:
    """shims/template_versions.py: they show up in the data of version 1."""
    tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}]
    ec2 = moto("ec2")
    ec2.create_launch_template(
        LaunchTemplateName="app",
        LaunchTemplateData={"ImageId": "ami-1"},
        TagSpecifications=tags,
    )
    answer = ec2.describe_launch_template_versions(LaunchTemplateName="app")
    assert answer["LaunchTemplateVersions"][0]["LaunchTemplateData"]["TagSpecifications"] == tags


def test_the_source_version_is_ignored(moto: Clients) -> None:
    """shims/template_requests.py: a version holds only what was sent with it."""
    template(moto)
    answer = moto("ec2").create_launch_template_version(
        LaunchTemplateName="app", SourceVersion="1", LaunchTemplateData={"EbsOptimized": True}
    )
    assert "ImageId" not in answer["LaunchTemplateVersion"]["LaunchTemplateData"]


def test_versions_end_after_fifteen(moto: Clients) -> None:
    """shims/template_requests.py: without a token for the rest."""
    template(moto)
    ec2 = moto("ec2")
    for _ in range(15):
        ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData={})
    answer = ec2.describe_launch_template_versions(LaunchTemplateName="app")
    assert len(answer["LaunchTemplateVersions"]) == 15
    assert "NextToken" not in answer


def test_versions_cannot_be_deleted(moto: Clients) -> None:
    """shims/template_requests.py."""
    template(moto)
    with pytest.raises(NotImplementedError):
        moto("ec2").delete_launch_template_versions(LaunchTemplateName="app", Versions=["1"])


def test_a_client_token_is_not_kept(moto: Clients) -> None:
    """shims/template_requests.py: the same request again makes another version."""
    template(moto)
    again = {"LaunchTemplateName": "app", "LaunchTemplateData": {}, "ClientToken": "one"}
    numbers = [
        moto("ec2").create_launch_template_version(**again)["LaunchTemplateVersion"]
        for _ in range(2)
    ]
    assert [one["VersionNumber"] for one in numbers] == [2, 3]


def test_a_member_shows_the_default_version(moto: Clients) -> None:
    """groups.py: not the one that launched it."""
    autoscaling = group(moto, template(moto))
    ec2 = moto("ec2")
    ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData={})
    ec2.modify_launch_template(LaunchTemplateName="app", DefaultVersion="2")
    assert described(autoscaling)["Instances"][0]["LaunchTemplate"]["Version"] == "2"


def test_a_group_launches_into_its_first_subnet_only(moto: Clients) -> None:
    """launching.py."""
    subnets = [one["SubnetId"] for one in moto("ec2").describe_subnets()["Subnets"][:2]]
    where = {"VPCZoneIdentifier": ",".join(subnets), "AvailabilityZones": []}
    autoscaling = group(moto, template(moto), capacity=2, **where)
    zones = {one["AvailabilityZone"] for one in described(autoscaling)["Instances"]}
    assert len(zones) == 1


def test_metadata_options_of_a_template_do_not_reach_its_instances(moto: Clients) -> None:
    """launching.py: its profile does not either."""
    group(moto, template(moto, MetadataOptions={"HttpTokens": "required"}))
    instance = moto("ec2").describe_instances()["Reservations"][0]["Instances"][0]
    assert instance["MetadataOptions"]["HttpTokens"] == "optional"


def test_there_is_no_instance_refresh(moto: Clients) -> None:
    """refreshes.py."""
    autoscaling = group(moto, template(moto))
    with pytest.raises(NotImplementedError):
        autoscaling.start_instance_refresh(AutoScalingGroupName="app")


def test_a_layer_has_no_link(moto: Clients) -> None:
    """shims/layers.py."""
    with pytest.raises(NotImplementedError):
        moto("ecr").get_download_url_for_layer(
            repositoryName="app", layerDigest=f"sha256:{'a' * 64}"
        )


def test_there_are_no_activities(moto: Clients) -> None:
    """activities.py."""
    autoscaling = group(moto, template(moto))
    assert not autoscaling.describe_scaling_activities()["Activities"]


def test_settings_of_a_group_are_dropped(moto: Clients) -> None:
    """shims/group_settings.py: the warmup, the maintenance policy, and a grace period of 0."""
    policy = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}
    autoscaling = group(
        moto,
        template(moto),
        DefaultInstanceWarmup=30,
        InstanceMaintenancePolicy=policy,
        HealthCheckGracePeriod=0,
    )
    live = described(autoscaling)
    assert "DefaultInstanceWarmup" not in live
    assert "InstanceMaintenancePolicy" not in live
    assert live["HealthCheckGracePeriod"] == 300


def test_an_update_forgets_the_mixed_instances(moto: Clients) -> None:
    """shims/group_settings.py."""
    spec = {"LaunchTemplateId": template(moto), "Version": "1"}
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": spec}}
    autoscaling = moto("autoscaling")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="app",
        MinSize=0,
        MaxSize=1,
        MixedInstancesPolicy=policy,
        AvailabilityZones=["us-east-1a"],
    )
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", MaxSize=2)
    assert "MixedInstancesPolicy" not in described(autoscaling)


def test_a_scaling_policy_has_no_arn_and_outlives_its_group(moto: Clients) -> None:
    """shims/scaling_policies.py, shims/group_settings.py."""
    autoscaling = group(moto, template(moto), capacity=0)
    answer = autoscaling.put_scaling_policy(
        AutoScalingGroupName="app",
        PolicyName="one",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=1,
    )
    assert "PolicyARN" not in answer
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="app")
    assert autoscaling.describe_policies()["ScalingPolicies"]


def test_a_target_group_keeps_a_balancer_that_is_gone(moto: Clients) -> None:
    """shims/balancers.py."""
    elbv2, arn, _, _ = balancer(moto)
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert elbv2.describe_target_groups()["TargetGroups"][0]["LoadBalancerArns"] == [arn]


def test_what_a_group_terminates_stays_a_healthy_target(moto: Clients) -> None:
    """targets.py, health.py."""
    elbv2, _, target, _ = balancer(moto)
    autoscaling = group(moto, template(moto), TargetGroupARNs=[target])
    autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    answer = elbv2.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
    assert [one["TargetHealth"]["State"] for one in answer] == ["healthy"]


def test_a_terminated_instance_leaves_its_interface(moto: Clients) -> None:
    """shims/instances.py: which keeps its security groups in use for ever."""
    ec2 = moto("ec2")
    answer = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    ec2.terminate_instances(InstanceIds=[answer["Instances"][0]["InstanceId"]])
    assert len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1


def test_moto_does_what_a_fault_has_answered(moto: Clients) -> None:
    """gate.py: a handler that answers first does not keep moto from acting."""
    ec2 = moto("ec2")
    error = "<Response><Errors><Error><Code>Told</Code></Error></Errors></Response>"
    refused = AWSResponse("", 400, HTTPHeaders(), MockRawResponse(error))
    ec2.meta.events.register_first("before-send.ec2", lambda **_: refused)
    with pytest.raises(ec2.exceptions.ClientError):
        ec2.create_security_group(GroupName="made", Description="all the same")
    other = moto("ec2").describe_security_groups(GroupNames=["made"])
    assert len(other["SecurityGroups"]) == 1


def test_a_condition_of_a_bucket_policy_is_a_denial(moto: Clients) -> None:
    """shims/bucket_policies.py: what is denied over plain HTTP is denied over TLS too."""
    s3 = moto("s3")
    s3.create_bucket(Bucket="ours")
    s3.put_object(Bucket="ours", Key="k", Body=b"v")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::ours/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket="ours", Policy=json.dumps({"Statement": [statement]}))
    with pytest.raises(ClientError, match="403"):
        s3.get_object(Bucket="ours", Key="k")


def test_policies_are_not_simulated(moto: Clients) -> None:
    """shims/simulations.py."""
    iam = moto("iam")
    role = iam.create_role(RoleName="app", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    with pytest.raises(NotImplementedError):
        iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["ecr:PutImage"])
