"""What a person is told of an error of AWS's, and with which exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)
from botocore.parsers import ResponseParserError

from deploy.__main__ import main
from deploy.aws import Aws
from deploy.aws_errors import as_deploy_error
from deploy.errors import Failed, Refused
from tests.deploy.account import DUMMIES, empty_account

ROOT = Path(__file__).parents[2]
TEXT = 'name = "shop"\nregion = "us-east-1"\n'
PAGE = "Unable to parse response, invalid XML received:\nb'<html>\\n<h1>Proxy</h1></html>'"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a configuration, and an account behind no endpoint."""
    (tmp_path / "deploy.toml").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in DUMMIES.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (NoCredentialsError(), Refused, "Log in, or set AWS_PROFILE."),
        (ProfileNotFound(profile="nosuch"), Refused, "profile (nosuch) could not be found. Set"),
        (UnauthorizedSSOTokenError(), Refused, "Log in again."),
        (PartialCredentialsError(provider="env", cred_var="x"), Refused, "missing: x. Log in"),
        (EndpointConnectionError(endpoint_url="http://x/"), Failed, '"http://x/". Look at'),
        (ResponseParserError(PAGE), Failed, "What answered is not AWS: Unable to parse"),
    ],
)
def test_each_error_has_its_code_and_its_advice(
    error: Exception, kind: type[Exception], words: str
) -> None:
    """In one line, with a full stop before the advice."""
    told = as_deploy_error(error)
    assert type(told) is kind
    assert words in str(told)
    assert "\n" not in str(told)


def test_a_page_of_a_proxy_ends_a_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the code of a failure, and no stack trace."""

    def connect(_: str) -> Aws:
        raise ResponseParserError(PAGE)

    assert main(["status", "server"], connect=connect) == Failed.exit_code
    assert capsys.readouterr().err.startswith("error: What answered is not AWS: ")


def test_the_words_of_aws_end_with_a_full_stop() -> None:
    """Where it has none to say, with its code."""
    for message, words in (("Too many", ": Too many. Mend"), ("", "Limit: Limit. Mend")):
        error = ClientError({"Error": {"Code": "Limit", "Message": message}}, "CreateThing")
        assert words in str(as_deploy_error(error))


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("AWS_ENDPOINT_URL", "nonsense", "Invalid endpoint: nonsense. AWS_ENDPOINT_URL is a URL"),
        ("AWS_PROFILE", "nosuch", "(nosuch) could not be found"),
    ],
)
def test_a_wrong_environment_is_refused_input(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    words: str,
) -> None:
    """With code 3 and one line."""
    monkeypatch.setenv(variable, value)
    assert main(["plan", "server"]) == Refused.exit_code
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://", "http://[", "http://x:nine"])
def test_a_url_that_nobody_can_ask_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    """Before AWS is asked for anything."""
    with empty_account() as aws:
        assert main(["smoke", "server", "--url", url], connect=lambda _: aws) == Refused.exit_code
    assert "write a URL such as https://" in capsys.readouterr().err


def test_a_reader_who_has_gone_ends_the_command_quietly(here: Path) -> None:
    """As `head` leaves it: with the code of a closed pipe, and not a word."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "deploy", "cost", "server", "--offline"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
