"""Images: built once, pushed once, named by their digest."""

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from deploy.aws import Aws
from deploy.engine import Engine, run_program
from deploy.errors import Failed, Refused
from deploy.image import Image, Source, commit_tag, find_image, push_image
from tests.deploy.account import ACCOUNT, empty_account
from tests.deploy.builder import COMMIT, INDEX, Builder

DOCKER = Engine("docker", buildx=True)


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An account whose one repository is empty."""
    with empty_account() as account:
        account.client("ecr").create_repository(
            repositoryName="estimator", imageTagMutability="IMMUTABLE"
        )
        yield account


def push(
    aws: Aws, run: Builder, *, name: str = "estimator", image: str = "", engine: Engine = DOCKER
) -> Image:
    """Push commit `COMMIT` for arm64."""
    source = Source(Path("code"), image)
    return push_image(aws, engine, run, source, name=name, tag=COMMIT, architecture="arm64")


def test_a_push_builds_logs_in_and_gives_the_digest(aws: Aws) -> None:
    """The digest is the registry's; the image's architecture is asked for before it is pushed."""
    builder = Builder(aws)
    image = push(aws, builder)
    assert builder.verbs == ["buildx", "image", "login", "push", "logout"]
    assert image == Image("estimator", COMMIT, image.digest)
    assert image.digest == find_image(aws, "estimator", COMMIT)
    registry = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
    assert builder.calls[-2:] == [
        ["docker", "push", f"{registry}/estimator:{COMMIT}"],
        ["docker", "logout", registry],
    ]


@pytest.mark.parametrize("failing", ["push", "logout", "push logout"])
def test_the_login_does_not_outlive_a_push(failing: str) -> None:
    """However that ends; a login that stays is said, and hides neither a push nor its fault."""
    said: list[str] = []

    class Failing(Builder):
        def __call__(self, argv: Sequence[str], *, stdin: str = "", read: bool = False) -> str:
            answer = super().__call__(argv, stdin=stdin, read=read)
            if argv[1] in failing.split():
                raise Failed(f"{argv[1]} failed")
            return answer

    with empty_account() as account:
        account.say = said.append
        account.client("ecr").create_repository(repositoryName="estimator")
        builder = Failing(account)
        with pytest.raises(Failed, match="push failed") if "push" in failing else nullcontext():
            push(account, builder)
    assert builder.verbs[-1] == "logout"
    assert bool(said) is ("logout" in failing)


def test_the_password_goes_through_standard_input_alone(aws: Aws) -> None:
    """No argument of any program holds it."""
    builder = Builder(aws)
    push(aws, builder)
    assert len(builder.secrets) == 1
    assert not any(builder.secrets[0] in word for call in builder.calls for word in call)


def test_a_tag_that_exists_is_not_built_again(aws: Aws) -> None:
    """Tags are immutable: the second push asks the engine for nothing and gives the same digest."""
    first = push(aws, Builder(aws))
    builder = Builder(aws)
    again = push(aws, builder)
    assert builder.verbs == []
    assert (again.digest, again.existed) == (first.digest, True)


@pytest.mark.parametrize("engine", [DOCKER, Engine("buildah")])
def test_a_tag_that_exists_is_said(aws: Aws, engine: Engine) -> None:
    """A local image counts as pushed if the tag names it: by its configuration or its manifest."""
    first = push(aws, Builder(aws))
    said: list[str] = []
    aws.say = said.append
    config = hashlib.sha256(COMMIT.encode()).hexdigest()
    for identity in (f"sha256:{config}", config, first.digest):
        builder = Builder(aws)
        builder.identity = identity
        assert push(aws, builder, image="mine", engine=engine).digest == first.digest
        assert builder.verbs in (["image"], ["inspect"])
    assert said == [f"the tag {COMMIT} exists: nothing is built or pushed"] * 3


def test_another_image_of_that_tag_is_refused(aws: Aws) -> None:
    """Its digest would be taken for that of the image."""
    first = push(aws, Builder(aws))
    builder = Builder(aws)
    builder.identity = f"sha256:{'0' * 64}"
    with pytest.raises(Refused, match=rf"names another image than mine, {first.digest}.*--tag"):
        push(aws, builder, image="mine")


def test_an_image_that_exists_is_pushed_without_a_build(aws: Aws) -> None:
    """`--image` gives it the registry's name."""
    builder = Builder(aws)
    push(aws, builder, image="made-elsewhere")
    assert builder.verbs == ["tag", "image", "login", "push", "logout"]
    assert builder.calls[0][:3] == ["docker", "tag", "made-elsewhere"]


def test_another_architecture_is_refused_before_the_push(aws: Aws) -> None:
    """An amd64 image would end in `exec format error` on every instance."""
    builder = Builder(aws, architecture="amd64")
    with pytest.raises(Refused, match=r"made-elsewhere is for amd64, but .* arm64"):
        push(aws, builder, image="made-elsewhere")
    assert "push" not in builder.verbs


def test_an_image_index_is_refused_with_the_flags_that_mend_it(aws: Aws) -> None:
    """Lambda takes a single manifest only."""
    with pytest.raises(Refused, match=r"image index.*--provenance=false --sbom=false"):
        push(aws, Builder(aws, media_type=INDEX))
    with pytest.raises(Refused, match="image index"):
        find_image(aws, "estimator", COMMIT)


def test_a_repository_that_is_not_there_is_refused(aws: Aws) -> None:
    """The message says that apply makes it."""
    with pytest.raises(Refused, match=r"no repository 'other' in us-east-1: apply"):
        push(aws, Builder(aws), name="other")


def test_a_push_that_the_registry_never_sees_fails(aws: Aws) -> None:
    """It is asked several times before."""

    class Lost(Builder):
        def _push(self, target: str) -> None:
            """Lose it."""

    with pytest.raises(Failed, match="was pushed, but the registry does not know it"):
        push(aws, Lost(aws))


def test_the_tag_is_the_commit(aws: Aws) -> None:
    """Of the checkout that is built."""
    builder = Builder(aws)
    assert commit_tag(builder, Path("code")) == COMMIT
    assert builder.calls[0][:3] == ["git", "-C", "code"]


def test_files_unlike_the_commit_are_refused(aws: Aws) -> None:
    """A tag that names a commit must hold nothing else."""
    with pytest.raises(Refused, match=r"Not as in commit 0123456789ab.*: api/app\.py\."):
        commit_tag(Builder(aws, changed=" M api/app.py\n"), Path())
    five = "".join(f"?? api/{name}.py\n" for name in "abcde")
    with pytest.raises(Refused, match=r": api/a\.py, api/b\.py, api/c\.py and 2 more\."):
        commit_tag(Builder(aws, changed=five), Path())


@pytest.mark.parametrize(
    ("offered", "changed", "good"),
    [
        ("*\n!api\n", "deploy.toml", True),
        ("*\n!api\n", "api/app.py", False),
        ("*\n!api\n", "Dockerfile", False),
        ("*\n!api\n", ".dockerignore", False),
        ("# all but\ndocs\n", "deploy.toml", False),
        ("", "deploy.toml", False),
    ],
)
def test_only_what_enters_the_image_counts(
    tmp_path: Path, offered: str, changed: str, *, good: bool
) -> None:
    """A configuration that is not committed yet does not; where everything enters, it does."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=ann", "-c", "user.email=ann@example.org"]
    if offered:
        (tmp_path / ".dockerignore").write_text(offered, encoding="utf-8")
    for argv in (["init"], ["add", "."], ["commit", "--allow-empty", "--message", "first"]):
        subprocess.run([*git, *argv], check=True, capture_output=True)
    (tmp_path / changed).parent.mkdir(exist_ok=True)
    (tmp_path / changed).write_text("changed\n", encoding="utf-8")
    with nullcontext() if good else pytest.raises(Refused, match=r"Not as in commit"):
        commit_tag(run_program, tmp_path)


def test_no_checkout_is_refused(aws: Aws) -> None:
    """Then the tag is a person's to give."""

    def no_git(argv: object, *, stdin: str = "", read: bool = False) -> str:
        raise Failed("'git …' ended with exit code 128: not a git repository.")

    with pytest.raises(Refused, match=r"not a git checkout .* --tag"):
        commit_tag(no_git, Path("code"))
