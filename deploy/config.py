"""The configuration: `deploy.toml`, with environment variables over it."""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from deploy.errors import Refused

PREFIX = "DEPLOY_"
"""What an environment variable over the file starts with: DEPLOY_SERVER_MIN, DEPLOY_REGION."""

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,19}$")]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]{1,19}$")]
"""A name without hyphens, so that `name-environment` can be read in one way only."""

Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0, le=1000)]
Positive = Annotated[int, Meta(ge=1)]
Retention = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


class Network(Section, frozen=True):
    """Where it stands. Without subnets: the default VPC's public ones, behind closed groups."""

    vpc: str = ""
    balancer_subnets: tuple[str, ...] = ()
    instance_subnets: tuple[str, ...] = ()
    allowed_cidrs: tuple[str, ...] = ("0.0.0.0/0",)


class Schedule(Section, frozen=True):
    """A size that the group takes at a time of a cron expression in UTC."""

    name: Name
    cron: str
    min: Count
    max: Count
    desired: Count


class Server(Section, frozen=True):
    """The instances and the group of them."""

    instance_type: str = "t4g.small"
    architecture: Literal["arm64", "x86_64"] = "arm64"
    min: Count = 2
    max: Count = 4
    desired: Count = 2
    memory_mb: Annotated[int, Meta(ge=128)] = 1024
    volume_gb: Annotated[int, Meta(ge=8, le=16384)] = 8
    spot_share: Share = 0.0
    requests_per_target: Positive = 3000
    cpu_percent: Annotated[int, Meta(ge=10, le=95)] = 60
    warmup_seconds: Annotated[int, Meta(ge=0, le=3600)] = 60
    drain_seconds: Annotated[int, Meta(ge=0, le=600)] = 20
    schedule: tuple[Schedule, ...] = ()


class Https(Section, frozen=True):
    """The certificate of the balancer; without one it serves plain HTTP."""

    certificate_arn: str = ""
    domain: str = ""


class Balancer(Section, frozen=True):
    """The load balancer's own options."""

    access_logs: bool = False
    deletion_protection: bool = False
    waf_acl_arn: str = ""


class Logs(Section, frozen=True):
    """The log group."""

    retention_days: Retention = 30


class Alarms(Section, frozen=True):
    """What the alarms watch, and who hears of them."""

    email: str = ""
    error_rate_percent: Annotated[float, Meta(gt=0, le=100)] = 1.0
    p99_seconds: Annotated[float, Meta(gt=0, le=60)] = 0.5


class Release(Section, frozen=True):
    """How a new image is rolled out."""

    bake_seconds: Annotated[int, Meta(ge=0, le=172_800)] = 300
    timeout_seconds: Annotated[int, Meta(ge=60, le=86_400)] = 3600
    keep: Annotated[int, Meta(ge=1, le=100)] = 10


class Function(Section, frozen=True):
    """The Lambda function."""

    memory_mb: Annotated[int, Meta(ge=128, le=10_240)] = 1024
    timeout_seconds: Annotated[int, Meta(ge=1, le=900)] = 10
    concurrency: Annotated[int, Meta(ge=0, le=10_000)] = 20
    public: bool = False
    canary_percent: Annotated[int, Meta(ge=1, le=99)] = 10


class Config(Section, frozen=True):
    """Everything that a person decides, for one environment."""

    name: Name
    region: Annotated[str, Meta(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    environment: Word = "production"
    network: Network = Network()
    server: Server = Server()
    https: Https = Https()
    balancer: Balancer = Balancer()
    logs: Logs = Logs()
    alarms: Alarms = Alarms()
    release: Release = Release()
    function: Function = Function()
    settings: dict[str, str] = {}
    tags: dict[str, str] = {}


def read_config(path: Path, environment: str, environ: Mapping[str, str]) -> Config:
    """The configuration of one environment: the file, its `[environments.NAME]`, the variables.

    Raises `Refused` naming the key that is wrong and what is allowed.
    """
    document = _document(path)
    overrides = document.pop("environments", {})
    if environment in overrides:
        document = _merged(document, overrides[environment])
    elif overrides:
        known = ", ".join(overrides)
        raise Refused(
            f"{path}: no environment '{environment}'; it has {known}. Name one with --env."
        )
    document["environment"] = environment
    document = _merged(document, _variables(environ))
    try:
        config = msgspec.convert(document, Config, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(f"{path}: {error}. See examples/deploy.toml for every key.") from error
    fault = _fault(config)
    if fault is not None:
        raise Refused(f"{path}: {fault}")
    return config


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(
            f"{path}: no such file. Copy examples/deploy.toml and change its name and region, "
            "or name another file with --config."
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path}: cannot be read as TOML: {error}.") from error


def _variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """The document that the variables make: DEPLOY_SERVER_MIN=3 is min in [server]."""
    document: dict[str, Any] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX):
            continue
        words = variable.removeprefix(PREFIX).lower()
        section = next((s for s in _SECTIONS if words.startswith(f"{s}_")), None)
        value = environ[variable]
        if section is None:
            document[words] = value
        else:
            key = words.removeprefix(f"{section}_")
            listed = key in _LISTS
            values = [item.strip() for item in value.split(",") if item.strip()]
            document.setdefault(section, {})[key] = values if listed else value
    return document


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _fault(config: Config) -> str | None:
    """What msgspec cannot see: keys that do not go together."""
    server = config.server
    if not server.min <= server.desired <= server.max:
        return (
            f"server: min {server.min}, desired {server.desired}, max {server.max} are not in "
            "ascending order."
        )
    for cidr in config.network.allowed_cidrs:
        try:
            ipaddress.ip_network(cidr)
        except ValueError as error:
            return f"network.allowed_cidrs: {error}."
    if bool(config.network.balancer_subnets) != bool(config.network.instance_subnets):
        return "network: give both balancer_subnets and instance_subnets, or neither."
    return _settings_fault(config) or _pair_fault(config)


def _settings_fault(config: Config) -> str | None:
    for key, value in config.settings.items():
        if not _SETTING.fullmatch(key):
            return (
                f"settings: {key} is no setting of the service; they start with ESTIMATOR_. "
                "Secrets do not belong here: whoever may read the instance reads them."
            )
        if key in _FIXED:
            return f"settings: {key} is given by the image; leave it out."
        if "\n" in value:
            return f"settings: {key} spans several lines."
    for key in config.tags:
        if key.lower().startswith("aws:") or key in _OUR_TAGS:
            return f"tags: {key} is taken; choose another key."
    return None


def _pair_fault(config: Config) -> str | None:
    if config.https.domain and not config.https.certificate_arn:
        return "https: a domain needs a certificate_arn."
    if config.server.architecture == "arm64" and not _GRAVITON.match(config.server.instance_type):
        return (
            f"server: {config.server.instance_type} is not an arm64 instance type; name one such "
            'as m8g.medium, or set architecture = "x86_64".'
        )
    return None


_SECTIONS = tuple(
    field.name
    for field in msgspec.structs.fields(Config)
    if isinstance(field.type, type) and issubclass(field.type, Section)
)
_SETTING = re.compile(r"ESTIMATOR_[A-Z_]+")
_FIXED = frozenset({"ESTIMATOR_HOST", "ESTIMATOR_PORT", "ESTIMATOR_BUNDLE"})
_OUR_TAGS = frozenset({"service", "environment", "door", "managed-by", "image", "Name"})
_LISTS = frozenset({"balancer_subnets", "instance_subnets", "allowed_cidrs"})
_GRAVITON = re.compile(r"^(a1|[a-z]+\d+g[a-z]*)\.")
