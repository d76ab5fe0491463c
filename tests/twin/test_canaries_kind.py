"""What moto lets pass, and the twin refuses: each test fails once upstream refuses it too.

Then the rule goes, and with it its canary.
"""

from __future__ import annotations

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.twin.functions import INDEX, REPOSITORY, manifest
from tests.twin.moto_alone import (
    Clients,
    balancer,
    described,
    group,
    listener,
    template,
)


def test_a_name_is_given_twice(moto: Clients) -> None:
    """strict_names.py: two balancers, two listeners of a port, a group over the other."""
    elbv2, arn, target, _ = balancer(moto)
    subnets = [one["SubnetId"] for one in moto("ec2").describe_subnets()["Subnets"][:2]]
    elbv2.create_load_balancer(Name="app", Subnets=subnets)
    assert len(elbv2.describe_load_balancers()["LoadBalancers"]) == 2
    listener(elbv2, arn, target)
    assert len(elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]) == 2
    name = template(moto)
    group(moto, name, capacity=2)
    autoscaling = group(moto, name, capacity=1)
    assert len(described(autoscaling)["Instances"]) == 1
    assert len(moto("ec2").describe_instances()["Reservations"]) == 2


def test_a_security_group_in_use_is_deleted(moto: Clients) -> None:
    """strict_security_groups.py."""
    *_, inside = balancer(moto)
    ec2 = moto("ec2")
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SecurityGroupIds=[inside])
    ec2.delete_security_group(GroupId=inside)


def test_a_security_group_is_made_up(moto: Clients) -> None:
    """strict_security_groups.py: a balancer may name any."""
    subnets = [one["SubnetId"] for one in moto("ec2").describe_subnets()["Subnets"][:2]]
    moto("elbv2").create_load_balancer(
        Name="app", Subnets=subnets, SecurityGroups=["sg-0123456789abcdef0"]
    )


def test_a_protected_balancer_is_deleted(moto: Clients) -> None:
    """strict_deletes.py."""
    elbv2, arn, _, _ = balancer(moto)
    protection = {"Key": "deletion_protection.enabled", "Value": "true"}
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[protection])
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert not elbv2.describe_load_balancers()["LoadBalancers"]


def test_a_group_with_instances_is_deleted(moto: Clients) -> None:
    """groups.py."""
    autoscaling = group(moto, template(moto))
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="app")
    assert not autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]


def test_user_data_has_no_limit(moto: Clients) -> None:
    """strict_templates.py."""
    template(moto, UserData=base64.b64encode(b"#" * 30_000).decode())


def test_a_group_takes_a_version_that_is_not_there(moto: Clients) -> None:
    """strict_templates.py."""
    name = template(moto)
    autoscaling = group(moto, name, capacity=0)
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="app",
        LaunchTemplate={"LaunchTemplateId": name, "Version": "99"},
    )
    assert described(autoscaling)["LaunchTemplate"]["Version"] == "99"


def test_desired_capacity_has_no_bounds(moto: Clients) -> None:
    """strict_capacity.py."""
    autoscaling = group(moto, template(moto), capacity=0)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="app", MaxSize=1, DesiredCapacity=2)
    assert described(autoscaling)["DesiredCapacity"] == 2


def test_lambda_takes_everything_at_once(moto: Clients) -> None:
    """strict_images.py, strict_roles.py, strict_functions.py: an image index, a role of this
    moment, changes without a pause, weights for $LATEST, a permission twice."""
    client = _function(moto, INDEX)
    client.update_function_configuration(FunctionName="app", MemorySize=1024)
    client.update_function_configuration(FunctionName="app", MemorySize=2048)
    client.publish_version(FunctionName="app")
    client.create_alias(
        FunctionName="app",
        Name="live",
        FunctionVersion="$LATEST",
        RoutingConfig={"AdditionalVersionWeights": {"1": 2.0}},
    )
    said = {"FunctionName": "app", "StatementId": "one", "Action": "lambda:*", "Principal": "*"}
    client.add_permission(**said)
    client.add_permission(**said)


def test_a_balancer_is_active_at_once(moto: Clients) -> None:
    """shims/balancers.py."""
    elbv2, *_ = balancer(moto)
    state = elbv2.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"]
    assert state == "active"


def test_an_instance_profile_in_use_is_deleted(moto: Clients) -> None:
    """strict_deletes.py."""
    iam = moto("iam")
    iam.create_instance_profile(InstanceProfileName="profile")
    moto("ec2").run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": "profile"},
    )
    iam.delete_instance_profile(InstanceProfileName="profile")


def test_what_is_gone_is_called_otherwise(moto: Clients) -> None:
    """strict_deletes.py: a template by a name that nobody gave, a role by no error of AWS's."""
    ec2, iam = moto("ec2"), moto("iam")
    ec2.create_launch_template(LaunchTemplateName="one", LaunchTemplateData={})
    with pytest.raises(ClientError, match=r"InvalidLaunchTemplateName\.NotFoundException"):
        ec2.delete_launch_template(LaunchTemplateId="lt-0123456789abcdef0")
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    with pytest.raises(ValueError, match="not in list"):
        iam.remove_role_from_instance_profile(InstanceProfileName="profile", RoleName="role")


def test_an_alarm_is_never_evaluated(moto: Clients) -> None:
    """alarms.py: it stays as it was made, whatever its metric says."""
    cloudwatch = moto("cloudwatch")
    metric = {"Namespace": "test", "MetricName": "errors"}
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Statistic="Sum",
        Threshold=1,
        **metric,
    )
    before = cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"]
    datum = {"MetricName": "errors", "Value": 100.0}
    cloudwatch.put_metric_data(Namespace="test", MetricData=[datum])
    after = cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"]
    assert before == after == "OK"


def test_an_instance_of_a_group_is_in_service_at_once(moto: Clients) -> None:
    """groups.py, fleet.py."""
    autoscaling = group(moto, template(moto))
    assert described(autoscaling)["Instances"][0]["LifecycleState"] == "InService"


def test_a_group_takes_a_profile_that_is_not_there(moto: Clients) -> None:
    """strict_roles.py; and launching.py: it does not reach the instances."""
    group(moto, template(moto, IamInstanceProfile={"Name": "nobody"}))
    (launched,) = moto("ec2").describe_instances()["Reservations"]
    assert "IamInstanceProfile" not in launched["Instances"][0]


def test_an_instance_does_not_fit_its_image(moto: Clients) -> None:
    """launching.py: an image for x86_64 on an arm64 machine."""
    ec2 = moto("ec2")
    image = ec2.register_image(Name="app", Architecture="x86_64")["ImageId"]
    ec2.run_instances(ImageId=image, InstanceType="t4g.small", MinCount=1, MaxCount=1)


def test_a_balancer_has_no_interface(moto: Clients) -> None:
    """interfaces.py: nothing of it lingers in its security groups."""
    balancer(moto)
    assert moto("ec2").describe_network_interfaces()["NetworkInterfaces"] == []


def _function(moto: Clients, media_type: str) -> Any:
    ecr, client = moto("ecr"), moto("lambda")
    ecr.create_repository(repositoryName="app")
    ecr.put_image(repositoryName="app", imageManifest=manifest("one", media_type), imageTag="one")
    role = moto("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    client.create_function(
        FunctionName="app",
        PackageType="Image",
        Code={"ImageUri": f"{REPOSITORY}:one"},
        Role=role["Role"]["Arn"],
    )
    return client
