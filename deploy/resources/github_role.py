"""A role that a workflow takes on with GitHub's token."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.permissions.documents import canonical
from deploy.permissions.policies import Document
from deploy.resource import Settings
from deploy.resources.role import POLICY
from deploy.tags import owned, pairs

SESSION_SECONDS = 7200
"""How long a workflow may keep it: a release that times out takes an hour."""


class GithubRole:
    """A role with one inline policy, which goes with it."""

    kind = "role"

    def __init__(
        self, aws: Aws, name: str, *, trust: Document, policy: Document, tags: dict[str, str]
    ) -> None:
        self.name = name
        self._aws = aws
        self._trust = canonical(trust)
        self._policy = canonical(policy)
        self._tags = tags

    @property
    def arn(self) -> str:
        """Its ARN, known before it is made."""
        return self._aws.arn("iam", f"role/{self.name}", region=False)

    def find(self) -> Settings | None:
        with absent("NoSuchEntity"):
            role = self._client.get_role(RoleName=self.name)["Role"]
            return {
                "trust": canonical(role["AssumeRolePolicyDocument"]),
                "session_seconds": role["MaxSessionDuration"],
                "policy": self._live_policy(),
                "tags": owned(role.get("Tags", []), self._tags),
            }
        return None

    def settings(self) -> Settings:
        return {
            "trust": self._trust,
            "session_seconds": SESSION_SECONDS,
            "policy": self._policy,
            "tags": self._tags,
        }

    def create(self) -> None:
        self._client.create_role(
            RoleName=self.name,
            AssumeRolePolicyDocument=self._trust,
            MaxSessionDuration=SESSION_SECONDS,
            Tags=pairs(self._tags),
        )
        self.update(frozenset({"policy"}))

    def update(self, changed: frozenset[str]) -> None:
        name = self.name
        if "trust" in changed:
            self._client.update_assume_role_policy(RoleName=name, PolicyDocument=self._trust)
        if "session_seconds" in changed:
            self._client.update_role(RoleName=name, MaxSessionDuration=SESSION_SECONDS)
        if "policy" in changed:
            self._client.put_role_policy(
                RoleName=name, PolicyName=POLICY, PolicyDocument=self._policy
            )
        if "tags" in changed:
            self._client.tag_role(RoleName=name, Tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away with its policy."""
        with absent("NoSuchEntity"):
            self._client.delete_role_policy(RoleName=self.name, PolicyName=POLICY)
        with absent("NoSuchEntity"):
            self._client.delete_role(RoleName=self.name)

    def _live_policy(self) -> str | None:
        with absent("NoSuchEntity"):
            answer = self._client.get_role_policy(RoleName=self.name, PolicyName=POLICY)
            return canonical(answer["PolicyDocument"])
        return None

    @property
    def _client(self) -> Any:
        return self._aws.client("iam")
