"""The association of a web ACL, if one is given."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.names import Names
from deploy.resource import Later, Settings
from deploy.resources.balancer import Balancer

NONE = "none"
"""The wish that there be no web ACL, whoever has put one there."""


class Firewall:
    """A web ACL before the balancer, or none. Without a wish nothing is asked, and what somebody
    else has put there is let alone."""

    kind = "web ACL association"

    def __init__(self, aws: Aws, config: Config, names: Names, balancer: Balancer) -> None:
        self.name = names.stem
        self._aws = aws
        self._acl = config.balancer.waf_acl_arn
        self._balancer = balancer

    def find(self) -> Settings | None:
        if isinstance(self._balancer.arn, Later) or not self._acl:
            return None
        with absent("WAFNonexistentItemException"):
            answer = self._client.get_web_acl_for_resource(ResourceArn=self._balancer.arn)
            live = answer.get("WebACL", {}).get("ARN")
            return {"web_acl": live} if live else None
        return None

    def settings(self) -> Settings | None:
        return {"web_acl": self._acl} if self._acl not in ("", NONE) else None

    def create(self) -> None:
        self._client.associate_web_acl(WebACLArn=self._acl, ResourceArn=self._balancer.arn)

    def update(self, changed: frozenset[str]) -> None:  # noqa: ARG002 - it has one key only
        self.create()

    def delete(self) -> None:
        with absent("WAFNonexistentItemException"):
            self._client.disassociate_web_acl(ResourceArn=self._balancer.arn)

    @property
    def _client(self) -> Any:
        return self._aws.client("wafv2")
