"""Configurations with no option on and with every one, for what a verb needs depends on them."""

import tomllib
from dataclasses import dataclass
from typing import Any

import msgspec

from deploy.config import Config
from tests.twin.twin import Twin

HEAD = """\
name = "shop"
region = "us-east-1"
"""
RELEASE = """\
[release]
bake_seconds = 20
keep = 1
"""
EVERYTHING = """\
[network]
balancer_subnets = {subnets}
instance_subnets = {subnets}
[server]
min = 1
desired = 1
spot_share = 0.5
[[server.schedule]]
name = "night"
cron = "0 22 * * *"
min = 2
max = 4
desired = 2
[https]
certificate_arn = "{certificate}"
domain = "price.example.org"
[balancer]
access_logs = true
deletion_protection = false
waf_acl_arn = "{acl}"
[alarms]
email = "pager@example.org"
[function]
public = true
[tags]
team = "freight"
"""
NOTHING = """\
[server]
min = 1
desired = 1
[balancer]
access_logs = false
deletion_protection = false
[function]
concurrency = 0
"""


@dataclass(frozen=True)
class Options:
    """The text of a configuration, but for what has to exist in the account."""

    name: str
    text: str

    def toml(self, twin: Twin) -> str:
        """The whole file, after what it names has been made."""
        named = _things(twin) if "{" in self.text else {}
        return HEAD + self.text.format(**named) + RELEASE

    def config(self, twin: Twin) -> Config:
        """The same, read."""
        return msgspec.convert(tomllib.loads(self.toml(twin)), Config)


def _things(twin: Twin) -> dict[str, Any]:
    """Two subnets, a certificate and a web ACL."""
    with twin.aside():
        subnets = twin.client("ec2").describe_subnets()["Subnets"][:2]
        certificate = twin.client("acm").request_certificate(DomainName="price.example.org")
        acl = twin.client("wafv2").create_web_acl(
            Name="shield",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={
                "SampledRequestsEnabled": False,
                "CloudWatchMetricsEnabled": False,
                "MetricName": "shield",
            },
        )
    return {
        "subnets": str([each["SubnetId"] for each in subnets]).replace("'", '"'),
        "certificate": certificate["CertificateArn"],
        "acl": acl["Summary"]["ARN"],
    }


PLAIN = Options("plain", NOTHING)
FULL = Options("full", EVERYTHING)
