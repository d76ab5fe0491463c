"""What runs now: the fleet or the traffic, the release that is going on, the last one, alarms."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from deploy.aws import Aws
from deploy.errors import Refused
from deploy.machine_image import MachineImage, machine_image_of
from deploy.names import SERVER
from deploy.releases.fleet import Fleet, look
from deploy.releases.history import History, Record
from deploy.releases.lease import Holder, holder_of
from deploy.releases.place import Place
from deploy.releases.refresh import Refresh, Refreshes
from deploy.releases.traffic import Published, Traffic
from deploy.releases.vigil import AlarmState, all_alarm_states


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that is known of one door. `images` are digests by version of the function."""

    place: Place
    fleet: Fleet | None
    machine_image: MachineImage | None
    refresh: Refresh | None
    traffic: Traffic | None
    images: dict[str, str]
    last: Record | None
    holder: Holder | None
    alarms: tuple[AlarmState, ...]

    def text(self) -> str:
        """For a person."""
        lines = [*self._fleet_lines(), *self._traffic_lines(), *self._release_lines()]
        lines += [f"alarm    {each.name}: {each.state}" for each in self.alarms]
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """For a machine."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        del document["place"]
        return document

    def _fleet_lines(self) -> list[str]:
        if self.fleet is None:
            return []
        fleet = self.fleet
        least, desired, most = fleet.sizes
        size = f"{desired} instances wanted, {least} to {most}"
        empty = " (empty: `push` and `release` come next)" if fleet.empty else ""
        lines = [f"group    {fleet.name}, version {fleet.version}: {size}{empty}"]
        if self.machine_image is not None:
            lines.append(f"machine  {self.machine_image}")
        for digest in sorted(fleet.by_digest):
            serving = f"{fleet.serving(digest)} of {fleet.by_digest[digest]} serve"
            lines.append(f"image    {digest or 'none'}: {serving}")
        return lines + [f"instance {member}" for member in fleet.members]

    def _traffic_lines(self) -> list[str]:
        if self.traffic is None:
            return []
        rest = 1 - sum(self.traffic.shares.values())
        shares = {self.traffic.main: rest, **self.traffic.shares}
        return [
            f"version  {number}, {share:.0%} of the traffic: {self.images.get(number) or 'none'}"
            for number, share in shares.items()
        ]

    def _release_lines(self) -> list[str]:
        lines = []
        if self.refresh is not None:
            refresh = self.refresh
            how = f"to version {refresh.version}, {refresh.status} {refresh.percentage} %"
            lines.append(f"refresh  {how}" + (f": {refresh.reason}" if refresh.reason else ""))
        if self.holder is not None:
            run = f", {self.holder.run}" if self.holder.run else ""
            lines.append(f"lease    held by {self.holder.owner}{run}")
        lines.append(f"last     {line_of(self.last) if self.last else 'nothing was released yet'}")
        return lines


def line_of(record: Record) -> str:
    """A record of the history in one line."""
    version = f"version {record.version}, " if record.version else ""
    reason = f": {record.reason}" if record.reason else ""
    image = f" of {version}{record.digest}{_tag(record)}" if record.digest else ""
    took = f" in {sum(record.phases.values()):.0f} s" if record.digest else ""
    return f"{record.time} {record.verb}{image} by {record.who}: {record.outcome}{took}{reason}"


def _tag(record: Record) -> str:
    """The tag that named the image: as a rule a commit, which needs no more than its beginning."""
    if not record.commit:
        return ""
    commit = re.fullmatch("[0-9a-f]{40}", record.commit)
    return f" (commit {record.commit[:12]})" if commit else f" (tag {record.commit})"


def status_of(aws: Aws, place: Place) -> Status:
    """Look at one door. Raises `Refused` if it is not there."""
    history = History(aws, place.bucket, place.door)
    server = place.door == SERVER
    fleet = look(aws, place.group) if server else None
    traffic, images = (None, {}) if server else _versions(aws, place)
    return Status(
        place,
        fleet=fleet,
        machine_image=machine_image_of(aws, place.template, fleet.version) if fleet else None,
        refresh=Refreshes(aws, place.group).active() if server else None,
        traffic=traffic,
        images=images,
        last=next(history.newest(), None),
        holder=holder_of(aws, place.bucket, place.door),
        alarms=tuple(all_alarm_states(aws, place.alarm_prefix)),
    )


def _versions(aws: Aws, place: Place) -> tuple[Traffic, dict[str, str]]:
    published = Published(aws, place.function)
    traffic = published.traffic()
    if traffic is None:
        raise Refused(
            f"There is no function '{place.function}' in {aws.region}: `push` an image, and "
            "`release function` makes it."
        )
    numbers = [traffic.main, *traffic.shares]
    return traffic, {number: published.image(number) for number in numbers}
