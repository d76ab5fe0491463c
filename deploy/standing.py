"""What stands now, read back from a plan: the wanted configuration with the live values in it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from deploy.config import Config, Server
from deploy.estimate import Line, Load, estimate
from deploy.prices import Prices
from deploy.resource import Change


def standing(
    config: Config, door: str, changes: Sequence[Change], prices: Prices, load: Load
) -> list[Line]:
    """The lines as they are before the changes; what is yet to be made costs nothing."""
    missing = {change.kind for change in changes if change.action == "create"}
    live = {
        (change.kind, each.key): each.live
        for change in changes
        if change.action == "update"
        for each in change.differences
    }
    lines = estimate(_live_config(config, live), door, prices, load)
    return [replace(line, dollars=0.0) if line.kind in missing else line for line in lines]


def _live_config(config: Config, live: dict[tuple[str, str], Any]) -> Config:
    return msgspec.structs.replace(
        config,
        server=_live_server(config.server, live),
        function=msgspec.structs.replace(
            config.function,
            memory_mb=live.get(("function", "memory_mb"), config.function.memory_mb),
        ),
    )


def _live_server(server: Server, live: dict[tuple[str, str], Any]) -> Server:
    """A group's live size is "min-max", a template's volume "8 GiB gp3, encrypted"."""
    desired, volume = server.desired, server.volume_gb
    size = re.fullmatch(r"(\d+)-(\d+)", str(live.get(("auto scaling group", "size"))))
    if size is not None:
        desired = min(max(desired, int(size[1])), int(size[2]))
    disk = re.match(r"(\d+) ", str(live.get(("launch template", "volume"))))
    if disk is not None:
        volume = int(disk[1])
    kind = live.get(("launch template", "instance_type"), server.instance_type)
    return msgspec.structs.replace(server, desired=desired, volume_gb=volume, instance_type=kind)
