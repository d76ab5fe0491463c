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
    run = run_of(environ)
    if run:
        return Identity(environ.get("GITHUB_ACTOR", "a workflow"), run)
    arn = str(aws.client("sts").get_caller_identity()["Arn"])
    return Identity(arn.partition(":")[2].split(":", 4)[-1])


def run_of(environ: Mapping[str, str]) -> str:
    """The address of the workflow's run, "" outside of one. A run that is started again has the
    same number, and is told apart by its attempt."""
    if "GITHUB_RUN_ID" not in environ:
        return ""
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    runs = f"{server}/{environ.get('GITHUB_REPOSITORY', '')}/actions/runs"
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "1")
    again = f"/attempts/{attempt}" if attempt != "1" else ""
    return f"{runs}/{environ['GITHUB_RUN_ID']}{again}"
