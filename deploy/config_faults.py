"""What does not go together in a configuration, each key of it being right by itself."""

import ipaddress
import re

from deploy.config import Config, Https, Network, Release, Schedule, Server
from deploy.cron import cron_fault
from deploy.service_settings import setting_fault


def config_fault(config: Config) -> str | None:
    """The first fault, naming its key and what is allowed; None if there is none."""
    return (
        _name_fault(config)
        or _network_fault(config.network)
        or _server_fault(config.server)
        or _https_fault(config.https, config.region)
        or _firewall_fault(config.balancer.waf_acl_arn, config.region)
        or _email_fault(config.alarms.email)
        or _release_fault(config.release)
        or _settings_fault(config)
        or _tags_fault(config)
    )


def _name_fault(config: Config) -> str | None:
    for taken in _TAKEN:
        if f"{config.name}-".startswith(taken):
            return f"name: {config.name} begins with {taken}, which AWS keeps for itself."
    return None


def _network_fault(network: Network) -> str | None:
    for cidr in network.allowed_cidrs:
        try:
            normal = str(ipaddress.ip_network(cidr))
        except ValueError as error:
            return f"network.allowed_cidrs: {error}."
        if cidr != normal:
            return f"network.allowed_cidrs: write {normal} for {cidr}, as EC2 does."
    if bool(network.balancer_subnets) != bool(network.instance_subnets):
        return "network: give both balancer_subnets and instance_subnets, or neither."
    if network.vpc and network.balancer_subnets:
        return "network: subnets name their VPC by themselves; leave vpc out."
    return None


def _server_fault(server: Server) -> str | None:
    return (
        _size_fault("server", server)
        or _machine_fault(server)
        or next(filter(None, map(_schedule_fault, server.schedule)), None)
        or _twice_fault(server)
    )


def _size_fault(where: str, size: Server | Schedule) -> str | None:
    if size.min <= size.desired <= size.max:
        return None
    return (
        f"{where}: min {size.min}, desired {size.desired}, max {size.max} are not in ascending "
        "order."
    )


def _machine_fault(server: Server) -> str | None:
    kind = server.instance_type
    found = "arm64" if _GRAVITON.match(kind) else "x86_64"
    if found != server.architecture:
        return (
            f"server: {kind} is not an {server.architecture} instance type; name one such as "
            f'{_EXAMPLES[server.architecture]}, or set architecture = "{found}".'
        )
    memory = memory_of(kind)
    if memory is not None and server.memory_mb > memory:
        return f"server: memory_mb {server.memory_mb} is more than the {memory} MB of a {kind}."
    return None


def memory_of(kind: str) -> int | None:
    """Megabytes of an instance type, None where they are not known here."""
    family, _, size = kind.partition(".")
    if size not in _MEMORY or not _FAMILY.match(family):
        return None
    return int(_MEMORY[size] * _SHARES[family[0]])


def _schedule_fault(schedule: Schedule) -> str | None:
    where = f"server.schedule {schedule.name}"
    fault = cron_fault(schedule.cron)
    return f"{where}: {fault}." if fault else _size_fault(where, schedule)


def _twice_fault(server: Server) -> str | None:
    names = [each.name for each in server.schedule]
    twice = next((name for name in names if names.count(name) > 1), None)
    return f"server.schedule: {twice} is there twice; give each its own name." if twice else None


def _https_fault(https: Https, region: str) -> str | None:
    if https.domain and not https.certificate_arn:
        return "https: a domain needs a certificate_arn."
    if https.certificate_arn and not https.domain:
        return (
            "https: a certificate_arn needs the domain that it is for: at the balancer's own "
            "address no certificate is ever right."
        )
    if https.certificate_arn and not _arn("acm", region, "certificate/").match(
        https.certificate_arn
    ):
        return (
            f"https.certificate_arn: {https.certificate_arn} is not the ARN of a certificate in "
            f"{region}, arn:aws:acm:{region}:…:certificate/…: ask ACM for one there."
        )
    return None


def _firewall_fault(acl: str, region: str) -> str | None:
    if acl in ("", "none") or _arn("wafv2", region, "regional/webacl/").match(acl):
        return None
    return (
        f"balancer.waf_acl_arn: {acl} is not the ARN of a regional web ACL in {region}, "
        f'arn:aws:wafv2:{region}:…:regional/webacl/…, nor "none".'
    )


def _email_fault(email: str) -> str | None:
    if not email or _EMAIL.fullmatch(email):
        return None
    return f"alarms.email: {email} is no address; write one such as team@example.org."


def _arn(service: str, region: str, kind: str) -> re.Pattern[str]:
    """ARNs of one kind of thing in a region, of whatever account."""
    return re.compile(rf"arn:aws[a-z-]*:{service}:{re.escape(region)}:\d{{12}}:{kind}\S+")


def _release_fault(release: Release) -> str | None:
    if release.bake_seconds < release.timeout_seconds:
        return None
    return (
        f"release: bake_seconds {release.bake_seconds} has to end before timeout_seconds "
        f"{release.timeout_seconds} are over, and so has everything before it."
    )


def _settings_fault(config: Config) -> str | None:
    faults = (setting_fault(key, value) for key, value in config.settings.items())
    return next((f"settings: {fault}" for fault in faults if fault), None)


def _tags_fault(config: Config) -> str | None:
    for key in config.tags:
        if key.lower().startswith("aws:") or key in _OUR_TAGS:
            return f"tags: {key} is taken; choose another key."
    return None


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_TAKEN = ("internal-", "sthree-", "amzn-s3-demo-")
"""What names of balancers and buckets may not begin with."""

_OUR_TAGS = frozenset({"service", "environment", "door", "managed-by", "image", "Name"})
_GRAVITON = re.compile(r"^(a1|[a-z]+\d+g[a-z]*)\.")
_EXAMPLES = {"arm64": "m8g.medium", "x86_64": "t3.small"}
_FAMILY = re.compile(r"(t[2-9]|[mr][5-9]|c(?:5a?d?$|[6-9]))")
_SHARES = {"t": 1.0, "m": 1.0, "c": 0.5, "r": 2.0}
_MEMORY = {
    "nano": 512,
    "micro": 1024,
    "small": 2048,
    "medium": 4096,
    "large": 8192,
    "xlarge": 16_384,
    "2xlarge": 32_768,
}
"""Megabytes by size of the t and m families; c have half of them, r twice as many."""
