import os
from pathlib import Path

import pytest

from api.cpus import granted_cpus


@pytest.fixture(autouse=True)
def _eight_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def version_2(directory: Path, quota: str) -> Path:
    (directory / "cpu.max").write_text(f"{quota}\n")
    return directory


def version_1(directory: Path, quota: str, period: str = "100000") -> Path:
    (directory / "cpu").mkdir()
    (directory / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (directory / "cpu" / "cpu.cfs_period_us").write_text(f"{period}\n")
    return directory


@pytest.mark.parametrize(
    ("quota", "cpus"),
    [
        ("max 100000", 8),
        ("50000 100000", 1),
        ("100000 100000", 1),
        ("150000 100000", 2),
        ("400000 100000", 4),
        ("1600000 100000", 8),
        ("1000 50000", 1),
        ("100000", 8),
        ("", 8),
    ],
)
def test_quota_of_version_2(tmp_path: Path, quota: str, cpus: int) -> None:
    """The quota of `cpu.max` is rounded up, "max" is none, and there are never more than are."""
    assert granted_cpus(version_2(tmp_path, quota)) == cpus


@pytest.mark.parametrize(
    ("quota", "cpus"), [("-1", 8), ("50000", 1), ("200000", 2), ("250000", 3), ("9900000", 8)]
)
def test_quota_of_version_1(tmp_path: Path, quota: str, cpus: int) -> None:
    """The older files say the same in other words; -1 is no quota."""
    assert granted_cpus(version_1(tmp_path, quota)) == cpus


def test_no_cgroup(tmp_path: Path) -> None:
    """Outside a cgroup, the CPUs are those that the process may run on."""
    assert granted_cpus(tmp_path) == 8
    assert granted_cpus(tmp_path / "nowhere") == 8


def test_half_of_version_1(tmp_path: Path) -> None:
    """A quota without its period is no quota."""
    version_1(tmp_path, "50000")
    (tmp_path / "cpu" / "cpu.cfs_period_us").unlink()
    assert granted_cpus(tmp_path) == 8


def test_system_without_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where affinity is unknown, the machine's CPUs count; at least one in any case."""
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert granted_cpus(tmp_path) == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert granted_cpus(tmp_path) == 1
    assert granted_cpus(version_2(tmp_path, "max 100000")) == 1
