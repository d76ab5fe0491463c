"""What the engines are asked for, and what becomes of their answers."""

import sys

import pytest

from deploy.engine import ENGINES, Engine, find_engine, run_program
from deploy.errors import Failed, Refused
from tests.deploy.account import empty_account
from tests.deploy.builder import Builder


def test_docker_builds_one_manifest() -> None:
    """buildx is told to add neither provenance nor an SBOM, which would make an image index."""
    argv = Engine("docker", buildx=True).build("there/name:tag", "arm64", "code")
    assert argv[:3] == ["docker", "buildx", "build"]
    assert {"--provenance=false", "--sbom=false", "--load"} <= set(argv)
    assert argv[-5:] == ["--platform", "linux/arm64", "--tag", "there/name:tag", "code"]


@pytest.mark.parametrize("name", ["podman", "buildah"])
def test_the_others_keep_the_health_check(name: str) -> None:
    """podman and buildah write the Docker format: the other one has no HEALTHCHECK."""
    argv = Engine(name).build("tag", "x86_64", ".")
    assert argv[:4] == [name, "build", "--format", "docker"]
    assert "linux/amd64" in argv
    assert "--provenance=false" not in argv


@pytest.mark.parametrize("name", ENGINES)
def test_a_password_is_never_an_argument(name: str) -> None:
    """Every engine reads it from standard input."""
    assert "--password-stdin" in Engine(name).login("registry", "AWS")


@pytest.mark.parametrize(
    ("engines", "buildx", "found"),
    [
        (("docker", "podman"), True, Engine("docker", buildx=True)),
        (("docker",), False, Engine("docker")),
        (("buildah",), True, Engine("buildah")),
    ],
)
def test_the_first_that_answers_is_taken(
    engines: tuple[str, ...],
    buildx: bool,  # noqa: FBT001 - a case of the table
    found: Engine,
) -> None:
    """docker, then podman, then buildah; whether docker has buildx is asked for."""
    with empty_account() as aws:
        assert find_engine(Builder(aws, engines=engines, buildx=buildx)) == found


def test_none_that_answers_is_refused() -> None:
    """The message names what was tried, or the one that was wanted."""
    with empty_account() as aws:
        with pytest.raises(Refused, match=r"Neither docker nor podman .* --engine"):
            find_engine(Builder(aws, engines=()))
        with pytest.raises(Refused, match=r"podman does not answer"):
            find_engine(Builder(aws, engines=("docker",)), "podman")


def test_a_program_gets_its_input_and_gives_its_output() -> None:
    """The answer is what it printed."""
    echo = [sys.executable, "-c", "print(input()[::-1])"]
    assert run_program(echo, stdin="drawer", read=True) == "reward\n"


def test_output_that_is_not_read_goes_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    """So that standard output holds the digest alone."""
    assert run_program([sys.executable, "-c", "print('Step 1')"]) == ""
    assert capfd.readouterr() == ("", "Step 1\n")


def test_a_failure_keeps_the_secret() -> None:
    """The message names the program, its exit code and its last words, not its input."""
    failing = [sys.executable, "-c", "import sys; input(); sys.exit('no space left')"]
    with pytest.raises(Failed, match="exit code 1: no space left") as caught:
        run_program(failing, stdin="secret", read=True)
    assert "secret" not in str(caught.value)


def test_a_program_that_is_not_there_is_named() -> None:
    """Without a stack trace."""
    with pytest.raises(Failed, match="no-such-engine cannot be started"):
        run_program(["no-such-engine", "info"])
