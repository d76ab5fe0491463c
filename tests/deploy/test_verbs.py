"""The verbs push, cost, doctor, bootstrap, summary and proposal as a person calls them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.stub import Stubber

from deploy.aws import Aws
from deploy.errors import Refused
from deploy.names import Names
from deploy.permissions.github_policies import trust_github
from deploy.prices import SHIPPED
from deploy.releases.history import SUCCEEDED, History, Record
from deploy.releases.place import place_of
from deploy.tags import pairs
from deploy.verbs import proposal
from deploy.verbs.summary import summary_text
from tests.deploy.account import ACCOUNT, REGION, empty_account
from tests.deploy.builder import COMMIT, Builder
from tests.deploy.calling import call
from tests.deploy.worlds import made
from tests.twin.twin import Twin

PLACE = place_of(Names("estimator", "staging"), ACCOUNT, REGION)
RECORD = Record(
    verb="release",
    started=1_790_000_000.0,
    digest="sha256:new",
    before="sha256:old",
    outcome=SUCCEEDED,
    who="somebody",
    commit=COMMIT,
    model_version="f00d",
    phases={"rollout": 182.0, "smoke": 3.0},
)


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An account whose one repository is empty."""
    with empty_account() as account:
        tags = pairs(Names("estimator", "staging").repository_tags)
        account.client("ecr").create_repository(repositoryName="estimator", tags=tags)
        yield account


def test_push_prints_the_digest_alone(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a script can take it; the tag is the commit."""
    assert call("push", aws=aws, directory=tmp_path, run_program=Builder(aws)) == 0
    digest = capsys.readouterr().out.strip()
    (image,) = aws.client("ecr").describe_images(repositoryName="estimator")["imageDetails"]
    assert (image["imageDigest"], image["imageTags"]) == (digest, [COMMIT])


def test_push_tells_a_machine_more(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Repository, tag, digest, and whether the image was there before."""
    for _ in range(2):
        call("push", "--tag", "one", "--json", aws=aws, directory=tmp_path,
             run_program=Builder(aws))  # fmt: skip
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["existed"] for each in answers] == [False, True]
    assert {each["tag"] for each in answers} == {"one"}


def test_an_image_of_ones_own_needs_a_tag(aws: Aws, tmp_path: Path) -> None:
    """It is not named after a commit of which nobody knows that it is."""
    with pytest.raises(Refused, match="--image mine needs --tag"):
        call("push", "--image", "mine", aws=aws, directory=tmp_path, run_program=Builder(aws))


def test_cost_gives_before_and_after_to_a_machine(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing stands yet; the crossing is a number of requests."""
    assert call("cost", "server", "--env", "staging", "--json", aws=aws, directory=tmp_path) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["total_before"] == 0
    assert answer["total_after"] > 40
    assert answer["function_cheaper_below"] > 1_000_000


def test_cost_asks_nobody_when_told_so(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Offline there is no before."""
    call("cost", "function", "--offline", "--requests", 1000, aws=aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert text.startswith("estimator function, production: 1,000 requests a month")
    assert "before" not in text


def test_a_proposal_is_made_without_every_price(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan counts; the price is one's own, or is said to be missing."""
    text = 'name = "estimator"\nregion = "us-east-1"\n[server]\ninstance_type = "t4g.small"\n'
    (tmp_path / "deploy.toml").write_text(text)
    table = tmp_path / "prices.toml"
    table.write_text(SHIPPED.read_text().replace('"t4g.small" = 0.0168\n', ""))
    assert call("proposal", "server", "--prices", table, aws=aws, directory=tmp_path) == 0
    output = capsys.readouterr().out
    assert "+ load balancer estimator-production" in output
    assert "instances t4g.small, whose price is not known." in output
    assert call("proposal", "server", aws=aws, directory=tmp_path) == 0
    assert "not known" not in capsys.readouterr().out


def simulating(aws: Aws) -> Any:
    """IAM that may not be asked: moto simulates nothing."""
    stub = Stubber(aws.client("iam"))
    denied = {"Action": "iam:SimulatePrincipalPolicy"}
    stub.add_client_error("simulate_principal_policy", "AccessDenied", service_error_meta=denied)
    for _ in range(3):
        stub.add_client_error("get_role", "NoSuchEntity")
    return stub


def test_doctor_says_what_is_missing(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is wrong with an empty account; what is not there yet is pointed out."""
    with simulating(aws):
        code = call("doctor", "function", "--env", "staging", aws=aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert code == 0
    assert "→ Push one." in text
    assert "0 bad" in text


def test_doctor_fails_where_something_is_wrong(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit code of a refusal; a machine gets the findings as a list."""
    (tmp_path / "deploy.toml").write_text(
        'name = "estimator"\nregion = "us-east-1"\n[server]\ninstance_type = "t4g.enormous"\n'
    )
    stub = Stubber(aws.client("ec2"))
    stub.add_response("describe_regions", {"Regions": [{"RegionName": "eu-west-1"}]})
    with simulating(aws), stub:
        code = call("doctor", "function", "--json", aws=aws, directory=tmp_path)
    findings = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert code == Refused.exit_code
    assert findings["region"]["ok"] is False
    assert findings["credentials"]["ok"] is True


def test_doctor_prints_the_policy_that_a_person_needs(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of one door and environment, and asks no more than who it is."""
    assert call("doctor", "server", "--policy", aws=aws, directory=tmp_path) == 0
    policies = json.loads(capsys.readouterr().out)
    allowed = {each for policy in policies for one in policy["Statement"] for each in one["Action"]}
    assert {"ec2:RunInstances", "iam:CreateRole", "ecr:PutImage"} <= allowed
    assert "wafv2:AssociateWebACL" not in allowed
    assert "estimator-production" in str(policies)
    assert "staging" not in str(policies)


def test_each_policy_can_be_had_alone(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As IAM takes it; a number that there is not says how many there are."""
    call("doctor", "server", "--policy", aws=aws, directory=tmp_path)
    policies = json.loads(capsys.readouterr().out)
    for number, policy in enumerate(policies, start=1):
        call("doctor", "server", "--policy", "--part", number, aws=aws, directory=tmp_path)
        text = capsys.readouterr().out
        assert json.loads(text) == policy
        made = aws.client("iam").create_policy(PolicyName=f"p{number}", PolicyDocument=text)
        assert made["Policy"]["AttachmentCount"] == 0
    for number in (-1, len(policies) + 1):
        with pytest.raises(Refused, match=f"there are {len(policies)} policies"):
            call("doctor", "server", "--policy", "--part", number, aws=aws, directory=tmp_path)
    with pytest.raises(Refused, match="part of --policy"):
        call("doctor", "server", "--part", 1, aws=aws, directory=tmp_path)


def test_bootstrap_makes_roles_and_prints_the_variables(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second time there is nothing to make, and `--remove` leaves nothing."""
    arguments = ("github", "--repository", "acme/shop", "--yes")
    assert call("bootstrap", *arguments, aws=aws, directory=tmp_path) == 0
    text = capsys.readouterr().out
    assert f"gh variable set AWS_REGION --repo acme/shop --body {REGION}" in text
    assert "gh variable set BUILD_RUNNER --repo acme/shop --body ubuntu-24.04-arm" in text
    role = f"arn:aws:iam::{ACCOUNT}:role/estimator-github-deploy-staging-{REGION}"
    assert f"gh variable set AWS_DEPLOY_ROLE --env staging --repo acme/shop --body {role}" in text
    looks: list[str] = []
    aws.client("iam").meta.events.register(
        "before-call.iam.GetRole", lambda params, **_: looks.append(params["body"]["RoleName"])
    )
    call("bootstrap", *arguments, "--json", aws=aws, directory=tmp_path)
    assert len(looks) == len(set(looks)) == 4
    answer = json.loads(capsys.readouterr().out)
    assert answer["changes"] == []
    assert answer["variables"][0] == {"name": "AWS_REGION", "value": REGION, "environment": ""}
    call("bootstrap", *arguments, "--remove", "--json", aws=aws, directory=tmp_path)
    assert len(json.loads(capsys.readouterr().out)["changes"]) == 5
    assert aws.client("iam").list_roles()["Roles"] == []


def test_the_provider_stays_while_other_roles_rest_on_it(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though this service made it: the workflows of another repository come in by it, whose role
    may stand on any page of the list. It goes with the last one."""
    arguments = ("github", "--repository", "acme/shop", "--yes")
    call("bootstrap", *arguments, aws=aws, directory=tmp_path)
    iam = aws.client("iam")
    (provider,) = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    trust = trust_github(provider["Arn"], ("repo:acme/other:ref:refs/heads/main",))
    for number in range(100):
        iam.create_role(RoleName=f"idle-{number}", AssumeRolePolicyDocument="{}")
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))
    capsys.readouterr()
    call("bootstrap", *arguments, "--remove", aws=aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert "token.actions.githubusercontent.com stays: other roles rest on it: other\n" in text
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [provider]
    iam.delete_role(RoleName="other")
    build = f"estimator-github-build-{REGION}"
    iam.create_role(RoleName=build, AssumeRolePolicyDocument=json.dumps(trust))
    call("bootstrap", *arguments, "--remove", aws=aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert f"{build} stays: without the tag managed-by = deploy it is not ours\n" in text
    assert f"rest on it: {build}\n" in text
    iam.delete_role(RoleName=build)
    call("bootstrap", *arguments, "--remove", "--json", aws=aws, directory=tmp_path)
    answer = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in answer["changes"]] == ["identity provider"]
    assert answer["kept"] == {}
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


@pytest.mark.parametrize(
    ("door", "asked"),
    [
        ("server", {"staging": "no", "production": "yes"}),
        ("function", {"staging": "yes", "production": "yes"}),
    ],
)
def test_bootstrap_says_where_the_workflows_cannot_ask(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str], door: str, asked: dict[str, str]
) -> None:
    """Where the balancer lets in chosen addresses alone; a function's URL is reached."""
    (tmp_path / "deploy.toml").write_text(
        'name = "estimator"\nregion = "us-east-1"\n'
        'environments.staging.network.allowed_cidrs = ["10.0.0.0/8"]\n[environments.production]\n'
    )
    words = ("github", "--repository", "acme/shop", "--door", door, "--yes", "--json")
    call("bootstrap", *words, aws=aws, directory=tmp_path)
    values = json.loads(capsys.readouterr().out)["variables"]
    said = {each["environment"]: each["value"] for each in values if each["name"] == "SMOKE"}
    assert said == asked


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--repository", "shop"), "write ORG/REPO"),
        (("--repository", "acme/shop", "--owner-id", "7"), "both --repository-id and --owner-id"),
        (("--repository", "a/b", "--owner-id", "x", "--repository-id", "1"), "x is not the number"),
    ],
)
def test_bootstrap_refuses_what_is_no_repository(
    aws: Aws, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Before anything is made."""
    with pytest.raises(Refused, match=message):
        call("bootstrap", "github", *arguments, aws=aws, directory=tmp_path)


def test_a_summary_has_digests_phases_and_the_way_back(
    aws: Aws,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the newest release in the history, where there is no run."""
    monkeypatch.delenv("GITHUB_RUN_ID", raising=False)
    aws.client("s3").create_bucket(Bucket=PLACE.bucket)
    call("summary", "server", "--env", "staging", aws=aws, directory=tmp_path)
    assert "Nothing was ever released here." in capsys.readouterr().out
    History(aws, PLACE.bucket, "server").write(RECORD)
    call("summary", "server", "--env", "staging", aws=aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert text.startswith("### server, staging: succeeded\n")
    assert "| new image | `sha256:new` |\n| old image | `sha256:old` |" in text
    assert "| phases | rollout 3:02, smoke 0:03 |" in text
    assert "python -m deploy rollback server --env staging" in text


@pytest.mark.parametrize(
    ("run", "attempt", "heading"),
    [
        ("7", "1", "### server, staging: succeeded\n"),
        ("7", "2", "### server, staging: this run released nothing\n"),
        ("8", "1", "### server, staging: this run released nothing\n"),
    ],
)
def test_a_summary_is_of_its_own_run(
    aws: Aws,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    run: str,
    attempt: str,
    heading: str,
) -> None:
    """Another run's release, or that of an earlier attempt, is not taken for its result."""
    for name, value in (
        ("GITHUB_RUN_ID", run),
        ("GITHUB_RUN_ATTEMPT", attempt),
        ("GITHUB_REPOSITORY", "acme/shop"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    aws.client("s3").create_bucket(Bucket=PLACE.bucket)
    history = History(aws, PLACE.bucket, "server")
    page = "https://github.com/acme/shop/actions/runs/7"
    history.write(msgspec.structs.replace(RECORD, run=page))
    call("summary", "server", "--env", "staging", aws=aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert text.startswith(heading)
    if "nothing" in heading:
        assert f"The last good release is `sha256:new` of {RECORD.time} UTC by {page}." in text


def test_a_summary_of_a_failure_says_why() -> None:
    """There is no way back from what did not stay."""
    failed = Record(
        verb="release", started=0.0, digest="sha256:new", outcome="rolled back", who="somebody",
        reason="the container exits\nwith code 1",
    )  # fmt: skip
    text = summary_text(PLACE, failed, "http://there")
    assert "> the container exits\n> with code 1" in text
    assert "| URL | http://there |" in text
    assert "| old image | none |" in text
    assert "rollback server" not in text


def test_a_proposal_is_a_plan_with_its_price(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Changes are no failure, and the account's number is not shown."""
    assert call("proposal", "server", "--env", "staging", aws=aws, directory=tmp_path) == 0
    text = capsys.readouterr().out
    assert text.startswith("### Plan: estimator server, staging\n")
    assert "+ load balancer estimator-staging" in text
    assert "A month costs $0.00 before and $" in text
    assert f"+ bucket estimator-staging-ACCOUNT-{REGION}" in text
    assert ACCOUNT not in text


def test_a_proposal_of_changes_shows_no_account(
    twin: Twin, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where live and wanted values are ARNs and policies, nor where it is cut off."""
    world = made(twin)
    with twin.aside():
        twin.client("iam").delete_role_policy(
            RoleName=f"shop-production-server-{REGION}", PolicyName="permissions"
        )
        policy = {"Version": "2012-10-17", "Statement": []}
        twin.client("s3").put_bucket_policy(
            Bucket=f"shop-production-{ACCOUNT}-{REGION}", Policy=json.dumps(policy)
        )
    (tmp_path / "deploy.toml").write_text(f'name = "shop"\nregion = "{REGION}"\n')
    call("proposal", "server", aws=world.aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert f"arn:aws:logs:{REGION}:ACCOUNT:log-group:/shop/production/server" in text
    assert ACCOUNT not in text
    monkeypatch.setattr(proposal, "LONGEST", text.index("ACCOUNT") - text.index("~") + 5)
    call("proposal", "server", aws=world.aws, directory=tmp_path)
    text = capsys.readouterr().out
    assert "… and more" in text
    assert ACCOUNT[:4] not in text
