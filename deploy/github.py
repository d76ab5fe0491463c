"""What GitHub Actions needs in the account: an identity provider and three roles."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.aws import Aws
from deploy.calls import Calls
from deploy.github_policies import (
    Subject,
    build_policy,
    build_subjects,
    deploy_policy,
    deploy_subjects,
    plan_policy,
    plan_subjects,
    trust_github,
)
from deploy.github_role import GithubRole
from deploy.identity_provider import IdentityProvider
from deploy.names import Names
from deploy.policies import Document
from deploy.resource import Resource
from deploy.scope import Scope

ROLES = ("build", "deploy", "plan")


@dataclass(frozen=True, slots=True)
class Access:
    """Which repository may do what, in which environments of a service."""

    subject: Subject
    service: str
    environments: tuple[str, ...]

    def role(self, what: str) -> str:
        """The name of one of the `ROLES`; they serve all environments."""
        return f"{self.service}-github-{what}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of all of it. No environment's, whose `destroy` leaves it alone."""
        return {"service": self.service, "managed-by": "deploy", "for": "github"}


def github_stack(aws: Aws, access: Access, calls: Calls) -> list[Resource]:
    """The provider, and after it the roles that trust it."""
    provider = IdentityProvider(aws, access.tags)
    names = tuple(Names(access.service, each) for each in access.environments)
    scope = Scope(aws.partition, aws.account, aws.region, names)

    def role(what: str, policy: Document, subjects: tuple[str, ...]) -> GithubRole:
        trust = trust_github(provider.arn, subjects)
        return GithubRole(aws, access.role(what), trust=trust, policy=policy, tags=access.tags)

    subject = access.subject
    return [
        provider,
        role("build", build_policy(scope, calls), build_subjects(subject)),
        role("deploy", deploy_policy(scope, calls), deploy_subjects(subject, access.environments)),
        role("plan", plan_policy(scope, calls), plan_subjects(subject)),
    ]


def variables(aws: Aws, access: Access) -> Sequence[tuple[str, str]]:
    """The repository variables that the workflows read. None of them is a secret."""
    roles = [
        (f"AWS_{what.upper()}_ROLE", aws.arn("iam", f"role/{access.role(what)}", region=False))
        for what in ROLES
    ]
    return [("AWS_REGION", aws.region), *roles]
