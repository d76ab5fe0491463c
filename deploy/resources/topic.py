"""The topic that tells people of alarms."""

from collections.abc import Callable
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
        self._subscribe()

    def update(self, changed: frozenset[str]) -> None:
        if "email" in changed:
            self._subscribe()
            self._unsubscribe(_other_than(self._email))
        if "tags" in changed:
            self._client.tag_resource(ResourceArn=self.arn, Tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away with its subscriptions."""
        self._unsubscribe(lambda _: True)
        self._client.delete_topic(TopicArn=self._aws.arn("sns", self.name))

    def _live_email(self) -> str:
        """The addresses: ours, confirmed or not, and every other one that hears of alarms."""
        emails = {
            one["Endpoint"]
            for one in self._subscriptions()
            if one["Protocol"] == "email" and (one["Endpoint"] == self._email or _is_confirmed(one))
        }
        return ", ".join(sorted(emails))

    def _subscribe(self) -> None:
        self._client.subscribe(TopicArn=self.arn, Protocol="email", Endpoint=self._email)

    def _unsubscribe(self, chosen: Callable[[dict[str, str]], bool]) -> None:
        """Take subscriptions away. One that is not confirmed cannot be: AWS forgets it itself."""
        for one in self._subscriptions():
            if _is_confirmed(one) and chosen(one):
                self._client.unsubscribe(SubscriptionArn=one["SubscriptionArn"])

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


def _other_than(email: str) -> Callable[[dict[str, str]], bool]:
    return lambda each: each["Protocol"] == "email" and each["Endpoint"] != email


def _is_confirmed(subscription: dict[str, str]) -> bool:
    return subscription["SubscriptionArn"].startswith("arn:")
