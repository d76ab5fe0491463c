"""The Lambda function: the same image through another door."""

from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, absent, error_code
from deploy.config import Config
from deploy.errors import Failed
from deploy.names import FUNCTION, Names
from deploy.resource import Settings
from deploy.role import Role
from deploy.tags import owned_of
from deploy.waiting import retried, until

ENTRY_POINT = ["python", "-m", "awslambdaric"]
COMMAND = ["handler.main.handler"]

ROLE_LAG = 120.0
"""Seconds until Lambda may take on a new role."""

READY = 300.0
"""Seconds until a new or changed function is ready: Lambda prepares the image."""


class Function:
    """A function whose `$LATEST` is as it is wanted.

    Which image it runs belongs to the releases: they publish versions, and the alias names one.
    It cannot be made without an image, so that it is not wanted before the first release gives
    its `digest`.
    """

    kind = "function"

    def __init__(
        self,
        aws: Aws,
        config: Config,
        names: Names,
        *,
        role: Role,
        repository_uri: str,
        digest: str,
    ) -> None:
        self.name = names.stem
        self.exists = False
        self._aws = aws
        self._wishes = config.function
        self._architecture = config.server.architecture
        self._environment = dict(sorted(config.settings.items()))
        self._role = role
        self._image = f"{repository_uri}@{digest}" if digest else ""
        self._tags = names.tags(FUNCTION)

    @property
    def arn(self) -> str:
        """Its ARN, without a version or alias."""
        return self._aws.arn("lambda", f"function:{self.name}")

    @property
    def is_wanted(self) -> bool:
        """Whether it is there, or an image to make it of."""
        return self.exists or bool(self._image)

    def find(self) -> Settings | None:
        self.exists = False
        with absent("ResourceNotFoundException"):
            found = self._client.get_function(FunctionName=self.name)
            self.exists = True
            return {
                **facts(found["Configuration"]),
                "concurrency": found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
                "tags": owned_of(found.get("Tags", {}), self._tags),
            }
        return None

    def settings(self) -> Settings | None:
        if not self.is_wanted:
            return None
        return {
            "role": self._role.arn,
            "memory_mb": self._wishes.memory_mb,
            "timeout_seconds": self._wishes.timeout_seconds,
            "environment": self._environment,
            "entry_point": tuple(ENTRY_POINT),
            "command": tuple(COMMAND),
            "concurrency": self._wishes.concurrency,
            "tags": self._tags,
        }

    def create(self) -> None:
        retried(
            self._aws,
            lambda: self._client.create_function(
                FunctionName=self.name,
                PackageType="Image",
                Code={"ImageUri": self._image},
                Architectures=[self._architecture],
                **self._configuration(),
                Tags=self._tags,
            ),
            _role_unknown,
            what="Lambda may take on the new role",
            limit=ROLE_LAG,
        )
        self.wait_until_ready()
        self.update(frozenset({"concurrency"}))

    def update(self, changed: frozenset[str]) -> None:
        self.wait_until_ready()
        if changed - {"concurrency", "tags"}:
            retried(
                self._aws,
                lambda: self._client.update_function_configuration(
                    FunctionName=self.name, **self._configuration()
                ),
                _role_unknown,
                what="Lambda may take on the new role",
                limit=ROLE_LAG,
            )
            self.wait_until_ready()
        if "concurrency" in changed:
            self._client.put_function_concurrency(
                FunctionName=self.name,
                ReservedConcurrentExecutions=self._wishes.concurrency,
            )
        if "tags" in changed:
            self._client.tag_resource(Resource=self.arn, Tags=self._tags)

    def delete(self) -> None:
        """Take it away with its versions."""
        with absent("ResourceNotFoundException"):
            self._client.delete_function(FunctionName=self.name)

    def wait_until_ready(self) -> None:
        """Wait until the last change is done. Raises `Failed` with Lambda's reason."""
        until(self._aws, self._is_ready, what=f"the function {self.name} is ready", limit=READY)

    def live_differs(self, version: str) -> bool:
        """Whether a published version is configured otherwise than the function now is."""
        if not version:
            return False
        ask = self._client.get_function_configuration
        published = facts(ask(FunctionName=self.name, Qualifier=version))
        return published != facts(ask(FunctionName=self.name))

    def _is_ready(self) -> bool:
        found = self._client.get_function_configuration(FunctionName=self.name)
        states = (found.get("State", "Active"), found.get("LastUpdateStatus", "Successful"))
        if "Failed" in states:
            reason = found.get("LastUpdateStatusReason") or found.get("StateReason", "")
            raise Failed(f"The function {self.name} failed: {reason}")
        return "Pending" not in states and "InProgress" not in states

    def _configuration(self) -> dict[str, Any]:
        return {
            "Role": self._role.arn,
            "MemorySize": self._wishes.memory_mb,
            "Timeout": self._wishes.timeout_seconds,
            "Environment": {"Variables": self._environment},
            "ImageConfig": {"EntryPoint": ENTRY_POINT, "Command": COMMAND},
        }

    @property
    def _client(self) -> Any:
        return self._aws.client("lambda")


def facts(configuration: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a function, or of a version of it, in plain values."""
    image = configuration.get("ImageConfigResponse", {}).get("ImageConfig", {})
    variables = configuration.get("Environment", {}).get("Variables", {})
    return {
        "role": configuration["Role"],
        "memory_mb": configuration["MemorySize"],
        "timeout_seconds": configuration["Timeout"],
        "environment": dict(sorted(variables.items())),
        "entry_point": tuple(image.get("EntryPoint", [])),
        "command": tuple(image.get("Command", [])),
    }


def _role_unknown(error: ClientError) -> bool:
    return error_code(error) == "InvalidParameterValueException" and "role" in str(error).lower()
