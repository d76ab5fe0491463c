"""User data for tests: of the deploy code's own making, and a hundred times as fast."""

from __future__ import annotations

from dataclasses import replace

from deploy.userdata import Machine, user_data
from tests.rehearsal.userdata import Boot, read_boot


def quick_boot(image: str, stop_seconds: float = 20, **environment: str) -> Boot:
    """What an instance of an image does."""
    machine = Machine(image, "eu-west-1", "/price/server", 64, stop_seconds, environment)
    boot = read_boot(user_data(machine))
    return replace(boot, patience=boot.patience.faster(100))
