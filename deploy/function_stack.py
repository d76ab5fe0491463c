"""The function stack: which resources there are, in which order, and what each needs of others."""

from dataclasses import dataclass
from functools import cached_property, partial

from deploy.aws import Aws
from deploy.config import Config
from deploy.graphs import function_graphs
from deploy.names import FUNCTION, Names, names_of
from deploy.permissions.policies import function_policy, trust
from deploy.releases.traffic import Published
from deploy.resource import Later, Resource
from deploy.resources.alarm import Alarm, Dimensions, alarms_of
from deploy.resources.alias import LIVE, Alias
from deploy.resources.dashboard import Dashboard
from deploy.resources.function import Function
from deploy.resources.function_url import FunctionUrl, PublicAccess
from deploy.resources.log_group import LogGroup
from deploy.resources.role import Role
from deploy.resources.topic import Topic
from deploy.shared import Shared, shared_of
from deploy.watches import FUNCTION_ALARMS, function_watches

NO_IMAGE = (
    "There is no function until there is an image: `python -m deploy push` and "
    "`python -m deploy release function` come next."
)


@dataclass(frozen=True)
class FunctionStack:
    """The same image as a Lambda function with a URL. Each resource is one object.

    `digest` is the image to make the function of, if it is not there.
    """

    aws: Aws
    config: Config
    digest: str = ""

    @cached_property
    def names(self) -> Names:
        """What everything is called."""
        return names_of(self.config)

    @cached_property
    def shared(self) -> Shared:
        """What the other door uses too."""
        return shared_of(self.aws, self.config, self.names, for_functions=True)

    @cached_property
    def logs(self) -> LogGroup:
        return LogGroup(self.aws, self.config, self.names, FUNCTION)

    @cached_property
    def role(self) -> Role:
        return Role(
            self.aws,
            self.names.worldwide(FUNCTION, self.aws.region),
            trust=trust("lambda.amazonaws.com", self.aws.account),
            policy=function_policy(self.logs.arn),
            tags=self.names.tags(FUNCTION),
        )

    @cached_property
    def published(self) -> Published:
        """Its versions, and which of them serve."""
        return Published(self.aws, self.names.stem)

    @cached_property
    def function(self) -> Function:
        return Function(
            self.aws,
            self.config,
            self.names,
            role=self.role,
            repository_uri=self.shared.repository.uri,
            digest=self.digest,
            serves=lambda: self.published.traffic() is not None,
        )

    @cached_property
    def alias(self) -> Alias:
        return Alias(self.aws, self.function)

    @cached_property
    def url(self) -> FunctionUrl:
        return FunctionUrl(self.aws, self.config, self.function, self.alias)

    @cached_property
    def public(self) -> PublicAccess:
        return PublicAccess(self.aws, self.config, self.function, self.alias)

    @cached_property
    def topic(self) -> Topic:
        return Topic(self.aws, self.config, self.names, FUNCTION)

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        watches = partial(function_watches, self.config, self._live)
        return alarms_of(self.aws, self.names, FUNCTION, watches, FUNCTION_ALARMS, self.topic)

    @cached_property
    def dashboard(self) -> Dashboard:
        return Dashboard(self.aws, self.names, FUNCTION, lambda: function_graphs(self._live))

    @property
    def resources(self) -> list[Resource]:
        """In the order in which they are made; each needs only what stands before it."""
        return [
            *self.shared.resources,
            self.logs,
            self.role,
            self.function,
            self.alias,
            self.url,
            self.public,
            self.topic,
            *self.alarms,
            self.dashboard,
        ]

    def is_protected(self) -> bool:
        """A function cannot be protected."""
        return False

    def notes(self) -> list[str]:
        """What a person should know after a walk."""
        if not self.function.exists:
            return [NO_IMAGE]
        notes = []
        if self.alias.exists and not self.published.is_current(self.alias.version):
            notes.append(
                f"The configuration of the function is not that of version {self.alias.version}, "
                "which answers: `python -m deploy release function` rolls it out."
            )
        if self.function.moves_to:
            notes.append(
                f"The function is not for {self.function.moves_to} yet: push an image for it, "
                "and `python -m deploy release function` moves it."
            )
        if not isinstance(self.url.address, Later):
            notes.append(f"It answers at {self.url.address}")
        return notes

    @property
    def _live(self) -> Dimensions:
        """The dimensions of the alias."""
        name = self.function.name
        return {"FunctionName": name, "Resource": f"{name}:{LIVE}"}


def function(aws: Aws, config: Config, *, digest: str = "") -> FunctionStack:
    """The function stack; `digest` is the image to make the function of, if it is not there."""
    return FunctionStack(aws, config, digest)
