"""What a person may do who applies, releases and destroys: the actions of every verb of one door.

Pure functions: none asks AWS. `bootstrap`, which makes the roles of GitHub Actions, is left to an
administrator.
"""

import json
import re
from collections.abc import Callable

from deploy.config import Config
from deploy.permissions.calls import Calls, actions_of
from deploy.permissions.github_policies import PUSHES
from deploy.permissions.grants import statements
from deploy.permissions.policies import Document, Statement, document
from deploy.permissions.scope import Scope

MANAGED_LIMIT = 6_144
"""Characters of a managed policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

IMAGE = "image"
"""Where `push` is listed."""


def operator_actions(calls: Calls, config: Config, door: str) -> tuple[str, ...]:
    """The actions of every verb at a door, without those of options that are not set."""
    actions = actions_of(calls, {verb for verbs in calls.values() for verb in verbs}, [door, IMAGE])
    return tuple(each for each in actions if _is_needed(each, config))


def operator_statements(scope: Scope, calls: Calls, config: Config) -> list[Statement]:
    """What whoever deploys through the one door of the scope may do."""
    (door,) = scope.doors
    return statements(scope, {*operator_actions(calls, config, door), *PUSHES})


def operator_policies(scope: Scope, calls: Calls, config: Config) -> list[Document]:
    """The same in as many documents as managed policies need, of which a role takes ten."""
    pages: list[list[Statement]] = [[]]
    for statement in operator_statements(scope, calls, config):
        if size(document(*pages[-1], statement)) > MANAGED_LIMIT:
            pages.append([])
        pages[-1].append(statement)
    return [document(*page) for page in pages]


def size(policy: Document) -> int:
    """The characters that AWS counts: blanks are none."""
    return len(json.dumps(policy, separators=(",", ":")))


def _is_needed(action: str, config: Config) -> bool:
    return all(is_set(config) for pattern, is_set in _OPTIONS.items() if pattern.match(action))


_OPTIONS: dict[re.Pattern[str], Callable[[Config], bool]] = {
    re.compile("wafv2:|elasticloadbalancing:.*WebACL"): lambda config: bool(
        config.balancer.waf_acl_arn
    ),
    re.compile("autoscaling:PutScheduled"): lambda config: bool(config.server.schedule),
    re.compile("lambda:AddPermission"): lambda config: config.function.public,
    re.compile("sns:(CreateTopic|Subscribe|TagResource)"): lambda config: bool(config.alarms.email),
}
"""Actions that an option alone needs. What takes an option away again is always allowed."""
