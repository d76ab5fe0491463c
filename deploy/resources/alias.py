"""The alias `live`: which published version answers."""

from typing import Any

from deploy.aws import Aws, absent
from deploy.resource import Settings
from deploy.resources.function import Function

LIVE = "live"


class Alias:
    """The alias by which the function is called. Its version belongs to the releases."""

    kind = "function alias"

    def __init__(self, aws: Aws, function: Function) -> None:
        self.name = f"{function.name}:{LIVE}"
        self.exists = False
        self.version = ""
        self._aws = aws
        self._function = function

    def find(self) -> Settings | None:
        self.exists, self.version = False, ""
        if not self._function.exists:
            return None
        with absent("ResourceNotFoundException"):
            found = self._client.get_alias(FunctionName=self._function.name, Name=LIVE)
            self.exists, self.version = True, found["FunctionVersion"]
            return {"name": found["Name"]}
        return None

    def settings(self) -> Settings | None:
        return {"name": LIVE} if self._function.is_wanted else None

    def create(self) -> None:
        """Publish what there is, and let the alias name it; published twice, it is one version."""
        self._function.wait_until_ready()
        version = self._client.publish_version(FunctionName=self._function.name)["Version"]
        self._client.create_alias(
            FunctionName=self._function.name, Name=LIVE, FunctionVersion=version
        )

    def update(self, changed: frozenset[str]) -> None:
        """Nothing of it can differ but its version, which is the releases'."""

    def delete(self) -> None:
        with absent("ResourceNotFoundException"):
            self._client.delete_alias(FunctionName=self._function.name, Name=LIVE)

    @property
    def _client(self) -> Any:
        return self._aws.client("lambda")
