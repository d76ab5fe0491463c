"""The checks of `doctor`, in the order in which one problem hides the next."""

from deploy.checks.account import credentials, permissions, region
from deploy.checks.certificate import certificate
from deploy.checks.finding import Check
from deploy.checks.function import concurrency
from deploy.checks.github import github_roles
from deploy.checks.image import image
from deploy.checks.server import (
    architecture,
    default_network,
    instance_type,
    machine_age,
    machine_image,
    quota,
    timing,
)
from deploy.names import SERVER

SERVER_CHECKS: tuple[Check, ...] = (
    credentials,
    region,
    permissions,
    default_network,
    instance_type,
    architecture,
    machine_image,
    machine_age,
    quota,
    certificate,
    timing,
    image,
    github_roles,
)
FUNCTION_CHECKS: tuple[Check, ...] = (
    credentials,
    region,
    permissions,
    concurrency,
    image,
    github_roles,
)


def checks_of(door: str) -> tuple[Check, ...]:
    """The checks that a door needs."""
    return SERVER_CHECKS if door == SERVER else FUNCTION_CHECKS
