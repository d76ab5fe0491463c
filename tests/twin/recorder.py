"""Every call to AWS that this process makes, in order: what was asked, and of which resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, overload

from botocore.model import OperationModel

READS = ("Describe", "Get", "List", "Head", "BatchGet", "BatchCheck", "Filter", "Lookup", "Check")

# The parameters that name what a call is about, the more telling first.
NAMES = (
    "ResourceARN", "ResourceArn", "resourceArn", "LoadBalancerArn", "TargetGroupArn",
    "ListenerArn", "RuleArn", "FunctionName", "AutoScalingGroupName", "LaunchTemplateId",
    "LaunchTemplateName", "repositoryName", "logGroupName", "InstanceProfileName", "RoleName",
    "PolicyArn", "OpenIDConnectProviderArn", "AlarmName", "DashboardName", "TopicArn", "GroupId",
    "GroupName", "InstanceId", "Bucket", "Name",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call: boto3's name of the service, the operation, its parameters."""

    service: str
    operation: str
    parameters: dict[str, Any]
    region: str

    @property
    def name(self) -> str:
        """As in `ec2.DescribeInstances`."""
        return f"{self.service}.{self.operation}"

    @property
    def resource(self) -> str | None:
        """What the call is about, by name, id or ARN; None if it names nothing."""
        named = (self.parameters[key] for key in NAMES if key in self.parameters)
        return next((str(value) for value in named), None)

    @property
    def writes(self) -> bool:
        return not self.operation.startswith(READS)


class Recorder(Sequence[Call]):
    """The calls so far. A call that botocore tries again is still one."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._paused = False

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    @property
    def writes(self) -> list[Call]:
        """The calls that change something."""
        return [call for call in self if call.writes]

    @property
    def names(self) -> list[str]:
        """Service and operation of every call, in order."""
        return [call.name for call in self]

    def clear(self) -> None:
        """Forget what was, to look at what follows."""
        self._calls.clear()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Note nothing of what a test itself asks meanwhile."""
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    def note(
        self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any
    ) -> None:
        """A handler of botocore's `before-parameter-build`."""
        if self._paused:
            return
        region = str(context.get("client_region", ""))
        service = model.service_model.service_name
        self._calls.append(Call(service, model.name, dict(params), region))
