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
    config: Config,
    door: str,
    changes: Sequence[Change],
    prices: Prices,
    load: Load,
    *,
    running: int = 0,
    public: bool | None = None,
) -> list[Line]:
    """The lines as they are before the changes, with so many instances that run.

    What is yet to be made costs nothing.
    """
    missing = {change.kind for change in changes if change.action == "create"}
    live = {
        (change.kind, each.key): each.live
        for change in changes
        if change.action == "update"
        for each in change.differences
    }
    lines = estimate(_live_config(config, live, running), door, prices, load, public=public)
    return [replace(line, dollars=0.0) if line.kind in missing else line for line in lines]


def _live_config(config: Config, live: dict[tuple[str, str], Any], running: int) -> Config:
    return msgspec.structs.replace(
        config,
        server=_live_server(config.server, live, running),
        function=msgspec.structs.replace(
            config.function,
            memory_mb=live.get(("function", "memory_mb"), config.function.memory_mb),
        ),
    )


def _live_server(server: Server, live: dict[tuple[str, str], Any], running: int) -> Server:
    """A template's live volume is "8 GiB gp3, encrypted"."""
    volume = server.volume_gb
    disk = re.match(r"(\d+) ", str(live.get(("launch template", "volume"))))
    if disk is not None:
        volume = int(disk[1])
    kind = live.get(("launch template", "instance_type"), server.instance_type)
    return msgspec.structs.replace(server, desired=running, volume_gb=volume, instance_type=kind)
