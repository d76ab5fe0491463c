"""The pace: what takes long in AWS is quicker here, and what users wait for is as it is.

The offline AWS runs `pace` times as fast as this machine's clock, and the deployer with it. So the
drain, the end of the service, its restarts and the checks of its health, which deployment waits
for, are divided by it. The idle timeouts of connections are not: what idles 60 seconds
idles a minute here too. Nor is the time that a machine has to become ready: what a start costs is
not quicker here than there.
"""

from __future__ import annotations

import math
from dataclasses import replace

from tests.rehearsal.haproxy import Settings
from tests.rehearsal.userdata import Boot

DRAIN = "ESTIMATOR_DRAIN_SECONDS"
SHUTDOWN = "ESTIMATOR_SHUTDOWN_SECONDS"


def paced(boot: Boot, pace: float) -> Boot:
    """The same, with the end of its service so much quicker; whole seconds are rounded up."""
    given = boot.environment
    ends = {DRAIN: f"{float(given[DRAIN]) / pace:g}"} if DRAIN in given else {}
    if SHUTDOWN in given:
        ends[SHUTDOWN] = str(math.ceil(float(given[SHUTDOWN]) / pace))
    stop = math.ceil(boot.options.stop_seconds / pace) + 1
    return replace(
        boot,
        environment={**given, **ends},
        options=replace(boot.options, stop_seconds=stop),
        patience=replace(boot.patience.faster(pace), ready=boot.patience.ready),
    )


def paced_settings(settings: Settings, pace: float) -> Settings:
    """The same, with checks that follow each other so much quicker; each may take as long."""
    checks = settings.checks
    return replace(settings, checks=replace(checks, interval=checks.interval / pace))
