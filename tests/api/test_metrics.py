import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.metrics import DIRECTORY_VARIABLE, Metrics, forget_process

_COUNT = """
import os
from api.metrics import Metrics
metrics = Metrics("v1")
metrics.predictions.labels("single").inc(3)
metrics.in_flight.inc()
metrics.duration.labels("/predict").observe(0.01)
print(os.getpid())
"""


def counted_elsewhere(directory: Path) -> int:
    """Another process that counts into a directory and ends; its number."""
    environment = os.environ | {DIRECTORY_VARIABLE: str(directory)}
    run = [sys.executable, "-c", _COUNT]
    ended = subprocess.run(run, env=environment, check=True, capture_output=True, timeout=60)
    return int(ended.stdout)


def test_numbers_of_all_processes_are_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever process is asked answers for all; one that ended counts no longer as at work."""
    first, second = counted_elsewhere(tmp_path), counted_elsewhere(tmp_path)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    metrics = Metrics("v1")
    lines = metrics.exposition("")[0].decode().splitlines()
    assert 'predictions_total{kind="single"} 6.0' in lines
    assert 'http_request_duration_seconds_count{route="/predict"} 2.0' in lines
    assert 'http_request_duration_seconds_bucket{le="0.01",route="/predict"} 2.0' in lines
    assert "http_requests_in_flight 2.0" in lines
    assert 'model_info{version="v1"} 1.0' in lines
    assert "pid" not in "".join(lines)
    forget_process(first, tmp_path)
    forget_process(second, tmp_path)
    lines = metrics.exposition("application/openmetrics-text")[0].decode().splitlines()
    assert 'predictions_total{kind="single"} 6.0' in lines
    assert not any(line.startswith("http_requests_in_flight ") for line in lines)


def test_forgetting_a_process_that_counted_nothing(tmp_path: Path) -> None:
    """A process that died before it counted anything is forgotten all the same."""
    forget_process(0, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_apps_in_one_process_count_apart() -> None:
    """Two apps in one process do not disturb each other: nothing is registered globally."""
    one, other = Metrics("v1"), Metrics("v2")
    one.refused_rows.inc()
    assert b"refused_rows_total 1.0" in one.exposition("")[0]
    assert b"refused_rows_total 0.0" in other.exposition("")[0]
