"""The check of the roles of GitHub Actions."""

import json
from typing import Any
from urllib.parse import unquote

from deploy.aws import absent
from deploy.checks.finding import Finding, Visit
from deploy.github import Access
from deploy.permissions.github_policies import AUDIENCE, ISSUER, Subject

NAME = "github roles"


def github_roles(visit: Visit) -> Finding:
    """Whether the roles of this environment are there, and compare audience and subject letter by
    letter; whoever deploys to it is let in by no other environment."""
    environment = visit.config.environment
    access = Access(Subject(""), visit.config.name, visit.aws.region, (environment,))
    found = {name: _trust(visit, name) for name in access.roles}
    missing = [name for name, trust in found.items() if trust is None]
    if missing:
        return Finding(NAME, None, f"not there: {', '.join(missing)}",
                       "Run `python -m deploy bootstrap github` to deploy from GitHub Actions.",
                       )  # fmt: skip
    subjects = {name: _subjects(trust) for name, trust in found.items() if trust}
    loose = [
        each
        for name, listed in subjects.items()
        for each in listed
        if "*" in each or not each.startswith("repo:")
        or (name == access.role("deploy", environment)
            and not each.endswith(f":environment:{environment}"))
    ]  # fmt: skip
    if loose or not all(trust and _exact(trust) for trust in found.values()):
        return Finding(NAME, ok=False, what=f"too many may take them on: {', '.join(loose)}",
                       mend="Run `python -m deploy bootstrap github` again.")  # fmt: skip
    return Finding(
        NAME, ok=True, what=_forms([each for some in subjects.values() for each in some])
    )


def _forms(subjects: list[str]) -> str:
    """Which form the subjects have; a repository made since 2026-07-15 sends the numbered one."""
    repositories = sorted({":".join(each.split(":")[:2]) for each in subjects})
    numbered = [each for each in repositories if "@" in each]
    kinds = "numbered" if len(numbered) == len(repositories) else "plain"
    kinds = "both forms" if 0 < len(numbered) < len(repositories) else kinds
    return f"{', '.join(repositories)} ({kinds})"


def _trust(visit: Visit, name: str) -> dict[str, Any] | None:
    document: Any = None
    with absent("NoSuchEntity"):
        role = visit.aws.client("iam").get_role(RoleName=name)["Role"]
        document = role["AssumeRolePolicyDocument"]
    return dict(json.loads(unquote(document))) if isinstance(document, str) else document


def _condition(trust: dict[str, Any]) -> dict[str, Any]:
    statement = trust["Statement"][0]
    return dict(statement.get("Condition", {}).get("StringEquals", {}))


def _exact(trust: dict[str, Any]) -> bool:
    condition = _condition(trust)
    return condition.get(f"{ISSUER}:aud") == AUDIENCE and f"{ISSUER}:sub" in condition


def _subjects(trust: dict[str, Any]) -> list[str]:
    found = _condition(trust).get(f"{ISSUER}:sub", [])
    return [found] if isinstance(found, str) else list(found)
