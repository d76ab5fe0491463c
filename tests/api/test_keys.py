import hashlib
import inspect
import logging
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.keys import KeyGuard, new_key
from tests import bundles
from tests.api.apps import client_of
from tests.api.asking import Question, assert_problem, in_process
from tests.api.bad_texts import GOOD

OLD, NEW = "old-key-of-a-caller", "new-key"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.fixture(name="guarded", scope="module")
def _guarded() -> Iterator[TestClient]:
    with client_of(bundles.shipping(), api_keys=f"{digest(OLD)}, {digest(NEW)},") as client:
        yield client


@pytest.mark.parametrize("key", [OLD, NEW])
def test_every_accepted_key_opens(guarded: TestClient, key: str) -> None:
    """While keys are rotated, the old one and the new one are both accepted."""
    for path in ("/predict", "/predict/batch"):
        body = GOOD if path == "/predict" else b"[" + GOOD + b"]"
        assert guarded.post(path, content=body, headers={"X-API-Key": key}).status_code == 200
    assert guarded.get("/model", headers={"x-api-key": key}).status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        " ",
        "wrong",
        OLD[:-1],
        OLD + "x",
        OLD.upper(),
        digest(OLD),
        "a" * 5000,
        f"{OLD},{NEW}",
    ],
)
def test_no_other_key_opens(guarded: TestClient, key: str | None) -> None:
    """No key, part of a key or the hash of a key gives a 401 problem with a challenge."""
    headers = {} if key is None else {"X-API-Key": key}
    for method, path in (("POST", "/predict"), ("POST", "/predict/batch"), ("GET", "/model")):
        answer = in_process(guarded)(Question(path, GOOD, method, headers))
        problem = assert_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("ApiKey ")
        assert "X-API-Key" in problem["detail"]
        assert not key or key.strip() == "" or key not in problem["detail"]


def test_who_has_no_key_learns_nothing_else(guarded: TestClient) -> None:
    """The key is asked for before the body is looked at, whatever is wrong with it."""
    ask = in_process(guarded)
    assert_problem(ask(Question("/predict", b"{", headers={"content-type": "text/html"})), 401)
    assert_problem(ask(Question("/predict", b"x" * 100_000)), 401)
    assert_problem(ask(Question("/predict?explain=maybe", GOOD)), 401)


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/metrics", "/docs", "/openapi.json"])
def test_open_routes_stay_open(guarded: TestClient, path: str) -> None:
    """Health checks and scrapers carry no key."""
    assert guarded.get(path).status_code == 200


def test_keys_stay_out_of_the_logs(guarded: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a key that is accepted nor one that is not is written anywhere, at any level."""
    with caplog.at_level(logging.DEBUG):
        for key in (OLD, "not-accepted"):
            guarded.post("/predict", content=GOOD, headers={"X-API-Key": key})
    logged = repr([vars(record) for record in caplog.records])
    assert "/predict" in logged
    assert OLD not in logged
    assert digest(OLD) not in logged
    assert "not-accepted" not in logged


def test_every_hash_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is compared with all hashes, also after one that matches, and never with `==`."""
    compared: list[bytes] = []

    def compare(given: bytes, accepted: bytes) -> bool:
        compared.append(accepted)
        return given == accepted

    monkeypatch.setattr("api.keys.hmac.compare_digest", compare)
    hashes = [bytes.fromhex(digest(key)) for key in (OLD, NEW, "third")]
    assert KeyGuard(hashes).accepts(OLD)
    assert compared == hashes
    assert not KeyGuard(hashes).accepts("wrong")
    assert compared == hashes * 2
    assert "==" not in inspect.getsource(KeyGuard.accepts)


def test_new_key_is_accepted_by_its_hash() -> None:
    """A new key is long, another each time, and accepted once its hash is in the settings."""
    key, hashed = new_key()
    assert KeyGuard([bytes.fromhex(hashed)]).accepts(key)
    assert len(key) == 43
    assert key != new_key()[0]


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}])
def test_no_key_is_never_accepted(headers: dict[str, str]) -> None:
    """Not even where somebody hashed an unset variable."""
    nothing = hashlib.sha256(b"").hexdigest()
    with client_of(bundles.shipping(), api_keys=nothing) as client:
        assert client.post("/predict", content=GOOD, headers=headers).status_code == 401
    assert not KeyGuard([bytes.fromhex(nothing)]).accepts("")
