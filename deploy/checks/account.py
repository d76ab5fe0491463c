"""Checks of the account: who asks, where, and what they may do."""

from botocore.exceptions import BotoCoreError, ClientError

from deploy.aws import error_code
from deploy.aws_errors import LOOK, Unanswered
from deploy.checks.finding import Finding, Visit
from deploy.permissions.denials import denied_actions
from deploy.permissions.operator_policy import operator_statements
from deploy.wording import in_short


def credentials(visit: Visit) -> Finding:
    """Who it is that asks."""
    name = "credentials"
    mend = "Set AWS_PROFILE, or the AWS_ variables of an access key, and log in."
    try:
        found = visit.aws.client("sts").get_caller_identity()
    except Unanswered as error:
        return Finding(name, ok=False, what=f"AWS does not answer: {in_short(error)}", mend=LOOK)
    except BotoCoreError as error:
        return Finding(name, ok=False, what=f"none that work: {error}", mend=mend)
    except ClientError as error:
        return Finding(name, ok=False, what=f"refused: {error_code(error)}", mend=mend)
    if str(found["Arn"]).endswith(":root"):
        return Finding(name, ok=False, what="the root user of the account",
                       mend="Use a role or a user of IAM.")  # fmt: skip
    return Finding(name, ok=True, what=str(found["Arn"]))


def region(visit: Visit) -> Finding:
    """Whether the region of the configuration is open to this account."""
    wanted = visit.config.region
    answer = visit.aws.client("ec2").describe_regions(AllRegions=True)
    states = {each["RegionName"]: each.get("OptInStatus") for each in answer["Regions"]}
    if wanted not in states:
        return Finding("region", ok=False, what=f"{wanted} does not exist",
                       mend=f"Set region to one of {', '.join(sorted(states))}.")  # fmt: skip
    if states[wanted] == "not-opted-in":
        return Finding("region", ok=False, what=f"{wanted} is not enabled for this account",
                       mend="Enable it in the account's settings.")  # fmt: skip
    return Finding("region", ok=True, what=wanted)


def permissions(visit: Visit) -> Finding:
    """Whether each action that the verbs need is allowed, as IAM itself simulates it."""
    statements = operator_statements(visit.scope, visit.calls, visit.config)
    needed = {action for statement in statements for action in statement["Action"]}
    denied = denied_actions(visit.aws, statements)
    if denied is None:
        return Finding(
            "permissions", None, f"not seen: {len(needed)} actions are needed",
            "Allow iam:SimulatePrincipalPolicy to have them checked; `doctor --policy` prints the "
            "policy that is needed.",
        )  # fmt: skip
    if denied:
        return Finding("permissions", ok=False, what=f"{len(denied)} actions are not allowed",
                       mend=f"Allow {', '.join(denied)}: `doctor --policy` prints the policy that "
                       "is needed.")  # fmt: skip
    return Finding("permissions", ok=True, what=f"all {len(needed)} actions are allowed")
