"""The instance profile: the envelope in which an instance is given its role."""

from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, absent, error_code
from deploy.resource import Settings
from deploy.resources.role import Role
from deploy.tags import owned, pairs


class InstanceProfile:
    """A profile that holds one role, and has its name."""

    kind = "instance profile"

    def __init__(self, aws: Aws, role: Role, tags: dict[str, str]) -> None:
        self.name = role.name
        self._aws = aws
        self._role = role.name
        self._tags = tags
        self._live_roles: tuple[str, ...] = ()

    def find(self) -> Settings | None:
        self._live_roles = ()
        with absent("NoSuchEntity"):
            answer = self._client.get_instance_profile(InstanceProfileName=self.name)
            profile = answer["InstanceProfile"]
            self._live_roles = tuple(role["RoleName"] for role in profile["Roles"])
            return {
                "roles": self._live_roles,
                "tags": owned(profile.get("Tags", []), self._tags),
            }
        return None

    def settings(self) -> Settings:
        return {"roles": (self._role,), "tags": self._tags}

    def create(self) -> None:
        self._client.create_instance_profile(InstanceProfileName=self.name, Tags=pairs(self._tags))
        self.update(frozenset({"roles"}))

    def update(self, changed: frozenset[str]) -> None:
        if "roles" in changed:
            self._empty()
            self._add_role()
        if "tags" in changed:
            self._client.tag_instance_profile(InstanceProfileName=self.name, Tags=pairs(self._tags))

    def delete(self) -> None:
        self._empty()
        with absent("NoSuchEntity"):
            self._client.delete_instance_profile(InstanceProfileName=self.name)

    def _add_role(self) -> None:
        """Give it the role; it can have but one, perhaps that of our own try that went unheard."""
        try:
            self._client.add_role_to_instance_profile(
                InstanceProfileName=self.name, RoleName=self._role
            )
        except ClientError as error:
            if error_code(error) != "LimitExceeded" or not self._has_role():
                raise

    def _has_role(self) -> bool:
        return (self.find() or {}).get("roles") == (self._role,)

    def _empty(self) -> None:
        for role in self._live_roles:
            with absent("NoSuchEntity"):
                self._client.remove_role_from_instance_profile(
                    InstanceProfileName=self.name, RoleName=role
                )

    @property
    def _client(self) -> Any:
        return self._aws.client("iam")
