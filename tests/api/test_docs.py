import re

import pytest
from starlette.testclient import TestClient

from api import docs
from tests import bundles
from tests.api.apps import client_of
from tests.api.asking import Question, assert_problem, in_process


def test_page_and_its_files_are_served_here(client: TestClient) -> None:
    """Every file that the documentation page loads comes from this server, below any prefix."""
    page = client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    links = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']*)""", page.text)
    assert len(links) == 4
    for link in links:
        assert not link.startswith("/")
        assert client.get(f"/{link}").status_code == 200


def test_page_names_no_other_host(client: TestClient) -> None:
    """The page and its style sheet work without the internet: they refer to no other host."""
    assert "//" not in re.sub(r"<!--.*?-->", "", client.get("/docs").text)
    style = client.get("/docs/static/swagger-ui.css").text
    assert "@import" not in style
    assert re.findall(r"""url\((?!["']?data:)""", style) == []


def test_page_asks_nobody_whether_the_schema_is_valid(client: TestClient) -> None:
    """The part of Swagger UI that would show the schema to a validator elsewhere is never used."""
    page, script = (client.get(path).text for path in ("/docs", _SCRIPT))
    assert '"layout": "BaseLayout"' in page
    assert "validator.swagger" in script
    assert '("onlineValidatorBadge"' not in script


@pytest.mark.parametrize(
    "path",
    ["", "/", "/nothing.js", "/../docs.py", "/%2e%2e/__init__.py", "/%00", "//etc/passwd"],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    """Only the files of the page lie below its path."""
    answer = in_process(client)(Question(f"/docs/static{path}", method="GET"))
    assert_problem(answer, 404)


def test_no_page_unless_wanted() -> None:
    """The page and the schema can be switched off; the rest goes on."""
    with client_of(bundles.shipping(), docs=False) as client:
        for path in ("/docs", "/openapi.json", _SCRIPT):
            assert_problem(in_process(client)(Question(path, method="GET")), 404)
        assert client.get("/readyz").status_code == 200


def test_missing_files_name_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package that brings the files, the start fails saying what to install."""
    monkeypatch.setattr(docs, "find_spec", lambda _: None)
    with (
        pytest.raises(ModuleNotFoundError, match=r"install requirements/serve\.txt"),
        client_of(bundles.shipping()),
    ):
        pass


_SCRIPT = "/docs/static/swagger-ui-bundle.js"
