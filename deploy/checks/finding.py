"""What `doctor` finds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from deploy.aws import Aws, error_code, missing_action
from deploy.aws_errors import unanswered
from deploy.config import Config
from deploy.names import Names, names_of
from deploy.permissions.calls import Calls
from deploy.permissions.scope import Scope


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what was seen, and what mends it.

    `ok` is None where it could not be seen; that alone stops nobody.
    """

    name: str
    ok: bool | None
    what: str
    mend: str = ""


@dataclass(frozen=True)
class Visit:
    """What the checks look at: an account and what is to be deployed there at one door."""

    aws: Aws
    config: Config
    door: str
    calls: Calls = field(default_factory=dict)

    @cached_property
    def names(self) -> Names:
        """What everything is called."""
        return names_of(self.config)

    @cached_property
    def scope(self) -> Scope:
        """What the verbs of the door touch."""
        aws = self.aws
        return Scope(aws.partition, aws.account, aws.region, (self.names,), (self.door,))


Check = Callable[[Visit], Finding]


def seen(check: Check, visit: Visit) -> Finding:
    """The finding of a check; if there is no answer, one that says what could not be seen."""
    name = check.__name__.replace("_", " ")
    try:
        return check(visit)
    except ClientError as error:
        action = missing_action(error)
        if action:
            return Finding(name, None, f"not seen: {action} is not allowed", f"Allow {action}.")
        return Finding(name, None, f"not seen: {error_code(error)}", "Try again later.")
    except (BotoCoreError, ResponseParserError, OSError) as error:
        return Finding(name, None, f"not seen: {type(error).__name__}", unanswered(error))
