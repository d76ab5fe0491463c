"""What a release stands on in AWS, made in a few calls: alarms, and a group behind a balancer."""

from deploy.resources.group import GRACE_SECONDS
from tests.twin.twin import Twin


def add_alarm(twin: Twin, name: str) -> None:
    """An alarm that is OK."""
    twin.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="errors",
        Namespace="test",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )
    twin.alarms.set(name, "OK")


def add_group(twin: Twin, name: str, template: str, subnets: list[str], vpc: str) -> None:
    """An empty group behind a balancer."""
    elbv2 = twin.client("elbv2")
    balancer = elbv2.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]
    target_group = elbv2.create_target_group(
        Name=name,
        Protocol="HTTP",
        Port=80,
        VpcId=vpc,
        HealthCheckIntervalSeconds=10,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "30"}
    elbv2.modify_target_group_attributes(TargetGroupArn=target_group, Attributes=[delay])
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
    )
    twin.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        MinSize=0,
        MaxSize=0,
        DesiredCapacity=0,
        VPCZoneIdentifier=",".join(subnets),
        TargetGroupARNs=[target_group],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=GRACE_SECONDS,
        DefaultInstanceWarmup=10,
    )
