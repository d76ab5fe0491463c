"""The workflows: hardened, pinned, and made of the verbs that a person types."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.__main__ import VERBS
from deploy.aws import Aws
from deploy.config import Config, Release
from deploy.github import Access, variables
from deploy.permissions.github_policies import Subject
from deploy.verbs.bootstrap import JOB_SECONDS, _late
from tests.deploy.account import empty_account
from tests.deploy.builder import COMMIT, Builder
from tests.deploy.calling import call
from tests.github.workflows import FILES, PYTHON, ROOT, Runner, Workflow, command, steps, workflow
from tests.rehearsal.packages import PACKAGES

PINNED = re.compile(r"^\s*-? ?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
RUN = re.compile(rf"^(make [\w-]+|(?:exec )?{re.escape(PYTHON)} -m deploy \w+[^;&|`\n]*)$")
APT = re.compile(r"^sudo apt-get (?:update|install --yes ([a-z0-9 +.-]+))$")
DOCUMENTS = [pytest.param(workflow(path.stem), id=path.stem) for path in FILES]


def test_the_four_workflows_are_there() -> None:
    """Checks, deployment, plan and drift."""
    assert [path.stem for path in FILES] == ["ci", "deploy", "drift", "plan"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_permitted_unasked(document: Workflow) -> None:
    """The workflow has no permission, each job names its own, and all of them end in time."""
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert job["permissions"]["contents"] == "read"
        assert "write-all" not in str(job["permissions"])
        assert 0 < job["timeout-minutes"] <= 90


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_action_is_pinned(path: Path) -> None:
    """To a whole commit, with its version behind it."""
    used = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert [line for line in used if not PINNED.match(line)] == []


def test_an_action_has_one_pin() -> None:
    """The same action is the same commit everywhere."""
    pins: dict[str, set[str]] = {}
    for path in FILES:
        for name, commit in re.findall(r"uses: (\S+)@(\S+)", path.read_text(encoding="utf-8")):
            pins.setdefault(name, set()).add(commit)
    assert {name: len(commits) for name, commits in pins.items()} == dict.fromkeys(pins, 1)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_checkout_leaves_no_token_behind(document: Workflow) -> None:
    """`persist-credentials: false`, always."""
    checkouts = [
        step for _, step in steps(document) if step.get("uses", "").startswith("actions/checkout")
    ]
    assert len(checkouts) == len(document["jobs"])
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_is_a_verb(document: Workflow) -> None:
    """A `make` verb or `python -m deploy`, one to a step: what CI does a person can do."""
    commands = [step["run"] for _, step in steps(document) if "run" in step]
    assert commands
    assert [each for each in commands if not RUN.match(each) and not APT.match(each)] == []


def test_what_is_installed_is_what_the_rehearsal_needs() -> None:
    """Where the image is rehearsed: docker is there, and Debian's packages are what it misses."""
    commands = [step["run"] for _, step in steps(workflow("ci")) if "run" in step]
    (installed,) = [found[1] for each in commands if (found := APT.match(each)) and found[1]]
    programs = ("haproxy", "docker-registry", "htpasswd", "openssl")
    assert installed.split() == [PACKAGES[program] for program in programs]
    assert commands.index("make image") < commands.index("make rehearse-short")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_values_of_the_context_come_through_the_environment(document: Workflow) -> None:
    """No expression stands in a command or a script, where its text would be run."""
    for _, step in steps(document):
        assert "${{" not in step.get("run", "")
        assert "${{" not in step.get("with", {}).get("script", "")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_credentials_are_short_lived(document: Workflow) -> None:
    """Roles by OIDC, and no access key anywhere."""
    text = str(document)
    assert "aws-access-key-id" not in text
    for name, job in document["jobs"].items():
        takes = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        assert (job["permissions"].get("id-token") == "write") is takes, name


def test_a_release_is_never_cut_off() -> None:
    """Each job waits for the same job of the push before, so that commits keep their order; a group
    of the whole workflow would let staging wait for whoever has to let production in."""
    document = workflow("deploy")
    assert "concurrency" not in document
    for name, job in document["jobs"].items():
        assert job["concurrency"] == {"group": f"deploy-{name}", "cancel-in-progress": False}


def test_every_push_is_checked_once() -> None:
    """On any branch, and on main to its end; a pull request only where its pushes are not ours."""
    document = workflow("ci")
    assert document[True] == {"push": {"branches": ["**"]}, "pull_request": None}
    main = "github.ref == 'refs/heads/main'"
    assert document["concurrency"] == {
        "group": f"ci-${{{{ {main} && github.sha || github.ref }}}}",
        "cancel-in-progress": f"${{{{ {main.replace('==', '!=')} }}}}",
    }
    fork = "github.event.pull_request.head.repo.full_name != github.repository"
    for job in document["jobs"].values():
        assert job["if"] == f"github.event_name == 'push' || {fork}"


def test_releases_stand_behind_environments() -> None:
    """Test, build once, staging, production: each needs the one before."""
    jobs = workflow("deploy")["jobs"]
    assert [(name, job.get("needs"), job.get("environment")) for name, job in jobs.items()] == [
        ("test", None, None),
        ("build", "test", None),
        ("staging", "build", "staging"),
        ("production", "staging", "production"),
    ]


def test_both_environments_take_the_same_steps() -> None:
    """Only the name differs."""
    jobs = workflow("deploy")["jobs"]
    staging = [step["run"] for step in jobs["staging"]["steps"] if "run" in step]
    production = [step["run"] for step in jobs["production"]["steps"] if "run" in step]
    assert [run.replace("staging", "production") for run in staging] == production


def test_secrets_are_read_in_environments_alone() -> None:
    """And only by the steps that need one."""
    for path in FILES:
        for name, job in workflow(path.stem)["jobs"].items():
            assert "secrets." not in str(job) or job.get("environment") == name


def test_each_variable_is_printed_where_it_is_read() -> None:
    """By `bootstrap github`: those of an environment are read in its jobs alone, all others
    anywhere."""
    with empty_account() as aws:
        access = Access(Subject("acme/shop"), "shop", aws.region, ("staging", "production"))
        printed = variables(aws, access, door="server", architecture="arm64", reached=())
    shared = {each.name for each in printed if not each.environment}
    own = {(each.environment, each.name) for each in printed if each.environment}
    read: set[tuple[str, str]] = set()
    for path in FILES:
        document = workflow(path.stem)
        read |= {("", name) for name in _read(document.get("env", {}))}
        for job in document["jobs"].values():
            read |= {(job.get("environment", ""), name) for name in _read(job)}
    assert {(place, name) for place, name in read if name not in shared} == own
    assert shared <= {name for _, name in read}


def _read(part: Any) -> set[str]:
    """The variables that a part of a workflow reads."""
    return set(re.findall(r"\bvars\.(\w+)", str(part)))


def test_pull_requests_of_forks_get_no_credentials() -> None:
    """The plan runs on `pull_request`, for branches of this repository."""
    document = workflow("plan")
    assert list(document[True]) == ["pull_request"]
    (job,) = document["jobs"].values()
    assert "head.repo.full_name == github.repository" in job["if"]


def test_drift_is_looked_for_every_night() -> None:
    """In both environments; a plan that is not empty has an exit code of its own."""
    document = workflow("drift")
    assert document[True]["schedule"]
    (job,) = document["jobs"].values()
    assert job["strategy"]["matrix"]["environment"] == ["staging", "production"]
    assert job["steps"][-1]["run"].startswith(f"{PYTHON} -m deploy plan")


def test_the_makefile_has_the_verbs() -> None:
    """Every `make` verb of a workflow is one."""
    makefile = ROOT / "Makefile"
    known = set(re.findall(r"^([\w-]+):", makefile.read_text(encoding="utf-8"), re.MULTILINE))
    used = {
        step["run"].split()[1]
        for path in FILES
        for _, step in steps(workflow(path.stem))
        if step.get("run", "").startswith("make ")
    }
    assert used <= known


def test_the_room_has_the_verbs() -> None:
    """Every verb of a `python -m deploy` step is one, with the arguments it takes."""
    used = {
        command(step["run"], ENVIRONMENT)[0][3]
        for path in FILES
        for _, step in steps(workflow(path.stem))
        if "-m deploy" in step.get("run", "")
    }
    assert used <= set(VERBS)


ENVIRONMENT = {
    "DOOR": "server",
    "ENVIRONMENT": "staging",
    "GITHUB_SHA": COMMIT,
    "GITHUB_STEP_SUMMARY": "summary.md",
    "NO_SMOKE": "",
}


def test_the_build_job_pushes_the_commit(tmp_path: Path) -> None:
    """Its steps, in order, on the offline AWS with a builder that builds nothing."""
    with empty_account() as aws:
        aws.client("ecr").create_repository(repositoryName="estimator")
        runner = Runner(_deploying(aws, tmp_path), lambda verb: int(verb != "setup"), ENVIRONMENT)
        assert runner.run(workflow("deploy")["jobs"]["build"])
        (image,) = aws.client("ecr").describe_images(repositoryName="estimator")["imageDetails"]
    assert runner.done[0] == "make setup"
    assert image["imageTags"] == [COMMIT]


def test_a_step_that_fails_ends_the_job_but_for_its_summary() -> None:
    """The summary of a failed release is written all the same."""
    called: list[str] = []

    def deploy(words: Any) -> int:
        called.append(words[0])
        return 5 if words[0] == "release" else 0

    runner = Runner(deploy, lambda _: 0, ENVIRONMENT)
    assert not runner.run(workflow("deploy")["jobs"]["production"])
    assert called == ["release", "summary"]


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize(("smoke", "asks"), [("", True), ("yes", True), ("no", False)])
def test_a_variable_leaves_the_smoke_test_out(environment: str, smoke: str, asks: bool) -> None:  # noqa: FBT001 - a case of the table
    """Where the machines of GitHub cannot reach the URL; the summary is written all the same."""
    called: list[Sequence[str]] = []

    def deploy(words: Sequence[str]) -> int:
        called.append(words)
        return 0

    runner = Runner(deploy, lambda _: 0, ENVIRONMENT, {"SMOKE": smoke})
    assert runner.run(workflow("deploy")["jobs"][environment])
    verbs = [words[0] for words in called]
    assert verbs == (["release", "smoke", "summary"] if asks else ["release", "summary"])
    assert ("--no-smoke" in called[0]) is not asks


def _deploying(aws: Aws, directory: Path) -> Any:
    """`python -m deploy`, with a fake builder."""

    def deploy(words: Any) -> int:
        return call(*words, aws=aws, directory=directory, run_program=Builder(aws))

    return deploy


def test_a_cancelled_release_hears_of_it() -> None:
    """GitHub signals the shell of a step alone, which hands nothing on: the release takes its
    place, so that it ends in words and gives the lease back."""
    found = [
        step["run"]
        for path in FILES
        for _, step in steps(workflow(path.stem))
        if re.search(r"deploy (release|rollback) ", step.get("run", ""))
    ]
    assert len(found) == 2
    assert all(run.startswith(f"exec {PYTHON} -m deploy ") for run in found)


def test_a_release_has_its_time() -> None:
    """What `bootstrap` warns of is what job and session leave: by default more than enough."""
    jobs = workflow("deploy")["jobs"]
    for name in ("staging", "production"):
        assert jobs[name]["timeout-minutes"] * 60 - JOB_SECONDS == 600
        session = next(
            step["with"]["role-duration-seconds"]
            for step in jobs[name]["steps"]
            if "role-duration-seconds" in step.get("with", {})
        )
        assert session > JOB_SECONDS
    assert Release().timeout_seconds < JOB_SECONDS
    assert _late(Config(name="shop", region="us-east-1")) == []
    long = Config(name="shop", region="us-east-1", release=Release(timeout_seconds=7200))
    assert "timeout_seconds is 7200" in "".join(_late(long))
