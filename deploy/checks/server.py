"""Checks of what the server stands on: network, instances, machine image, quota, times."""

from botocore.exceptions import ClientError

from deploy.aws import error_code
from deploy.checks.finding import Finding, Visit
from deploy.engine import PLATFORMS
from deploy.machine_image import machine_image_of
from deploy.names import MACHINE_IMAGES
from deploy.releases.fleet import launched
from deploy.timing import timing_faults, timing_of

VCPU_QUOTA = "L-1216C47A"
"""Running on-demand standard instances, counted in vCPUs."""


def default_network(visit: Visit) -> Finding:
    """Whether there is a network to stand in."""
    name, network = "network", visit.config.network
    if network.balancer_subnets or network.vpc:
        return Finding(name, ok=True, what="given in [network]")
    filters = [{"Name": "is-default", "Values": ["true"]}]
    found = visit.aws.client("ec2").describe_vpcs(Filters=filters)["Vpcs"]
    if not found:
        return Finding(name, ok=False, what=f"{visit.aws.region} has no default VPC",
                       mend="Run `aws ec2 create-default-vpc`, or name subnets in [network].",
                       )  # fmt: skip
    return Finding(name, ok=True, what=f"default VPC {found[0]['VpcId']}")


def instance_type(visit: Visit) -> Finding:
    """Whether at least two zones offer the instance type."""
    name, kind = "instance type", visit.config.server.instance_type
    offers = visit.aws.pages(
        "ec2", "describe_instance_type_offerings", "InstanceTypeOfferings",
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": [kind]}],
    )  # fmt: skip
    zones = sorted(offer["Location"] for offer in offers)
    if len(zones) < 2:
        what = f"{kind} is offered in {', '.join(zones) or 'no zone'} of {visit.aws.region}"
        return Finding(name, ok=False, what=what, mend="Set another server.instance_type.")
    return Finding(name, ok=True, what=f"{kind} in {', '.join(zones)}")


def architecture(visit: Visit) -> Finding:
    """Whether the instance type has the architecture that images are built for."""
    server = visit.config.server
    answer = visit.aws.client("ec2").describe_instance_types(InstanceTypes=[server.instance_type])
    found = answer["InstanceTypes"][0]["ProcessorInfo"]["SupportedArchitectures"]
    if server.architecture in found:
        platform = PLATFORMS[server.architecture]
        return Finding("architecture", ok=True, what=f"{server.instance_type} runs {platform}")
    return Finding(
        "architecture", ok=False,
        what=f"{server.instance_type} is {', '.join(found)}, images are {server.architecture}",
        mend="Set server.architecture to that of the instance type.",
    )  # fmt: skip


def machine_image(visit: Visit) -> Finding:
    """Whether Amazon's parameter names a machine image here."""
    name = MACHINE_IMAGES + visit.config.server.architecture
    try:
        answer = visit.aws.client("ssm").get_parameter(Name=name)
    except ClientError as error:
        if error_code(error) != "ParameterNotFound":
            raise
        return Finding("machine image", ok=False, what=f"{visit.aws.region} has no {name}",
                       mend="Deploy to a region that has Amazon Linux 2023.")  # fmt: skip
    return Finding("machine image", ok=True, what=str(answer["Parameter"]["Value"]))


def machine_age(visit: Visit) -> Finding:
    """Whether the instances run on a machine image that still gets patches."""
    name, stem = "machine age", visit.names.stem
    number = launched(visit.aws, stem)
    found = machine_image_of(visit.aws, stem, number) if number is not None else None
    if found is None:
        return Finding(name, None, "no instance runs yet", "Push an image and release it.")
    if not found.stale:
        return Finding(name, ok=True, what=str(found))
    age = "withdrawn" if found.days is None else f"{found.days:.0f} days old"
    return Finding(
        name, ok=False, what=f"{found.id} is {age}",
        mend="A release takes the newest Amazon Linux: one of another image by itself, one of "
        f"the same with `python -m deploy release server --env {visit.config.environment} "
        "--new-machine-image`.",
    )  # fmt: skip


def quota(visit: Visit) -> Finding:
    """Whether the account may run the whole group, and as much again during a release."""
    server = visit.config.server
    types = visit.aws.client("ec2").describe_instance_types(InstanceTypes=[server.instance_type])
    each = types["InstanceTypes"][0]["VCpuInfo"]["DefaultVCpus"]
    answer = visit.aws.client("service-quotas").get_service_quota(
        ServiceCode="ec2", QuotaCode=VCPU_QUOTA
    )
    allowed, needed = answer["Quota"]["Value"], 2 * server.max * each
    what = f"{needed:g} of {allowed:g} vCPUs, for {server.max} instances and as many new ones"
    if needed <= allowed:
        return Finding("quota", ok=True, what=what)
    return Finding("quota", ok=False, what=what,
                   mend=f"Ask for more of quota {VCPU_QUOTA}, or lower server.max.")  # fmt: skip


def timing(visit: Visit) -> Finding:
    """Whether the times ascend: keep-alive over idle time-out, drain, stop, deregistration."""
    times = timing_of(visit.config)
    faults = timing_faults(times)
    if faults:
        return Finding("timing", ok=False, what=faults[0], mend="Change [settings].")
    return Finding("timing", ok=True,
                   what=f"keep-alive {times.keep_alive:g} s, idle {times.idle} s")  # fmt: skip
