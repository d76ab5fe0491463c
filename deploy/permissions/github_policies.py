"""What GitHub Actions may do: the policies of its roles, and who may take each on.

build    push images, from the main branch
deploy   release what is there, from a job in an environment, which has a role of its own
plan     read, from a pull request or the main branch

Pure functions: none asks AWS. `apply`, which makes roles, is left to a person.
"""

from dataclasses import dataclass

from deploy.names import FUNCTION, SERVER
from deploy.permissions.calls import Calls, actions_of
from deploy.permissions.grants import statements
from deploy.permissions.policies import Document, Statement, document
from deploy.permissions.scope import Scope

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

DEPLOY_VERBS = (
    "release", "rollback", "abort", "status", "history", "logs", "url", "smoke", "summary",
)  # fmt: skip
"""Not the first release of the function, which makes it: that is left to a person too."""

PLAN_VERBS = ("plan", "proposal", "url")

PUSHES = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""What an engine asks of the registry, which no recording of ours can see."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A repository as GitHub names it in a token.

    Repositories made or renamed since 2026-07-15 send their numbers with their names. A numbered
    form survives that somebody else takes over the name.
    """

    repository: str
    repository_id: str = ""
    owner_id: str = ""
    both: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """The starts of `sub`: numbered where the numbers are known, else plain; or `both`."""
        plain = f"repo:{self.repository}"
        if not (self.repository_id and self.owner_id):
            return (plain,)
        owner, _, name = self.repository.partition("/")
        numbered = f"repo:{owner}@{self.owner_id}/{name}@{self.repository_id}"
        return (plain, numbered) if self.both else (numbered,)

    def of(self, *contexts: str) -> tuple[str, ...]:
        """Whole subjects: what `sub` is in each context."""
        return tuple(f"{form}:{context}" for form in self.forms for context in contexts)


def build_subjects(subject: Subject) -> tuple[str, ...]:
    """The main branch, outside of any environment."""
    return subject.of("ref:refs/heads/main")


def deploy_subjects(subject: Subject, environment: str) -> tuple[str, ...]:
    """Jobs in the one environment alone, whose rules GitHub has applied before they start."""
    return subject.of(f"environment:{environment}")


def plan_subjects(subject: Subject) -> tuple[str, ...]:
    """Pull requests, and the main branch for the nightly comparison."""
    return subject.of("pull_request", "ref:refs/heads/main")


def trust_github(provider_arn: str, subjects: tuple[str, ...]) -> Document:
    """Tokens of these subjects, made for AWS, may take the role on; compared letter by letter."""
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": list(subjects)}},
    }
    return document(statement)


def build_policy(scope: Scope, calls: Calls) -> Document:
    """Push to the one repository."""
    return document(*statements(scope, {*actions_of(calls, ["push"], ["image"]), *PUSHES}))


def deploy_policy(scope: Scope, calls: Calls) -> Document:
    """Release, roll back and look, at both doors; hand the instances' roles to EC2 alone."""
    return document(*statements(scope, actions_of(calls, DEPLOY_VERBS, [SERVER, FUNCTION])))


def plan_policy(scope: Scope, calls: Calls) -> Document:
    """Read what a plan compares. Writes nothing."""
    return document(*statements(scope, actions_of(calls, PLAN_VERBS, [SERVER, FUNCTION])))
