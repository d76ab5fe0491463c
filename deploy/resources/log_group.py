"""A log group with its retention."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.names import Names
from deploy.resource import Settings
from deploy.tags import owned_of


class LogGroup:
    """The log group of one door."""

    kind = "log group"

    def __init__(self, aws: Aws, config: Config, names: Names, door: str) -> None:
        self.name = names.log_group(door)
        self._aws = aws
        self._days = config.logs.retention_days
        self._tags = names.tags(door)

    @property
    def arn(self) -> str:
        """Its ARN, without the `:*` that policies and some calls add."""
        return self._aws.arn("logs", f"log-group:{self.name}")

    def find(self) -> Settings | None:
        found = self._aws.pages(
            "logs", "describe_log_groups", "logGroups", logGroupNamePrefix=self.name
        )
        group = next((each for each in found if each["logGroupName"] == self.name), None)
        if group is None:
            return None
        tags = self._client.list_tags_for_resource(resourceArn=self.arn)["tags"]
        return {
            "retention_days": group.get("retentionInDays"),
            "tags": owned_of(tags, self._tags),
        }

    def settings(self) -> Settings:
        return {"retention_days": self._days, "tags": self._tags}

    def create(self) -> None:
        self._client.create_log_group(logGroupName=self.name, tags=self._tags)
        self.update(frozenset({"retention_days"}))

    def update(self, changed: frozenset[str]) -> None:
        if "retention_days" in changed:
            self._client.put_retention_policy(logGroupName=self.name, retentionInDays=self._days)
        if "tags" in changed:
            self._client.tag_resource(resourceArn=self.arn, tags=self._tags)

    def delete(self) -> None:
        """Take it away with every line in it."""
        with absent("ResourceNotFoundException"):
            self._client.delete_log_group(logGroupName=self.name)

    @property
    def _client(self) -> Any:
        return self._aws.client("logs")
