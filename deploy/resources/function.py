"""The Lambda function: the same image through another door."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, absent, error_code
from deploy.concurrency import concurrency_of
from deploy.config import Config
from deploy.errors import Refused
from deploy.names import FUNCTION, Names
from deploy.resource import Settings
from deploy.resources.function_state import READY, UNMADE, FunctionState, facts, look, state_of
from deploy.resources.role import Role
from deploy.service_settings import masked_values
from deploy.tags import owned_of
from deploy.waiting import retried, until

ENTRY_POINT = ["python", "-m", "awslambdaric"]
COMMAND = ["handler.main.handler"]

ROLE_LAG = 120.0
"""Seconds until Lambda may take on a new role, and knows that it may pull."""

PATIENCE = 300.0
"""Seconds until a new or changed function is ready: Lambda prepares the image."""


class Function:
    """A function whose `$LATEST` is as it is wanted.

    Which image it runs belongs to the releases: they publish versions, and the alias names one.
    It cannot be made without an image, so that it is not wanted before the first release gives
    its `digest`. `serves` says whether a version of it is released: such a function is never
    made anew, because its URL would be another. Its architecture is that of the image: `moves_to`
    is the wanted one where the next release changes it, else "".
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
        serves: Callable[[], bool],
    ) -> None:
        self.name = names.stem
        self.exists = False
        self.moves_to = ""
        self._aws = aws
        self._wishes = config.function
        self._architecture = config.server.architecture
        self._environment = dict(sorted(config.settings.items()))
        self._role = role
        self._image = f"{repository_uri}@{digest}" if digest else ""
        self._live_image = ""
        self._reserved: int | None = None
        self._serves = serves
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
        self.exists, self.moves_to, self._reserved = False, "", None
        with absent("ResourceNotFoundException"):
            found = self._client.get_function(FunctionName=self.name)
            self.exists = True
            self._live_image = str(found["Code"].get("ImageUri", ""))
            self._reserved = found.get("Concurrency", {}).get("ReservedConcurrentExecutions")
            state = state_of(found["Configuration"])
            if state.architecture != self._architecture:
                self.moves_to = self._architecture
            return {
                **facts(found["Configuration"]),
                "state": state.word,
                "concurrency": self._reserved,
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
            "environment": masked_values(self._environment),
            "entry_point": tuple(ENTRY_POINT),
            "command": tuple(COMMAND),
            "state": READY,
            "concurrency": self._wishes.concurrency or None,
            "tags": self._tags,
        }

    def create(self) -> None:
        self._refuse_concurrency()
        retried(
            self._aws,
            lambda: self._client.create_function(
                FunctionName=self.name,
                PackageType="Image",
                Code={"ImageUri": self._image or self._live_image},
                Architectures=[self._architecture],
                **self._configuration(),
                Tags=self._tags,
            ),
            _not_yet,
            what="Lambda may take on the new role and pull the image",
            limit=ROLE_LAG,
        )
        self.wait_until_ready()
        self._reserve()

    def update(self, changed: frozenset[str]) -> None:
        state = self._settled()
        if state.word == UNMADE:
            self._make_anew(state)
            return
        if changed - {"concurrency", "tags"}:
            self._configure()
        if "concurrency" in changed:
            self._refuse_concurrency()
            self._reserve()
        if "tags" in changed:
            self._client.tag_resource(Resource=self.arn, Tags=self._tags)

    def delete(self) -> None:
        """Take it away with its versions."""
        with absent("ResourceNotFoundException"):
            self._client.delete_function(FunctionName=self.name)

    def wait_until_ready(self) -> None:
        """Wait until the last change is done. Raises `Failed` with Lambda's reason."""
        self._settled().check()

    def _settled(self) -> FunctionState:
        """The state once nothing is going on, be it good or bad."""
        states: list[FunctionState] = []

        def settled() -> bool:
            states.append(look(self._aws, self.name))
            return not states[-1].busy

        until(self._aws, settled, what=f"the function {self.name} is ready", limit=PATIENCE)
        return states[-1]

    def _refuse_concurrency(self) -> None:
        """Raise `Refused` for more than the account can spare, before anything is made of it."""
        wanted = self._wishes.concurrency
        if not wanted:
            return
        spare = concurrency_of(self._aws).spare(self._reserved or 0)
        if wanted > spare:
            raise Refused(
                f"function.concurrency is {wanted}, and the account can spare {spare}: set that "
                "or less, 0 to reserve none, or ask AWS for a higher limit."
            )

    def _reserve(self) -> None:
        """Reserve the concurrency, or give back what is reserved."""
        if self._wishes.concurrency:
            self._client.put_function_concurrency(
                FunctionName=self.name, ReservedConcurrentExecutions=self._wishes.concurrency
            )
        elif self._reserved is not None:
            self._client.delete_function_concurrency(FunctionName=self.name)

    def _make_anew(self, state: FunctionState) -> None:
        """Delete what Lambda could not make, which takes no change, and make it again."""
        if self._serves():
            state.check()
        self.delete()
        self._reserved = None
        self.create()

    def _configure(self) -> None:
        retried(
            self._aws,
            lambda: self._client.update_function_configuration(
                FunctionName=self.name, **self._configuration()
            ),
            _not_yet,
            what="Lambda may take on the new role",
            limit=ROLE_LAG,
        )
        self.wait_until_ready()

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


def may_not_pull(error: ClientError) -> bool:
    """Whether Lambda was kept from the image by the repository's policy."""
    return error_code(error) == "AccessDeniedException" and "ECR image" in str(error)


def _not_yet(error: ClientError) -> bool:
    """A role or a policy that was just made is not known everywhere at once."""
    unknown = error_code(error) == "InvalidParameterValueException" and "role" in str(error).lower()
    return unknown or may_not_pull(error)
