"""What a function is now, as Lambda tells it: its configuration, and how its last change went."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.aws import Aws
from deploy.errors import Failed
from deploy.service_settings import masked_values

READY = "ready"
UNMADE = "could not be made"
UNCHANGED = "could not be changed"


@dataclass(frozen=True, slots=True)
class FunctionState:
    """Whether a change is going on, and how the last one ended.

    `word` is `READY`; or `UNMADE`, for which a new function is the only way out; or `UNCHANGED`,
    which the next change ends. `reason` is Lambda's.
    """

    name: str
    architecture: str
    busy: bool = False
    word: str = READY
    reason: str = ""

    def check(self) -> None:
        """Raise `Failed` with Lambda's reason unless all is well."""
        if self.word != READY:
            reason = self.reason.rstrip(".") or "Lambda gives no reason"
            raise Failed(f"The function {self.name} {self.word}: {reason}. {_MEND[self.word]}")


def state_of(configuration: Mapping[str, Any]) -> FunctionState:
    """The state that a configuration tells."""
    name, architecture = str(configuration["FunctionName"]), facts(configuration)["architecture"]
    state = configuration.get("State", "Active")
    update = configuration.get("LastUpdateStatus", "Successful")
    busy = state == "Pending" or update == "InProgress"
    if state == "Failed":
        return FunctionState(name, architecture, busy, UNMADE, configuration.get("StateReason", ""))
    if update == "Failed":
        reason = configuration.get("LastUpdateStatusReason", "")
        return FunctionState(name, architecture, busy, UNCHANGED, reason)
    return FunctionState(name, architecture, busy)


def look(aws: Aws, name: str) -> FunctionState:
    """The state of a function now."""
    return state_of(aws.client("lambda").get_function_configuration(FunctionName=name))


def facts(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a function, or of a version of it, in plain values."""
    image = configuration.get("ImageConfigResponse", {}).get("ImageConfig", {})
    variables = configuration.get("Environment", {}).get("Variables", {})
    return {
        "architecture": configuration["Architectures"][0],
        "role": configuration["Role"],
        "memory_mb": configuration["MemorySize"],
        "timeout_seconds": configuration["Timeout"],
        "environment": masked_values(variables),
        "entry_point": tuple(image.get("EntryPoint", [])),
        "command": tuple(image.get("Command", [])),
    }


_MEND = {
    UNMADE: "Mend that and run the same command again: it makes the function anew if none of its "
    "versions serves. One that does goes on; then `destroy function`, and release.",
    UNCHANGED: "What is published goes on serving. Mend that and run the same command again.",
}
