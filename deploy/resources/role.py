"""A role that a service of AWS takes on."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.permissions.documents import canonical
from deploy.permissions.policies import Document, trust
from deploy.resource import Settings
from deploy.tags import owned, pairs

POLICY = "permissions"
"""The name of a role's one inline policy."""


class Role:
    """A role with one inline policy, which goes with it."""

    kind = "role"

    def __init__(
        self, aws: Aws, name: str, *, service: str, policy: Document, tags: dict[str, str]
    ) -> None:
        self.name = name
        self._aws = aws
        self._trust = trust(service, aws.account)
        self._policy = policy
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
                "policy": self._live_policy(),
                "tags": owned(role.get("Tags", []), self._tags),
            }
        return None

    def settings(self) -> Settings:
        return {
            "trust": canonical(self._trust),
            "policy": canonical(self._policy),
            "tags": self._tags,
        }

    def create(self) -> None:
        self._client.create_role(
            RoleName=self.name,
            AssumeRolePolicyDocument=canonical(self._trust),
            Tags=pairs(self._tags),
        )
        self.update(frozenset({"policy"}))

    def update(self, changed: frozenset[str]) -> None:
        if "trust" in changed:
            self._client.update_assume_role_policy(
                RoleName=self.name, PolicyDocument=canonical(self._trust)
            )
        if "policy" in changed:
            self._client.put_role_policy(
                RoleName=self.name, PolicyName=POLICY, PolicyDocument=canonical(self._policy)
            )
        if "tags" in changed:
            self._client.tag_role(RoleName=self.name, Tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away with whatever policies it has been given."""
        with absent("NoSuchEntity"):
            for policy in self._pages("list_role_policies", "PolicyNames"):
                self._client.delete_role_policy(RoleName=self.name, PolicyName=policy)
            for policy in self._pages("list_attached_role_policies", "AttachedPolicies"):
                self._client.detach_role_policy(RoleName=self.name, PolicyArn=policy["PolicyArn"])
            self._client.delete_role(RoleName=self.name)

    def _live_policy(self) -> str | None:
        with absent("NoSuchEntity"):
            answer = self._client.get_role_policy(RoleName=self.name, PolicyName=POLICY)
            return canonical(answer["PolicyDocument"])
        return None

    def _pages(self, operation: str, key: str) -> list[Any]:
        return list(self._aws.pages("iam", operation, key, RoleName=self.name))

    @property
    def _client(self) -> Any:
        return self._aws.client("iam")
