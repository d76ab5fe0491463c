"""The check of what the function stands on: the concurrency of the account."""

from deploy.aws import absent
from deploy.checks.finding import Finding, Visit
from deploy.concurrency import concurrency_of


def concurrency(visit: Visit) -> Finding:
    """Whether the account can spare what the function is to reserve."""
    name, wanted = "concurrency", visit.config.function.concurrency
    account = concurrency_of(visit.aws)
    what = f"{account.unreserved} of the account's {account.limit} are unreserved"
    if not wanted:
        return Finding(name, ok=True, what=f"{what}; the function reserves none")
    spare = account.spare(_reserved(visit))
    if wanted <= spare:
        return Finding(name, ok=True, what=f"{wanted} of {spare} that can be reserved")
    return Finding(name, ok=False, what=f"{what}: {spare} can be reserved, not {wanted}",
                   mend="Set function.concurrency to that or less, 0 to reserve none, or ask AWS "
                   "for a higher limit (quota L-B99A9384).")  # fmt: skip


def _reserved(visit: Visit) -> int:
    """What the function has already."""
    with absent("ResourceNotFoundException"):
        answer = visit.aws.client("lambda").get_function_concurrency(FunctionName=visit.names.stem)
        return int(answer.get("ReservedConcurrentExecutions", 0))
    return 0
