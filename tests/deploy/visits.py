"""A look at an account, for the tests of the checks."""

from deploy.aws import Aws
from deploy.checks.finding import Visit
from deploy.config import Config
from deploy.permissions.calls import Calls
from tests.deploy.account import config

CALLS: Calls = {"server": {"plan": ("ec2:DescribeVpcs", "s3:PutObject", "sts:GetCallerIdentity")}}


def visit(aws: Aws, settings: Config | None = None, calls: Calls = CALLS) -> Visit:
    """A look at the server."""
    return Visit(aws, settings or config(), "server", calls)
