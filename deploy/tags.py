"""Tags, in the two spellings that AWS has for them."""

from collections.abc import Iterable, Mapping

from deploy.aws import Aws


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The tags as most services want them, sorted."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def owned(live: Iterable[Mapping[str, str]], wanted: Mapping[str, str]) -> dict[str, str]:
    """The live values of the wanted keys. Tags of others, AWS's among them, are let alone."""
    values = {tag["Key"]: tag["Value"] for tag in live}
    return owned_of(values, wanted)


def owned_of(live: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The same, of services that give a mapping."""
    return {key: live[key] for key in wanted if key in live}


def balancing_tags(aws: Aws, arn: object, wanted: Mapping[str, str]) -> dict[str, str]:
    """The same, of a balancer, a target group or a listener that is there."""
    answer = aws.client("elbv2").describe_tags(ResourceArns=[arn])
    return owned(answer["TagDescriptions"][0]["Tags"], wanted)
