"""Whose a thing is that has one of our names: ours has our mark, since the call that made it."""

from collections.abc import Sequence

from deploy.errors import Refused
from deploy.names import MANAGED
from deploy.resource import Resource, Settings

((_KEY, _VALUE),) = MANAGED.items()
_PAIR = f"--tags Key={_KEY},Value={_VALUE}"
_MAP = f"--tags {_KEY}={_VALUE}"

ADOPTIONS = {
    "alarm topic": f"sns tag-resource --resource-arn {{arn}} {_PAIR}",
    "auto scaling group": "autoscaling create-or-update-tags --tags ResourceId={name},"
    f"ResourceType=auto-scaling-group,Key={_KEY},Value={_VALUE},PropagateAtLaunch=false",
    "function": f"lambda tag-resource --resource {{arn}} {_MAP}",
    "image repository": f"ecr tag-resource --resource-arn {{arn}} {_PAIR}",
    "instance profile": f"iam tag-instance-profile --instance-profile-name {{name}} {_PAIR}",
    "launch template": f"ec2 create-tags --resources {{id}} {_PAIR}",
    "listener": f"elbv2 add-tags --resource-arns {{arn}} {_PAIR}",
    "load balancer": f"elbv2 add-tags --resource-arns {{arn}} {_PAIR}",
    "log group": f"logs tag-resource --resource-arn {{arn}} {_MAP}",
    "role": f"iam tag-role --role-name {{name}} {_PAIR}",
    "security group": f"ec2 create-tags --resources {{id}} {_PAIR}",
    "target group": f"elbv2 add-tags --resource-arns {{arn}} {_PAIR}",
}
"""By kind: the command that makes a thing ours. All of these are tagged in the call that makes
them, so that an interrupted run of ours never leaves one without the mark."""

STANDS_IN = {
    "function URL": "function",
    "function alias": "function",
    "listener": "load balancer",
    "public access": "function",
    "scaling policy": "auto scaling group",
    "schedule": "auto scaling group",
    "web ACL association": "load balancer",
}
"""What is a part of something else, and whose that is."""

NOT_OURS = f"without the tag {_KEY} = {_VALUE} it is not ours"


def is_foreign(resource: Resource, live: Settings) -> bool:
    """Whether what was found is somebody else's that happens to have the name."""
    return resource.kind in ADOPTIONS and live["tags"].get(_KEY) != _VALUE


def refuse_foreign(resource: Resource, live: Settings | None) -> None:
    """Raise `Refused`, with both ways out, if what was found is somebody else's."""
    if live is not None and is_foreign(resource, live):
        raise Refused(
            f"The {resource.kind} {resource.name} exists already, and {NOT_OURS}. Give the service "
            "another name in deploy.toml; or, if it is to be changed, and one day deleted with all "
            f"that is in it, make it ours: {adoption(resource)}"
        )


def parted(stack: Sequence[Resource]) -> tuple[list[Resource], list[Resource]]:
    """What of a stack is there: ours, and what is somebody else's with all that stands in it."""
    ours: list[Resource] = []
    others: list[Resource] = []
    for resource in stack:
        live = resource.find()
        if live is None:
            continue
        around = STANDS_IN.get(resource.kind) in {each.kind for each in others}
        (others if around or is_foreign(resource, live) else ours).append(resource)
    return ours, others


def adoption(resource: Resource) -> str:
    """The whole command that makes a thing ours."""
    arn = str(getattr(resource, "arn", ""))
    region = "".join(arn.split(":")[3:4])
    command = ADOPTIONS[resource.kind].format(
        arn=arn, name=resource.name, id=arn.rpartition("/")[2]
    )
    return f"aws {command}{f' --region {region}' if region else ''}"
