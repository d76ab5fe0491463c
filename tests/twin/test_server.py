from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.twin.twin import Twin
from tests.twin.worlds import Stack

PROGRAMS = Path(__file__).with_name("programs")
PROGRAM = """
import boto3
autoscaling = boto3.client("autoscaling")
while True:
    answer = autoscaling.describe_instance_refreshes(AutoScalingGroupName="app")
    status = answer["InstanceRefreshes"][0]["Status"]
    print(status)
    if status not in ("Pending", "InProgress"):
        break
"""


def test_a_program_of_its_own_sees_the_same_world(app: Stack, twin_url: str) -> None:
    """Through AWS_ENDPOINT_URL, while each of its requests takes a virtual second."""
    app.start_refresh(app.new_version("sha256:" + "c" * 64))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"AWS_ENDPOINT_URL": twin_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    seen = list(dict.fromkeys(done.stdout.split()))
    assert seen == ["Pending", "InProgress", "Successful"]


WAITING = """
import time
before = time.time()
time.sleep(3600)
print(time.time() - before)
"""


def test_a_program_on_the_twins_time(twin: Twin, twin_url: str) -> None:
    """With `programs/` on its PYTHONPATH it sleeps for an hour of the twin's, and for none here."""
    before = twin.clock.time()
    done = subprocess.run(
        [sys.executable, "-c", WAITING],
        env=os.environ | {"AWS_ENDPOINT_URL": twin_url, "PYTHONPATH": str(PROGRAMS)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "3600.0\n"
    assert twin.clock.time() == before + 3600


def test_the_rules_hold_over_http(app: Stack, twin_url: str) -> None:
    """Refusals and S3 too, which knows no common dispatch."""
    ec2 = boto3.client("ec2", endpoint_url=twin_url)
    with closing(ec2), pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=app.groups[0])
    with closing(boto3.client("s3", endpoint_url=twin_url)) as s3:
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="lease", Body=b"", IfNoneMatch="*")
        with pytest.raises(ClientError, match="PreconditionFailed"):
            s3.put_object(Bucket="bucket", Key="lease", Body=b"", IfNoneMatch="*")


def test_a_few_words_to_it(app: Stack, twin_url: str) -> None:
    """Time, health and alarms can be told over HTTP; a slip is told back."""
    app.alarm("errors")
    before = app.twin.clock.time()
    assert _say(twin_url, "advance", seconds=60) == app.twin.clock.now().isoformat()
    assert app.twin.clock.time() == before + 60
    _say(twin_url, "alarm", name="errors", state="ALARM")
    assert app.twin.place.cloudwatch.alarms["errors"].state_value == "ALARM"
    _say(twin_url, "health", becomes="unhealthy", after=0)
    assert {state for state, _ in app.health().values()} == {"unhealthy"}
    assert _say(twin_url, "now") == app.twin.clock.now().isoformat()
    for wrong in ({"word": "fly"}, {"word": "health", "becomes": "green"}):
        with pytest.raises(urllib.error.HTTPError, match="400") as refused:
            _say(twin_url, **wrong)
        refused.value.close()


def test_a_lost_answer_over_http(twin: Twin, twin_url: str) -> None:
    """What is struck in this process is struck on the way to the server too."""
    twin.faults.on("ec2.CreateSecurityGroup", error="lost")
    ec2 = boto3.client("ec2", endpoint_url=twin_url)
    with closing(ec2), pytest.raises(ClientError, match="Duplicate"):
        ec2.create_security_group(GroupName="one", Description="one")


def test_the_twin_as_a_process() -> None:
    """`python -m tests.twin` prints its URL, answers, and ends when told to."""
    command = [sys.executable, "-m", "tests.twin", "--port", "0", "--per-call", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with Twin(), closing(boto3.client("sts", endpoint_url=url)) as sts:
            assert sts.get_caller_identity()["Account"] == "123456789012"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def _say(url: str, word: str, **said: Any) -> Any:
    request = urllib.request.Request(f"{url}/twin/{word}", data=json.dumps(said).encode())  # noqa: S310 - the twin's own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        return json.load(answer)
