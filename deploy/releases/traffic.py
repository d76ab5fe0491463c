"""The function's versions, and how its alias shares the traffic between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, absent
from deploy.errors import Failed, Refused
from deploy.resources.alias import LIVE
from deploy.resources.function import may_not_pull
from deploy.resources.function_state import FunctionState, facts, look


@dataclass(frozen=True, slots=True)
class Traffic:
    """Who answers: the main version, and the shares (0 to 1) that others take of it."""

    main: str
    shares: Mapping[str, float] = field(default_factory=dict)


class Published:
    """The versions of one function behind its alias."""

    def __init__(self, aws: Aws, function: str) -> None:
        self._aws = aws
        self._name = function

    def traffic(self) -> Traffic | None:
        """The shares now; None if there is no function or no alias yet."""
        found: dict[str, Any] | None = None
        with absent("ResourceNotFoundException"):
            found = self._client.get_alias(FunctionName=self._name, Name=LIVE)
        if found is None:
            return None
        shares = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        return Traffic(found["FunctionVersion"], dict(shares))

    def route(self, traffic: Traffic) -> None:
        """Share the traffic so. It takes effect within a second or two."""
        self._client.update_alias(
            FunctionName=self._name,
            Name=LIVE,
            FunctionVersion=traffic.main,
            RoutingConfig={"AdditionalVersionWeights": dict(traffic.shares)},
        )

    def image(self, version: str = "$LATEST") -> str:
        """The digest that a version runs; "" if there is no such version."""
        found: dict[str, Any] | None = None
        with absent("ResourceNotFoundException"):
            found = self._client.get_function(FunctionName=self._name, Qualifier=version)
        if found is None:
            return ""
        return _digest(found)

    def is_current(self, version: str) -> bool:
        """Whether a version is configured as the function now is."""
        ask = self._client.get_function_configuration
        published = facts(ask(FunctionName=self._name, Qualifier=version))
        return bool(published == facts(ask(FunctionName=self._name)))

    def state(self) -> FunctionState:
        """Whether a change of the function is going on, and how the last one ended."""
        return look(self._aws, self._name)

    def take(self, image_uri: str, architecture: str) -> None:
        """Give the function another image, and what it is built for; versions keep theirs.

        One that is busy, as after a call whose answer was lost, is left to be asked again.
        Raises `Refused` if the repository does not let Lambda pull.
        """
        try:
            with absent("ResourceConflictException"):
                self._client.update_function_code(
                    FunctionName=self._name, ImageUri=image_uri, Architectures=[architecture]
                )
        except ClientError as error:
            if not may_not_pull(error):
                raise
            raise Refused(
                f"Lambda may not pull {image_uri}: the repository does not admit it. "
                "`apply function` does."
            ) from error

    def publish(self, digest: str) -> str:
        """The number of the version that is what the function now is; the same when repeated.

        Raises `Failed` if the function is another image by now: somebody without the lease has
        written.
        """
        found = self._client.get_function(FunctionName=self._name)
        code = found["Configuration"]["CodeSha256"]
        if _digest(found) != digest:
            raise Failed(
                f"The function '{self._name}' is {_digest(found)} by now, not {digest}: somebody "
                "else is changing it. Nothing was published. Release again when they have ended."
            )
        answer = self._client.publish_version(
            FunctionName=self._name, Description=digest, CodeSha256=code
        )
        return str(answer["Version"])

    def numbers(self) -> list[str]:
        """The published versions, oldest first."""
        found = self._aws.pages(
            "lambda", "list_versions_by_function", "Versions", FunctionName=self._name
        )
        numbers = [each["Version"] for each in found if each["Version"] != "$LATEST"]
        return sorted(numbers, key=int)

    def delete(self, version: str) -> None:
        """Take a published version away."""
        with absent("ResourceNotFoundException"):
            self._client.delete_function(FunctionName=self._name, Qualifier=version)

    @property
    def _client(self) -> Any:
        return self._aws.client("lambda")


def _digest(found: Mapping[str, Any]) -> str:
    """The image of a function as GetFunction shows it."""
    code = found["Code"]
    return str(code.get("ResolvedImageUri") or code.get("ImageUri", "")).rpartition("@")[2]
