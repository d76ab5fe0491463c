"""The address of a door: its domain, its load balancer or its function URL."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.errors import Refused
from deploy.names import SERVER
from deploy.releases.place import Place
from deploy.resources.alias import LIVE


def address_of(aws: Aws, config: Config, place: Place) -> str:
    """The URL, without a slash at its end. Raises `Refused` if there is none yet."""
    if place.door != SERVER:
        return _function(aws, place)
    if config.https.domain:
        return f"https://{config.https.domain}"
    return f"http://{_balancer(aws, place)}"


def is_signed(aws: Aws, place: Place) -> bool:
    """Whether callers have to sign their requests."""
    return place.door != SERVER and _url(aws, place).get("AuthType") == "AWS_IAM"


def _balancer(aws: Aws, place: Place) -> str:
    found: dict[str, Any] = {}
    with absent("LoadBalancerNotFound"):
        found = aws.client("elbv2").describe_load_balancers(Names=[place.stem])
    if not found:
        raise Refused(f"There is no load balancer '{place.stem}': `apply server` makes it.")
    return str(found["LoadBalancers"][0]["DNSName"])


def _function(aws: Aws, place: Place) -> str:
    address = _url(aws, place).get("FunctionUrl")
    if not address:
        raise Refused(f"There is no function URL of '{place.stem}': `release function` makes it.")
    return str(address).rstrip("/")


def _url(aws: Aws, place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with absent("ResourceNotFoundException"):
        found |= aws.client("lambda").get_function_url_config(
            FunctionName=place.function, Qualifier=LIVE
        )
    return found
