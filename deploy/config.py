"""The configuration: everything that a person decides, for one environment."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z](-?[a-z0-9])+$",
        max_length=20,
        description="2 to 20 of a-z, 0-9 and single hyphens inside, beginning with a letter",
    ),
]
"""Hyphens stand alone and inside: the name is also one of a repository and of a balancer."""

Word = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]{1,19}$",
        description="2 to 20 of a-z and 0-9, beginning with a letter",
    ),
]
"""A name without hyphens, so that `name-environment` can be read in one way only."""

Region = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]{2}(-[a-z]+)+-\d$",
        max_length=17,
        description="a region of AWS, such as eu-west-1",
    ),
]
"""AWS's longest has 14 characters; with more than 17 the bucket's name would be too long."""

Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0, le=1000)]
Most = Annotated[int, Meta(ge=1, le=1000)]
"""The upper bound of a group; one that may hold nothing has had no release yet."""

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
    max: Most
    desired: Count


class Server(Section, frozen=True):
    """The instances and the group of them."""

    instance_type: str = "t4g.small"
    architecture: Literal["arm64", "x86_64"] = "arm64"
    min: Count = 2
    max: Most = 4
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
    region: Region
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
