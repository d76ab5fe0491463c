"""The address of a door: its domain, its load balancer or its function URL."""

from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.errors import Refused
from deploy.names import SERVER
from deploy.releases.place import Place
from deploy.resources.alias import LIVE


@dataclass(frozen=True, slots=True)
class Address:
    """A URL, without a slash at its end, and whether callers have to sign their requests."""

    url: str
    signed: bool = False


def address_of(aws: Aws, config: Config, place: Place) -> Address:
    """Where a door answers. Raises `Refused` if it has no address yet."""
    if place.door != SERVER:
        return _function(aws, place)
    if config.https.domain:
        return Address(f"https://{config.https.domain}")
    return Address(f"http://{_balancer(aws, place)}")


def _balancer(aws: Aws, place: Place) -> str:
    found: dict[str, Any] = {}
    with absent("LoadBalancerNotFound"):
        found = aws.client("elbv2").describe_load_balancers(Names=[place.stem])
    if not found:
        raise Refused(f"There is no load balancer '{place.stem}': `apply server` makes it.")
    return str(found["LoadBalancers"][0]["DNSName"])


def _function(aws: Aws, place: Place) -> Address:
    found: dict[str, Any] = {}
    with absent("ResourceNotFoundException"):
        found = aws.client("lambda").get_function_url_config(
            FunctionName=place.function, Qualifier=LIVE
        )
    if not found:
        raise Refused(f"There is no function URL of '{place.stem}': `release function` makes it.")
    return Address(str(found["FunctionUrl"]).rstrip("/"), signed=found["AuthType"] == "AWS_IAM")
