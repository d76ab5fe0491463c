"""How many CPUs this process may really use."""

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def granted_cpus(cgroup: Path = _CGROUP) -> int:
    """The CPUs granted by the scheduler's affinity and the cgroup's quota, at least 1.

    Reads `cpu.max` of cgroup v2, or the quota and period files of v1; a quota of part of a CPU
    counts as one.
    """
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = _quota(cgroup)
    return max(1, min(available or 1, math.ceil(quota) if quota else available or 1))


def _quota(cgroup: Path) -> float | None:
    try:
        limit, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            limit = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text().strip()
            period = (cgroup / "cpu" / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    if not limit.isdecimal():  # "max", or -1 in v1: no quota
        return None
    return int(limit) / int(period)
