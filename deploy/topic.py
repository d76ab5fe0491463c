"""The topic that tells people of alarms."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.config import Config
from deploy.names import Names
from deploy.resource import Later, Settings
from deploy.tags import owned, pairs


class Topic:
    """A topic with one e-mail address, if one is given; its owner has to confirm it.

    It is not encrypted: with AWS's own key CloudWatch could not publish to it, and alarms hold
    nothing secret.
    """

    kind = "alarm topic"

    def __init__(self, aws: Aws, config: Config, names: Names, door: str) -> None:
        self.name = names.of(f"{door}-alarms")
        self.arn: str | Later = Later(self.kind)
        self._aws = aws
        self._email = config.alarms.email
        self._tags = names.tags(door)

    @property
    def subscribers(self) -> tuple[str | Later, ...]:
        """What alarms tell: the topic, or nobody."""
        return (self.arn,) if self._email else ()

    def find(self) -> Settings | None:
        arn = self._aws.arn("sns", self.name)
        self.arn = Later(self.kind)
        with absent("NotFound", "NotFoundException"):
            self._client.get_topic_attributes(TopicArn=arn)
            self.arn = arn
            tags = self._client.list_tags_for_resource(ResourceArn=arn)["Tags"]
            return {"email": self._live_email(), "tags": owned(tags, self._tags)}
        return None

    def settings(self) -> Settings | None:
        return {"email": self._email, "tags": self._tags} if self._email else None

    def create(self) -> None:
        answer = self._client.create_topic(Name=self.name, Tags=pairs(self._tags))
        self.arn = answer["TopicArn"]
        self.update(frozenset({"email"}))

    def update(self, changed: frozenset[str]) -> None:
        if "email" in changed:
            self._client.subscribe(TopicArn=self.arn, Protocol="email", Endpoint=self._email)
        if "tags" in changed:
            self._client.tag_resource(ResourceArn=self.arn, Tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away with its subscriptions."""
        arn = self._aws.arn("sns", self.name)
        for subscription in self._subscriptions():
            if subscription["SubscriptionArn"].startswith("arn:"):
                self._client.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        self._client.delete_topic(TopicArn=arn)

    def _live_email(self) -> str:
        """Ours if it is subscribed, confirmed or not; otherwise one that is."""
        emails = [one["Endpoint"] for one in self._subscriptions() if one["Protocol"] == "email"]
        return self._email if self._email in emails else next(iter(sorted(emails)), "")

    def _subscriptions(self) -> list[dict[str, str]]:
        return list(
            self._aws.pages(
                "sns",
                "list_subscriptions_by_topic",
                "Subscriptions",
                TopicArn=self._aws.arn("sns", self.name),
            )
        )

    @property
    def _client(self) -> Any:
        return self._aws.client("sns")
