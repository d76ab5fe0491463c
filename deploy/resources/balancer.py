"""The load balancer."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.errors import Refused
from deploy.names import SERVER, Names
from deploy.network import Layout
from deploy.resource import Later, Settings
from deploy.resources.bucket import ACCESS_LOGS, Bucket
from deploy.resources.security_group import SecurityGroup
from deploy.tags import balancing_tags, pairs
from deploy.timing import Timing
from deploy.waiting import until

PROTECTION = "deletion_protection.enabled"
ENDING = 300.0
"""Seconds that a deleted balancer may still be seen."""


class Balancer:
    """An application load balancer that the internet may reach, as its group allows."""

    kind = "load balancer"

    def __init__(
        self,
        aws: Aws,
        config: Config,
        names: Names,
        *,
        layout: Layout,
        group: SecurityGroup,
        bucket: Bucket,
        timing: Timing,
    ) -> None:
        self.name = names.stem
        self.arn: str | Later = Later(self.kind)
        self.address: str | Later = Later(self.kind)
        self.protected = False
        self._aws = aws
        self._layout = layout
        self._group = group
        self._attributes = _attributes(config, bucket.name, timing)
        self._tags = names.tags(SERVER)

    @property
    def label(self) -> str | Later:
        """What metrics call it: app/NAME/ID."""
        if isinstance(self.arn, Later):
            return self.arn
        return self.arn.partition(":loadbalancer/")[2]

    def find(self) -> Settings | None:
        with absent("LoadBalancerNotFound"):
            (found,) = self._aws.pages(
                "elbv2", "describe_load_balancers", "LoadBalancers", Names=[self.name]
            )
            self.arn, self.address = found["LoadBalancerArn"], found["DNSName"]
            attributes = self._live_attributes()
            self.protected = attributes.get(PROTECTION) == "true"
            return {
                "scheme": found["Scheme"],
                "subnets": tuple(sorted(zone["SubnetId"] for zone in found["AvailabilityZones"])),
                "security_groups": tuple(sorted(found.get("SecurityGroups", []))),
                **{key: attributes.get(key) for key in self._attributes},
                "tags": balancing_tags(self._aws, self.arn, self._tags),
            }
        self.arn = self.address = Later(self.kind)
        self.protected = False
        return None

    def settings(self) -> Settings:
        return {
            "scheme": "internet-facing",
            "subnets": self._layout.balancer_subnets,
            "security_groups": (self._group.id,),
            **self._attributes,
            "tags": self._tags,
        }

    def create(self) -> None:
        answer = self._client.create_load_balancer(
            Name=self.name,
            Subnets=list(self._layout.balancer_subnets),
            SecurityGroups=[self._group.id],
            Scheme="internet-facing",
            Type="application",
            IpAddressType="ipv4",
            Tags=pairs(self._tags),
        )
        self.arn = answer["LoadBalancers"][0]["LoadBalancerArn"]
        self.update(frozenset(self._attributes))

    def update(self, changed: frozenset[str]) -> None:
        if "scheme" in changed:
            raise Refused(
                f"The load balancer {self.name} is internal and cannot become internet-facing. "
                "Destroy the server stack and apply it again, or give the service another name."
            )
        if "subnets" in changed:
            self._client.set_subnets(
                LoadBalancerArn=self.arn, Subnets=list(self._layout.balancer_subnets)
            )
        if "security_groups" in changed:
            self._client.set_security_groups(
                LoadBalancerArn=self.arn, SecurityGroups=[self._group.id]
            )
        attributes = {key: self._attributes[key] for key in sorted(changed & {*self._attributes})}
        if attributes:
            self._set(attributes)
        if "tags" in changed:
            self._client.add_tags(ResourceArns=[self.arn], Tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away, its protection first: whether that may be, was asked before."""
        if self.protected:
            self._set({PROTECTION: "false"})
        self._client.delete_load_balancer(LoadBalancerArn=self.arn)
        until(
            self._aws,
            lambda: self.find() is None,
            what=f"the load balancer {self.name} is gone",
            limit=ENDING,
        )

    def _set(self, attributes: dict[str, str]) -> None:
        wanted = [{"Key": key, "Value": value} for key, value in attributes.items()]
        self._client.modify_load_balancer_attributes(LoadBalancerArn=self.arn, Attributes=wanted)

    def _live_attributes(self) -> dict[str, str]:
        answer = self._client.describe_load_balancer_attributes(LoadBalancerArn=self.arn)
        return {each["Key"]: each["Value"] for each in answer["Attributes"]}

    @property
    def _client(self) -> Any:
        return self._aws.client("elbv2")


def _attributes(config: Config, bucket: str, timing: Timing) -> dict[str, str]:
    options = config.balancer
    attributes = {
        "idle_timeout.timeout_seconds": str(timing.idle),
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
        PROTECTION: str(options.deletion_protection).lower(),
        "access_logs.s3.enabled": str(options.access_logs).lower(),
    }
    if options.access_logs:
        attributes |= {"access_logs.s3.bucket": bucket, "access_logs.s3.prefix": ACCESS_LOGS}
    return attributes
