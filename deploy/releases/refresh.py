"""Instance refreshes: start, look, cancel, go back, and what each end means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws import Aws, error_code
from deploy.errors import Aborted, DeployError, Failed, RollbackFailed, RolledBack
from deploy.releases.fleet import Fleet, no_group

ENDED = frozenset({"Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"})
"""The statuses that do not change any more."""

FORWARD = frozenset({"Pending", "InProgress", "Baking"})
"""Those of a refresh that is on its way to what was asked for."""

ENDS: Mapping[str, type[DeployError]] = {
    "Failed": Failed,
    "Cancelled": Aborted,
    "RollbackSuccessful": RolledBack,
    "RollbackFailed": RollbackFailed,
}
"""What each bad end is."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """One refresh, with the number of the version that it brings.

    `returning` says that it is a release's own way back: AWS undoes every other by itself.
    """

    id: str
    status: str
    version: str
    reason: str
    percentage: int
    returning: bool = False

    @property
    def ended(self) -> bool:
        """Whether its status is the last one."""
        return self.status in ENDED

    @property
    def goes_on(self) -> bool:
        """Whether it is on its way to its version, not back from it."""
        return self.status in FORWARD


@dataclass(frozen=True, slots=True)
class Manner:
    """How to go about it; times in seconds. Without `returns` a failure stays as it is."""

    warmup: int
    bake: int = 0
    alarms: tuple[str, ...] = ()
    returns: bool = True

    @property
    def preferences(self) -> dict[str, Any]:
        """As StartInstanceRefresh takes it: a new instance first, then the old one goes."""
        preferences = {
            "MinHealthyPercentage": 100,
            "MaxHealthyPercentage": 200,
            "InstanceWarmup": self.warmup,
            "SkipMatching": True,
            "AutoRollback": self.returns,
            "ScaleInProtectedInstances": "Refresh",
            "StandbyInstances": "Terminate",
        }
        if self.bake:
            preferences["BakeTime"] = self.bake
        if self.alarms:
            preferences["AlarmSpecification"] = {"Alarms": list(self.alarms)}
        return preferences


class Refreshes:
    """The refreshes of one group."""

    def __init__(self, aws: Aws, group: str) -> None:
        self._aws = aws
        self._group = group

    def active(self) -> Refresh | None:
        """The one that is going on, or None."""
        found = self._newest()
        newest = _refresh(found[0]) if found else None
        return newest if newest is not None and not newest.ended else None

    def get(self, refresh_id: str) -> Refresh:
        """One of them as it is now."""
        answer = self._client.describe_instance_refreshes(
            AutoScalingGroupName=self._group, InstanceRefreshIds=[refresh_id]
        )
        return _refresh(answer["InstanceRefreshes"][0])

    def start(self, fleet: Fleet, version: str, manner: Manner) -> Refresh | None:
        """Start one to a numbered version; None if another is going on that came first."""
        try:
            answer = self._client.start_instance_refresh(
                AutoScalingGroupName=self._group,
                Strategy="Rolling",
                DesiredConfiguration=desired(fleet, version),
                Preferences=manner.preferences,
            )
        except ClientError as error:
            if error_code(error) == "InstanceRefreshInProgress":
                return None
            raise
        return self.get(str(answer["InstanceRefreshId"]))

    def cancel(self) -> None:
        """Stop the active one where it is; none is no fault."""
        self._stop(self._client.cancel_instance_refresh)

    def go_back(self) -> None:
        """Have the active one undone; stopped where it is if AWS cannot undo it."""
        try:
            self._stop(self._client.rollback_instance_refresh)
        except ClientError as error:
            if error_code(error) != "IrreversibleInstanceRefresh":
                raise
            active = self.active()
            if active is not None and active.goes_on:  # and not on its way back by itself
                self.cancel()

    def _newest(self) -> Any:
        """Raises `Refused` if there is no group."""
        try:
            return self._client.describe_instance_refreshes(
                AutoScalingGroupName=self._group, MaxRecords=1
            )["InstanceRefreshes"]
        except ClientError as error:
            if error_code(error) != "ValidationError" or "not found" not in str(error):
                raise
            raise no_group(self._aws, self._group) from error

    @property
    def _client(self) -> Any:
        return self._aws.client("autoscaling")

    def _stop(self, call: Any) -> None:
        try:
            call(AutoScalingGroupName=self._group)
        except ClientError as error:
            if error_code(error) != "ActiveInstanceRefreshNotFound":
                raise


def desired(fleet: Fleet, version: str) -> dict[str, Any]:
    """The group's own configuration with another version of its template, always a number."""
    spec = {"LaunchTemplateId": fleet.template["LaunchTemplateId"], "Version": version}
    if fleet.mixed is None:
        return {"LaunchTemplate": spec}
    template = {**fleet.mixed["LaunchTemplate"], "LaunchTemplateSpecification": spec}
    return {"MixedInstancesPolicy": {**fleet.mixed, "LaunchTemplate": template}}


def _refresh(described: Mapping[str, Any]) -> Refresh:
    wanted = described.get("DesiredConfiguration") or {}
    mixed = wanted.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    spec = wanted.get("LaunchTemplate") or mixed.get("LaunchTemplateSpecification") or {}
    return Refresh(
        described["InstanceRefreshId"],
        described["Status"],
        str(spec.get("Version", "")),
        described.get("StatusReason") or "",
        described.get("PercentageComplete") or 0,
        returning=described.get("Preferences", {}).get("AutoRollback") is False,
    )


def fault_of(refresh: Refresh, words: Sequence[str] = ()) -> DeployError | None:
    """The error that its end is, or None for the one good end. `words` go below its reason."""
    if refresh.status not in ENDS:
        return None
    reason = refresh.reason or f"the instance refresh ended as {refresh.status}"
    return ENDS[refresh.status]("\n".join([reason, *words]))
