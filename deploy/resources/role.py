"""A role, and what it may do."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.permissions.documents import canonical
from deploy.permissions.policies import Document
from deploy.resource import Settings
from deploy.tags import owned, pairs

POLICY = "permissions"
"""The name of a role's one inline policy."""


class Role:
    """A role with one inline policy, which goes with it.

    `trust` says who may take it on: a service, or a workflow with GitHub's token. Without
    `session_seconds` AWS's own hour is left as it is.
    """

    kind = "role"

    def __init__(
        self,
        aws: Aws,
        name: str,
        *,
        trust: Document,
        policy: Document,
        tags: dict[str, str],
        session_seconds: int | None = None,
    ) -> None:
        self.name = name
        self._aws = aws
        self._trust = canonical(trust)
        self._policy = canonical(policy)
        self._tags = tags
        self._wishes = {"session_seconds": session_seconds} if session_seconds else {}
        self._session = {"MaxSessionDuration": session_seconds} if session_seconds else {}

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
            **self._wishes,
            "policy": self._policy,
            "tags": self._tags,
        }

    def create(self) -> None:
        self._client.create_role(
            RoleName=self.name,
            AssumeRolePolicyDocument=self._trust,
            **self._session,
            Tags=pairs(self._tags),
        )
        self.update(frozenset({"policy"}))

    def update(self, changed: frozenset[str]) -> None:
        name = self.name
        if "trust" in changed:
            self._client.update_assume_role_policy(RoleName=name, PolicyDocument=self._trust)
        if "session_seconds" in changed:
            self._client.update_role(RoleName=name, **self._session)
        if "policy" in changed:
            self._client.put_role_policy(
                RoleName=name, PolicyName=POLICY, PolicyDocument=self._policy
            )
        if "tags" in changed:
            self._client.tag_role(RoleName=name, Tags=pairs(self._tags))

    def delete(self) -> None:
        """Take it away with whatever policies it has been given."""
        with absent("NoSuchEntity"):
            self._delete_policies()
            self._client.delete_role(RoleName=self.name)

    def _delete_policies(self) -> None:
        for policy in self._pages("list_role_policies", "PolicyNames"):
            with absent("NoSuchEntity"):
                self._client.delete_role_policy(RoleName=self.name, PolicyName=policy)
        for policy in self._pages("list_attached_role_policies", "AttachedPolicies"):
            with absent("NoSuchEntity"):
                self._client.detach_role_policy(RoleName=self.name, PolicyArn=policy["PolicyArn"])

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
