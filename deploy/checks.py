"""The checks of `doctor`, in the order in which one problem hides the next."""

from deploy.account_checks import credentials, permissions, region
from deploy.certificate_check import certificate
from deploy.finding import Check
from deploy.function_checks import concurrency
from deploy.github_check import github_roles
from deploy.image_checks import image
from deploy.names import SERVER
from deploy.server_checks import (
    architecture,
    default_network,
    instance_type,
    machine_image,
    quota,
    timing,
)

SERVER_CHECKS: tuple[Check, ...] = (
    credentials,
    region,
    permissions,
    default_network,
    instance_type,
    architecture,
    machine_image,
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
