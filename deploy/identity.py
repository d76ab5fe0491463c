"""Who deploys: a person or a workflow, never the machine that it happens on."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.aws import Aws


@dataclass(frozen=True, slots=True)
class Identity:
    """An owner, and the address of the run if it has one."""

    owner: str
    run: str = ""


def identity_of(aws: Aws, environ: Mapping[str, str]) -> Identity:
    """Who the workflow's variables name, or else whom the credentials belong to."""
    if "GITHUB_RUN_ID" in environ:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        run = f"{server}/{environ.get('GITHUB_REPOSITORY', '')}/actions/runs"
        owner = environ.get("GITHUB_ACTOR", "a workflow")
        return Identity(owner, f"{run}/{environ['GITHUB_RUN_ID']}")
    arn = str(aws.client("sts").get_caller_identity()["Arn"])
    return Identity(arn.partition(":")[2].split(":", 4)[-1])
