import pytest
from fastapi import FastAPI, HTTPException
from starlette.testclient import TestClient

from api.refusals import add_refusals
from tests.api.asking import Question, assert_problem, in_process


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/predict", "POST"),
        ("PUT", "/predict/batch", "POST"),
        ("POST", "/livez", "GET"),
        ("DELETE", "/model", "GET"),
        ("OPTIONS", "/metrics", "GET"),
        ("PROPFIND", "/", "GET"),
    ],
)
def test_wrong_method(client: TestClient, method: str, path: str, allowed: str) -> None:
    """A method that a path does not know is a 405 problem, with those it knows."""
    answer = in_process(client)(Question(path, method=method))
    assert answer.status == 405
    assert answer.headers["allow"] == allowed
    assert method in assert_problem(answer, 405)["detail"]


def test_wrong_path(client: TestClient) -> None:
    """A path that is none is a 404 problem that says where to look."""
    assert "/docs" in assert_problem(in_process(client)(Question("/prices")), 404)["detail"]


def test_wrong_parameter(client: TestClient) -> None:
    """A query parameter is refused like a field: named, with what was given."""
    answer = in_process(client)(Question("/predict?explain=perhaps", b"{}"))
    (error,) = assert_problem(answer, 422, "explain")["errors"]
    assert error["given"] == '"perhaps"'
    assert error["message"] == "must be true or false"


def test_any_other_refusal_keeps_its_secrets() -> None:
    """A refusal from inside the framework keeps its status and headers, not its words."""
    app = FastAPI()
    add_refusals(app)

    @app.get("/")
    async def refuse() -> None:
        raise HTTPException(418, "/etc/secret", {"Retry-After": "5"})

    answer = TestClient(app).get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (418, "5")
    assert answer.json()["detail"] == "The request is refused."
