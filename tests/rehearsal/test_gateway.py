"""The gateway: each call goes to the version whose turn it is, by its own image and settings."""

import base64
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load import Question, request
from tests.rehearsal.asker import Asker
from tests.rehearsal.emulator import Emulator, Task
from tests.rehearsal.gateway import Gateway
from tests.rehearsal.programs import PATIENCE
from tests.rehearsal.waiting import until
from tests.twin.functions import function, push, update
from tests.twin.plugin import twin
from tests.twin.twin import Twin

__all__ = ["twin"]

EVENT = {"rawPath": "/predict"}


class Echo(Emulator):
    """Answers with the image of its task, and the path or the body of the event."""

    status = 200

    def __init__(self, task: Task) -> None:
        self._task = task

    def invoke(self, event: bytes) -> bytes:
        asked = json.loads(event)
        body = f"{self._task.image} {asked['rawPath']} {asked.get('body', '')}"
        return json.dumps({"statusCode": self.status, "body": body}).encode()

    def close(self) -> None:
        """There is nothing to end."""


class Failing(Echo):
    """Says the same, and that it failed."""

    status = 500


@pytest.fixture
def digests(twin: Twin) -> list[str]:
    """A function of two versions, and an alias that gives all calls to the first."""
    images = [push(twin, "one"), push(twin, "two")]
    client = function(twin, images[0])
    first = client.publish_version(FunctionName="app")["Version"]
    update(twin, client, images[1])
    client.create_alias(FunctionName="app", Name="live", FunctionVersion=first)
    return images


def gateway(twin: Twin, directory: Path) -> Gateway:
    """A gateway of that function."""
    return Gateway(twin, Echo, directory, "app")


def weigh(twin: Twin, second: float) -> None:
    """Give the second version a part of the calls."""
    twin.client("lambda").update_alias(
        FunctionName="app",
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"2": second}},
    )


def answered(one: Gateway, times: int) -> set[str]:
    """The images that answer so many calls."""
    return {str(one.answer(dict(EVENT))["body"]).split()[0] for _ in range(times)}


def test_the_url_follows_the_weights(twin: Twin, digests: list[str], tmp_path: Path) -> None:
    """None for a version without weight, all for one with the whole, both between."""
    one = gateway(twin, tmp_path)
    assert answered(one, 50) == {digests[0]}
    weigh(twin, 0.5)
    assert answered(one, 50) == set(digests)
    weigh(twin, 1.0)
    assert answered(one, 50) == {digests[1]}
    assert one.asked.total() == 150
    assert set(one.shared) == set(digests)
    assert one.shared[digests[0]] == 25


def test_a_small_part_has_its_turn_soon(twin: Twin, digests: list[str], tmp_path: Path) -> None:
    """And no more turns than its part."""
    one = gateway(twin, tmp_path)
    assert answered(one, 10) == {digests[0]}
    assert not one.shared
    weigh(twin, 0.1)
    assert answered(one, 20) == set(digests)
    assert one.shared == {digests[0]: 18, digests[1]: 2}


def test_an_invocation_names_its_version(twin: Twin, digests: list[str], tmp_path: Path) -> None:
    """Whatever the alias says; it is no request to the URL."""
    one = gateway(twin, tmp_path)
    for number, digest in enumerate(digests, 1):
        answer: Any = twin.client("lambda").invoke(
            FunctionName="app", Qualifier=str(number), Payload=json.dumps(EVENT).encode()
        )
        assert json.loads(answer["Payload"].read())["body"].split()[0] == digest
    assert not one.asked


def test_versions_end_with_their_function(twin: Twin, digests: list[str], tmp_path: Path) -> None:
    """Those that were asked, once; as long as it is there none does."""
    one = gateway(twin, tmp_path)
    one.answer(dict(EVENT))
    assert one.forsaken() == []
    twin.client("lambda").delete_function(FunctionName="app")
    assert [type(each) for each in one.forsaken()] == [Echo]
    assert one.forsaken() == []


def test_nobody_waits_for_a_version_that_starts(
    twin: Twin, digests: list[str], tmp_path: Path
) -> None:
    """The world looks at it all the time, with the lock of the clock in its hand."""
    seen = []

    def start(task: Task) -> Emulator:
        look = threading.Thread(target=lambda: seen.append(one.forsaken()), daemon=True)
        look.start()
        look.join(PATIENCE)
        return Echo(task)

    one = Gateway(twin, start, tmp_path, "app")
    one.answer(dict(EVENT))
    assert seen == [[]]


def faults(one: Gateway, expected: str) -> list[str]:
    """What a client has to say of the answers, of which each should have this in it."""
    asker = Asker(one.port, one.certificate, Question(request("/predict", b"{}"), expected))
    with asker.asking():
        until(lambda: one.asked.total() > 0 and asker.requests > 1)
    return asker.faults


def test_the_url_is_served_with_tls(twin: Twin, digests: list[str], tmp_path: Path) -> None:
    """A request becomes an event, and what is answered an answer; a wrong one is seen."""
    one = gateway(twin, tmp_path)
    one.start()
    try:
        body = base64.b64encode(b"{}").decode()  # as events have it
        assert faults(one, f"{digests[0]} /predict {body}") == []
        assert faults(one, "another")
    finally:
        one.close()


def test_a_version_that_fails_is_seen(twin: Twin, digests: list[str], tmp_path: Path) -> None:
    """By its status, whatever else it says."""
    one = Gateway(twin, Failing, tmp_path, "app")
    one.start()
    try:
        assert faults(one, digests[0])[0].startswith(f"500 {digests[0]}")
    finally:
        one.close()
