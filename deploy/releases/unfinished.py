"""A release that is under way or was left half done: what it brings, and what it would replace."""

from dataclasses import dataclass

from deploy.aws import Aws
from deploy.names import SERVER
from deploy.releases.fleet import Fleet, look
from deploy.releases.place import Place
from deploy.releases.refresh import Refreshes
from deploy.releases.traffic import Published
from deploy.releases.versions import Versions


@dataclass(frozen=True, slots=True)
class Running:
    """What a door runs: the image in its place, "" for none, and the number of its version.

    `left` is another image that has a part of it: of a refresh that is `active`, of instances that
    a stopped one has put there, or of a share of the traffic.
    """

    digest: str
    version: str
    left: str = ""
    active: bool = False


def running(aws: Aws, place: Place) -> Running:
    """What runs now. Raises `Refused` if there is no group."""
    return _group(aws, place) if place.door == SERVER else _function(aws, place)


def _group(aws: Aws, place: Place) -> Running:
    refresh, fleet = Refreshes(aws, place.group).active(), look(aws, place.group)
    digests = {each.number: each.digest for each in Versions(aws, place.template).all()}
    own = Running(digests.get(fleet.version, ""), fleet.version)
    if refresh is None:
        return _mixed(own, fleet)
    other = Running(digests.get(refresh.version, ""), refresh.version)
    stays, goes = (other, own) if refresh.returning else (own, other)
    return Running(stays.digest, stays.version, goes.digest, active=True)


def _mixed(own: Running, fleet: Fleet) -> Running:
    others = fleet.others(own.digest)
    return Running(own.digest, own.version, others[0] if others else "")


def _function(aws: Aws, place: Place) -> Running:
    published = Published(aws, place.function)
    traffic = published.traffic()
    if traffic is None:
        return Running("", "")
    share = next(iter(traffic.shares), "")
    left = published.image(share) if share else ""
    return Running(published.image(traffic.main), traffic.main, left, active=bool(share))
