"""The smoke test, against a service of a few lines."""

import json
import threading
from collections.abc import Iterator, Mapping
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.credentials import Credentials

from deploy.errors import Failed
from deploy.releases.smoke import ATTEMPTS, Smoke, Unasked, send
from deploy.signing import signer

CARD: dict[str, Any] = {
    "version": "0a1b2c3d4e5f",
    "target": {"name": "cost", "decimals": 2, "minimum": 0.0},
    "features": [{"name": "weight"}, {"name": "size", "categories": ["S", "L"]}, {"name": "far"}],
    "golden": [
        {"row": [250.0, 1.0, None], "price": 19.764},
        {"row": [1.0, 0.0, 2.5], "price": -0.3},
    ],
}
REFUSED = ConnectionRefusedError("refused")
PRICES = {250.0: 19.76, 1.0: 0.0}


class FakeService:
    """Answers as the service does, unless `wrong` says otherwise."""

    def __init__(self, **wrong: Any) -> None:
        self.wrong = wrong
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.failures = 0

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        self.asked.append((method, url, dict(headers), json.loads(body) if body else None))
        if self.failures:
            self.failures -= 1
            if "raises" in self.wrong:
                raise self.wrong["raises"]
            return self.wrong.get("status", 503), b"not yet"
        if url.endswith("/model"):
            return 200, json.dumps(CARD | self.wrong.get("card", {})).encode()
        price = PRICES[self.asked[-1][3]["weight"]] + self.wrong.get("by", 0)
        answer = {"cost": price, "model_version": self.wrong.get("version", CARD["version"])}
        return 200, json.dumps(answer).encode()


def smoke(service: Any, *, slept: list[float] | None = None, **wishes: Any) -> Smoke:
    pauses = slept if slept is not None else []
    return Smoke("https://shop.example/", pauses.append, transport=service, **wishes)


def test_golden_rows_are_asked_by_name() -> None:
    """Names for positions, labels for codes, and a missing value left out."""
    service = FakeService()
    assert smoke(service)() == "0a1b2c3d4e5f"
    assert [each[3] for each in service.asked] == [
        None,
        {"weight": 250.0, "size": "L"},
        {"weight": 1.0, "size": "S", "far": 2.5},
    ]
    assert service.asked[1][1] == "https://shop.example/predict"


def test_wrong_price() -> None:
    """The message has both prices and the request."""
    with pytest.raises(Failed, match=r'cost 20.76 for .*"weight": 250.0.* says 19.76'):
        smoke(FakeService(by=1))()


def test_last_digit_may_round_otherwise() -> None:
    """float32 and float64 disagree about halves of a cent."""
    assert smoke(FakeService(by=0.01))()


def test_two_versions_serving() -> None:
    """The price may be the same by chance; the version is not."""
    with pytest.raises(Failed, match="two versions serve"):
        smoke(FakeService(version="ffffffffffff"))()


def test_answers_of_what_was_there_before() -> None:
    """Just after a change they still come for a second or two: only what stays counts."""
    slept: list[float] = []
    service = FakeService(by=1.5)
    asked = smoke(service, slept=slept)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        service.wrong.clear()

    asked.sleep = sleep
    assert asked() == CARD["version"]
    assert len(slept) == 1


def test_wrong_model_answers() -> None:
    """All of it agrees with itself, but it is not the version that was released."""
    slept: list[float] = []
    with pytest.raises(Failed, match="was answered by the model 0a1b2c3d4e5f, where"):
        smoke(FakeService(), slept=slept)("ffffffffffff")
    assert len(slept) == ATTEMPTS - 1


def test_slow_start_is_waited_for() -> None:
    """Refused connections, answers that break off and 502 are tried again, with pauses."""
    for wrong in ({"raises": REFUSED}, {"raises": IncompleteRead(b"{")}, {"status": 502}):
        service = FakeService(**wrong)
        slept: list[float] = []
        service.failures = 3
        assert smoke(service, slept=slept)()
        assert slept == [5.0] * 3


def test_tries_are_bounded() -> None:
    """A service that never answers fails the test in half a minute."""
    service = FakeService()
    slept: list[float] = []
    service.failures = 99
    with pytest.raises(Failed, match="model gave 503 not yet") as failed:
        smoke(service, slept=slept)()
    assert not isinstance(failed.value, Unasked)
    assert len(slept) == ATTEMPTS - 1


@pytest.mark.parametrize("wrong", [{"raises": REFUSED}, {"status": 401}, {"status": 403}])
def test_out_of_reach(wrong: dict[str, Any]) -> None:
    """Nothing is known of a service that cannot be asked; what keeps it closed is said."""
    service = FakeService(**wrong)
    service.failures = 99
    with pytest.raises(
        Unasked, match=r"model gave (no answer .*allowed_cidrs|401 .*KEY|403 .*firewall)"
    ):
        smoke(service)()
    with pytest.raises(Unasked):
        smoke(service).reach()


def test_service_that_is_asked_too_often() -> None:
    """It is there, and says nothing of its prices."""
    service = FakeService(status=429)
    service.failures = 99
    smoke(service).reach()
    with pytest.raises(Unasked):
        smoke(service)()


def test_reach_takes_any_answer() -> None:
    """A service that is broken is within reach: a release may mend it."""
    service = FakeService(status=500)
    service.failures = 99
    smoke(service).reach()
    assert len(service.asked) == 1


def test_silence_after_an_answer_is_a_fault() -> None:
    """It was within reach before the release, so that the release has silenced it."""
    service = FakeService(raises=REFUSED)
    tested = smoke(service)
    tested.reach()
    service.failures = 99
    with pytest.raises(Failed, match="no answer") as failed:
        tested()
    assert not isinstance(failed.value, Unasked)


def test_lease_is_kept_before_every_request() -> None:
    """Each may take ten seconds, whether it is answered or not."""
    service, kept = FakeService(), []
    service.failures = 2
    assert smoke(service, keep=lambda: kept.append(len(service.asked)))()
    assert kept == list(range(len(service.asked)))


def test_key_is_sent_and_never_shown() -> None:
    """In the header of every request, and in no repr; a wrong one is not tried again."""
    service = FakeService(status=401)
    tested = smoke(service, api_key="opensesame")
    assert tested()
    assert {each[2]["X-API-Key"] for each in service.asked} == {"opensesame"}
    assert "opensesame" not in repr(tested)
    service.failures = 9
    with pytest.raises(Failed, match="SMOKE_API_KEY"):
        tested()
    assert service.failures == 8


@pytest.mark.parametrize(
    "card", [{"golden": []}, {"golden": [{"row": [1.0], "price": 1}]}, {"features": None}]
)
def test_no_model_card(card: dict[str, Any]) -> None:
    """Something else answers at this address."""
    with pytest.raises(Failed, match="no model card"):
        smoke(FakeService(card=card))()


@pytest.mark.parametrize("body", [b"<html>", b"[1]"])
def test_no_json(body: bytes) -> None:
    """A page of somebody's is no answer."""
    with pytest.raises(Failed, match="no JSON"):
        smoke(lambda *_: (200, body))()


def test_without_decimals() -> None:
    """A model that does not round is compared as floats are."""
    card = {"target": {"name": "cost"}, "golden": [{"row": [250.0, 1.0, None], "price": 19.76}]}
    assert smoke(FakeService(card=card))()


def test_signature() -> None:
    """A function URL for callers with rights gets the signature of Signature Version 4."""
    service = FakeService()
    assert smoke(service, sign=signer(Credentials("AKID", "secret", "token"), "us-east-1"))()
    given = service.asked[1][2]["Authorization"]
    assert given.startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "/us-east-1/lambda/aws4_request" in given


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/model" else 404)
        self.end_headers()
        self.wfile.write(b"{}" if self.path == "/model" else b"no such page")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library calls it
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_a_socket(port: int) -> None:
    """urllib's errors with a status are answers, those without are OSErrors, and no file opens."""
    url = f"http://127.0.0.1:{port}"
    assert send("GET", f"{url}/model", {}, None) == (200, b"{}")
    assert send("GET", f"{url}/other", {}, None) == (404, b"no such page")
    with pytest.raises(OSError, match="refused"):
        send("GET", "http://127.0.0.1:9/", {}, None)
    with pytest.raises(ValueError, match="only http"):
        send("GET", "file:///etc/hosts", {}, None)
