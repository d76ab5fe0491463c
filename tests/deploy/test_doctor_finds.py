"""What `doctor` finds of certificate, image and the roles of GitHub Actions."""

import json
from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from deploy import walk
from deploy.aws import Aws
from deploy.checks.certificate import certificate
from deploy.checks.finding import Finding
from deploy.checks.github import github_roles
from deploy.checks.image import image
from deploy.config import Https
from deploy.github import Access, github_stack
from deploy.permissions.calls import Calls
from deploy.permissions.github_policies import Subject, trust_github
from tests.deploy.account import ACCOUNT, REGION, config, empty_account
from tests.deploy.builder import INDEX, SINGLE
from tests.deploy.visits import visit

DOMAIN = "prices.example.com"
ONE: Calls = {"server": {"plan": ("ec2:DescribeVpcs",), "release": ("s3:PutObject",)}}


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An empty account."""
    with empty_account() as account:
        yield account


def https(
    aws: Aws, *, status: str = "ISSUED", domain: str = DOMAIN, covers: str = "*.example.com"
) -> Finding:
    """The finding about a certificate."""
    arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1"
    stub = Stubber(aws.client("acm"))
    stub.add_response(
        "describe_certificate", {"Certificate": {"DomainName": covers, "Status": status}}
    )
    with stub:
        return certificate(visit(aws, config(https=Https(certificate_arn=arn, domain=domain))))


def test_a_certificate_must_be_issued_for_the_domain(aws: Aws) -> None:
    """State and names are looked at; none at all is only pointed out."""
    assert https(aws).ok
    assert "PENDING_VALIDATION" in https(aws, status="PENDING_VALIDATION").what
    assert https(aws, covers="other.org").what == f"{DOMAIN} is not in it"
    assert certificate(visit(aws)).ok is None


def put_image(aws: Aws, media_type: str = SINGLE) -> None:
    """An image in the registry."""
    manifest = {"schemaVersion": 2, "mediaType": media_type, "layers": [],
                "config": {"size": 0, "digest": f"sha256:{'c' * 64}"}}  # fmt: skip
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="estimator")
    ecr.put_image(
        repositoryName="estimator",
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=media_type,
        imageTag="one",
    )


@pytest.mark.parametrize(("inside", "ok"), [("arm64", True), ("amd64", False)])
def test_the_newest_image_must_be_for_the_instances(aws: Aws, inside: str, ok: bool) -> None:  # noqa: FBT001 - a case of the table
    """As its own configuration says."""
    put_image(aws)
    stub_link(aws)
    finding = image(visit(aws), lambda _: json.dumps({"architecture": inside}).encode())
    assert finding.ok is ok
    assert inside in finding.what


def stub_link(aws: Aws) -> None:
    """moto gives no link to a layer."""
    aws.client("ecr").get_download_url_for_layer = lambda **_: {"downloadUrl": "there"}


def test_an_image_index_is_bad_and_no_image_is_not(aws: Aws) -> None:
    """The flags that mend it are named."""
    assert image(visit(aws)) == Finding("image", None, "none has been pushed", "Push one.")
    put_image(aws, INDEX)
    assert "--provenance=false" in image(visit(aws)).mend


def test_the_roles_of_github_are_compared(aws: Aws) -> None:
    """Not there, there in one form, there in both, and open to too many."""
    assert github_roles(visit(aws)).ok is None
    for subject, form in (
        (Subject("acme/shop"), "(plain)"),
        (Subject("acme/shop", "7", "9"), "(numbered)"),
        (Subject("acme/shop", "7", "9", both=True), "(both forms)"),
    ):
        walk.apply(github_stack(aws, Access(subject, "estimator", REGION, ("staging",)), ONE))
        finding = github_roles(visit(aws))
        assert finding.ok
        assert finding.what.endswith(form)
    open_to_all = github_stack(
        aws, Access(Subject("acme/*"), "estimator", REGION, ("staging",)), ONE
    )
    walk.apply(open_to_all)
    assert "too many" in github_roles(visit(aws)).what


def test_another_environment_may_not_take_on_the_deploy_role(aws: Aws) -> None:
    """Whose gate is another one."""
    walk.apply(
        github_stack(aws, Access(Subject("acme/shop"), "estimator", REGION, ("staging",)), ONE)
    )
    other = trust_github("arn", ("repo:acme/shop:environment:other",))
    aws.client("iam").update_assume_role_policy(
        RoleName=f"estimator-github-deploy-staging-{REGION}", PolicyDocument=json.dumps(other)
    )
    assert "environment:other" in github_roles(visit(aws)).what
