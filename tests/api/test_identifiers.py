import re
import time
import uuid

import pytest
from starlette.testclient import TestClient

from api.identifiers import Identifiers, new_id, request_id

NEW = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_new_id_is_a_uuid_of_version_7() -> None:
    """An id is a UUID of RFC 9562, version 7, of the present millisecond."""
    before = int(time.time() * 1000)
    found = uuid.UUID(new_id())
    assert found.variant == uuid.RFC_4122
    assert found.version == 7
    assert before <= found.int >> 80 <= int(time.time() * 1000)


def test_ids_are_sorted_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted as text, ids of different milliseconds are sorted by time."""
    moments = [0.001, 1.0, 1.5, 1e9, 1.7e9, 1.70000001e9, 4e9]
    clock = iter(moments)
    monkeypatch.setattr("api.identifiers.time.time", lambda: next(clock))
    ids = [new_id() for _ in moments]
    assert ids == sorted(ids)


def test_a_forked_process_begins_anew() -> None:
    """Two that were one have no id in common."""
    one, other = Identifiers(), Identifiers()
    vars(other).update(vars(one))
    other.begin()
    assert one.new(1.0)[14:] != other.new(1.0)[14:]


def test_ids_of_one_moment_differ() -> None:
    """Ten thousand ids made at once are ten thousand."""
    assert len({new_id() for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "abc-123"}, "abc-123"),
        ({"x-request-id": "a" * 128}, "a" * 128),
        ({"x-request-id": "Az09._:/+=@-"}, "Az09._:/+=@-"),
        ({"x-request-id": "mine", "x-amzn-trace-id": "Root=1-67-89"}, "mine"),
        ({"x-amzn-trace-id": "Root=1-67891233-abcdef"}, "1-67891233-abcdef"),
        ({"x-amzn-trace-id": "Self=1-a-b;Root=1-c-d;Sampled=1"}, "1-c-d"),
        ({"x-request-id": "", "x-amzn-trace-id": "Self=1; Root=1-c-d"}, "1-c-d"),
        ({"x-request-id": "b a d", "x-amzn-trace-id": "Root=1-c-d"}, "1-c-d"),
    ],
)
def test_given_id_is_kept(headers: dict[str, str], expected: str) -> None:
    """The id is the caller's, else the root of the balancer's trace."""
    assert request_id(headers) == expected


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "a b",
        "a" * 129,
        "a\r\nSet-Cookie: b=c",
        "a\n",
        "\x1b[31mred",
        'a"b',
        "a,b",
        "{a}",
        "<a>",
        "a\x00",
        "ä",
        "١٢",
    ],
)
def test_bad_id_is_replaced(given: str) -> None:
    """What is no short plain text is neither answered nor logged: a new id is made."""
    assert NEW.fullmatch(request_id({"x-request-id": given}))
    assert NEW.fullmatch(request_id({"x-amzn-trace-id": f"Root={given}"[:5] + ";Root=;"}))


def test_id_comes_back(client: TestClient) -> None:
    """Every answer carries the id of its request, a refusal and a miss too."""
    for path in ("/livez", "/nothing", "/predict"):
        answer = client.get(path, headers={"x-request-id": "mine"})
        assert answer.headers["x-request-id"] == "mine"
        assert NEW.fullmatch(client.get(path).headers["x-request-id"])
