"""Watching instances come up: who serves, who does not and why, and when to stop hoping."""

from dataclasses import replace

from deploy.aws import Aws
from deploy.releases.fleet import Fleet, Member, look
from deploy.releases.place import Place
from deploy.releases.refresh import Refresh
from deploy.releases.trouble import Trouble, trouble_of


class Watch:
    """What has been seen of the instances of one version since the watch began."""

    def __init__(self, aws: Aws, place: Place, version: str) -> None:
        self._aws = aws
        self._place = place
        self._version = version
        self._began = aws.clock()
        self._looked = False
        self._digests: dict[str, str] = {}
        self._served: set[str] = set()
        self._lost: set[str] = set()
        self._unhealthy_since: dict[str, float] = {}
        self._troubles: dict[str, Trouble] = {}
        self.launch_failure = ""
        self.given_up = False

    def look(self) -> Fleet:
        """Look once, and remember what is wrong."""
        fleet = look(self._aws, self._place.group, self._digests)
        ours = [member for member in fleet.members if member.version == self._version]
        if not self._looked:  # what is leaving already is of an earlier release
            self._served |= {member.instance for member in ours if member.leaving}
            self._looked = True
        for member in ours:
            self._note(member)
        self.launch_failure = self._failed_launch() if self._lacks(fleet, ours) else ""
        return fleet

    def hopeless(self, fleet: Fleet) -> bool:
        """Whether waiting cannot help any more.

        So it is once an instance has reported that its start failed, has been taken out without
        ever having served, or has been unhealthy for longer than the group's grace period.
        """
        return any(
            trouble.hopeless
            or name in self._lost
            or self._aws.clock() - self._unhealthy_since.get(name, self._aws.clock()) > fleet.grace
            for name, trouble in self._troubles.items()
        )

    def why(self, fleet: Fleet, refresh: Refresh | None = None) -> str:
        """One line: how far it is, and what it waits for."""
        parts = [f"{refresh.status} {refresh.percentage} %"] if refresh is not None else []
        ours = [each for each in fleet.members if each.version == self._version]
        parts.append(f"{sum(each.serves for each in ours)} of {fleet.desired} serve")
        waiting = [str(each) for each in ours if not each.serves and not each.leaving]
        parts += waiting or [refresh.reason if refresh is not None else ""]
        return "; ".join(filter(None, [*parts, self.launch_failure]))

    @property
    def words(self) -> list[str]:
        """What a failure screen says of the instances that did not serve."""
        words = [line for trouble in self._troubles.values() for line in trouble.words]
        return [*words, f"launch     {self.launch_failure}"] if self.launch_failure else words

    def _lacks(self, fleet: Fleet, ours: list[Member]) -> bool:
        """Whether instances have still to be launched, and none is on its way."""
        stay = [each for each in ours if not each.leaving]
        return len(stay) < fleet.desired and all(each.serves for each in stay)

    def _note(self, member: Member) -> None:
        name = member.instance
        if member.serves:
            self._served.add(name)
            self._troubles.pop(name, None)
            self._unhealthy_since.pop(name, None)
        elif member.health == "unhealthy":
            self._unhealthy_since.setdefault(name, self._aws.clock())
            self._troubles[name] = trouble_of(self._aws, self._place.log_group, member)
        elif member.leaving and name not in self._served | self._lost:
            self._lost.add(name)
            known = self._troubles.get(name)
            trouble = trouble_of(self._aws, self._place.log_group, member)
            self._troubles[name] = replace(trouble, member=known.member if known else member)

    def _failed_launch(self) -> str:
        """What EC2 said to the newest launch, if it refused one since the watch began."""
        answer = self._aws.client("autoscaling").describe_scaling_activities(
            AutoScalingGroupName=self._place.group, MaxRecords=10
        )
        recent = (
            each
            for each in answer["Activities"]
            if each["StartTime"].timestamp() >= self._began
            and each["Description"].startswith("Launching")
        )
        newest = next(recent, None)
        failed = newest is not None and newest["StatusCode"] == "Failed"
        return str(newest.get("StatusMessage", "")) if newest is not None and failed else ""
