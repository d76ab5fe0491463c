"""What GitHub Actions needs: a provider and roles in the account, and variables on its side."""

from collections.abc import Collection
from dataclasses import dataclass

from deploy.aws import Aws
from deploy.config import Config
from deploy.names import FUNCTION, MANAGED, Names, fit
from deploy.permissions.calls import Calls
from deploy.permissions.github_policies import (
    Subject,
    build_policy,
    build_subjects,
    deploy_policy,
    deploy_subjects,
    plan_policy,
    plan_subjects,
    trust_github,
)
from deploy.permissions.policies import Document
from deploy.permissions.scope import Scope
from deploy.resource import Resource
from deploy.resources.identity_provider import IdentityProvider
from deploy.resources.role import Role

SESSION_SECONDS = 7200
"""How long a workflow may keep a role: a release that times out takes an hour."""

LONGEST_ROLE = 64
"""Characters of a role's name. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

RUNNERS = {"arm64": "ubuntu-24.04-arm", "x86_64": "ubuntu-24.04"}
"""The machine that builds for each architecture, so that nothing is emulated."""


@dataclass(frozen=True, slots=True)
class Access:
    """Which repository may do what, in which environments of a service in one region."""

    subject: Subject
    service: str
    region: str
    environments: tuple[str, ...]

    def role(self, what: str, environment: str = "") -> str:
        """The name of a role: build and plan serve all environments, deploy the one it names.

        No region has roles of its own, and these may reach one region alone: it is in the name.
        """
        start = "-".join(filter(None, (self.service, "github", what, environment)))
        return f"{fit(start, LONGEST_ROLE - len(self.region) - 1)}-{self.region}"

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of all of them."""
        deploy = (self.role("deploy", each) for each in self.environments)
        return (self.role("build"), *deploy, self.role("plan"))

    @property
    def tags(self) -> dict[str, str]:
        """The tags of all of it. No environment's, whose `destroy` leaves it alone."""
        return {"service": self.service, **MANAGED, "for": "github"}


def github_stack(aws: Aws, access: Access, calls: Calls) -> list[Resource]:
    """The provider, and after it the roles that trust it."""
    provider = IdentityProvider(aws, access.tags)
    names = {each: Names(access.service, each) for each in access.environments}
    subject = access.subject

    def scope(*of: Names) -> Scope:
        return Scope(aws.partition, aws.account, aws.region, of)

    def role(name: str, policy: Document, subjects: tuple[str, ...]) -> Role:
        trust = trust_github(provider.arn, subjects)
        return Role(
            aws,
            name,
            trust=trust,
            policy=policy,
            tags=access.tags,
            session_seconds=SESSION_SECONDS,
        )

    everywhere = scope(*names.values())
    deploys = (
        role(access.role("deploy", each), deploy_policy(scope(name), calls),
             deploy_subjects(subject, each))
        for each, name in names.items()
    )  # fmt: skip
    return [
        provider,
        role(access.role("build"), build_policy(everywhere, calls), build_subjects(subject)),
        *deploys,
        role(access.role("plan"), plan_policy(everywhere, calls), plan_subjects(subject)),
    ]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the repository, or of one of its environments. None of them is a secret."""

    name: str
    value: str
    environment: str = ""


def is_reached(config: Config, door: str) -> bool:
    """Whether GitHub's machines, which have no addresses of their own, reach the URL of a door."""
    return door == FUNCTION or "0.0.0.0/0" in config.network.allowed_cidrs


def variables(
    aws: Aws, access: Access, *, door: str, architecture: str, reached: Collection[str]
) -> list[Variable]:
    """The variables that the workflows read; `reached` are the environments whose URL they ask.

    The deploy role is the environment's: a job outside of it does not even learn its name.
    """

    def arn(what: str, environment: str = "") -> str:
        return aws.arn("iam", f"role/{access.role(what, environment)}", region=False)

    return [
        Variable("AWS_REGION", aws.region),
        Variable("AWS_BUILD_ROLE", arn("build")),
        Variable("AWS_PLAN_ROLE", arn("plan")),
        Variable("DOOR", door),
        Variable("BUILD_RUNNER", RUNNERS[architecture]),
        *(Variable("AWS_DEPLOY_ROLE", arn("deploy", each), each) for each in access.environments),
        *(
            Variable("SMOKE", "yes" if each in reached else "no", each)
            for each in access.environments
        ),
    ]
