"""The configuration that is deployed: small, quick, and for machines such as this one."""

from __future__ import annotations

import platform

from tests.twin.environment import REGION

MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
TYPES = {"x86_64": "t3.small", "arm64": "t4g.small"}
NAME = "shop"
GROUP = f"{NAME}-production"
"""What the group, and the function, are called."""

LOGS = f"/{NAME}/production/server"
TOML = """\
name = "{name}"
region = "{region}"
release = {{bake_seconds = 20}}
balancer = {{deletion_protection = false}}

[server]
architecture = "{architecture}"
instance_type = "{type}"
min = 2
desired = 2
max = 4
warmup_seconds = 10
requests_per_target = {requests}

[function]
concurrency = 5

[settings]
ESTIMATOR_WORKERS = "2"
ESTIMATOR_LOG_LEVEL = "warning"
"""


def settings(requests: int) -> str:
    """The configuration, for machines such as this one, each for so many requests a minute."""
    architecture = this_architecture()
    return TOML.format(
        name=NAME,
        region=REGION,
        architecture=architecture,
        type=TYPES[architecture],
        requests=requests,
    )


def this_architecture() -> str:
    """This machine's, as the configuration calls it."""
    return MACHINES[platform.machine().lower()]
