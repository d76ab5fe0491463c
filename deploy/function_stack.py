"""The function stack: which resources there are, in which order, and what each needs of others."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.aws import Aws
from deploy.config import Config
from deploy.names import FUNCTION, Names, names_of
from deploy.permissions.policies import function_policy
from deploy.releases.traffic import Published
from deploy.resource import Later, Resource
from deploy.resources.alarm import Alarm, Dimensions, Watch
from deploy.resources.alias import LIVE, Alias
from deploy.resources.dashboard import Dashboard
from deploy.resources.function import Function
from deploy.resources.function_url import FunctionUrl, PublicAccess
from deploy.resources.log_group import LogGroup
from deploy.resources.role import Role
from deploy.resources.topic import Topic
from deploy.shared import Shared, shared_of
from deploy.watches import FUNCTION_ALARMS, function_graphs, function_watches

NO_IMAGE = (
    "There is no function until there is an image: `python -m deploy push` and "
    "`python -m deploy release function` come next."
)


@dataclass(frozen=True, slots=True)
class FunctionStack:
    """The same image as a Lambda function with a URL."""

    shared: Shared
    logs: LogGroup
    role: Role
    function: Function
    published: Published
    alias: Alias
    url: FunctionUrl
    public: PublicAccess
    topic: Topic
    alarms: tuple[Alarm, ...]
    dashboard: Dashboard

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


def function(aws: Aws, config: Config, *, digest: str = "") -> FunctionStack:
    """The function stack; `digest` is the image to make the function of, if it is not there."""
    names = names_of(config)
    shared = shared_of(aws, config, names, for_functions=True)
    logs = LogGroup(aws, config, names, FUNCTION)
    role = Role(
        aws,
        names.worldwide(FUNCTION, aws.region),
        service="lambda.amazonaws.com",
        policy=function_policy(logs.arn),
        tags=names.tags(FUNCTION),
    )
    published = Published(aws, names.stem)
    handler = Function(
        aws,
        config,
        names,
        role=role,
        repository_uri=shared.repository.uri,
        digest=digest,
        serves=lambda: published.traffic() is not None,
    )
    alias = Alias(aws, handler)
    topic = Topic(aws, config, names, FUNCTION)
    live: Dimensions = {"FunctionName": handler.name, "Resource": f"{handler.name}:{LIVE}"}
    return FunctionStack(
        shared=shared,
        logs=logs,
        role=role,
        function=handler,
        published=published,
        alias=alias,
        url=FunctionUrl(aws, config, handler, alias),
        public=PublicAccess(aws, config, handler, alias),
        topic=topic,
        alarms=_alarms(aws, config, names, live, topic),
        dashboard=Dashboard(aws, names, FUNCTION, lambda: function_graphs(live)),
    )


def _alarms(
    aws: Aws, config: Config, names: Names, live: Dimensions, topic: Topic
) -> tuple[Alarm, ...]:
    def watch(what: str) -> Callable[[], Watch]:
        return lambda: function_watches(config, live)[what]

    return tuple(Alarm(aws, names, FUNCTION, watch(what), topic) for what in FUNCTION_ALARMS)
