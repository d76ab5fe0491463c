"""The concurrency of the account: how much of it one function may reserve."""

from dataclasses import dataclass

from deploy.aws import Aws

KEPT = 100
"""What AWS keeps for functions that reserve none; in an account that has less, all of it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How many invocations the account may run at once, and how many of them nobody reserves."""

    limit: int
    unreserved: int

    def spare(self, own: int = 0) -> int:
        """How many a function may reserve that has reserved `own`."""
        return max(0, self.unreserved + own - min(KEPT, self.limit))


def concurrency_of(aws: Aws) -> Concurrency:
    """What AWS says of the account."""
    found = aws.client("lambda").get_account_settings()["AccountLimit"]
    return Concurrency(found["ConcurrentExecutions"], found["UnreservedConcurrentExecutions"])
